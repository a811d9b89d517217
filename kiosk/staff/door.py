"""Who may enter staff mode: cards by keyed hash, a code by a slow one, and five tries. Pure.

card   BLAKE2b (RFC 7693) of its number in capitals, keyed, 16 bytes, hexadecimal
code   scrypt:N:r:p:SALT:HASH (RFC 7914), salt and hash hexadecimal
"""

import hmac
from dataclasses import dataclass
from hashlib import blake2b, scrypt
from typing import Final

from broker.vocabulary import PatronId, Secret

LEAST_DIGITS: Final = 6
TRIES: Final = 5
LOCKED_SECONDS: Final = 300.0
_LONGEST_SECONDS: Final = 3600.0
_CARD_BYTES: Final = 16
_COST: Final = (2**14, 8, 1)
_MOST_COST: Final = (2**17, 16, 4)
_MEMORY: Final = 2**28


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


def card_hash(number: PatronId, key: bytes) -> str:
    """What is kept of a staff card."""
    spoken = number.reveal().upper().encode()
    return blake2b(spoken, key=key, digest_size=_CARD_BYTES).hexdigest()


def code_hash(code: Secret, salt: bytes) -> str:
    """What is kept of a code, as it stands in settings. Raises ValueError for a weak one."""
    if not (code.reveal().isdecimal() and len(code.reveal()) >= LEAST_DIGITS):
        raise ValueError(f"a staff code has {LEAST_DIGITS} digits or more")
    cost, size, lanes = _COST
    made = scrypt(code.reveal().encode(), salt=salt, n=cost, r=size, p=lanes, maxmem=_MEMORY)
    return f"scrypt:{cost}:{size}:{lanes}:{salt.hex()}:{made.hex()}"


def is_code(code: Secret, kept: str) -> bool:
    """Whether `kept` was made of this code. Raises ValueError for what `code_hash` never makes."""
    costs, salt, wanted = parsed(kept)
    cost, size, lanes = costs
    made = scrypt(
        code.reveal().encode(),
        salt=salt,
        n=cost,
        r=size,
        p=lanes,
        maxmem=_MEMORY,
        dklen=len(wanted),
    )
    return hmac.compare_digest(made, wanted)


def parsed(kept: str) -> tuple[tuple[int, int, int], bytes, bytes]:
    """Costs, salt and hash. Raises ValueError with what to do."""
    try:
        name, cost, size, lanes, salt, wanted = kept.split(":")
        costs = (int(cost), int(size), int(lanes))
        parts = bytes.fromhex(salt), bytes.fromhex(wanted)
    except ValueError as error:
        raise ValueError("not a code's hash: make one with `sirkula staff code`") from error
    affordable = all(0 < one <= most for one, most in zip(costs, _MOST_COST, strict=True))
    if name != "scrypt" or not affordable or costs[0] & (costs[0] - 1) or not all(parts):
        raise ValueError("not a code's hash: make one with `sirkula staff code`")
    return costs, *parts
