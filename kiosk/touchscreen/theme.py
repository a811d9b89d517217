"""What colours mean, and the two palettes that paint them. Pure.

Everything is drawn with tokens; which palette is in force is the patron's choice (`viewing`).
"""

from collections.abc import Mapping
from enum import Enum, auto
from functools import cache
from typing import Final

from broker.appearance import Pixel, contrast_of

Colour = tuple[float, float, float, float]


def colour(code: str) -> Colour:
    """RGBA from 0 to 1.

    >>> colour("FF0000")
    (1.0, 0.0, 0.0, 1.0)
    """
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue, 1.0


class Token(Enum):
    """A colour by what it is for; a palette says which colour that is."""

    GROUND = auto()
    CARD = auto()
    EDGE = auto()
    BORDER = auto()
    RING = auto()
    SHADE = auto()
    INK = auto()
    SOFT_INK = auto()
    PINE = auto()
    PINE_PRESSED = auto()
    PINE_TINT = auto()
    CLAY = auto()
    CLAY_PRESSED = auto()
    CLAY_LIGHT = auto()
    HONEY = auto()
    GOOD = auto()
    GOOD_TINT = auto()
    WARN = auto()
    WARN_TINT = auto()
    BAD = auto()
    BAD_TINT = auto()


Palette = Mapping[Token, Colour]
_BLACK: Final[Colour] = (0.0, 0.0, 0.0, 1.0)
_WHITE: Final[Colour] = (1.0, 1.0, 1.0, 1.0)
_PRESSED: Final = 0.36
_TINTED: Final = 0.86


def _palette(codes: Mapping[str, str]) -> Palette:
    return {token: colour(codes[token.name]) for token in Token}


STANDARD: Final = _palette(
    {
        "GROUND": "F6F0E6",
        "CARD": "FFFFFF",
        "EDGE": "DCCFBB",
        "BORDER": "7A6C50",
        "RING": "0B3D91",
        "SHADE": "EAE0D0",
        "INK": "1E2A28",
        "SOFT_INK": "4A5552",
        "PINE": "12483F",
        "PINE_PRESSED": "0A2E28",
        "PINE_TINT": "DCEAE5",
        "CLAY": "8F3A1B",
        "CLAY_PRESSED": "622510",
        "CLAY_LIGHT": "D9773F",
        "HONEY": "E8A93F",
        "GOOD": "1A6437",
        "GOOD_TINT": "E0F0E4",
        "WARN": "6B4300",
        "WARN_TINT": "FBEBC8",
        "BAD": "8C2318",
        "BAD_TINT": "F9E2DC",
    }
)


@cache
def standard(code: str) -> Palette:
    """The standard palette in the library's own colour, RRGGBB; its own where that is empty."""
    if not code:
        return STANDARD
    own = colour(code)
    pressed, tint = _mixed(own, _BLACK, _PRESSED), _mixed(own, _WHITE, _TINTED)
    changed = {Token.PINE: own, Token.PINE_PRESSED: pressed, Token.PINE_TINT: tint}
    return {**STANDARD, **changed}


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    """With so much of the other."""
    red, green, blue = (
        mine + (theirs - mine) * share for mine, theirs in zip(one[:3], other[:3], strict=True)
    )
    return red, green, blue, 1.0


HIGH_CONTRAST: Final = _palette(
    {
        "GROUND": "000000",
        "CARD": "000000",
        "EDGE": "FFFFFF",
        "BORDER": "FFFFFF",
        "RING": "FF6BFF",
        "SHADE": "1C1C1C",
        "INK": "FFFFFF",
        "SOFT_INK": "F2F2F2",
        "PINE": "FFE45C",
        "PINE_PRESSED": "FFFFFF",
        "PINE_TINT": "1A1A1A",
        "CLAY": "8FE3FF",
        "CLAY_PRESSED": "FFFFFF",
        "CLAY_LIGHT": "FFB27D",
        "HONEY": "FFC24D",
        "GOOD": "A4F5B4",
        "GOOD_TINT": "04240C",
        "WARN": "FFE08A",
        "WARN_TINT": "2B2000",
        "BAD": "FFC2B8",
        "BAD_TINT": "2B0600",
    }
)


def ink_on(ground: Token, palette: Palette) -> Token:
    """Of the light and the dark ink the one that is read better on `ground`."""
    return max(
        (Token.CARD, Token.INK),
        key=lambda ink: contrast_of(_pixel(palette[ink]), _pixel(palette[ground])),
    )


def _pixel(of: Colour) -> Pixel:
    red, green, blue = (round(255 * part) for part in of[:3])
    return red, green, blue


class Tone(Enum):
    """What a colour means; a glyph and a word always say it too."""

    READY = "ready"
    WAIT = "wait"
    GOOD = "good"
    STAFF = "staff"
    BAD = "bad"


TONES: Final[dict[Tone, tuple[Token, Token]]] = {
    Tone.READY: (Token.PINE, Token.PINE_TINT),
    Tone.WAIT: (Token.SOFT_INK, Token.SHADE),
    Tone.GOOD: (Token.GOOD, Token.GOOD_TINT),
    Tone.STAFF: (Token.WARN, Token.WARN_TINT),
    Tone.BAD: (Token.BAD, Token.BAD_TINT),
}
