"""The cover that is drawn for a book: nobody sent us its own. Pure.

The same title has the same cover on every screen, so that a book is found again at a glance.
"""

from typing import Final
from zlib import crc32

from kiosk.touchscreen.theme import Token

AUTHOR: Final = " · "  # what a hit of the catalogue has after its title
HUES: Final = (
    Token.PINE,
    Token.CLAY,
    Token.HONEY,
    Token.SOFT_INK,
    Token.CLAY_LIGHT,
    Token.WARN,
)


def cover_of(title: str) -> tuple[Token, str]:
    """Its colour, and the letter or digit that stands on it.

    >>> cover_of("laskar Pelangi") == cover_of("Laskar Pelangi · Andrea Hirata")
    True
    >>> cover_of("laskar Pelangi")[1], cover_of("«1984»")[1], cover_of("...")[1]
    ('L', '1', '')
    """
    name = title.partition(AUTHOR)[0].casefold()
    letter = next((one for one in name if one.isalnum()), "").upper()
    return HUES[crc32(name.encode()) % len(HUES)], letter[:1]
