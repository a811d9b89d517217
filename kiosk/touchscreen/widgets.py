"""The parts every screen is made of: text, sheets, notes. How they look is in the kv.

A block is a part that tells how high it must be for a width (`settle`), so that a page can be laid
out at once, without waiting for Kivy's next frame.
"""

import re
from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from kivy.properties import ColorProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.languages.catalogue import UNBROKEN_SPACE
from kiosk.touchscreen import drawing, glyphs, theme
from kiosk.touchscreen.drawing import paint
from kiosk.touchscreen.scene import Note

# Kivy learns a class by its name when it is made, and the kv names this one.
DRAWING: Final = drawing.Drawing
# Where a word may break that is too wide for its place.
_LOOSE: Final = re.compile(f"[-_{UNBROKEN_SPACE}]")
_HYPHEN: Final = re.compile("(?<=[-_])(?=.)")


class Block:
    """What `Flow` lays out. `stretch` is its share of free room; a `spare` one needs no place."""

    stretch: ClassVar[float] = 0.0
    spare: ClassVar[bool] = False

    @property
    def torn(self) -> bool:
        """Whether a word breaks in the width it settled for, so that its pieces read better."""
        return False

    def settle(self, width: float) -> float:
        """Takes `width` and tells the least height at which all of it can be read."""
        raise NotImplementedError

    def place(self, left: float, top: float, height: float) -> None:
        """Stands with its upper left corner there, in the width it settled for."""
        self.height = height
        self.pos = left, top - height

    def pieces(self, _width: float, _room: float) -> Sequence[Widget]:
        """What it falls into when it is higher than a page; itself when it cannot."""
        return (self,)


def loosened(text: str, wide: Callable[[str], float], width: float) -> str:
    """`text` that breaks where it has to in `width`, measured by `wide`: rather between words than
    in one, and in a file's name behind a hyphen.
    """
    if not _LOOSE.search(text) or max(map(wide, text.split(" "))) <= width:
        return text
    words = text.replace(UNBROKEN_SPACE, " ").split(" ")
    return " ".join(_HYPHEN.sub(" ", one) if wide(one) > width else one for one in words)


class Text(Label, Block):
    """A paragraph as wide as its place and as high as its words."""

    text: str
    width: float
    _settled: tuple[str, float] | None = None

    def wide(self, text: str) -> float:
        """The pixels `text` takes on one line."""
        return float(self._label.get_extents(text)[0])

    @property
    def torn(self) -> bool:
        return max(map(self.wide, self.text.split(" "))) > self.width

    def settle(self, width: float) -> float:
        if self._settled == (self.text, width) == (self.text, self.width):
            return float(self.height)
        self.text = loosened(self.text, self.wide, width)
        self._settled = self.text, width
        self.width = width
        self.text_size = (width, None)
        self.texture_update()
        self.height = self.texture_size[1] if self.text else 0
        return float(self.height)

    def pieces(self, width: float, room: float) -> Sequence[Widget]:
        """Paragraphs of as many lines as `room` holds."""
        self.settle(width)
        lines = [
            " ".join(word.text for word in line.words)
            for line in self._label._cached_lines  # noqa: SLF001  # Kivy's only ruler
        ]
        high = max(1, int(room / (self.height / max(1, len(lines)))))
        texts = [" ".join(lines[at : at + high]) for at in range(0, len(lines), high)]
        return [
            type(self)(text=text, bold=self.bold, color=self.color, halign=self.halign)
            for text in texts
        ]


class Heading(Text):
    """The one question or answer of a screen."""


class Soft(Text):
    """What explains the heading."""


class Card(BoxLayout, Block):
    """A sheet with round corners."""


class Picture(drawing.Drawing, Block):
    """A large drawing, there only while all words around it are."""

    stretch = 1.0
    spare = True
    least = 0.0

    def settle(self, width: float) -> float:
        self.width = width
        return self.least


class NoteStrip(Card):
    """One note: a sign and a sentence on the tint of its tone."""

    glyph = ObjectProperty(())
    text = StringProperty()
    ink = ColorProperty()
    tint = ColorProperty()

    def __init__(self, note: Note, **properties: object) -> None:
        super().__init__(**properties)
        self.note = note
        ink, tint = theme.TONES[note.tone]
        self.ink, self.tint = paint(ink), paint(tint)
        self.glyph = glyphs.SIGNS[note.sign]
        self.text = note.text

    def settle(self, width: float) -> float:
        self.width = width
        beside = self.padding[0] + self.padding[2] + self.spacing + self.ids.sign.width
        self.height = self.ids.words.settle(width - beside) + self.padding[1] + self.padding[3]
        return float(self.height)

    @property
    def torn(self) -> bool:
        return bool(self.ids.words.torn)

    def pieces(self, width: float, room: float) -> Sequence[Widget]:
        return Text(text=self.text, color=self.ink).pieces(width, room)
