"""ISO/IEC 15962 compaction: text packed into few bits. Pure, decoding only.

Each scheme fills its last byte with pad bits; when seven or fewer pad bits make room for a whole
group, that group is padding, not a character.
"""

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Final

from devices.errors import BadTag

_INTEGERS: Final = range(10, 10**19)  # 2 to 19 digits
_SIX_PADS: Final = 0b100000
_SEVEN_PADS: Final = 0x7F


class Scheme(IntEnum):
    """Bits 6 to 4 of a precursor (ISO/IEC 15962, table of compaction codes)."""

    APPLICATION = 0
    INTEGER = 1
    NUMERIC = 2
    FIVE_BIT = 3
    SIX_BIT = 4
    SEVEN_BIT = 5
    OCTETS = 6
    UTF8 = 7


def _integer(packed: bytes) -> str:
    """2 to 19 digits without leading zeros, big endian."""
    number = int.from_bytes(packed, "big")
    if number not in _INTEGERS:
        raise BadTag("an integer has 2 to 19 digits")
    return str(number)


def _numeric(packed: bytes) -> str:
    """Two digits a byte; F fills the last nibble of an odd number of digits."""
    digits = packed.hex().upper()
    text = digits.removesuffix("F")
    if not text.isdecimal():
        raise BadTag("a numeric string holds something else than digits")
    return text


def _five_bit(packed: bytes) -> str:
    """Characters 41 to 5F, without their upper three bits."""
    values = list(groups(packed, 5))
    if values and values[-1] == 0:
        values.pop()
    if 0 in values:
        raise BadTag("a 5-bit string holds 40, which is none of its characters")
    return "".join(chr(0x40 | value) for value in values)


def _six_bit(packed: bytes) -> str:
    """Characters 20 to 5F, without their upper two bits; padded with the start of 100000."""
    values = list(groups(packed, 6))
    fills_whole_groups = len(packed) * 8 % 6 == 0
    if fills_whole_groups and values and values[-1] == _SIX_PADS:
        values.pop()
    return "".join(chr(value if value & 0b100000 else 0x40 | value) for value in values)


def _seven_bit(packed: bytes) -> str:
    """Characters 00 to 7E, padded with ones."""
    values = list(groups(packed, 7))
    if values and values[-1] == _SEVEN_PADS:
        values.pop()
    if _SEVEN_PADS in values:
        raise BadTag("a 7-bit string holds 7F, which is none of its characters")
    return bytes(values).decode("ascii")


def _octets(packed: bytes) -> str:
    return packed.decode("iso8859-1")


def _utf8(packed: bytes) -> str:
    try:
        return packed.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadTag("not UTF-8") from error


def groups(packed: bytes, width: int) -> Iterator[int]:
    """Numbers of `width` bits, most significant bit first; the rest that fills none is left."""
    number, left = int.from_bytes(packed, "big"), len(packed) * 8
    while left >= width:
        left -= width
        yield number >> left & (1 << width) - 1


_UNPACKED: Final[dict[Scheme, Callable[[bytes], str]]] = {
    Scheme.INTEGER: _integer,
    Scheme.NUMERIC: _numeric,
    Scheme.FIVE_BIT: _five_bit,
    Scheme.SIX_BIT: _six_bit,
    Scheme.SEVEN_BIT: _seven_bit,
    Scheme.OCTETS: _octets,
    Scheme.UTF8: _utf8,
}


def text_of(scheme: Scheme, packed: bytes) -> str:
    """The text, always at least one character. Raises BadTag when the scheme does not allow it.

    >>> text_of(Scheme.INTEGER, bytes.fromhex("1CBE991A14"))
    '123456789012'
    """
    if scheme is Scheme.APPLICATION:
        raise BadTag("the application decides how these bytes are packed, not the scheme")
    text = _UNPACKED[scheme](packed)
    if not text:
        raise BadTag(f"{scheme.name.lower()} compaction of nothing")
    return text
