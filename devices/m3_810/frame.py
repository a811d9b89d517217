"""3M's frame, and finding it in a stream of bytes. Pure: it never reads, waits or guesses.

    D6 LEN LEN CMD body .. CRC CRC      LEN counts the bytes after it, most significant byte first

D5 in place of D6 marks the probe a host begins with, and its answer. CRC-16/GENIBUS: polynomial
1021, start FFFF, inverted, most significant byte first, over LEN to the end of the body. The body
of a reply begins with its error code. (Sections 2 and 4, appendix C.)
"""

from binascii import crc_hqx
from dataclasses import dataclass
from typing import Final

from devices.errors import Garbled

MARK: Final = 0xD6
PROBE_MARK: Final = 0xD5

_HEAD_BYTES: Final = 3
_SHORTEST: Final = 3
# A read of all 256 blocks has 1,550 bytes: a longer length is noise.
_LONGEST: Final = 2048


@dataclass(frozen=True, slots=True)
class Frame:
    """One question or reply."""

    command: int
    body: bytes = b""
    mark: int = MARK

    def encode(self) -> bytes:
        """The bytes on the line. Raises Garbled when the body is too long."""
        length = len(self.body) + _SHORTEST
        if length > _LONGEST:
            raise Garbled(f"a frame of {length} bytes is too long")
        covered = length.to_bytes(2, "big") + bytes((self.command,)) + self.body
        return bytes((self.mark,)) + covered + checksum(covered).to_bytes(2, "big")


def checksum(covered: bytes) -> int:
    """CRC-16/GENIBUS.

    >>> hex(checksum(b"123456789"))
    '0xd64e'
    """
    return crc_hqx(covered, 0xFFFF) ^ 0xFFFF


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
            if self._heard[0] in (MARK, PROBE_MARK):
                if len(self._heard) < _HEAD_BYTES:
                    return None
                length = int.from_bytes(self._heard[1:_HEAD_BYTES], "big")
                if _SHORTEST <= length <= _LONGEST:
                    if len(self._heard) < _HEAD_BYTES + length:
                        return None
                    raw = bytes(self._heard[: _HEAD_BYTES + length])
                    if checksum(raw[1:-2]) == int.from_bytes(raw[-2:], "big"):
                        del self._heard[: len(raw)]
                        return Frame(raw[3], raw[4:-2], raw[0])
            del self._heard[0]
        return None
