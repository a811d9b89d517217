"""Who may enter staff mode: cards by keyed hash, a code by a slow one, and five tries. Pure.

card   BLAKE2b (RFC 7693) of its number in capitals, keyed, 16 bytes, hexadecimal
code   scrypt:N:r:p:SALT:HASH (RFC 7914), salt and hash hexadecimal
"""

from dataclasses import dataclass
from typing import Final

LEAST_DIGITS: Final = 6
TRIES: Final = 5
LOCKED_SECONDS: Final = 300.0
_LONGEST_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Door:
    """How many wrong codes were typed since the last right one, and until when it is locked."""

    wrong: int = 0
    locked_until: float = 0.0

    def seconds_locked(self, now: float) -> float:
        return max(0.0, self.locked_until - now)


def tried(door: Door, *, right: bool, now: float) -> Door:
    """The door after a code: every five wrong ones lock it, each time for twice as long."""
    if right:
        return Door()
    return _locked(Door(door.wrong + 1, door.locked_until), now)


def remembered(wrong: int, now: float) -> Door:
    """The door after a restart, which must not be a way around its lock."""
    return _locked(Door(wrong), now)


def _locked(door: Door, now: float) -> Door:
    rounds, rest = divmod(door.wrong, TRIES)
    if rounds == 0 or rest:
        return door
    doubled = min(LOCKED_SECONDS * 2.0 ** min(rounds - 1, TRIES), _LONGEST_SECONDS)
    return Door(door.wrong, now + doubled)
