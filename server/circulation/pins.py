"""When a patron has to prove a card with a PIN, and how often they may guess. Pure.

Law: where a PIN is needed, a number that nobody has is answered as one whose PIN was wrong, in the
same time and as often, so that nobody finds out who is a member by trying.
"""

from dataclasses import dataclass

from broker.requests import AccountOf, Identify
from broker.telemetry import PinAsked


@dataclass(frozen=True, slots=True)
class PinPolicy:
    """`tries` wrong PINs lock a number for so many seconds; a right one begins the count anew."""

    asked: PinAsked = PinAsked.ACCOUNT
    tries: int = 5
    locked_seconds: float = 900.0


@dataclass(frozen=True, slots=True)
class Guesses:
    """Wrong PINs for one number, the latest at `latest_at` (seconds since 1970 UTC)."""

    wrong: int = 0
    latest_at: float = 0.0


def is_needed(question: Identify | AccountOf, policy: PinPolicy) -> bool:
    """Whether the question is answered only with a PIN, for whoever has one."""
    match policy.asked:
        case PinAsked.NEVER:
            return False
        case PinAsked.ACCOUNT:
            return isinstance(question, AccountOf)
        case PinAsked.ALWAYS:
            return True


def is_locked(guesses: Guesses, policy: PinPolicy, now: float) -> bool:
    """Whether no PIN is looked at now, not even the right one."""
    return guesses.wrong >= policy.tries and not is_over(guesses, policy, now)


def is_over(guesses: Guesses, policy: PinPolicy, now: float) -> bool:
    """Whether the guesses are so long ago that they count no more."""
    return now >= guesses.latest_at + policy.locked_seconds


def after_wrong(guesses: Guesses, policy: PinPolicy, now: float) -> Guesses:
    """With one more wrong PIN."""
    return Guesses(1 if is_over(guesses, policy, now) else guesses.wrong + 1, now)
