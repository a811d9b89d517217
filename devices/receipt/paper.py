"""Receipt paper, as the thermal head leaves it: what a simulated printer printed, for the eye.

The head has 8 dots to the millimetre; a character of font A is 12 dots wide and 24 high, a line of
it with the space below 30.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from devices.receipt.layout import Paper

LINE_DOTS: Final = 30

_CELL: Final = (12, 24)
_BASELINE: Final = 19
_FONT_DOTS: Final = 20
_TYPEFACE: Final = "DejaVuSansMono.ttf"
_DOTS_TO_THE_MM: Final = 8
_ABOVE_DOTS: Final = 60
_BLACK: Final = 0
_WHITE: Final = 1
_PAPER: Final = (252, 251, 247)
_INK: Final = (38, 36, 44)
_EDGE: Final = (205, 203, 196)


@dataclass(frozen=True, slots=True)
class Face:
    """How characters look: twice as wide or high by a factor of 2."""

    is_bold: bool = False
    wide: int = 1
    high: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    character: str
    face: Face


@dataclass(frozen=True, slots=True)
class Strip:
    """Paper that has been fed past the head: its words, when they were text, and its dots."""

    words: str
    dots: Image.Image


@dataclass(frozen=True, slots=True)
class PrintedReceipt:
    """A length of paper."""

    paper: Paper
    strips: tuple[Strip, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The words, without the lines that have none."""
        return tuple(strip.words.strip() for strip in self.strips if strip.words.strip())

    def dots(self) -> Image.Image:
        """What the head burnt, black on white, one pixel a dot."""
        height = sum(strip.dots.height for strip in self.strips)
        burnt = Image.new("1", (self.paper.dots, max(height, 1)), _WHITE)
        top = 0
        for strip in self.strips:
            burnt.paste(strip.dots, (0, top))
            top += strip.dots.height
        return burnt

    def picture(self) -> Image.Image:
        """As it lies on the table, with the margins the head cannot reach."""
        burnt = self.dots()
        width = self.paper.millimetres * _DOTS_TO_THE_MM
        picture = Image.new("RGB", (width, burnt.height + _ABOVE_DOTS), _PAPER)
        ink = Image.new("RGB", burnt.size, _INK)
        mask = burnt.convert("L").point(lambda dot: 255 - dot)
        picture.paste(ink, ((width - burnt.width) // 2, _ABOVE_DOTS), mask)
        ImageDraw.Draw(picture).rectangle((0, 0, width - 1, picture.height - 1), outline=_EDGE)
        return picture.quantize(16)


def blank(paper: Paper, dots: int) -> Strip:
    return Strip("", Image.new("1", (paper.dots, dots), _WHITE))


def printed_line(paper: Paper, cells: tuple[Cell, ...], alignment: int) -> Strip:
    """`alignment` is that of ESC a: 0 left, 1 centred, 2 right."""
    width = sum(_CELL[0] * cell.face.wide for cell in cells)
    high = max((cell.face.high for cell in cells), default=1)
    strip = blank(paper, LINE_DOTS + _CELL[1] * (high - 1))
    left = _left(paper, width, alignment)
    for cell in cells:
        glyph = _glyph(cell)
        strip.dots.paste(glyph, (left, _CELL[1] * high - glyph.height))
        left += glyph.width
    return Strip("".join(cell.character for cell in cells), strip.dots)


def printed_raster(paper: Paper, width_bytes: int, data: bytes, alignment: int) -> Strip:
    """The rows of GS v 0, in which a set bit is a black dot."""
    rows = len(data) // width_bytes
    burnt = Image.frombytes("1", (width_bytes * 8, rows), data, "raw", "1;I")
    strip = blank(paper, rows)
    strip.dots.paste(burnt, (_left(paper, burnt.width, alignment), 0))
    return strip


def _left(paper: Paper, width: int, alignment: int) -> int:
    return max(0, (paper.dots - width) * alignment // 2)


@lru_cache(maxsize=512)
def _glyph(cell: Cell) -> Image.Image:
    """Bold is struck twice, one dot apart, and doubled sizes are doubled dots, as printers do."""
    glyph = Image.new("1", _CELL, _WHITE)
    for strike in range(2 if cell.face.is_bold else 1):
        ImageDraw.Draw(glyph).text(
            (_CELL[0] / 2 + strike, _BASELINE), cell.character, _BLACK, _font(), anchor="ms"
        )
    width, height = _CELL
    return glyph.resize((width * cell.face.wide, height * cell.face.high), Image.Resampling.NEAREST)


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The typeface every Debian has; elsewhere the drawing library's own, which has no accents."""
    try:
        return ImageFont.truetype(_TYPEFACE, _FONT_DOTS)
    except OSError:
        return ImageFont.load_default(_FONT_DOTS)
