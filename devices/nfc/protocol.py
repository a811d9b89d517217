"""Who a card is, and nfcpy's radio over UDP. Pure.

One ASCII datagram is one radio frame: the technology, a space, the frame in hexadecimal digits.
The technology alone says "no answer" at once; `RFOFF` says the field went off.
"""

from dataclasses import dataclass
from typing import Final

from broker.vocabulary import PatronId
from devices.errors import Garbled

TYPE_A: Final = "106A"
TYPE_B: Final = "106B"
FELICA: Final = "212F"
FIELD_OFF: Final = "RFOFF"

_SINGLE_SIZE: Final = 4
_RANDOM: Final = b"\x08"
_RANDOM_NFCID2: Final = b"\x01\xfe"
_FELICA_SIZE: Final = 8


@dataclass(frozen=True, slots=True)
class Datagram:
    """One radio frame on its way; an empty one is no answer."""

    technology: str
    frame: bytes = b""

    def encode(self) -> bytes:
        return f"{self.technology} {self.frame.hex().upper()}".strip().encode("ascii")

    @classmethod
    def decode(cls, raw: bytes) -> "Datagram":
        """Raises Garbled when it is not of this format."""
        try:
            technology, _, digits = raw.decode("ascii").partition(" ")
            frame = bytes.fromhex(digits)
        except ValueError as error:
            raise Garbled(f"not a radio frame: {raw[:20]!r}") from error
        if not technology.isalnum():
            raise Garbled("a radio frame without a technology")
        return cls(technology, frame)


def patron_of(identifier: bytes) -> PatronId | None:
    """The number a card's identifier stands for; None when it is made up anew at every tap.

    Those are UIDs of four bytes beginning 08 (ISO/IEC 14443-3, 6.5.4) and the identifiers of
    phones that begin 01 FE (JIS X 6319-4, NFCID2).

    >>> number = patron_of(bytes.fromhex("04497622D93881"))
    >>> number.reveal() if number else None
    '04497622D93881'
    """
    if len(identifier) < _SINGLE_SIZE:
        return None
    if len(identifier) == _SINGLE_SIZE and identifier.startswith(_RANDOM):
        return None
    if len(identifier) == _FELICA_SIZE and identifier.startswith(_RANDOM_NFCID2):
        return None
    return PatronId(identifier.hex().upper())
