"""The PN532's frames on a serial line, both ways. Pure: it never reads, waits or guesses.

    normal     00 00 FF  LEN LCS            body  DCS 00
    extended   00 00 FF  FF FF LEN LEN LCS  body  DCS 00     LEN most significant byte first
    ACK        00 00 FF  00 FF              -     -   00

A body begins with D4 (a command to the chip), D5 (its response) or 7F (its complaint). Length and
its checksum add up to 00, and so do the body and its own (PN532 user manual UM0701-02, 6.2.1).
"""

from dataclasses import dataclass
from typing import Final

from devices.errors import Garbled

_START: Final = b"\x00\xff"
_EXTENDED_MARK: Final = b"\xff\xff"
_ACK_MARK: Final = b"\x00\xff"
_NORMAL_LONGEST: Final = 0xFF
_LONGEST: Final = 265
_NORMAL_HEAD: Final = 4
_EXTENDED_HEAD: Final = 7


@dataclass(frozen=True, slots=True)
class Frame:
    """One command or response; an empty one is the acknowledgement."""

    body: bytes

    def encode(self) -> bytes:
        """The bytes on the line. Raises Garbled when the chip has no room for it."""
        size = len(self.body)
        if size > _LONGEST:
            raise Garbled(f"a frame of {size} bytes is too long")
        if not self.body:
            return b"\x00" + _START + _ACK_MARK + b"\x00"
        if size <= _NORMAL_LONGEST:
            head = bytes((size, -size & 0xFF))
        else:
            length = size.to_bytes(2, "big")
            head = _EXTENDED_MARK + length + bytes((-sum(length) & 0xFF,))
        return b"\x00" + _START + head + self.body + bytes((-sum(self.body) & 0xFF, 0))


ACK: Final = Frame(b"")


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
        """The next whole frame with good checksums; None when more bytes are needed."""
        while (start := self._heard.find(_START)) >= 0:
            del self._heard[:start]
            spans = self._spans()
            if spans is None:
                return None
            head, size = spans
            if size <= _LONGEST:
                if len(self._heard) <= head + size:
                    return None
                body = bytes(self._heard[head : head + size])
                if (sum(body) + self._heard[head + size]) & 0xFF == 0:
                    del self._heard[: head + size + 1]
                    return Frame(body)
            del self._heard[0]
        # Half a start code may be waiting for its other half.
        del self._heard[:-1]
        return None

    def _spans(self) -> tuple[int, int] | None:
        """Bytes of head and body; a body beyond the longest is noise, None is not yet known."""
        if len(self._heard) < _NORMAL_HEAD:
            return None
        length = self._heard[2:_NORMAL_HEAD]
        if length == _ACK_MARK:
            return _NORMAL_HEAD, 0
        if length != _EXTENDED_MARK:
            is_good = length[0] and sum(length) & 0xFF == 0
            return _NORMAL_HEAD, length[0] if is_good else _LONGEST + 1
        if len(self._heard) < _EXTENDED_HEAD:
            return None
        size = int.from_bytes(self._heard[4:6], "big")
        is_good = size and sum(self._heard[4:_EXTENDED_HEAD]) & 0xFF == 0
        return _EXTENDED_HEAD, size if is_good else _LONGEST + 1
