"""One look for all who watch, and everything anew for who was too slow."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from server.journal.database import DatabaseFailed
from server.web.changes import RETRY
from server.web.live import Live
from server.web.page import Page
from server.web.records import Records

Told = TypeVar("Told")


class Counter:
    """A database that says something new at every look, or fails when told to."""

    def __init__(self, failures: int = 0) -> None:
        self.looks = 0
        self._failures = failures

    def read(self) -> Records:
        self.looks += 1
        if self.looks <= self._failures:
            raise DatabaseFailed("gone")
        return Records((), (), (), self.looks, (), 0, sample=False)


def show(records: Records, language: str) -> Page:
    words = {"set-aside": str(records.set_aside_total), "language": language}
    return Page(records.sample, words, (), (), (), ())


def run(story: Callable[[], Awaitable[Told]]) -> Told:
    async def limited() -> Told:
        async with asyncio.timeout(10):
            return await story()

    return asyncio.run(limited())


async def first(stream: AsyncIterator[bytes], count: int) -> list[bytes]:
    return [await anext(stream) for _ in range(count)]


def test_nobody_watching_means_nobody_looks() -> None:
    database = Counter()
    assert not Live(database.read, show).watched
    assert database.looks == 0


def test_a_viewer_gets_everything_first_and_then_changes() -> None:
    async def story() -> list[bytes]:
        live = Live(Counter().read, show, pause=0)
        return await first(live.watch("id"), 3)

    retry, whole, change = run(story)
    assert retry == RETRY
    assert whole.startswith(b"event: snapshot\n")
    assert change.startswith(b"event: change\n")


def test_each_viewer_has_a_language_and_a_later_one_gets_everything_first_too() -> None:
    async def story() -> list[bytes]:
        live = Live(Counter().read, show, pause=0)
        early = live.watch("id")
        await first(early, 3)
        firsts = [(await first(live.watch(language), 2))[1] for language in ("id", "en")]
        await first(early, 1)
        return firsts

    indonesian, english = run(story)
    assert indonesian.startswith(b"event: snapshot\n")
    assert b'"language":"id"' in indonesian
    assert english.startswith(b"event: snapshot\n")
    assert b'"language":"en"' in english


def test_the_last_viewer_to_leave_ends_the_looking() -> None:
    async def story() -> None:
        live = Live(Counter().read, show, pause=0)
        one, other = live.watch("id"), live.watch("en")
        await first(one, 2)
        await first(other, 2)
        await one.aclose()
        assert live.watched
        await other.aclose()
        assert not live.watched

    run(story)


def test_a_viewer_whose_connection_breaks_has_left() -> None:
    async def story() -> None:
        live = Live(Counter().read, show, pause=3600)
        begun = asyncio.Event()

        async def watch() -> None:
            async for message in live.watch("id"):
                if message != RETRY:
                    begun.set()

        viewer = asyncio.create_task(watch())
        await begun.wait()
        viewer.cancel()
        await asyncio.wait({viewer})
        assert not live.watched

    run(story)


def test_a_viewer_too_slow_gets_everything_anew() -> None:
    async def story() -> list[bytes]:
        database = Counter()
        live = Live(database.read, show, pause=0)
        slow = live.watch("id")
        await first(slow, 2)
        quick = live.watch("id")
        await first(quick, 20)
        return await first(slow, 5)

    messages = run(story)
    assert any(message.startswith(b"event: snapshot\n") for message in messages)


def test_a_database_that_comes_back_is_shown_again() -> None:
    async def story() -> bytes:
        live = Live(Counter(failures=2).read, show, pause=0)
        return (await first(live.watch("id"), 2))[1]

    assert b'"set-aside":"3"' in run(story)


def test_a_quiet_library_still_lets_viewers_know_that_it_was_looked_at() -> None:
    same = Records((), (), (), 0, (), 0, sample=False)

    async def story() -> bytes:
        return (await first(Live(lambda: same, show, pause=0).watch("id"), 3))[2]

    assert run(story).startswith(b"event: unchanged\n")


def test_closing_ends_every_stream_and_those_to_come() -> None:
    async def story() -> None:
        live = Live(Counter().read, show, pause=0)
        stream = live.watch("id")
        await first(stream, 2)
        live.close()
        assert [message async for message in stream] == []
        assert [message async for message in live.watch("id")] == [RETRY]
        assert not live.watched

    run(story)


def test_looks_are_shared_by_all_viewers() -> None:
    async def story() -> tuple[int, set[bytes]]:
        database = Counter()
        live = Live(database.read, show, pause=3600)
        viewers = [live.watch("id") for _ in range(5)]
        wholes = [(await first(viewer, 2))[1] for viewer in viewers]
        return database.looks, set(wholes)

    looks, wholes = run(story)
    assert looks == 1
    assert len(wholes) == 1
