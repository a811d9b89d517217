"""ISO/IEC 15962 compaction: text packed into few bits. Pure, both ways.

Each scheme fills its last byte with pad bits; when seven or fewer pad bits make room for a whole
group, that group is padding, not a character.
"""

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from enum import IntEnum
from string import ascii_letters, digits
from typing import Final

from devices.errors import BadTag


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


# The preference of an encoder is the order here. A text of 4, 8 ... characters in 6 bits may not
# end with a blank, which would be taken for padding; 7 bits save nothing below 8 characters.
_ALLOWED: Final = {
    Scheme.INTEGER: re.compile(r"[1-9][0-9]{1,18}"),
    Scheme.NUMERIC: re.compile(r"[0-9]{2,}"),
    Scheme.FIVE_BIT: re.compile(r"[A-_]{3,}"),
    Scheme.SIX_BIT: re.compile(r"(?!(?:.{4})+(?<= )\Z)[ -_]{4,}"),
    Scheme.SEVEN_BIT: re.compile(r"[\x00-\x7E]+"),
    Scheme.OCTETS: re.compile(r"[\x00-\xFF]+"),
    Scheme.UTF8: re.compile(r".+", re.DOTALL),
}
_WORTH_SEVEN_BITS: Final = 8

# Base64 cuts bytes into groups of 6 bits, too; only its alphabet is another one.
_BASE64: Final = (ascii_letters[26:] + ascii_letters[:26] + digits + "+/").encode()
_SIX_BITS: Final = bytes([*range(0x40, 0x60), *range(0x20, 0x40)])
_FROM_BASE64: Final = bytes.maketrans(_BASE64, _SIX_BITS)
_TO_BASE64: Final = bytes.maketrans(_SIX_BITS, _BASE64)
_FIVE_BITS: Final = bytes(range(0x40, 0x60)).ljust(256)
_SIX_PADS: Final = b" "  # 100000
_SEVEN_PADS: Final = 0x7F
_GROUP_OF: Final = {Scheme.FIVE_BIT: 5, Scheme.SEVEN_BIT: 7}


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


def packed(scheme: Scheme, text: str) -> bytes:
    """The bytes to write. Raises BadTag when the scheme does not allow the text.

    >>> packed(Scheme.SIX_BIT, "QA268.L55").hex().upper()
    '441CB6E2E335D6'
    """
    if scheme is Scheme.APPLICATION or not _ALLOWED[scheme].fullmatch(text):
        raise BadTag(f"{text!r} cannot be written in {scheme.name.lower()} compaction")
    try:
        return _PACKED[scheme](text)
    except UnicodeEncodeError as error:
        raise BadTag(f"{text!r} has characters that no tag can hold") from error


def preferred(text: str) -> Scheme:
    """The first scheme that allows a text, as far as it saves room. Raises BadTag on nothing.

    >>> preferred("0071"), preferred("B00012"), preferred("Kota")
    (<Scheme.NUMERIC: 2>, <Scheme.SIX_BIT: 4>, <Scheme.UTF8: 7>)
    """
    if not text:
        raise BadTag("there is no text to write")
    is_short = len(text) < _WORTH_SEVEN_BITS
    for scheme, allowed in _ALLOWED.items():
        wasted = scheme is Scheme.SEVEN_BIT and is_short
        wasted |= scheme is Scheme.OCTETS and text.isascii()  # in UTF-8 it is the same
        if not wasted and allowed.fullmatch(text):
            return scheme
    raise AssertionError("any text is UTF-8")


def _integer(packed: bytes) -> str:
    """2 to 19 digits without leading zeros, big endian."""
    number = str(int.from_bytes(packed[:9], "big"))
    if len(packed) > 8 or not _ALLOWED[Scheme.INTEGER].fullmatch(number):  # noqa: PLR2004 - 64 bits
        raise BadTag("an integer has 2 to 19 digits")
    return number


def _numeric(packed: bytes) -> str:
    """Two digits a byte; F fills the last nibble of an odd number of digits."""
    text = packed.hex().removesuffix("f")
    if not text.isdecimal():
        raise BadTag("a numeric string holds something else than digits")
    return text


def _five_bit(packed: bytes) -> str:
    """Characters 41 to 5F, without their upper three bits."""
    values = _groups(packed, 5)
    if values and values[-1] == 0:
        values.pop()
    if 0 in values:
        raise BadTag("a 5-bit string holds 40, which is none of its characters")
    return bytes(values).translate(_FIVE_BITS).decode("ascii")


def _six_bit(packed: bytes) -> str:
    """Characters 20 to 5F, without their upper two bits; padded with the start of 100000."""
    groups = len(packed) * 8 // 6
    text = b2a_base64(packed, newline=False)[:groups].translate(_FROM_BASE64)
    fills_whole_groups = len(packed) % 3 == 0
    return (text.removesuffix(_SIX_PADS) if fills_whole_groups else text).decode("ascii")


def _seven_bit(packed: bytes) -> str:
    """Characters 00 to 7E, padded with ones."""
    values = _groups(packed, 7)
    if values and values[-1] == _SEVEN_PADS:
        values.pop()
    if _SEVEN_PADS in values:
        raise BadTag("a 7-bit string holds 7F, which is none of its characters")
    return bytes(values).decode("ascii")


def _utf8(packed: bytes) -> str:
    try:
        return packed.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadTag("not UTF-8") from error


def _groups(packed: bytes, width: int) -> list[int]:
    """Numbers of `width` bits, most significant bit first; the rest that fills none is left."""
    number, mask = int.from_bytes(packed, "big"), (1 << width) - 1
    return [number >> left & mask for left in range(len(packed) * 8 - width, -1, -width)]


def _integer_packed(text: str) -> bytes:
    number = int(text)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _six_bit_packed(text: str) -> bytes:
    padded = text.encode("ascii") + _SIX_PADS * (-len(text) % 4)
    return a2b_base64(padded.translate(_TO_BASE64))[: (len(text) * 6 + 7) // 8]


def _joined(text: str, width: int, pad_bit: str) -> bytes:
    """The lower `width` bits of each character, then pad bits to the end of the byte."""
    bits = "".join(f"{ord(character) & (1 << width) - 1:0{width}b}" for character in text)
    bits += pad_bit * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


_UNPACKED: Final[dict[Scheme, Callable[[bytes], str]]] = {
    Scheme.INTEGER: _integer,
    Scheme.NUMERIC: _numeric,
    Scheme.FIVE_BIT: _five_bit,
    Scheme.SIX_BIT: _six_bit,
    Scheme.SEVEN_BIT: _seven_bit,
    Scheme.OCTETS: lambda packed: packed.decode("iso8859-1"),
    Scheme.UTF8: _utf8,
}
_PACKED: Final[dict[Scheme, Callable[[str], bytes]]] = {
    Scheme.INTEGER: _integer_packed,
    Scheme.NUMERIC: lambda text: bytes.fromhex(text + "F" * (len(text) % 2)),
    Scheme.FIVE_BIT: lambda text: _joined(text, 5, "0"),
    Scheme.SIX_BIT: _six_bit_packed,
    Scheme.SEVEN_BIT: lambda text: _joined(text, 7, "1"),
    Scheme.OCTETS: lambda text: text.encode("iso8859-1"),
    Scheme.UTF8: lambda text: text.encode("utf-8"),
}
