"""A kiosk and what it was asked to do, played happening by happening."""

from dataclasses import dataclass, field

from broker.vocabulary import PatronId
from kiosk.actions import Action
from kiosk.book import Stage
from kiosk.dialogue import step
from kiosk.happenings import (
    Button,
    CardArrived,
    CardReaderChanged,
    ConnectionChanged,
    Happening,
    PadChanged,
    Started,
    Tick,
    Touched,
)
from kiosk.house import NO_HOUSE, House
from kiosk.visit import Screen, Visit, screen
from tests.kiosk.things import SITI, arrived, standing

PLUGGED = PadChanged(healthy=True)
STARTED = Started(frozenset())
BORROW = Touched(Button.BORROW)


@dataclass
class Scene:
    """A kiosk and what it was asked to do, at a time that moves only by `wait`."""

    visit: Visit = field(default_factory=Visit)
    now: float = 100.0
    done: list[Action] = field(default_factory=list)

    def play(self, *happenings: Happening) -> "Scene":
        for happening in happenings:
            self.visit, actions = step(self.visit, happening, self.now)
            self.done += actions
        return self

    def touch(self, button: Button, subject: str = "") -> "Scene":
        return self.play(Touched(button, subject))

    def type(self, text: str) -> "Scene":
        """Key by key; a key is called by its capital."""
        return self.play(*(Touched(Button.KEY, key) for key in text.upper()))

    def wait(self, seconds: float) -> "Scene":
        self.now += seconds
        return self.play(Tick())

    def shown(self) -> Screen:
        return screen(self.visit)

    def last(self) -> Action:
        return self.done[-1]

    def stages(self) -> dict[int, Stage]:
        return {int.from_bytes(book.uid.raw[3:], "big"): book.stage for book in self.visit.books}


def kiosk(house: House = NO_HOUSE) -> Scene:
    """A kiosk in service that nobody uses."""
    return Scene(Visit(house=house)).play(
        PLUGGED, CardReaderChanged(healthy=True), ConnectionChanged(online=True), STARTED
    )


def borrowing(*numbers: int, patron: PatronId = SITI, house: House = NO_HOUSE) -> Scene:
    """A known patron with books on the pad."""
    scene = kiosk(house).play(BORROW, CardArrived(patron), standing(patron))
    return scene.play(*(arrived(number) for number in numbers))
