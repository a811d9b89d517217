"""FEIG's two frames, and finding them in a stream of bytes. Pure: it never reads, waits or guesses.

    standard   LEN  ADR CMD payload .. CRC CRC          LEN counts every byte, 5 or more
    advanced   02 LEN LEN ADR CMD payload .. CRC CRC    LEN most significant byte first, 7 or more

CRC-16, polynomial 8408 (reflected), start FFFF, least significant byte first, over all before it.
A reply's payload begins with its status. A reader answers in the form it was asked in, but in the
advanced one what would be longer than 255 bytes (H60301, 2.1).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from devices.checksum import checksum
from devices.errors import Garbled

ANY_ADDRESS: Final = 0xFF

_ADVANCED_MARK: Final = 0x02
_STANDARD_OVERHEAD: Final = 5
_ADVANCED_OVERHEAD: Final = 7
STANDARD_LONGEST: Final = 0xFF - _STANDARD_OVERHEAD
# No reader of these families has a buffer beyond 1 KiB: a longer length is noise.
_LONGEST: Final = 1024


class Form(Enum):
    STANDARD = "standard"
    ADVANCED = "advanced"


@dataclass(frozen=True, slots=True)
class Frame:
    """One question or reply. Address FF is heard by every reader."""

    address: int
    command: int
    payload: bytes
    form: Form = Form.ADVANCED

    def encode(self) -> bytes:
        """The bytes on the line. Raises Garbled when it is too long for its form."""
        body = bytes((self.address, self.command)) + self.payload
        if self.form is Form.STANDARD:
            length = len(self.payload) + _STANDARD_OVERHEAD
            head, longest = bytes((length & 0xFF,)), 0xFF
        else:
            length = len(self.payload) + _ADVANCED_OVERHEAD
            head, longest = bytes((_ADVANCED_MARK,)) + length.to_bytes(2, "big"), _LONGEST
        if length > longest:
            raise Garbled(f"a frame of {length} bytes is too long")
        return head + body + checksum(head + body).to_bytes(2, "little")


class Receiver:
    """Hears bytes in any pieces and tells whole frames, in order; noise between them is dropped.

    A length byte in noise can make it wait for bytes that never come: call `silence` when the line
    has been silent.
    """

    def __init__(self) -> None:
        self._heard = bytearray()

    def hear(self, data: bytes) -> None:
        self._heard += data

    def silence(self) -> None:
        """Forget a frame that was not finished."""
        self._heard.clear()

    def next_frame(self) -> Frame | None:
        """The next whole frame with a good checksum; None when more bytes are needed."""
        while self._heard:
            head = self._head()
            if head is None:
                return None
            form, size, length = head
            if length <= _LONGEST and size + 4 <= length:
                if len(self._heard) < length:
                    return None
                raw = bytes(self._heard[:length])
                if checksum(raw[:-2]) == int.from_bytes(raw[-2:], "little"):
                    del self._heard[:length]
                    return Frame(raw[size], raw[size + 1], raw[size + 2 : -2], form)
            del self._heard[0]
        return None

    def _head(self) -> tuple[Form, int, int] | None:
        """The form, the size of its head and the length it announces; None when not yet known."""
        if self._heard[0] != _ADVANCED_MARK:
            return Form.STANDARD, 1, self._heard[0]
        if len(self._heard) < 3:  # noqa: PLR2004 - the mark and two length bytes
            return None
        return Form.ADVANCED, 3, int.from_bytes(self._heard[1:3], "big")
