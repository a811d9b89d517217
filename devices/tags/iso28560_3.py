"""ISO 28560-3, the fixed layout, also known as the Danish data model (DS/INF 163-1). Pure.

    0     1      2     3..18  19..20  21..22   23..33   34..
    +-----+------+-----+------+-------+--------+--------+----------------+
    |v |u | parts| part| item | CRC-16| country| library| extensions ... |
    +-----+------+-----+------+-------+--------+--------+----------------+

v version, u type of usage; numbers are little endian, text is UTF-8 padded with 00. A tag of 32
bytes leaves out the last two of the library and has no extensions; its CRC is the same.

Read beyond the standard, because tags in the field are so: a CRC over 30 bytes on tags of 32
bytes, and every block written in reverse. Written only as the standard says.
"""

from dataclasses import dataclass
from typing import Final

from devices.errors import BadTag

BASIC_BYTES: Final = 34
SHORT_BYTES: Final = 32
DSFID: Final = 0x3E

_ITEM: Final = slice(3, 19)
_CRC: Final = slice(19, 21)
_COUNTRY: Final = slice(21, 23)
_LIBRARY: Final = slice(23, 34)
_PRINTABLE: Final = range(0x20, 0x7F)
_EXTENSION_HEAD: Final = 4
_LONG_ID: Final = 0xFF
_SHORT_COVERED: Final = 30
_BLOCK_BYTES: Final = 0xFF


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension block: its id (1 library, 2 acquisition, 3 supplement, 4 title, 5 ILL)."""

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
        return tuple(_text_of(field) for field in text.split(b"\0")) if text else ()

    def encode(self) -> bytes:
        """Length of all, id least significant first, a byte that makes the XOR zero, payload."""
        length = _EXTENSION_HEAD + len(self.payload)
        if not 0 <= self.id < _LONG_ID << 8 or length > _BLOCK_BYTES:
            raise BadTag(f"extension block {self.id} does not fit into 255 bytes")
        head = bytes((length, self.id & 0xFF, self.id >> 8))
        return head + bytes((_xor(head + self.payload),)) + self.payload


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
        return "-".join(filter(None, (self.country, self.library))) or None

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


def checksum(covered: bytes) -> int:
    """CRC-16 with polynomial 1021, start FFFF, not reflected (ISO 28560-3, annex).

    >>> hex(checksum(b"RFID tag data model"))
    '0x1aee'
    """
    crc = 0xFFFF
    for byte in covered:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def decode(memory: bytes, block_size: int = 4) -> Label:
    """The label in user memory, from block 0 on. Raises BadTag when no checksum fits."""
    if len(memory) < SHORT_BYTES:
        raise BadTag(f"{len(memory)} bytes are too few for ISO 28560-3")
    turned = _blocks_reversed(memory, block_size)
    if _is_sound(memory):
        return _label(memory)
    if _looks_right(turned) and _is_sound(turned):
        return _label(turned)
    raise BadTag("the ISO 28560-3 checksum does not fit: damaged, or half written")


def has_the_look(memory: bytes, block_size: int = 4) -> bool:
    """Whether this was meant as ISO 28560-3, even if its checksum is wrong.

    A version, an identifier of printable characters and a country: enough to keep another model
    from finding a number in a damaged tag.
    """
    return len(memory) >= SHORT_BYTES and any(
        _looks_right(order) for order in (memory, _blocks_reversed(memory, block_size))
    )


def _looks_right(memory: bytes) -> bool:
    item = memory[_ITEM].rstrip(b"\0")
    country = memory[_COUNTRY]
    return (
        memory[0] >> 4 == 1
        and bool(item)
        and all(byte in _PRINTABLE for byte in item)
        and country.isalpha()
        and country.isupper()
    )


def _is_sound(memory: bytes) -> bool:
    stored = int.from_bytes(memory[_CRC], "little")
    basic = memory[:BASIC_BYTES].ljust(BASIC_BYTES, b"\0")
    covered = basic[:19] + basic[21:]
    if stored == checksum(covered):
        return True
    # One vendor's tags of 32 bytes carry the CRC of the 30 bytes that are really there. A second
    # checksum to fit is a second chance for damage to, so it has to look right as well.
    return (
        basic[SHORT_BYTES:] == b"\0\0"
        and stored == checksum(covered[:_SHORT_COVERED])
        and _looks_right(memory)
    )


def _label(memory: bytes) -> Label:
    return Label(
        item=_text_of(memory[_ITEM]),
        usage=memory[0] & 0x0F,
        parts=memory[1],
        part=memory[2],
        country=_text_of(memory[_COUNTRY]),
        library=_text_of(memory[_LIBRARY]),
        version=memory[0] >> 4,
        extensions=_extensions(memory[BASIC_BYTES:]),
    )


def _extensions(memory: bytes) -> tuple[Extension, ...]:
    """The sound blocks before the end or the first broken one; they never spoil the basic block."""
    found: list[Extension] = []
    at = 0
    while at < len(memory) and (length := memory[at]):
        block = memory[at : at + length]
        at += length
        if length == 1:  # a filler byte
            continue
        if len(block) < max(length, _EXTENSION_HEAD) or _xor(block):
            break
        if block[2] != _LONG_ID:  # ids of three and four bytes are not given to anything yet
            found.append(Extension(int.from_bytes(block[1:3], "little"), block[4:]))
    return tuple(found)


def _blocks_reversed(memory: bytes, size: int) -> bytes:
    step = max(size, 1)
    return b"".join(memory[at : at + step][::-1] for at in range(0, len(memory), step))


def _xor(block: bytes) -> int:
    total = 0
    for byte in block:
        total ^= byte
    return total


def _text_of(field: bytes) -> str:
    """Text up to the first 00. Older installations wrote ISO 8859-1 instead of UTF-8."""
    raw = field.split(b"\0", 1)[0]
    try:
        return raw.decode("utf-8").rstrip(" ")
    except UnicodeDecodeError:
        return raw.decode("iso8859-1").rstrip(" ")


def _field(name: str, text: str, room: int) -> bytes:
    raw = text.encode("utf-8")
    if len(raw) > room or b"\0" in raw:
        raise BadTag(f"{name} {text!r} does not fit into {room} bytes")
    return raw.ljust(room, b"\0")
