"""How staff are known: their cards by a keyed hash, their code by a slow one. Pure.

Of a card is kept the BLAKE2b (RFC 7693) of its number in capitals, keyed, 16 bytes; of the code
`scrypt:N:r:p:SALT:HASH` (RFC 7914). All bytes are written in hexadecimal.
"""

import hmac
import re
from dataclasses import dataclass
from hashlib import blake2b, scrypt
from typing import Final

from broker.vocabulary import PatronId, Secret

LEAST_DIGITS: Final = 6
LEAST_KEY_BYTES: Final = 16
_CARD_BYTES: Final = 16
_CARD: Final = re.compile(r"[0-9a-f]{32}")
_KEY: Final = re.compile(r"([0-9a-f]{2}){16,64}")
_COST: Final = (2**14, 8, 1)
_MOST_COST: Final = (2**17, 16, 4)
_MEMORY: Final = 2**28


@dataclass(frozen=True, slots=True)
class StaffCards:
    """Whose cards open a station's staff mode: `cards` are hashes, made with `key`.

    Each is the keyed BLAKE2b, 16 bytes, of the card's number in capitals; all in hexadecimal.
    Raises ValueError on anything else.
    """

    key: str = ""
    cards: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.cards and _KEY.fullmatch(self.key) is None:
            raise ValueError(f"the key of staff cards is {LEAST_KEY_BYTES} bytes in hexadecimal")
        if any(_CARD.fullmatch(card) is None for card in self.cards):
            raise ValueError("a staff card is kept as a hash: `sirkula staff card`")

    def __contains__(self, number: PatronId) -> bool:
        return bool(self.cards) and card_hash(number, bytes.fromhex(self.key)) in self.cards


NO_STAFF: Final = StaffCards()


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
