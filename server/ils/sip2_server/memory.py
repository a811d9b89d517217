"""What all connections share for some minutes: turns, wrong tries, and what was done for whom.

It is in memory alone: after a restart a repeated loan is answered by the records only, and wrong
tries are counted anew.
"""

import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from broker.vocabulary import ItemId, PatronId
from server.ils.port import NothingSent

TRIES: Final = 5
REFUSED_FOR_S: Final = 900.0
REMEMBERED_FOR_S: Final = 600.0
_MOST: Final = 100_000
_TURN_WITHIN_S: Final = 60.0
Value = TypeVar("Value")


class _Lately(Generic[Value]):
    """Values that are forgotten after so many seconds, or when there are too many."""

    def __init__(self, kept_for: float, clock: Callable[[], float]) -> None:
        self._kept_for, self._clock = kept_for, clock
        self._values: OrderedDict[tuple[str, ...], tuple[float, Value]] = OrderedDict()
        self._turn = threading.Lock()

    def get(self, *key: str) -> Value | None:
        with self._turn:
            self._forget_old()
            found = self._values.get(key)
            return None if found is None else found[1]

    def put(self, value: Value, *key: str) -> None:
        with self._turn:
            self._values.pop(key, None)
            self._values[key] = (self._clock(), value)
            self._forget_old()

    def forget(self, *key: str) -> None:
        with self._turn:
            self._values.pop(key, None)

    def _forget_old(self) -> None:
        oldest = self._clock() - self._kept_for
        while self._values:
            at, _ = next(iter(self._values.values()))
            if at >= oldest and len(self._values) <= _MOST:
                return
            self._values.popitem(last=False)


class Tries:
    """Five wrong tries, then none for a quarter of an hour after the last, right or wrong.

    Those who try for the same key take turns: the caller sees to it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._wrong: _Lately[int] = _Lately(REFUSED_FOR_S, clock)

    def used_up(self, *key: str) -> bool:
        return (self._wrong.get(*key) or 0) >= TRIES

    def wrong(self, *key: str) -> None:
        self._wrong.put((self._wrong.get(*key) or 0) + 1, *key)

    def right(self, *key: str) -> None:
        self._wrong.forget(*key)


@dataclass(frozen=True, slots=True)
class Deed:
    """A change for a patron that was sent to the library's system; `outcome` None: fate unknown.

    `digest` is of the message that asked for it.
    """

    digest: str
    patron: PatronId | None
    outcome: object


class Deeds:
    """What each account did to each item lately, by the number of the message."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._done: _Lately[Deed] = _Lately(REMEMBERED_FOR_S, clock)

    def of(self, user: str, number: str, about: str) -> Deed | None:
        return self._done.get(user, number, alike(about))

    def put(self, deed: Deed, user: str, number: str, about: str) -> None:
        self._done.put(deed, user, number, alike(about))

    def forget(self, user: str, number: str, about: str) -> None:
        self._done.forget(user, number, alike(about))


class Turns:
    """One at a time for the same patron, and for the same item, on all connections."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken: set[str] = set()

    @contextmanager
    def alone(self, *with_whom: PatronId | ItemId | str) -> Iterator[None]:
        """Waits for all of them, holding none meanwhile. Raises NothingSent after a minute.

        A turn within a turn has to be an item's within a patron's, never the other way.
        """
        keys = {f"{type(one).__name__} {alike(_text(one))}" for one in with_whom}
        with self._changed:
            if not self._changed.wait_for(lambda: not keys & self._taken, _TURN_WITHIN_S):
                raise NothingSent("others are busy with the same patron or item")
            self._taken |= keys
        try:
            yield
        finally:
            with self._changed:
                self._taken -= keys
                self._changed.notify_all()


def _text(one: PatronId | ItemId | str) -> str:
    return one.reveal() if isinstance(one, PatronId) else str(one)


def alike(number: str) -> str:
    """The same for numbers that some systems take for the same."""
    return unicodedata.normalize("NFC", number).casefold()
