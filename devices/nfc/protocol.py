"""nfcpy's radio over UDP. Pure.

One ASCII datagram is one radio frame: the technology, a space, the frame in hexadecimal digits.
The technology alone says "no answer" at once; `RFOFF` says the field went off.
"""

from dataclasses import dataclass
from typing import Final

from devices.errors import Garbled

TYPE_A: Final = "106A"
TYPE_B: Final = "106B"
FELICA: Final = "212F"
FIELD_OFF: Final = "RFOFF"

# HLTA: a selected card of type A keeps quiet until the field goes off (ISO/IEC 14443-3, 6.4.3).
HALT: Final = b"\x50\x00"


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
