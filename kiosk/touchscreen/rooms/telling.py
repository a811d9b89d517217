"""What a room needs to tell its screen: the visit, the moment and the words. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.happenings import Button
from kiosk.languages.catalogue import Catalogue
from kiosk.touchscreen.scene import Body, Control, Notice, Picture, Weight
from kiosk.visit import Screen, Visit

Shown = tuple[Body, tuple[Control, ...]]


@dataclass(frozen=True, slots=True)
class Telling:
    """The screen `shown` of a visit at monotonic second `now`. Its methods raise `MissingText`."""

    shown: Screen
    visit: Visit
    now: float
    catalogue: Catalogue

    def say(self, key: str, /, **values: object) -> str:
        """A sentence of this screen."""
        return self.catalogue.text(f"{self.shown.value}.{key}", **values)

    def count(self, key: str, number: int, /, **values: object) -> str:
        return self.catalogue.counted(f"{self.shown.value}.{key}", number, **values)

    def control(
        self, button: Button, weight: Weight = Weight.QUIET, *, on: bool = True, label: str = ""
    ) -> Control:
        return Control(button, label or self.catalogue.button(button), weight, on)

    def notice(self, picture: Picture, *lines: str) -> Notice:
        """The heading of this screen, its lead or other lines, and a picture."""
        return Notice(self.say("heading"), lines or (self.say("lead"),), picture)

    @property
    def back(self) -> Control:
        """One page back, which is not the end of the visit."""
        return self.control(Button.BACK, label=self.catalogue.text("frame.back"))


Room = Callable[[Telling], Shown]
