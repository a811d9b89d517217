"""The words of staff mode: keys, parts, findings and reasons, each with its text. Pure."""

from enum import Enum


class Key(Enum):
    """Everything staff can touch; `Pressed` says which of several, where there are several."""

    DOOR = "door"
    DIGIT = "digit"
    ERASE = "erase"
    ENTER = "enter"
    LEAVE = "leave"
    STAY = "stay"
    BACK = "back"
    LANGUAGE = "language"
    TAGS = "tags"
    INVENTORY = "inventory"
    TESTS = "tests"
    SERVICE = "service"
    FACTS = "facts"
    PAPER = "paper"
    RESTART = "restart"
    CHOOSE = "choose"
    OPEN = "open"
    AGAIN = "again"
    TRIED = "tried"
    SEEN = "seen"
    UNSEEN = "unseen"
    RETRY = "retry"
    PAPER_CHANGED = "paper-changed"
    CONFIRM = "confirm"
    CHECK = "check"
    PROGRAM = "program"
    OVERWRITE = "overwrite"
    UNDO = "undo"
    COMPLETE = "complete"
    RESTORE = "restore"
    FORGET = "forget"
    FINISH = "finish"
    NEXT = "next"


class Part(Enum):
    """What can be tried."""

    READER = "reader"
    CARDS = "cards"
    PRINTER = "printer"
    SCANNER = "scanner"
    LAMP = "lamp"
    VOICE = "voice"


class Found(Enum):
    """What trying a part has found."""

    WELL = "well"
    NOT_FITTED = "not-fitted"
    NOT_INSTALLED = "not-installed"
    UNPLUGGED = "unplugged"
    SILENT = "silent"
    GARBLED = "garbled"
    REFUSED = "refused"
    NO_TAG = "no-tag"
    WEAK = "weak"
    NOTHING_SHOWN = "nothing-shown"
    NAMELESS = "nameless"
    TWO_CARDS = "two-cards"
    MISREAD = "misread"
    UNLIT = "unlit"
    PAPER_LOW = "paper-low"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    OFF_LINE = "off-line"
    TOO_HOT = "too-hot"
    JAMMED = "jammed"
    BROKEN = "broken"


class Debt(Enum):
    """Why facts are not sent."""

    NONE = "none"
    NO_LINE = "no-line"
    SERVER_SILENT = "server-silent"
    WAITING = "waiting"
    DISK = "disk"


class Other(Enum):
    """A barcode that names no item of ours; whose or which it is, is not told."""

    PERSON = "person"
    ISBN = "isbn"
    NOT_OURS = "not-ours"
    MISREAD = "misread"


class Failure(Enum):
    """Why a tag was not written."""

    LOCKED = "locked"
    CHANGED = "changed"
    TORN = "torn"
    NOT_SECURED = "not-secured"
    NO_ROOM = "no-room"
    PAD_LOST = "pad-lost"
    NOT_RECORDED = "not-recorded"


class Closing(Enum):
    """Why staff took the station out of service."""

    MAINTENANCE = "maintenance"
    READER = "reader"
    PRINTER = "printer"
    CARDS = "cards"
    EVENT = "event"
    OTHER = "other"
