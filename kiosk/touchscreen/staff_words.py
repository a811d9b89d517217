"""What the pages of staff mode have in common: their words, and what a page is. Pure."""

from dataclasses import dataclass
from typing import Final

from kiosk.languages.catalogue import Catalogue
from kiosk.staff.heard import Pressed
from kiosk.staff.words import Closing, Found, Key
from kiosk.touchscreen.staff_scene import Look, Mood, StaffKey, StaffRow

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class Body:
    """One page without its frame; the fields are the scene's."""

    heading: str
    mood: Mood
    lines: tuple[str, ...] = ()
    keys: tuple[StaffKey, ...] = ()
    facts: tuple[str, ...] = ()
    rows: tuple[StaffRow, ...] = ()
    typed: str | None = None
    keypad: tuple[StaffKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue, with what many pages say. Every method raises `MissingText`."""

    catalogue: Catalogue

    def text(self, key: str, /, **values: object) -> str:
        return self.catalogue.text(key, **values)

    def counted(self, key: str, count: int) -> str:
        return self.catalogue.counted(key, count)

    def key(
        self, key: Key, look: Look = Look.PLAIN, *, enabled: bool = True, label: str = ""
    ) -> StaffKey:
        """A key by its own words, or by those of another `label`."""
        words = self.text(f"staff-key.{label or key.value}")
        return StaffKey(Pressed(key), words, look, enabled)

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
