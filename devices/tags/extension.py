"""The extension blocks behind the basic block of ISO 28560-3. Pure, both ways.

0      1..2        3   4..
+------+-----------+---+------------+   length 1 is a filler byte, length 0 ends the blocks
|length| id, LSB 1.|XOR| payload ...|
+------+-----------+---+------------+
"""

from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Final

from devices.errors import BadTag

_HEAD: Final = 4
_FILLER: Final = 1
_BLOCK_BYTES: Final = 0xFF
_IDS: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension block: its id (1 library, 2 acquisition, 3 supplement, 4 title, 5 ILL).

    An id whose high byte is FF goes on in the block itself (3 and 4 byte ids); nothing is given
    such an id yet, so these bytes are kept as they are.
    """

    id: int
    payload: bytes

    @property
    def media_format(self) -> int | None:
        """0 undefined, 1 book, 2 disc, 3 magnetic tape, 4 other; only block 1 has one."""
        return self.payload[0] if self.id == 1 and self.payload else None

    @property
    def strings(self) -> tuple[str, ...]:
        """The fields in order, separated by 00; trailing empty ones are left out on the tag."""
        text = self.payload[1:] if self.id == 1 else self.payload
        return tuple(text_of(field) for field in text.split(b"\0")) if text else ()

    def encode(self) -> bytes:
        """Length of all, id least significant first, a byte that makes the XOR zero, payload."""
        length = _HEAD + len(self.payload)
        if not 0 <= self.id < _IDS or length > _BLOCK_BYTES:
            raise BadTag(f"extension block {self.id} does not fit into 255 bytes")
        head = bytes((length, self.id & 0xFF, self.id >> 8))
        return head + bytes((reduce(xor, head + self.payload),)) + self.payload


def extensions_in(memory: bytes) -> tuple[tuple[Extension, ...], bool]:
    """The sound blocks before the end or the first broken one; they never spoil the basic block."""
    found: list[Extension] = []
    at = 0
    while at < len(memory) and (length := memory[at]):
        block = memory[at : at + length]
        at += length
        if length == _FILLER:
            continue
        if len(block) < max(length, _HEAD) or reduce(xor, block):
            return tuple(found), True
        found.append(Extension(block[1] | block[2] << 8, block[_HEAD:]))
    return tuple(found), False


def text_of(field: bytes) -> str:
    """Text up to the first 00. Older installations wrote ISO 8859-1 instead of UTF-8."""
    raw = field.split(b"\0", 1)[0].rstrip(b" ")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("iso8859-1")
