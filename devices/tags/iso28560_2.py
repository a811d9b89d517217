"""ISO 28560-2: which data sets of ISO/IEC 15962 a library tag holds, and what they say. Pure.

The item comes first; if anything follows it, the content parameter is second. `layout` says where
in memory the sets go.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from devices.errors import BadTag
from devices.tags.compaction import Scheme, packed, preferred, text_of
from devices.tags.isil import isil_of, packed_isil
from devices.tags.iso15962 import LAST_IDENTIFIER, NULL, DataSet, walk
from devices.tags.usage import Usage, usage_of_byte

ITEM: Final = 1
CONTENT_PARAMETER: Final = 2
OWNER: Final = 3
SET_INFORMATION: Final = 4
TYPE_OF_USAGE: Final = 5
ONIX_MEDIA: Final = 7
ILL_BORROWER: Final = 11
DSFID: Final = 0x06

_NEEDED: Final = frozenset((OWNER, SET_INFORMATION, TYPE_OF_USAGE))
_NO_ITEM: Final = "no item identifier comes first, as ISO 28560-2 asks"
_CODES: Final = frozenset((TYPE_OF_USAGE, ONIX_MEDIA))
_ISILS: Final = frozenset((OWNER, ILL_BORROWER))
_SET_DIGITS: Final = 8
# The bytes a basic block of ISO 28560-3 would take, of which nothing may be left in doubt.
_OTHER_MODELS_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Label:
    """What a station needs of the data elements. Parts and part are 0 when the tag is silent."""

    item: str
    owner: str | None
    usage: Usage
    parts: int
    part: int


class Reading(NamedTuple):  # made for every tag, and quicker than a dataclass
    """A label; whether a content parameter vouches for it, and more memory could not change it."""

    label: Label
    is_listed: bool
    is_told: bool


def decode(memory: bytes) -> Label:
    """The label in user memory. Raises BadTag when it is not of this model, or damaged."""
    return read(memory).label


def read(memory: bytes) -> Reading:
    """The same, and how sure it is.

    The walk is over once everything a station needs, as far as the content parameter lists it,
    has come. What is stored after that, listed or not, is not looked at.
    """
    found: dict[int, DataSet] = {}
    needed, end = _NEEDED, 0
    for _, end, element in walk(memory):  # noqa: B007 - where the last one ended
        if not found and element.identifier != ITEM:
            raise BadTag(_NO_ITEM)
        if len(found) == 1:
            names = listed(element) if element.identifier == CONTENT_PARAMETER else ()
            if not names or element.scheme is not Scheme.APPLICATION:
                raise BadTag("no content parameter follows the item, as ISO 28560-2 asks")
            needed = needed.intersection(names)
        found.setdefault(element.identifier, element)
        if len(found) > 1 and needed <= found.keys():
            return Reading(_label(found), is_listed=True, is_told=True)
    if not found:
        raise BadTag(_NO_ITEM)
    rest = memory[end:].lstrip(bytes((NULL,)))
    if CONTENT_PARAMETER in found:
        return Reading(_label(found), is_listed=True, is_told=bool(rest))
    is_told = bool(rest) and len(memory) >= _OTHER_MODELS_BYTES and not rest.strip(b"\0")
    return Reading(_label(found), is_listed=False, is_told=is_told)


def item_of(memory: bytes) -> str:
    """The item alone, without a look at the rest. Raises BadTag."""
    for _, _, element in walk(memory):
        if element.identifier == ITEM:
            return _item(element)
        break
    raise BadTag(_NO_ITEM)


def listed(parameter: DataSet) -> tuple[int, ...]:
    """The identifiers a content parameter names: its first bit stands for 3, the next for 4 ...

    >>> listed(DataSet(2, Scheme.APPLICATION, bytes.fromhex("D0")))
    (3, 4, 6)
    """
    bits = f"{int.from_bytes(parameter.packed, 'big'):0{len(parameter.packed) * 8}b}"
    return tuple([place for place, bit in enumerate(bits, 3) if bit == "1"])


def content_parameter(identifiers: Iterable[int]) -> DataSet:
    """The set that lists these identifiers; the item and itself are not listed.

    >>> content_parameter((1, 3, 4, 6)).packed.hex().upper()
    'D0'
    """
    named = [identifier for identifier in identifiers if identifier > CONTENT_PARAMETER]
    count = (max(named) - 3) // 8 + 1 if named else 1
    bits = sum(1 << count * 8 - 1 - (identifier - 3) for identifier in named)
    return DataSet(CONTENT_PARAMETER, Scheme.APPLICATION, bits.to_bytes(count, "big"))


def value_of(element: DataSet) -> str:
    """What an element says as text; hexadecimal digits where the application packed it.

    Raises BadTag when the scheme does not allow these bytes.
    """
    # Real tags write the codes of usage and media as octets.
    is_octet = element.scheme is Scheme.OCTETS and len(element.packed) == 1
    if (is_octet and element.identifier in _CODES) or element.scheme is Scheme.APPLICATION:
        if element.identifier in _ISILS:
            return isil_of(element.packed)
        return element.packed.hex().upper()
    return text_of(element.scheme, element.packed)


def element(identifier: int, value: str) -> DataSet:
    """The element that says `value`, packed as an encoder should; usage is a hexadecimal byte.

    Raises BadTag when there is no such element, or nothing to say.
    """
    if not ITEM <= identifier <= LAST_IDENTIFIER or identifier == CONTENT_PARAMETER:
        raise BadTag(f"{identifier} is no element that can be written")
    if identifier == TYPE_OF_USAGE:
        return DataSet(identifier, Scheme.APPLICATION, _octet(value))
    if identifier in _ISILS:
        try:
            return DataSet(identifier, Scheme.APPLICATION, packed_isil(value))
        except BadTag:
            pass  # not an ISIL: written as any other text
    scheme = preferred(value)
    return DataSet(identifier, scheme, packed(scheme, value))


def set_information(parts: int, part: int) -> str:
    """The value of element 4.

    >>> set_information(12, 3)
    '1203'
    """
    width = max(2, len(str(parts)))
    return f"{parts:0{width}}{part:0{width}}"


def _label(found: dict[int, DataSet]) -> Label:
    owner = found.get(OWNER)
    parts, part = _parts(found.get(SET_INFORMATION))
    return Label(
        _item(found[ITEM]),
        None if owner is None else value_of(owner),
        _usage(found.get(TYPE_OF_USAGE)),
        parts,
        part,
    )


def _item(element: DataSet) -> str:
    """Text that ends in 00 was never packed by an encoder: it runs into unwritten memory."""
    text = text_of(element.scheme, element.packed)
    if element.scheme >= Scheme.SIX_BIT and element.packed[-1] == 0:
        raise BadTag("the item identifier ends before its data set")
    return text


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
    if element.scheme is Scheme.APPLICATION and len(element.packed) == 2:  # noqa: PLR2004 - n, m
        return element.packed[0], element.packed[1]
    digits = text_of(element.scheme, element.packed)
    if not digits.isascii() or not digits.isdecimal() or len(digits) > _SET_DIGITS:
        raise BadTag("set information holds something else than digits")
    digits = digits.zfill(len(digits) + len(digits) % 2)
    half = len(digits) // 2
    return int(digits[:half]), int(digits[half:])


def _octet(digits: str) -> bytes:
    try:
        octet = bytes.fromhex(digits)
    except ValueError:
        octet = b""
    if len(octet) != 1:
        raise BadTag(f"type of usage {digits!r} is not one byte of two hexadecimal digits")
    return octet
