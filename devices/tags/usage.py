"""Type of usage: what an item is for, as its tag says (ISO 28560-1, element 5). Pure."""

from enum import Enum
from typing import Final


class Usage(Enum):
    """Only CIRCULATION may ever be lent; PATRON is never a book."""

    CIRCULATION = "circulation"
    NOT_FOR_CIRCULATION = "not for circulation"
    DISCARDED = "discarded"
    PATRON = "patron"
    EQUIPMENT = "equipment"
    OTHER = "other"


_KINDS: Final = {
    1: Usage.CIRCULATION,
    2: Usage.NOT_FOR_CIRCULATION,
    7: Usage.DISCARDED,
    8: Usage.PATRON,
    9: Usage.EQUIPMENT,
}
_NO_INFORMATION: Final = 6
_NIBBLES: Final = {usage: nibble for nibble, usage in _KINDS.items()}


def usage_of_nibble(nibble: int) -> Usage:
    """The four bits of ISO 28560-3; acquisition, local and reserved values are OTHER.

    >>> usage_of_nibble(1), usage_of_nibble(0)
    (<Usage.CIRCULATION: 'circulation'>, <Usage.OTHER: 'other'>)
    """
    return _KINDS.get(nibble, Usage.OTHER)


def usage_of_byte(byte: int) -> Usage:
    """The byte of ISO 28560-2: the kind in the high nibble, its variety in the low one.

    >>> usage_of_byte(0x12), usage_of_byte(0x80)
    (<Usage.CIRCULATION: 'circulation'>, <Usage.PATRON: 'patron'>)
    """
    return usage_of_nibble(byte >> 4)


def nibble_of(usage: Usage) -> int:
    """The four bits to write; OTHER becomes `no information`. Times 16 it is the byte.

    >>> nibble_of(Usage.PATRON), nibble_of(Usage.OTHER)
    (8, 6)
    """
    return _NIBBLES.get(usage, _NO_INFORMATION)
