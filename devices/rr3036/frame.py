"""The RR3036's frame, and finding it in a stream of bytes. Pure: it never reads, waits or guesses.

    LEN ADR CMD STATE data .. CRC CRC      a question; LEN counts the bytes after it
    LEN ADR STATUS data .. CRC CRC         an answer; it does not say to what

A reader has address 00 as delivered. CRC-16, polynomial 8408 (reflected), start FFFF, least
significant byte first, over all before it. (545ch4/RR3036, connection.rb.)
"""

from dataclasses import dataclass
from typing import Final

from devices.checksum import checksum
from devices.errors import Garbled

ANY_ADDRESS: Final = 0xFF

_OVERHEAD: Final = 4
_LONGEST: Final = 0xFF


@dataclass(frozen=True, slots=True)
class Frame:
    """One question or answer; `code` is its command or status. Address FF is heard by every one."""

    code: int
    body: bytes = b""
    address: int = ANY_ADDRESS

    def encode(self) -> bytes:
        """The bytes on the line. Raises Garbled when the body is too long."""
        length = len(self.body) + _OVERHEAD
        if length > _LONGEST:
            raise Garbled(f"a frame of {length} bytes is too long")
        covered = bytes((length, self.address, self.code)) + self.body
        return covered + checksum(covered).to_bytes(2, "little")


class Receiver:
    """Hears bytes in any pieces and tells whole frames, in order; noise between them is dropped.

    Nothing marks the beginning of a frame, so a byte of noise is taken for a length and makes it
    wait for bytes that never come. It seldom does where `address` is known, and only frames with
    it or FF are told; call `silence` when the line has been silent.
    """

    def __init__(self, address: int = ANY_ADDRESS) -> None:
        self._address = address
        self._heard = bytearray()

    def hear(self, data: bytes) -> None:
        self._heard += data

    def silence(self) -> None:
        """Forget a frame that was not finished."""
        self._heard.clear()

    def next_frame(self) -> Frame | None:
        """The next whole frame with a good checksum; None when more bytes are needed."""
        while self._heard:
            length = self._heard[0]
            if length >= _OVERHEAD and self._may_be_meant():
                if len(self._heard) <= length:
                    return None
                raw = bytes(self._heard[: length + 1])
                if checksum(raw[:-2]) == int.from_bytes(raw[-2:], "little"):
                    del self._heard[: len(raw)]
                    return Frame(raw[2], raw[3:-2], raw[1])
            del self._heard[0]
        return None

    def _may_be_meant(self) -> bool:
        """Until its address is there, any frame may."""
        if self._address == ANY_ADDRESS or len(self._heard) == 1:
            return True
        return self._heard[1] in (self._address, ANY_ADDRESS)
