"""ISO 28560-2: data sets one after another, as ISO/IEC 15962 "no directory" packs them. Pure.

    precursor [identifier - 15] [offset] length  packed ...  pads ...
    |         |                 |        |       |           `- as many as the offset says
    |         |                 |        |       `- packed as the precursor's scheme says
    |         |                 |        `- 7 bits a byte, bit 7: more follow
    |         |                 `- if bit 7 of the precursor is set
    |         `- if the precursor's low nibble is F
    `- bit 7 offset follows | bits 6-4 scheme | bits 3-0 object identifier 1..14

00 in place of a precursor ends the sets, 80 is skipped. The item comes first; if anything follows
it, the content parameter is second.
"""

from dataclasses import dataclass
from typing import Final

from devices.errors import BadTag
from devices.tags.compaction import Scheme, text_of
from devices.tags.isil import isil_of
from devices.tags.usage import Usage, usage_of_byte

ITEM: Final = 1
CONTENT_PARAMETER: Final = 2
OWNER: Final = 3
SET_INFORMATION: Final = 4
TYPE_OF_USAGE: Final = 5

_END: Final = 0x00
_NULL: Final = 0x80
_ELSEWHERE: Final = 0x0F
_MORE: Final = 0x80


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data element as stored: its relative object identifier, scheme and packed bytes."""

    identifier: int
    scheme: Scheme
    packed: bytes


@dataclass(frozen=True, slots=True)
class Label:
    """What a station needs of the data elements. Parts and part are 0 when the tag is silent."""

    item: str
    owner: str | None
    usage: Usage
    parts: int
    part: int


class _Walk:
    """A place in memory that only goes forward. Raises BadTag at the end of memory."""

    def __init__(self, memory: bytes) -> None:
        self._memory = memory
        self._at = 0

    def is_over(self) -> bool:
        return self._at >= len(self._memory)

    def byte(self) -> int:
        return self.bytes(1)[0]

    def bytes(self, count: int) -> bytes:
        taken = self._memory[self._at : self._at + count]
        if len(taken) < count:
            raise BadTag("a data set is cut off: damaged, or half written")
        self._at += count
        return taken

    def skip(self, count: int) -> None:
        """Padding may be cut off with the dump; nothing is lost with it."""
        self._at += count


def data_sets(memory: bytes) -> tuple[DataSet, ...]:
    """Every data set in order. Raises BadTag when the walk does not come out at an end."""
    walk = _Walk(memory)
    found: list[DataSet] = []
    while not walk.is_over() and (precursor := walk.byte()) != _END:
        if precursor != _NULL:
            found.append(_data_set(precursor, walk))
    return tuple(found)


def decode(memory: bytes) -> Label:
    """The label in user memory. Raises BadTag when it is not of this model, or damaged."""
    sets = data_sets(memory)
    if not sets or sets[0].identifier != ITEM:
        raise BadTag("no item identifier comes first, as ISO 28560-2 asks")
    if len(sets) > 1 and (sets[1].identifier, sets[1].scheme) != (CONTENT_PARAMETER, 0):
        raise BadTag("no content parameter follows the item, as ISO 28560-2 asks")
    by_identifier = {element.identifier: element for element in reversed(sets)}
    parts, part = _parts(by_identifier.get(SET_INFORMATION))
    return Label(
        item=text_of(sets[0].scheme, sets[0].packed),
        owner=_owner(by_identifier.get(OWNER)),
        usage=_usage(by_identifier.get(TYPE_OF_USAGE)),
        parts=parts,
        part=part,
    )


def listed(parameter: DataSet) -> tuple[int, ...]:
    """The identifiers a content parameter names: its first bit stands for 3, the next for 4 ...

    >>> listed(DataSet(2, Scheme.APPLICATION, bytes.fromhex("D0")))
    (3, 4, 6)
    """
    bits = "".join(f"{byte:08b}" for byte in parameter.packed)
    return tuple(place + 3 for place, bit in enumerate(bits) if bit == "1")


def _data_set(precursor: int, walk: _Walk) -> DataSet:
    identifier = precursor & 0x0F
    if identifier == 0:
        raise BadTag(f"precursor {precursor:02X} names no data element")
    if identifier == _ELSEWHERE:
        identifier += walk.byte()
    offset = walk.byte() if precursor & 0x80 else 0
    packed = walk.bytes(_length(walk))
    walk.skip(offset)
    return DataSet(identifier, Scheme(precursor >> 4 & 0x07), packed)


def _length(walk: _Walk) -> int:
    """128 is 81 00, 16384 is 81 80 00 (ISO/IEC 15962, length encoding)."""
    length = 0
    while True:
        byte = walk.byte()
        length = length << 7 | byte & 0x7F
        if not byte & _MORE:
            return length


def _owner(element: DataSet | None) -> str | None:
    if element is None:
        return None
    if element.scheme is Scheme.APPLICATION:
        return isil_of(element.packed)
    return text_of(element.scheme, element.packed)


def _usage(element: DataSet | None) -> Usage:
    """A tag that says nothing leaves it to the library. Real tags use octets for the code, too."""
    if element is None:
        return Usage.CIRCULATION
    if element.scheme in (Scheme.APPLICATION, Scheme.OCTETS) and len(element.packed) == 1:
        return usage_of_byte(element.packed[0])
    return Usage.OTHER


def _parts(element: DataSet | None) -> tuple[int, int]:
    """`1203`: 12 parts, this is part 03; an integer has lost the leading zero."""
    if element is None:
        return 0, 0
    digits = text_of(element.scheme, element.packed)
    if not digits.isascii() or not digits.isdecimal():
        raise BadTag("set information holds something else than digits")
    digits = digits.zfill(len(digits) + len(digits) % 2)
    half = len(digits) // 2
    return int(digits[:half]), int(digits[half:])
