"""ISO 28560-3, the fixed layout, also known as the Danish data model (DS/INF 163-1). Pure.

    0     1      2     3..18  19..20  21..22   23..33   34..
    +-----+------+-----+------+-------+--------+--------+----------------+
    |v |u | parts| part| item | CRC-16| country| library| extensions ... |
    +-----+------+-----+------+-------+--------+--------+----------------+

v version, u type of usage; numbers are little endian, text is UTF-8 padded with 00. A tag of 32
bytes leaves out the last two of the library and has no extensions; its CRC is the same.

Read beyond the standard, because tags in the field are so: see `Oddity`. Written only as the
standard says.
"""

from binascii import crc_hqx
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from devices.errors import BadTag
from devices.tags.extension import Extension, extensions_in, text_of

BASIC_BYTES: Final = 34
SHORT_BYTES: Final = 32
DSFID: Final = 0x3E

_ITEM: Final = slice(3, 19)
_COUNTRY: Final = slice(21, 23)
_LIBRARY: Final = slice(23, 34)
_SHORT_LIBRARY: Final = slice(23, 32)
_CRC_START: Final = 0xFFFF
_TEXT: Final = bytes([*range(0x20, 0x7F), *range(0x80, 0x100)])
_WRONG_CHECKSUM: Final = "the ISO 28560-3 checksum is wrong: the tag is damaged, or half written"
_MANY_PARTS: Final = 0x20
_MARKS_ENOUGH: Final = 3


class Oddity(Enum):
    """How a tag departs from the standard and is still read; the value is for a technician."""

    LAST_BYTES = (
        "the checksum leaves out bytes 32 and 33: written in the form of 32 bytes, or damaged there"
    )
    THIRTY_BYTES = "the checksum covers only the 30 bytes of a short tag (a variant of one vendor)"
    REVERSED = "every block is written in reverse (a variant of some vendors)"


@dataclass(frozen=True, slots=True)
class Label:
    """What the basic block says. `usage` is the nibble; parts and part are 0 when not used."""

    item: str
    usage: int
    parts: int
    part: int
    country: str
    library: str
    version: int = 1
    extensions: tuple[Extension, ...] = ()

    @property
    def isil(self) -> str | None:
        """The owner's ISIL (ISO 15511), e.g. `DK-718500`; None when the tag names no owner."""
        if self.country and self.library:
            return f"{self.country}-{self.library}"
        return self.country or self.library or None

    def encode(self, size: int = BASIC_BYTES) -> bytes:
        """`size` bytes of memory: 32 for the short form, 34 or more. Raises BadTag if too small."""
        if size != SHORT_BYTES and size < BASIC_BYTES:
            raise BadTag(f"a tag of {size} bytes is too small for ISO 28560-3")
        room = 9 if size == SHORT_BYTES else 11
        basic = self._basic(room)
        written = basic[:SHORT_BYTES] if size == SHORT_BYTES else basic + self._extended()
        if len(written) > size or (size == SHORT_BYTES and self.extensions):
            raise BadTag(f"the extension blocks do not fit into {size} bytes")
        return written.ljust(size, b"\0")

    def _basic(self, library_room: int) -> bytes:
        nibbles, octets = (self.version, self.usage), (self.parts, self.part)
        if not all(0 <= n < 1 << 4 for n in nibbles) or not all(0 <= n < 1 << 8 for n in octets):
            raise BadTag(f"usage {self.usage}, part {self.part} of {self.parts} do not fit")
        front = bytes((self.version << 4 | self.usage, self.parts, self.part))
        front += _field("item", self.item, 16)
        back = _field("country", self.country, 2)
        back += _field("library", self.library, library_room).ljust(11, b"\0")
        return front + checksum(front + back).to_bytes(2, "little") + back

    def _extended(self) -> bytes:
        return b"".join(extension.encode() for extension in self.extensions)


class Reading(NamedTuple):  # made for every tag, and quicker than a dataclass
    """A label whose checksum fits: what was odd, and whether each field holds what it should."""

    label: Label
    oddity: Oddity | None
    is_plausible: bool
    has_damaged_extension: bool


def checksum(covered: bytes) -> int:
    """CRC-16 with polynomial 1021, start FFFF, not reflected (ISO 28560-3, annex).

    >>> hex(checksum(b"RFID tag data model"))
    '0x1aee'
    """
    return crc_hqx(covered, _CRC_START)


def decode(memory: bytes, block_size: int = 4) -> Label:
    """The label in user memory, from block 0 on. Raises BadTag when no checksum fits."""
    reading = examine(memory, block_size)
    if reading.oddity is Oddity.LAST_BYTES:
        raise BadTag(_WRONG_CHECKSUM)
    return reading.label


