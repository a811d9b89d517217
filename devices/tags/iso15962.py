"""ISO/IEC 15962 data sets, one after another, without a directory. Pure, both ways.

    precursor [identifier - 15] [offset] length  packed ...  pads ...
    |         |                 |        |       |           `- as many as the offset says
    |         |                 |        |       `- packed as the precursor's scheme says
    |         |                 |        `- 7 bits a byte, bit 7: more follow
    |         |                 `- if bit 7 of the precursor is set
    |         `- if the precursor's low nibble is F
    `- bit 7 offset follows | bits 6-4 scheme | bits 3-0 object identifier 1..14

00 in place of a precursor ends the sets, 80 is skipped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from devices.errors import BadTag
from devices.tags.compaction import Scheme

END: Final = 0x00
NULL: Final = 0x80
LAST_IDENTIFIER: Final = 15 + 0xFF

_OFFSET_FOLLOWS: Final = 0x80
_ELSEWHERE: Final = 0x0F
_MORE: Final = 0x80
_SCHEMES: Final = tuple(Scheme)


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data element as stored: its relative object identifier, scheme and packed bytes.

    `offset` counts the pads after them; None when the set has no offset byte.
    """

    identifier: int
    scheme: Scheme
    packed: bytes
    offset: int | None = None

    def encode(self) -> bytes:
        """The set as it is stored, pads included."""
        short = min(self.identifier, _ELSEWHERE)
        head = bytearray((self.scheme << 4 | short,))
        if short == _ELSEWHERE:
            head.append(self.identifier - _ELSEWHERE)
        if self.offset is not None:
            head[0] |= _OFFSET_FOLLOWS
            head.append(self.offset)
        return bytes(head) + length_octets(len(self.packed)) + self.packed + bytes(self.offset or 0)


def walk(memory: bytes) -> Iterator[tuple[int, int, DataSet]]:
    """Each data set with the places of its first byte and of the byte after its pads.

    Raises BadTag, after the sets before it, where memory ends inside a data set. Pads may be cut
    off with the dump: nothing is lost with them.
    """
    at, size = 0, len(memory)
    while at < size and (precursor := memory[at]) != END:
        if precursor == NULL:
            at += 1
            continue
        try:
            data_set, end = _data_set(memory, at)
        except IndexError as error:
            raise BadTag("a data set is cut off: damaged, or half written") from error
        yield at, end, data_set
        at = end


def data_sets(memory: bytes) -> tuple[DataSet, ...]:
    """Every data set in order. Raises BadTag when the walk does not come out at an end."""
    return tuple(data_set for _, _, data_set in walk(memory))


def length_octets(length: int) -> bytes:
    """128 is 81 00, 16384 is 81 80 00 (ISO/IEC 15962, length encoding).

    >>> length_octets(138).hex()
    '810a'
    """
    octets = bytearray((length & 0x7F,))
    while length := length >> 7:
        octets.insert(0, length & 0x7F | _MORE)
    return bytes(octets)


def _data_set(memory: bytes, at: int) -> tuple[DataSet, int]:
    """The set at a precursor, and the place after its pads. Raises IndexError where it is cut."""
    precursor = memory[at]
    identifier = precursor & 0x0F
    if identifier == 0:
        raise BadTag(f"precursor {precursor:02X} names no data element")
    if identifier == _ELSEWHERE:
        at += 1
        identifier += memory[at]
    offset = None
    if precursor & _OFFSET_FOLLOWS:
        at += 1
        offset = memory[at]
    at += 1
    length = memory[at]
    if length & _MORE:
        length, at = _long_length(memory, at)
    end = at + 1 + length
    if end > len(memory):
        raise IndexError
    data_set = DataSet(identifier, _SCHEMES[precursor >> 4 & 7], memory[at + 1 : end], offset)
    return data_set, end + (offset or 0)


def _long_length(memory: bytes, at: int) -> tuple[int, int]:
    length = 0
    while True:
        length = length << 7 | memory[at] & 0x7F
        if not memory[at] & _MORE:
            return length, at
        at += 1
