"""What one can type at a simulated station, as commands. Pure.

A line that is not understood raises NotUnderstood, whose text says what is possible.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from devices.errors import NotUnderstood

HELP: Final = """\
card KTA-0007        lay that card on the reader; `card away` takes it off
put B00012 B00013    lay books on the pad
take B00012          take books into the hands
drop B00013          drop books into the return box
spoil B00012 torn    its tag is torn away at the next write; or worn, forgetful, stubborn, sound
scan KTA-0007        show the scanner a barcode
printer low          its paper: full, low or out; its cover: open or shut
receipt bon.png      save what was printed last as a picture
lamp                 what the lamps of kiosk and return box show now
unplug pad           pull a cable: pad, bin, cards, scanner, printer, lamp, bin-lamp; `plug pad`
                     puts it back
net off              cut the network; `net on` brings it back
help                 this list"""


class Part(Enum):
    """What has a cable."""

    PAD = "pad"
    BIN = "bin"
    CARDS = "cards"
    SCANNER = "scanner"
    PRINTER = "printer"
    LAMP = "lamp"
    BIN_LAMP = "bin-lamp"


class Spoilt(Enum):
    """What may be wrong with a book's tag."""

    TORN = "torn"
    WORN = "worn"
    FORGETFUL = "forgetful"
    STUBBORN = "stubborn"
    SOUND = "sound"


class PrinterState(Enum):
    """What hands can do to a printer."""

    FULL = "full"
    LOW = "low"
    OUT = "out"
    OPEN = "open"
    SHUT = "shut"


@dataclass(frozen=True, slots=True)
class LayCard:
    number: str


@dataclass(frozen=True, slots=True)
class TakeCard:
    pass


@dataclass(frozen=True, slots=True)
class Put:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Take:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drop:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoil:
    item: str
    how: Spoilt


@dataclass(frozen=True, slots=True)
class ShowBarcode:
    text: str


@dataclass(frozen=True, slots=True)
class SetPrinter:
    state: PrinterState


@dataclass(frozen=True, slots=True)
class SaveReceipt:
    path: str


@dataclass(frozen=True, slots=True)
class Unplug:
    part: Part


@dataclass(frozen=True, slots=True)
class Plug:
    part: Part


@dataclass(frozen=True, slots=True)
class Net:
    on: bool


@dataclass(frozen=True, slots=True)
class LookAtLamps:
    pass


@dataclass(frozen=True, slots=True)
class Help:
    pass


Hands = LayCard | TakeCard | Put | Take | Drop | Spoil
Desk = ShowBarcode | SetPrinter | SaveReceipt
Switch = Unplug | Plug | Net | LookAtLamps | Help
Command = Hands | Desk | Switch


def command_of(line: str) -> Command:
    """The command in one line; an empty line asks for help. Raises NotUnderstood.

    >>> command_of("put B00012 B00013")
    Put(items=('B00012', 'B00013'))
    """
    word, *rest = line.split() or ["help"]
    match word:
        case "card":
            return _with_card(rest)
        case "put" | "take" | "drop":
            return _with_books(word, tuple(rest))
        case "spoil":
            return _with_tag(rest)
        case "scan" | "printer" | "receipt":
            return _at_the_desk(word, rest)
        case "unplug" | "plug":
            return _with_cable(word, rest)
        case "net":
            return _with_network(rest)
        case "lamp" | "help":
            return LookAtLamps() if word == "lamp" else Help()
    raise NotUnderstood(f"`{word}` is not known here; possible is\n{HELP}")


def _with_card(words: list[str]) -> Command:
    match words:
        case ["away"]:
            return TakeCard()
        case [number]:
            return LayCard(number)
    raise NotUnderstood("say which card, such as `card KTA-0007`, or `card away`")


def _with_books(verb: str, items: tuple[str, ...]) -> Command:
    if not items:
        raise NotUnderstood(f"say which books, such as `{verb} B00012`")
    match verb:
        case "put":
            return Put(items)
        case "take":
            return Take(items)
    return Drop(items)


def _with_tag(words: list[str]) -> Command:
    match words:
        case [item, how] if how in set(map(_value, Spoilt)):
            return Spoil(item, Spoilt(how))
    raise NotUnderstood(f"say which book and how, such as `spoil B00012 torn`: {_any_of(Spoilt)}")


def _at_the_desk(verb: str, words: list[str]) -> Command:
    match verb, words:
        case "scan", [text] if text.isascii() and text.isprintable():
            return ShowBarcode(text)
        case "printer", [state] if state in set(map(_value, PrinterState)):
            return SetPrinter(PrinterState(state))
        case "receipt", [path]:
            return SaveReceipt(path)
    raise NotUnderstood(
        f"say `scan KTA-0007`, `receipt bon.png`, or `printer` with {_any_of(PrinterState)}"
    )


def _value(word: Enum) -> str:
    return str(word.value)


def _any_of(words: type[Enum]) -> str:
    return ", ".join(map(_value, words))


def _with_cable(verb: str, words: list[str]) -> Command:
    try:
        (word,) = words
        part = Part(word)
    except ValueError as error:
        possible = ", ".join(f"`{verb} {part.value}`" for part in Part)
        raise NotUnderstood(f"say which cable: {possible}") from error
    return Unplug(part) if verb == "unplug" else Plug(part)


def _with_network(words: list[str]) -> Command:
    match words:
        case ["on"]:
            return Net(on=True)
        case ["off"]:
            return Net(on=False)
    raise NotUnderstood("say `net off` or `net on`")
