"""How a library wants its kiosks to look and to speak: sent by the server, changed live. Pure."""

import re
from base64 import b64decode
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from broker.png import size_of

LONGEST_NAME: Final = 48
LONGEST_TEXT: Final = 80
LEAST_CONTRAST: Final = 7.0
_COLOUR: Final = re.compile(r"[0-9A-Fa-f]{6}")
LARGEST_LOGO_BYTES: Final = 24 * 1024
MOST_PIXELS: Final = 1024
_WHITE: Final = (255, 255, 255)
Pixel = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class InWords:
    """A text by language, empty where there is none; at most 80 characters."""

    id: str = ""
    en: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for what finds no room on a screen."""
        for text in (self.id, self.en):
            if len(text) > LONGEST_TEXT:
                raise ValueError(f"{text!r} has {len(text)} characters; at most {LONGEST_TEXT}")

    def said(self, language: str) -> str:
        """In `id` or `en`; in any other language there is none."""
        return {"id": self.id, "en": self.en}.get(language, "")


@dataclass(frozen=True, slots=True)
class Appearance:
    """What is empty stays as the program has it.

    `name` is the library's, at most 48 characters. `colour` is that of what people come to do, as
    RRGGBB, and 7 to 1 darker than the white words on it (WCAG 2.2, 1.4.6). `welcome`, the sentence
    under the greeting, and `hold_place`, where a book that somebody waits for is put, are by
    language. `logo` is a whole PNG in base64, not interlaced, at most 24 KiB and 1024 pixels each
    way. Raises ValueError on anything else.
    """

    name: str = ""
    colour: str = ""
    welcome: InWords = InWords()
    hold_place: InWords = InWords()
    logo: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if len(self.name) > LONGEST_NAME:
            raise ValueError(f"name: {len(self.name)} characters; at most {LONGEST_NAME}")
        if self.logo:
            _check_picture(self.logo)
        if not self.colour:
            return
        if _COLOUR.fullmatch(self.colour) is None:
            raise ValueError(f"colour: {self.colour!r} is not RRGGBB")
        found = contrast_of(pixel(self.colour), _WHITE)
        if found < LEAST_CONTRAST:
            words = f"white words on it have a contrast of {found:.1f}, not {LEAST_CONTRAST:.0f}"
            raise ValueError(f"colour: {self.colour} is too light: {words}")


def pixel(colour: str) -> Pixel:
    """Red, green and blue of RRGGBB."""
    red, green, blue = bytes.fromhex(colour)
    return red, green, blue


@cache
def luminance(of: Pixel) -> float:
    """From 0 for black to 1 for white (WCAG 2.2, relative luminance)."""
    red, green, blue = (
        part / 12.92
        if part <= 0.04045  # noqa: PLR2004  # the formula's
        else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in of)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_of(one: Pixel, other: Pixel) -> float:
    """From 1 for the same colour to 21 for black on white (WCAG 2.2, contrast ratio).

    >>> round(contrast_of((0, 0, 0), (255, 255, 255)))
    21
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _check_picture(logo: str) -> None:
    try:
        raw = b64decode(logo, validate=True)
    except ValueError:
        raise ValueError("logo: not base64") from None
    if len(raw) > LARGEST_LOGO_BYTES:
        raise ValueError(f"logo: {len(raw)} bytes; at most {LARGEST_LOGO_BYTES}")
    try:
        wide, high = size_of(raw)
    except ValueError as error:
        raise ValueError(f"logo: {error}") from None
    if not (0 < wide <= MOST_PIXELS and 0 < high <= MOST_PIXELS):
        raise ValueError(f"logo: {wide} by {high} pixels; at most {MOST_PIXELS} each way")


PLAIN: Final = Appearance()
