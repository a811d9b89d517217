"""The parts every screen is made of: text, touch targets, notes. How they look is in the kv."""

from collections.abc import Callable
from typing import Final

from kivy.clock import Clock
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label

from kiosk.happenings import Button
from kiosk.touchscreen import drawing, glyphs, theme
from kiosk.touchscreen.scene import Control, Note, Weight

_FILLS: Final = {
    Weight.MAIN: (theme.PINE, theme.PINE_PRESSED, theme.CARD),
    Weight.RETURN: (theme.CLAY, theme.CLAY_PRESSED, theme.CARD),
    Weight.QUIET: (theme.CARD, theme.SHADE, theme.INK),
}


# Kivy learns a class by its name when it is made, and the kv names this one.
DRAWING: Final = drawing.Drawing


ROUNDING: Final = 3  # pixels; a word a fraction too wide for its place would break


class Text(Label):
    """A paragraph as wide as its place and as high as its words."""


class Heading(Text):
    """The one question or answer of a screen."""


class Card(BoxLayout):
    """A white sheet with round corners."""


class Target(ButtonBehavior, BoxLayout):
    """Something to touch: it acts when the finger leaves it inside, and shows at once it heard."""

    text = StringProperty()
    glyph = ObjectProperty(())
    fill = ColorProperty(theme.CARD)
    pressed = ColorProperty(theme.SHADE)
    ink = ColorProperty(theme.INK)
    edge = ColorProperty(theme.EDGE)
    upright = BooleanProperty(False)  # noqa: FBT003  # Kivy's property takes its default so
    font_size = NumericProperty(1)
    glyph_width = NumericProperty(0)
    inset = NumericProperty(0)
    least_mm = NumericProperty(theme.TARGET_MM)

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)
        centre = Clock.create_trigger(self._centre, -1)
        self.bind(size=centre, text=centre, font_size=centre, upright=centre)
        centre()

    def _centre(self, _: float) -> None:
        """Sign and word stand together in the middle; a long word breaks instead of leaving."""
        if self.upright or "word" not in self.ids:
            self.inset = self.spacing
            return
        word = self.ids.word
        room = self.width - self.glyph_width - 2 * self.spacing
        word.text_size = (None, None)
        word.texture_update()
        if word.texture_size[0] > room and self.text.count(" ") == 1:
            word.text_size = (word.texture_size[0] - 2 * ROUNDING, None)  # the two below each other
            word.texture_update()
            widest = max(word._label.get_extents(part)[0] for part in self.text.split(" "))  # noqa: SLF001  # Kivy's only ruler
        else:
            widest = word.texture_size[0]
        self.inset = max(self.spacing / 2, (room - widest) / 2 + self.spacing / 2 - ROUNDING)
        word.text_size = (word.width, None)


class Choice(Target):
    """The target for one of the patron's buttons."""

    def __init__(self, choose: Callable[[Button, str], None], **properties: object) -> None:
        super().__init__(**properties)
        self._choose = choose
        self.button: Button | None = None
        self.subject = ""
        self.main = False

    def show(self, control: Control) -> None:
        """Becomes `control`."""
        self.button, self.subject = control.button, control.subject
        self.text = control.label
        self.glyph = glyphs.of(control)
        self.disabled = not control.enabled
        self.main = control.weight is not Weight.QUIET
        self.least_mm = theme.MAIN_TARGET_MM if self.main else theme.TARGET_MM
        fill, pressed, ink = _FILLS[control.weight]
        self.fill, self.pressed = (fill, pressed) if control.enabled else (theme.SHADE,) * 2
        self.ink = ink if control.enabled else theme.SOFT_INK
        self.edge = self.fill if self.main else theme.EDGE

    def on_release(self) -> None:
        if self.button is not None:
            self._choose(self.button, self.subject)


class LanguageChoice(Choice):
    """The way to the other language, in its own words."""


class NoteStrip(BoxLayout):
    """One note: a sign and a sentence on the tint of its tone."""

    glyph = ObjectProperty(())
    text = StringProperty()
    ink = ColorProperty(theme.INK)
    tint = ColorProperty(theme.SHADE)

    def __init__(self, note: Note, **properties: object) -> None:
        super().__init__(**properties)
        self.show(note)

    def show(self, note: Note) -> None:
        """Becomes `note`."""
        self.ink, self.tint = theme.TONES[note.tone]
        self.glyph = glyphs.SIGNS[note.sign]
        self.text = note.text


class Notes(BoxLayout):
    """The notes of a scene, the most lasting on top; as high as they need."""

    def show(self, notes: tuple[Note, ...]) -> None:
        """Becomes `notes`."""
        strips = self.children[::-1]
        if len(strips) == len(notes):
            for strip, note in zip(strips, notes, strict=True):
                strip.show(note)
            return
        self.clear_widgets()
        for note in notes:
            self.add_widget(NoteStrip(note))
