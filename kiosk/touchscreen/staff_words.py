"""What the pages of staff mode have in common: their words, and what a page is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kiosk.languages.catalogue import UNBROKEN_SPACE, Catalogue
from kiosk.staff.words import Closing, Found, Key
from kiosk.touchscreen.scene import Body, Control, Note, Sign, Weight
from kiosk.touchscreen.theme import Tone

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class StaffPage:
    """One page without its frame; the fields are the scene's."""

    body: Body
    controls: tuple[Control, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue, with what many pages say. Every method raises `MissingText`."""

    catalogue: Catalogue

    def text(self, key: str, /, **values: object) -> str:
        return self.catalogue.text(key, **values)

    def counted(self, key: str, count: int) -> str:
        return self.catalogue.counted(key, count)

    def key(
        self, key: Key, weight: Weight = Weight.QUIET, *, enabled: bool = True, label: str = ""
    ) -> Control:
        """A key by its own words, or by those of another `label`."""
        return Control(key, self.text(f"staff-key.{label or key.value}"), weight, enabled)

    def age(self, seconds: float) -> str:
        """How long something has been so, in the largest unit that is whole."""
        if seconds < _MINUTE:
            return self.text("staff-age.seconds")
        units = ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes"))
        unit, name = next(one for one in units if seconds >= one[0])
        return self.text(f"staff-age.{name}", count=int(seconds // unit))

    def closing(self, closing: Closing) -> str:
        return self.text(f"staff-closing.{closing.value}")

    def found(self, found: Found) -> str:
        return self.text(f"found.{found.value}")


def fact(name: str, value: object) -> str:
    """A name and its value, which no line break parts."""
    return f"{name}:{UNBROKEN_SPACE}{str(value).replace(' ', UNBROKEN_SPACE)}"


def listed(facts: Iterable[str]) -> str:
    """Facts side by side."""
    return f"{UNBROKEN_SPACE}· ".join(facts)


def choice(number: int, label: str) -> Control:
    """One answer of several, from 0."""
    return Control(Key.CHOOSE, label, subject=str(number))


def note(text: str) -> Note:
    """Something to know besides what the page is about."""
    return Note(Sign.NOTE, text, Tone.STAFF)
