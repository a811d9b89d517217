"""What is granted, what has to wait, and how often somebody may guess. Pure.

Moments are seconds since 1970 UTC.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from broker.identity.lifetimes import GRACE, renewal_due

GUESSES_PER_SOURCE: Final = 10
GUESSES_IN_ALL: Final = 100
WINDOW_SECONDS: Final = 600.0


class Verdict(Enum):
    """What becomes of a wish for the next certificate, by the dates of the present one."""

    GRANTED = "granted"
    TOO_EARLY = "too early: two thirds of the certificate's life are not over"
    STAFF = "the certificate has expired: let staff approve with `sirkula-server invite --expired`"
    TOO_LATE = "the certificate expired too long ago: enrol the device anew"


def verdict(valid_from: float, valid_until: float, now: float) -> Verdict:
    """Whether a certificate may be renewed at `now`."""
    if now < valid_until:
        due = renewal_due(valid_from, valid_until, now)
        return Verdict.GRANTED if due else Verdict.TOO_EARLY
    return Verdict.STAFF if now < valid_until + GRACE else Verdict.TOO_LATE


@dataclass(frozen=True, slots=True)
class Guesses:
    """The wrong tries of late: when, and from which address. Never more than GUESSES_IN_ALL."""

    wrong: tuple[tuple[float, str], ...] = ()

    def wait(self, source: str, now: float) -> float:
        """Seconds until `source` may try again; 0 when it may now."""
        recent = [at for at, _ in self._recent(now)]
        own = [at for at, who in self._recent(now) if who == source]
        free = max(_free(own, GUESSES_PER_SOURCE), _free(recent, GUESSES_IN_ALL))
        return max(0.0, free - now)

    def after(self, source: str, now: float) -> "Guesses":
        """One more wrong try."""
        return Guesses((*self._recent(now), (now, source))[-GUESSES_IN_ALL:])

    def _recent(self, now: float) -> tuple[tuple[float, str], ...]:
        return tuple(one for one in self.wrong if now - one[0] < WINDOW_SECONDS)


def _free(tries: list[float], allowed: int) -> float:
    """When fewer than `allowed` of them are recent."""
    return tries[-allowed] + WINDOW_SECONDS if len(tries) >= allowed else 0.0
