"""From sightings to arrivals and departures, without flicker. Pure.

A tag at the edge of a field is seen in one round and missed in the next. So a thing arrives when
it was seen in some rounds on end, and leaves when it was missed in some rounds on end.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

Thing = TypeVar("Thing", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds between two rounds, and between two attempts to open a lost reader."""

    poll: float = 0.15
    retry: float = 2.0


@dataclass(frozen=True, slots=True)
class Arrived(Generic[Thing]):
    thing: Thing


@dataclass(frozen=True, slots=True)
class Left(Generic[Thing]):
    thing: Thing


@dataclass(frozen=True, slots=True)
class _Watched(Generic[Thing]):
    """`rounds` on end seen while it is not here yet, or missed while it is."""

    thing: Thing
    is_here: bool
    rounds: int


@dataclass(frozen=True, slots=True)
class Presence(Generic[Thing]):
    """What is here, after so many rounds."""

    arrive_after: int = 2
    leave_after: int = 3
    _watched: tuple[_Watched[Thing], ...] = ()

    @property
    def here(self) -> tuple[Thing, ...]:
        """In the order of arrival."""
        return tuple(watched.thing for watched in self._watched if watched.is_here)

    def observe(
        self, seen: Iterable[Thing]
    ) -> "tuple[Presence[Thing], tuple[Arrived[Thing] | Left[Thing], ...]]":
        """One round: everything that was seen in it. Departures are told before arrivals."""
        unknown = dict.fromkeys(seen)
        known: list[_Watched[Thing]] = []
        for watched in self._watched:
            is_seen = watched.thing in unknown
            unknown.pop(watched.thing, None)
            if later := self._later(watched, is_seen=is_seen):
                known.append(later)
        fresh = (self._seen(_Watched(thing, is_here=False, rounds=0)) for thing in unknown)
        after = replace(self, _watched=(*known, *fresh))
        return after, _changes(self.here, after.here)

    def _later(self, watched: _Watched[Thing], *, is_seen: bool) -> _Watched[Thing] | None:
        """The same thing one round later; None when there is nothing more to know about it."""
        if is_seen:
            return self._seen(watched)
        if not watched.is_here or watched.rounds + 1 >= self.leave_after:
            return None
        return replace(watched, rounds=watched.rounds + 1)

    def _seen(self, watched: _Watched[Thing]) -> _Watched[Thing]:
        if watched.is_here or watched.rounds + 1 >= self.arrive_after:
            return replace(watched, is_here=True, rounds=0)
        return replace(watched, rounds=watched.rounds + 1)


def _changes(
    before: tuple[Thing, ...], after: tuple[Thing, ...]
) -> tuple[Arrived[Thing] | Left[Thing], ...]:
    gone = (Left(thing) for thing in before if thing not in after)
    come = (Arrived(thing) for thing in after if thing not in before)
    return (*gone, *come)
