"""One look at the database per second for all who watch, and none when nobody does.

Law: a viewer costs one short queue. Who is too slow gets everything anew instead of what was
missed. All of it runs on the web server's one event loop.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from broker.errors import SirkulaError
from server.web.changes import HEARTBEAT, RETRY, UNCHANGED, change, snapshot
from server.web.page import Page
from server.web.records import Records

LOOK_EVERY_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 15.0
_UNCHANGED_AFTER_LOOKS: Final = 10
_QUEUE_LENGTH: Final = 4

log: Final = structlog.get_logger()

Read = Callable[[], Records]
Show = Callable[[Records, str], Page]


@dataclass(eq=False, slots=True)
class _Viewer:
    language: str
    queue: asyncio.Queue[bytes | None] = field(
        default_factory=lambda: asyncio.Queue(maxsize=_QUEUE_LENGTH)
    )

    def clear(self) -> None:
        while not self.queue.empty():
            self.queue.get_nowait()


class Live:
    """The page as it changes. `read` blocks and runs in a thread; `show` is pure."""

    def __init__(self, read: Read, show: Show, pause: float = LOOK_EVERY_SECONDS) -> None:
        """`pause` is seconds from one look at the database to the next."""
        self._read = read
        self._show = show
        self._pause = pause
        self._viewers: set[_Viewer] = set()
        self._shown: dict[str, Page] = {}
        self._quiet_looks = 0
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def watched(self) -> bool:
        """Whether the database is being looked at."""
        return self._looking is not None

    async def watch(self, language: str) -> AsyncGenerator[bytes]:
        """The stream of one viewer, until the viewer leaves or `close`."""
        viewer = _Viewer(language)
        self._join(viewer)
        try:
            yield RETRY
            while (message := await _next(viewer)) is not None:
                yield message
        finally:
            self._leave(viewer)

    def close(self) -> None:
        """Ends every stream; later ones end at once."""
        self._closed = True
        self._stop_looking()
        for viewer in self._viewers:
            viewer.clear()
            viewer.queue.put_nowait(None)

    def _join(self, viewer: _Viewer) -> None:
        if self._closed:
            viewer.queue.put_nowait(None)
            return
        self._viewers.add(viewer)
        if viewer.language in self._shown:
            viewer.queue.put_nowait(snapshot(self._shown[viewer.language]))
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())

    def _leave(self, viewer: _Viewer) -> None:
        self._viewers.discard(viewer)
        watched = {other.language for other in self._viewers}
        self._shown = {name: page for name, page in self._shown.items() if name in watched}
        if not self._viewers:
            self._stop_looking()

    def _stop_looking(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _look(self) -> None:
        while True:
            try:
                records = await asyncio.to_thread(self._read)
            except SirkulaError as error:
                # Viewers hear nothing, and their page says that it is getting old.
                log.warning("page not refreshed", error=str(error))
            else:
                self._tell(records)
            await asyncio.sleep(self._pause)

    def _tell(self, records: Records) -> None:
        self._quiet_looks += 1
        for language in sorted({viewer.language for viewer in self._viewers}):
            before = self._shown.get(language)
            after = self._show(records, language)
            news = snapshot(after) if before is None else change(before, after)
            self._shown[language] = after
            if news is not None:
                self._send(language, news)
            if before is not None and news is not None:
                self._quiet_looks = 0
        if self._quiet_looks >= _UNCHANGED_AFTER_LOOKS:
            self._quiet_looks = 0
            for viewer in self._viewers:
                self._put(viewer, UNCHANGED)

    def _send(self, language: str, news: bytes) -> None:
        for viewer in self._viewers:
            if viewer.language == language:
                self._put(viewer, news)

    def _put(self, viewer: _Viewer, message: bytes) -> None:
        if viewer.queue.full():
            viewer.clear()
            message = snapshot(self._shown[viewer.language])
        viewer.queue.put_nowait(message)


async def _next(viewer: _Viewer) -> bytes | None:
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            return await viewer.queue.get()
    except TimeoutError:
        return HEARTBEAT
