"""3M RFID 501: 32 bytes, no checksum. Pure, both ways.

    0    1            2    3     4..19  20..23               24..27  28..31
    +----+------------+----+-----+------+--------------------+-------+------+
    | 04 | index total| 00 | type| item | branch 12, libr. 20| custom| 00 ..|
    +----+------------+----+-----+------+--------------------+-------+------+

Numbers are big endian, the item is ASCII padded with 00 (as Biblio-RFID reads and writes it). As
there is no checksum, everything that is fixed has to be as it should.
"""

from dataclasses import dataclass
from typing import Final

from devices.errors import BadTag
from devices.tags.plain_text import TextField
from devices.tags.usage import Usage

MEMORY_BYTES: Final = 32

_MARK: Final = 0x04
_ITEM: Final = TextField(4, 16)
_TYPES: Final = 0x20
_PATRON: Final = 0  # or anything that is no item
_BOOK: Final = 1
# Book, magazine, bound journal, audio tape, video, CD, diskette, book with disk, CD or audio tape.
_ITEMS: Final = frozenset((_BOOK, 2, 3, 4, 5, 6, 7, 8, 9, 13))


@dataclass(frozen=True, slots=True)
class Label:
    """What the tag says; it is part `part` of `parts`. Branch and library are no ISIL."""

    item: str
    type: int = _BOOK
    parts: int = 1
    part: int = 1
    branch: int = 0
    library: int = 0
    custom: int = 0

    @property
    def usage(self) -> Usage:
        """An unknown type is nothing to lend, and type 0 may be a patron's card."""
        if self.type == _PATRON:
            return Usage.PATRON
        return Usage.CIRCULATION if self.type in _ITEMS else Usage.OTHER

    def encode(self, size: int = MEMORY_BYTES) -> bytes:
        """`size` bytes of memory. Raises BadTag when something does not fit."""
        if not self.part <= self.parts or size < MEMORY_BYTES:
            raise BadTag(f"part {self.part} of {self.parts} in {size} bytes is not possible")
        try:
            head = bytes((_MARK, self.part << 4 | self.parts, 0, self.type))
            tail = (self.branch << 20 | self.library).to_bytes(4, "big")
            tail += self.custom.to_bytes(4, "big", signed=True)
        except (ValueError, OverflowError) as error:
            raise BadTag(f"a number is too large for RFID 501: {self}") from error
        memory = (head + _ITEM.encode(self.item)[4:] + tail).ljust(size, b"\0")
        if decode(memory) != self:
            raise BadTag(f"a number is too large for RFID 501: {self}")
        return memory


def decode(memory: bytes) -> Label:
    """The label in user memory. Raises BadTag unless all of it is as it should be."""
    if len(memory) < MEMORY_BYTES or memory[0] != _MARK or memory[2] or any(memory[28:32]):
        raise BadTag("not RFID 501")
    part, parts = memory[1] >> 4, memory[1] & 0x0F
    if part > parts or memory[3] >= _TYPES:
        raise BadTag("RFID 501 with an impossible part or type")
    place = int.from_bytes(memory[20:24], "big")
    custom = int.from_bytes(memory[24:28], "big", signed=True)
    item = _ITEM.read(memory)
    return Label(item, memory[3], parts, part, place >> 20, place & 0xFFFFF, custom)
