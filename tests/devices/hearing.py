"""What a watch told, in order, for a test that waits for it."""

from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

PATIENCE = 10.0
Event = TypeVar("Event")


class Heard(Generic[Event]):
    """Hand `tell` to the watch; every wait ends with an error after PATIENCE seconds."""

    def __init__(self) -> None:
        self._events: SimpleQueue[Event] = SimpleQueue()
        self.tell: Callable[[Event], None] = self._events.put

    def next(self) -> Event:
        return self._events.get(timeout=PATIENCE)

    def several(self, count: int) -> list[Event]:
        return [self.next() for _ in range(count)]

    def rest(self) -> list[Event]:
        """What was told already and not looked at."""
        told: list[Event] = []
        while not self._events.empty():
            told.append(self._events.get())
        return told
