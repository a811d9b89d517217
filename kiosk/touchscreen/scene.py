"""What stands on the screen, in finished words. Pure values: two equal scenes look the same."""

from dataclasses import dataclass
from enum import Enum, auto

from kiosk.happenings import Button
from kiosk.touchscreen.theme import Tone
from kiosk.touchscreen.viewing import Wish
from kiosk.visit import Screen


class Picture(Enum):
    """The drawings, each named after what it teaches."""

    CARD = auto()
    CARD_REFUSED = auto()
    PLACE = auto()
    TAKE = auto()
    RETURN = auto()
    WAIT = auto()
    THANKS = auto()
    DESK = auto()


class Weight(Enum):
    """How much a button weighs among its neighbours."""

    MAIN = auto()
    RETURN = auto()
    QUIET = auto()


class Sign(Enum):
    """The small sign at the beginning of a note."""

    NOTE = auto()
    CLOUD = auto()
    CLOCK = auto()


@dataclass(frozen=True, slots=True)
class Control:
    """A button as it stands there now, known by `button` and, among several alike, `subject`.

    A touch on a `secret` one, a digit of a PIN, is never spoken. `on` is the state of a switch,
    None for what is none.
    """

    button: Button | Wish
    label: str
    weight: Weight = Weight.QUIET
    enabled: bool = True
    subject: str = ""
    secret: bool = False
    on: bool | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A strip above the buttons: something to know besides the question of the screen."""

    sign: Sign
    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Row:
    """One book in the list. `label` is its state in a word, `advice` what to do about it."""

    title: str
    label: str
    advice: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Step:
    """A drawing and the sentence it teaches."""

    picture: Picture
    text: str


@dataclass(frozen=True, slots=True)
class Steps:
    """The welcome: what to do here, in three pictures."""

    heading: str
    lead: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """One large drawing, one thing to do."""

    heading: str
    lines: tuple[str, ...]
    picture: Picture


@dataclass(frozen=True, slots=True)
class Books:
    """The list of books; `more` fills what the list leaves free."""

    heading: str
    lead: str
    rows: tuple[Row, ...]
    more: Step


@dataclass(frozen=True, slots=True)
class Adjust:
    """The patron's own settings for this visit."""

    heading: str
    choices: tuple[Control, ...]


Body = Steps | Notice | Books | Adjust


@dataclass(frozen=True, slots=True)
class Frame:
    """Words that are the same on every screen of one language."""

    title: str
    language: Control
    access: Control
    up: str
    down: str
    more: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything on the screen. `stay` is what a touch beside every button tells, if anything."""

    screen: Screen
    frame: Frame
    body: Body
    notes: tuple[Note, ...]
    controls: tuple[Control, ...]
    stay: Button | None