def examine(memory: bytes, block_size: int = 4) -> Reading:
    """The same, and how it departs from the standard; also when only the last bytes do not fit."""
    if len(memory) < SHORT_BYTES:
        raise BadTag(f"{len(memory)} bytes are too few for ISO 28560-3")
    stored, front = memory[19] | memory[20] << 8, crc_hqx(memory[:19], _CRC_START)
    covered = crc_hqx(memory[21:SHORT_BYTES], front)
    tail = memory[SHORT_BYTES:BASIC_BYTES].ljust(2, b"\0")
    if stored == crc_hqx(tail, covered):
        return _reading(memory, None)
    if stored == crc_hqx(b"\0\0", covered):
        return _reading(memory, Oddity.LAST_BYTES)
    # A second checksum to fit is a second chance for damage to, so it has to look right as well.
    if stored == covered and tail == b"\0\0" and _is_plausible(memory):
        return _reading(memory, Oddity.THIRTY_BYTES)
    turned = _blocks_reversed(memory[: _whole_blocks(BASIC_BYTES, block_size)], block_size)
    basic = turned[:BASIC_BYTES].ljust(BASIC_BYTES, b"\0")
    sound = turned[19] | turned[20] << 8 == checksum(basic[:19] + basic[21:])
    if sound and basic[0] >> 4 == 1 and _is_plausible(basic):
        return _reading(_blocks_reversed(memory, block_size), Oddity.REVERSED)
    raise BadTag(_WRONG_CHECKSUM)


def has_the_look(memory: bytes, block_size: int = 4) -> bool:
    """Whether this was meant as ISO 28560-3, even if its checksum is wrong.

    Enough of the fields hold what they should to keep another model from finding a number in a
    damaged tag.
    """
    if len(memory) < SHORT_BYTES:
        return False
    turned = _blocks_reversed(memory[: _whole_blocks(SHORT_BYTES, block_size)], block_size)
    return _bears_marks(memory) or _bears_marks(turned)


def _bears_marks(memory: bytes) -> bool:
    version, parts = memory[0] >> 4 == 1, max(memory[1:3]) < _MANY_PARTS
    item = memory[3] != 0 and _is_text(memory[_ITEM])
    country = memory[_COUNTRY].isalpha()
    library = memory[23] != 0 and _is_text(memory[_SHORT_LIBRARY])
    return (
        memory[19:21] != b"\0\0"
        and (version or parts)
        and (version or item)
        and version + parts + item + country + library >= _MARKS_ENOUGH
    )


def _is_plausible(memory: bytes) -> bool:
    """Whether each field holds what it should; one checksum in 65,536 fits by chance."""
    version, country = memory[0] >> 4, memory[_COUNTRY]
    return (
        (version == 1 or (version == 0 and max(memory[1:3]) < _MANY_PARTS))
        and (country == b"\0\0" or country.isalpha())
        and _is_text(memory[_ITEM])
        and _is_text(memory[_LIBRARY])
    )


def _is_text(field: bytes) -> bool:
    """Characters, then nothing but 00."""
    return not field.rstrip(b"\0").translate(None, _TEXT)


def _reading(memory: bytes, oddity: Oddity | None) -> Reading:
    if oddity is Oddity.LAST_BYTES:
        memory = memory[:SHORT_BYTES] + b"\0\0" + memory[BASIC_BYTES:]
    extensions, damaged = extensions_in(memory[BASIC_BYTES:])
    label = Label(
        text_of(memory[_ITEM]),
        memory[0] & 0x0F,
        memory[1],
        memory[2],
        text_of(memory[_COUNTRY]),
        text_of(memory[_LIBRARY]),
        memory[0] >> 4,
        extensions,
    )
    return Reading(label, oddity, _is_plausible(memory), damaged)


def _whole_blocks(least: int, size: int) -> int:
    """The bytes of the blocks that hold the first `least`."""
    step = max(size, 1)
    return -(-least // step) * step


def _blocks_reversed(memory: bytes, size: int) -> bytes:
    step = max(size, 1)
    return b"".join([memory[at : at + step][::-1] for at in range(0, len(memory), step)])


def _field(name: str, text: str, room: int) -> bytes:
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadTag(f"{name} {text!r} has characters that no tag can hold") from error
    if len(raw) > room or b"\0" in raw:
        raise BadTag(f"{name} {text!r} does not fit into {room} bytes: shorten it")
    return raw.ljust(room, b"\0")
