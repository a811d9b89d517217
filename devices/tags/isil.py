"""The ISIL compaction of ISO 28560-2: three sets of characters, latched or shifted. Pure.

Letters take 5 bits, digits 4. A latch stays, a shift is for one character; encoders may choose
either, so both are read. Unused bits at the end are ones.
"""

from enum import Enum
from typing import Final

from devices.errors import BadTag


class _Set(Enum):
    UPPER = "-ABCDEFGHIJKLMNOPQRSTUVWXYZ:"
    LOWER = "-abcdefghijklmnopqrstuvwxyz/"
    NUMERIC = "0123456789-:"


_WIDTH: Final = {_Set.UPPER: 5, _Set.LOWER: 5, _Set.NUMERIC: 4}
# For each set, the codes that are no character: the set they lead to, and whether to stay there.
_LEADS: Final = {
    _Set.UPPER: {
        0b11100: (_Set.LOWER, True),
        0b11101: (_Set.LOWER, False),
        0b11110: (_Set.NUMERIC, True),
        0b11111: (_Set.NUMERIC, False),
    },
    _Set.LOWER: {
        0b11100: (_Set.UPPER, True),
        0b11101: (_Set.UPPER, False),
        0b11110: (_Set.NUMERIC, True),
        0b11111: (_Set.NUMERIC, False),
    },
    _Set.NUMERIC: {
        0b1100: (_Set.UPPER, True),
        0b1101: (_Set.UPPER, False),
        0b1110: (_Set.LOWER, True),
        0b1111: (_Set.LOWER, False),
    },
}


def isil_of(packed: bytes) -> str:
    """The ISIL (ISO 15511). Raises BadTag when there is no character in it.

    >>> isil_of(bytes.fromhex("21408E16BF1F"))
    'DE-Heu1'
    """
    number, left = int.from_bytes(packed, "big"), len(packed) * 8
    latched = current = _Set.UPPER
    text = ""
    while left >= (width := _WIDTH[current]):
        left -= width
        code = number >> left & (1 << width) - 1
        if code in _LEADS[current]:
            current, stays = _LEADS[current][code]
            latched = current if stays else latched
        else:
            text += current.value[code]
            current = latched
    if not text:
        raise BadTag("an ISIL without a character")
    return text
