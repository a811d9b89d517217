"""metraTec's line, and finding it in a stream of bytes. Pure: it never reads, waits or guesses.

    words CR            while checksums are off, as after switching on
    words SP HHHH CR    while they are on, each way

HHHH is a CRC-16 over the words and the space, most significant digit first: polynomial 8408
(reflected), start FFFF, not inverted. A reader may be set to end its answers with LF as well.
(rfid-sdk-java, MetratecReaderAscii; it and metratec_rfid send COF 4F5E, BRK 9977 and WAK 5E70.)
"""

import re
from dataclasses import dataclass
from typing import Final

from devices.checksum import checksum
from devices.errors import Garbled

# 256 bytes of a tag in digits, and the checksum: what is longer is noise.
_LONGEST: Final = 600
_WORDS: Final = re.compile(rf"[ -~]{{1,{_LONGEST - 6}}}")
_NOISE: Final = re.compile(rb"[^ -~]")
_CHECKED: Final = re.compile(r"(.+ )([0-9A-F]{4})")


@dataclass(frozen=True, slots=True)
class Line:
    """One line, without its checksum, and whether it has a good one."""

    text: str
    is_checked: bool = True

    def encode(self) -> bytes:
        """The bytes on the line. Raises Garbled when it is empty, too long or not ASCII."""
        if not _WORDS.fullmatch(self.text):
            raise Garbled(f"not a line: {self.text!r}")
        words = self.text.encode("ascii")
        if self.is_checked:
            words += b" %04X" % checksum(words + b" ")
        return words + b"\r"


class Receiver:
    """Hears bytes in any pieces and tells whole lines, in order.

    Of noise before a line, all is dropped to the last byte that is no printable ASCII. Without such
    a byte the line is told as one without a good checksum.
    """

    def __init__(self) -> None:
        self._heard = bytearray()

    def hear(self, data: bytes) -> None:
        self._heard += data

    def silence(self) -> None:
        """Forget a line that was not finished."""
        self._heard.clear()

    def next_frame(self) -> Line | None:
        """The next whole line that is not empty; None when more bytes are needed."""
        while (end := self._heard.find(b"\r")) >= 0:
            raw = bytes(self._heard[:end])
            del self._heard[: end + 1]
            if text := _NOISE.split(raw[-_LONGEST:])[-1].decode("ascii"):
                return _line(text)
        del self._heard[:-_LONGEST]
        return None


def _line(text: str) -> Line:
    match = _CHECKED.fullmatch(text)
    if match and checksum(match[1].encode("ascii")) == int(match[2], 16):
        return Line(match[1][:-1])
    return Line(text, is_checked=False)
