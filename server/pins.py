"""Members' PINs: set, compared with, and locked after wrong guesses, for all stations at once.

Law: works in the caller's transaction, one writer at a time, and never commits. A PIN is compared
with and let go; only what it can be compared with is kept.
"""

import re
import secrets
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from broker.errors import SirkulaError
from broker.requests import AccountOf, Identify
from broker.telemetry import PinAsked
from broker.vocabulary import PatronId, Pin, Reason, Refusal, Secret
from server import catalogue
from server.circulation.pins import (
    Guesses,
    PinPolicy,
    after_wrong,
    is_locked,
    is_needed,
)
from server.journal.keeping import keep
from server.journal.tables import pin, pin_guess
from server.passwords import NONE, SALT_BYTES, Password

# A kiosk's pad has digits.
_FORM: Final = re.compile(r"[0-9]{4,12}")
_HASH: Final = select(pin.c.hash).where(pin.c.member == bindparam("of_member"))
_GUESSES: Final = select(pin_guess).where(pin_guess.c.number == bindparam("this"))
_FORGET: Final = delete(pin_guess).where(pin_guess.c.number == bindparam("this"))
_OVER: Final = delete(pin_guess).where(pin_guess.c.latest_at <= bindparam("long_ago"))


class UnfitPin(SirkulaError):
    """No PIN can be this; the text says what can, and does not repeat it."""


def set_pin(connection: Connection, member: str, secret: Secret, now: float) -> None:
    """Give this member number a PIN and forget its wrong guesses. Raises UnfitPin."""
    if _FORM.fullmatch(secret.reveal()) is None:
        raise UnfitPin("a PIN is 4 to 12 digits")
    remove_pin(connection, member)
    line = Password.hashed(secret.reveal(), secrets.token_bytes(SALT_BYTES)).line
    connection.execute(insert(pin), {"member": member, "hash": line, "set_at": now})


def remove_pin(connection: Connection, member: str) -> None:
    """Take the member number's PIN away, and forget its wrong guesses."""
    connection.execute(delete(pin).where(pin.c.member == member))
    connection.execute(_FORGET, {"this": member})


def has_pin(connection: Connection, member: str) -> bool:
    """Whether this member number has one."""
    return connection.scalar(_HASH, {"of_member": member}) is not None


def objection(
    connection: Connection, question: Identify | AccountOf, policy: PinPolicy, now: float
) -> Refusal | None:
    """What is still to be proved before the question is answered; None when nothing is.

    A wrong PIN is counted. One that was never asked for is looked at all the same.
    """
    if policy.asked is PinAsked.NEVER or not isinstance(question.patron, PatronId):
        return None
    needed = is_needed(question, policy)
    if question.pin is None and not needed:
        return None
    patron = question.patron
    member = catalogue.members_of(connection, (patron,)).get(patron)
    number = patron.reveal().upper() if member is None else member
    kept = connection.scalar(_HASH, {"of_member": number})
    if member is not None and kept is None and policy.asked is not PinAsked.ALWAYS:
        return None
    guesses = _guesses(connection, number)
    if is_locked(guesses, policy, now):
        return Refusal(Reason.PIN_LOCKED)
    if question.pin is None:
        return Refusal(Reason.NEEDS_PIN)
    if _is_right(question.pin, kept if member is not None else None):
        connection.execute(_FORGET, {"this": number})
        return None
    guesses = after_wrong(guesses, policy, now)
    _keep(connection, number, guesses, policy)
    return Refusal(Reason.PIN_LOCKED if is_locked(guesses, policy, now) else Reason.WRONG_PIN)


def is_shut(connection: Connection, patron: PatronId, policy: PinPolicy, now: float) -> bool:
    """Whether this number's PIN is not looked at now: where another system knows the PINs."""
    return is_locked(_guesses(connection, patron.reveal().upper()), policy, now)


def tried(
    connection: Connection, patron: PatronId, policy: PinPolicy, now: float, *, right: bool
) -> bool:
    """Keep what another system said of a PIN; whether the number is locked by it."""
    number = patron.reveal().upper()
    if right:
        connection.execute(_FORGET, {"this": number})
        return False
    guesses = after_wrong(_guesses(connection, number), policy, now)
    _keep(connection, number, guesses, policy)
    return is_locked(guesses, policy, now)


def _guesses(connection: Connection, number: str) -> Guesses:
    row = connection.execute(_GUESSES, {"this": number}).first()
    return Guesses() if row is None else Guesses(row.wrong, row.latest_at)


def _is_right(said: Pin, kept: str | None) -> bool:
    """Takes as long when there is nothing to compare with."""
    known = NONE if kept is None else Password(kept)
    right = isinstance(said, Secret) and known.is_(said.reveal())
    return right and kept is not None


def _keep(connection: Connection, number: str, guesses: Guesses, policy: PinPolicy) -> None:
    """Keep them as long as they count, and no other that does not."""
    connection.execute(_OVER, {"long_ago": guesses.latest_at - policy.locked_seconds})
    row = {"number": number, "wrong": guesses.wrong, "latest_at": guesses.latest_at}
    keep(connection, pin_guess, row)
