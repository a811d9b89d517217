"""The RL866's frame, and finding it in a stream of bytes. Pure: it never reads, waits or guesses.

    FA LEN RID PCB body .. CRC CRC      LEN counts all but FA: 5 to 255

RID is the reader's address. PCB is 00 or 40 in I-blocks, which carry commands: bit 6 toggles with
each. It is C0 in RESYNC, after which both ends begin with 00 again, and E0 in its answer; neither
has a body. CRC-16, polynomial 8408 (reflected), start FFFF, least significant byte first, over LEN
to the end of the body.
"""

from dataclasses import dataclass
from typing import Final

from devices.checksum import checksum
from devices.errors import Garbled

ANY_ADDRESS: Final = 0xFF
SEQUENCE: Final = 0x40
RESYNC: Final = 0xC0
RESYNCED: Final = 0xE0

_MARK: Final = 0xFA
_OVERHEAD: Final = 5
_LONGEST: Final = 0xFF


@dataclass(frozen=True, slots=True)
class Frame:
    """One question or answer. Address FF is heard by every reader."""

    control: int
    body: bytes = b""
    address: int = ANY_ADDRESS

    def encode(self) -> bytes:
        """The bytes on the line. Raises Garbled when the body is too long."""
        length = len(self.body) + _OVERHEAD
        if length > _LONGEST:
            raise Garbled(f"a frame of {length} bytes is too long")
        covered = bytes((length, self.address, self.control)) + self.body
        return bytes((_MARK,)) + covered + checksum(covered).to_bytes(2, "little")


class Receiver:
    """Hears bytes in any pieces and tells whole frames, in order; noise between them is dropped.

    A length in noise can make it wait for bytes that never come: call `silence` when the line has
    been silent.
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
            if self._heard[0] == _MARK:
                if len(self._heard) == 1:
                    return None
                length = self._heard[1]
                if length >= _OVERHEAD:
                    if len(self._heard) <= length:
                        return None
                    raw = bytes(self._heard[1 : length + 1])
                    if checksum(raw[:-2]) == int.from_bytes(raw[-2:], "little"):
                        del self._heard[: length + 1]
                        return Frame(raw[2], raw[3:-2], raw[1])
            del self._heard[0]
        return None
