"""A card reader under watch: one thread that owns it and tells which card is there.

Law: one card at a time, or that there are two; the card before has left before the next is told,
and a lost reader has no card on it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from devices.capabilities import Card, CardReader, TwoCards
from devices.errors import DeviceError, Unplugged
from devices.presence import Presence, Rhythm

_FAILED_ROUNDS: Final = 3
# A card's number is read with a checksum: one sight of it is enough, and its bearer waits.
_AT_FIRST_SIGHT: Final[Presence[Card | TwoCards]] = Presence(arrive_after=1, leave_after=15)
_RHYTHM: Final = Rhythm(poll=0.025)
# Nobody was there for half a minute: who comes then waits 40 ms longer, on average.
_QUIET_ROUNDS: Final = 1_000
_QUIET: Final = 4


@dataclass(frozen=True, slots=True)
class CardArrived:
    card: Card | TwoCards


@dataclass(frozen=True, slots=True)
class CardLeft:
    """The announced card is no longer there, or the reader can no longer tell."""


@dataclass(frozen=True, slots=True)
class CardReaderLost:
    """The reader cannot be asked any more; told once, then it is tried again and again."""

    why: str


@dataclass(frozen=True, slots=True)
class CardReaderHealthy:
    """The reader has looked for a card: for the first time, or again."""


CardEvent = CardArrived | CardLeft | CardReaderLost | CardReaderHealthy


def pause(rhythm: Rhythm, empty: int) -> float:
    """Seconds until the next look: four times as long once there was no card for many rounds."""
    return rhythm.poll if empty < _QUIET_ROUNDS else _QUIET * rhythm.poll


class CardWatch:
    """Watches one reader. `tell` is called on the watch's own thread and must not block."""

    def __init__(
        self,
        open_reader: Callable[[], CardReader],
        tell: Callable[[CardEvent], None],
        rhythm: Rhythm | None = None,
        presence: Presence[Card | TwoCards] | None = None,
    ) -> None:
        self._open_reader = open_reader
        self._tell = tell
        self._rhythm = rhythm or _RHYTHM
        self._nothing_seen: Presence[Card | TwoCards] = presence or _AT_FIRST_SIGHT
        self._stopping = threading.Event()
        self._is_healthy: bool | None = None
        self._card: Card | TwoCards | None = None
        self._thread = threading.Thread(target=self._run, name="card watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close the reader; the last event has been told when this returns."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._one_opening()
            except DeviceError as error:
                self._lost(str(error))
                self._stopping.wait(self._rhythm.retry)

    def _one_opening(self) -> None:
        """From opening the reader until told to stop. Raises DeviceError when it is lost."""
        reader = self._open_reader()
        try:
            self._polls(reader)
        finally:
            reader.close()

    def _polls(self, reader: CardReader) -> None:
        presence, failed, empty = self._nothing_seen, 0, 0
        while not self._stopping.is_set():
            try:
                card = reader.present()
            except DeviceError as error:
                failed += 1
                if isinstance(error, Unplugged) or failed == _FAILED_ROUNDS:
                    raise
            else:
                failed = 0
                self._healthy()
                empty = empty + 1 if card is None else 0
                presence, _ = presence.observe(() if card is None else (card,))
                self._tell_of(presence.here)
            self._stopping.wait(pause(self._rhythm, empty))

    def _tell_of(self, here: tuple[Card | TwoCards, ...]) -> None:
        """The latest arrival counts, until it is gone and the one before still is not."""
        card = here[-1] if here else None
        if card != self._card:
            self._leave()
            self._card = card
            if card is not None:
                self._tell(CardArrived(card))

    def _leave(self) -> None:
        if self._card is not None:
            self._card = None
            self._tell(CardLeft())

    def _lost(self, why: str) -> None:
        if self._is_healthy is not False:
            self._is_healthy = False
            self._tell(CardReaderLost(why))
        self._leave()

    def _healthy(self) -> None:
        if not self._is_healthy:
            self._is_healthy = True
            self._tell(CardReaderHealthy())
