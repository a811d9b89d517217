"""What stands on the screen, in finished words. Pure values: two equal scenes look the same."""

from dataclasses import dataclass, field
from enum import Enum, auto

from kiosk.happenings import Button
from kiosk.staff.session import Page
from kiosk.staff.words import Key
from kiosk.touchscreen.theme import Tone
from kiosk.touchscreen.viewing import Wish
from kiosk.visit import Screen

# What a target can be for: the visit, staff mode, or the screen itself.
Meaning = Button | Key | Wish


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
    BARCODE = auto()
    TAG = auto()
    SHELF = auto()
    PRINTER = auto()
    LAMP = auto()
    VOICE = auto()
    SENT = auto()
    RESTART = auto()


class Weight(Enum):
    """How much a button weighs among its neighbours."""

    MAIN = auto()
    RETURN = auto()
    DANGER = auto()
    QUIET = auto()


class Sign(Enum):
    """The small sign at the beginning of a note."""

    NOTE = auto()
    CLOUD = auto()
    CLOCK = auto()
    STAFF = auto()


@dataclass(frozen=True, slots=True)
class Control:
    """A button as it stands there now, known by `button` and, among several alike, `subject`.

    A touch on a `secret` one, a digit of a PIN, is never spoken. `on` is the state of a switch,
    None for what is none. `shown` is what stands on it where the label is for the ear alone.
    """

    button: Meaning
    label: str
    weight: Weight = Weight.QUIET
    enabled: bool = True
    subject: str = ""
    secret: bool = False
    on: bool | None = None
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A strip above the buttons: something to know besides the question of the screen."""

    sign: Sign
    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Row:
    """One book in the list. `label` is its state in a word, `advice` what to do about it.

    A row with a `control` is touched as a whole; one that `has_cover` is of the book that `title`
    says.
    """

    title: str
    label: str
    advice: str
    tone: Tone
    control: Control | None = None
    has_cover: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A drawing and the sentence it teaches."""

    picture: Picture
    text: str


@dataclass(frozen=True, slots=True)
class Steps:
    """The welcome: what to do here, in three pictures. `logo` is a PNG, if there is one."""

    heading: str
    lead: str
    steps: tuple[Step, ...]
    logo: bytes = field(default=b"", repr=False)


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
class Listing:
    """Loans, holds or titles of the catalogue, some of them to be touched.

    `picture` fills what they leave free.
    """

    heading: str
    lead: str
    picture: Picture
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How something stands, in as many words as it needs; `tone` colours its heading.

    `picture` fills what the words leave free.
    """

    heading: str
    tone: Tone
    picture: Picture
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """One question, and its answers to touch."""

    heading: str
    lead: str
    choices: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    """A keyboard on the glass under what was typed so far; digits alone are a keypad.

    Of a PIN `typed` has only as many dots. `lead` is what to know, empty once something is typed.
    """

    heading: str
    lead: str
    typed: str
    keys: tuple[Control, ...]
    erase: Control


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code, row by row from the top: which modules are dark, without a quiet zone."""

    heading: str
    lines: tuple[str, ...]
    modules: tuple[tuple[bool, ...], ...]


@dataclass(frozen=True, slots=True)
class Adjust:
    """The patron's own settings for this visit."""

    heading: str
    choices: tuple[Control, ...]


Body = Steps | Notice | Books | Listing | Report | Choices | Keys | Code | Adjust


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same on every screen of one language; staff's way out stands in place of help."""

    title: str
    language: Control
    access: Control
    help: Control
    up: str
    down: str
    more: str


@dataclass(frozen=True, slots=True)
class StaffScreen:
    """A page of staff mode, and another one as soon as other things can be chosen there."""

    page: Page
    tone: Tone
    choices: tuple[tuple[Key, str], ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything on the screen. `stay` is what a touch beside every button tells, if anything.

    `covered` while its titles are nobody else's to read.
    """

    screen: Screen | StaffScreen
    frame: Frame
    body: Body
    notes: tuple[Note, ...]
    controls: tuple[Control, ...]
    stay: Button | Key | None
    covered: bool = False
