"""What the stations need from hardware, as narrow ports. Drivers fulfil them by shape.

Drivers are plain blocking code for one thread; they raise only `devices.errors.DeviceError`.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol

from broker.vocabulary import PatronId

UID_BYTES: Final = 8
MOST_LINK_BYTES: Final = 200


@dataclass(frozen=True, slots=True, order=True)
class TagUid:
    """An ISO 15693 UID, 8 bytes, most significant first (starts with E0).

    >>> str(TagUid(bytes.fromhex("E0040100153B945A")))
    'E0040100153B945A'
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != UID_BYTES:
            raise ValueError(f"a tag UID has {UID_BYTES} bytes, not {len(self.raw)}")

    def __str__(self) -> str:
        return self.raw.hex().upper()


@dataclass(frozen=True, slots=True)
class TagDescription:
    """A tag's system information (ISO/IEC 15693-3, 10.4.12): what it is, not what it holds."""

    block_size: int
    block_count: int
    afi: int
    dsfid: int


@dataclass(frozen=True, slots=True)
class TagMemory:
    """What a tag said about itself: user memory from block 0 in memory order, AFI and DSFID.

    `memory` may end before the tag's does, where that was enough to know the item.
    """

    memory: bytes
    block_size: int
    afi: int
    dsfid: int


@dataclass(frozen=True, slots=True)
class Card:
    """A library card in the field: how its site knows the patron, and nothing else.

    `patron` is None when the card cannot tell, e.g. because its UID is random (ISO/IEC 14443-3,
    6.5.4) or the site goes by the barcode printed on it.
    """

    patron: PatronId | None


@dataclass(frozen=True, slots=True)
class TwoCards:
    """More than one card in the field, so nobody knows whose turn it is: one at a time, please."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scanner read, as printed. It may be a person's number, so it prints redacted.

    `aim` is the AIM identifier that some scanners are set to send before it, e.g. `C1` for
    GS1-128, without its bracket (ISO/IEC 15424).
    """

    text: str = field(repr=False)
    aim: str = ""


class TagReader(Protocol):
    """Reads ISO 15693 tags on a pad or in a bin; of one tag always addressed by its UID.

    A question about a tag raises TagGone when it is not there to answer, and Refused when the tag
    or its reader says no.
    """

    def inventory(self) -> tuple[TagUid, ...]:
        """Every tag in the field now, each once, in the order of their UIDs."""

    def describe(self, uid: TagUid) -> TagDescription: ...

    def read_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bytes, ...]:
        """Blocks in memory order; fewer, down to none, where the tag says its memory ends."""

    def locked_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bool, ...]:
        """For each block whether it is locked for ever."""

    def eas_is_on(self, uid: TagUid) -> bool:
        """Whether the tag answers a gate's EAS alarm (NXP ICODE). Refused where it cannot."""

    def close(self) -> None: ...


class TagWriter(Protocol):
    """Changes one tag, addressed by its UID; each method is one command and raises as reading does.

    What a reader acknowledges is hearsay until it was read back: `devices.writing` does that.
    """

    def write_blocks(self, uid: TagUid, first: int, blocks: tuple[bytes, ...]) -> None:
        """Blocks of the tag's own size, in memory order."""

    def write_afi(self, uid: TagUid, afi: int) -> None:
        """The application family identifier, which many security gates listen to."""

    def write_dsfid(self, uid: TagUid, dsfid: int) -> None: ...

    def set_eas(self, uid: TagUid, *, on: bool) -> None:
        """The EAS bit of NXP ICODE tags. Refused where the tag has none."""


class PadReader(TagReader, TagWriter, Protocol):
    """A reader that can do both: what a pad or a bin needs."""


class CardReader(Protocol):
    """Notices library cards."""

    def present(self) -> Card | TwoCards | None:
        """What is in the field now."""

    def close(self) -> None: ...


class Scanner(Protocol):
    """Reads printed barcodes, when somebody shows it one."""

    def next_scan(self, timeout: float) -> Scan | None:
        """The next one, in order; None after `timeout` seconds without."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """Words, and what stands in their line at the right edge: a title and its due date.

    `otherwise` is printed for words of which the printer has no letter.
    """

    words: str
    at_right: str = ""
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptSection:
    """Rows under a heading of two columns, such as "Title" and "Due"."""

    heading: ReceiptRow
    rows: tuple[ReceiptRow, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Final words in the patron's language, top to bottom.

    A patron's name or number is never among them. `link` becomes a QR code of at most
    `MOST_LINK_BYTES` in UTF-8 above its `caption`; empty prints neither.
    """

    heading: str
    about: tuple[str, ...]
    sections: tuple[ReceiptSection, ...] = ()
    notes: tuple[str, ...] = ()
    link: str = ""
    caption: str = ""

    def __post_init__(self) -> None:
        if len(self.link.encode()) > MOST_LINK_BYTES:
            raise ValueError(f"a receipt's link has at most {MOST_LINK_BYTES} bytes")


class PrinterCondition(Enum):
    """What a technician should see to first; its value says so in words."""

    READY = "ready"
    PAPER_NEAR_END = "the paper is near its end"
    OFF_LINE = "off-line: press the feed or on-line button"
    OUT_OF_PAPER = "out of paper"
    TOO_HOT = "the print head is too hot: it goes on when it has cooled"
    CUTTER_JAMMED = "the cutter is jammed: clear it, then switch the printer off and on"
    BROKEN = "a fault that only switching off and on or a repair clears"
    COVER_OPEN = "the cover is open"

    @property
    def can_print(self) -> bool:
        return self in (PrinterCondition.READY, PrinterCondition.PAPER_NEAR_END)


class ReceiptPrinter(Protocol):
    """Prints for the patron. Nothing waits for it: a loan stands whether or not it was printed."""

    def condition(self) -> PrinterCondition:
        """What the printer's sensors say now."""

    def print(self, receipt: Receipt) -> None:
        """Returns when the printer has worked off all of it and can still print.

        Raises NotPrinted, which knows the condition. After any error a part may be on paper, and
        the rest is not printed later.
        """

    def close(self) -> None: ...


class LampColour(Enum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class LampMeaning(Enum):
    """What a station's lamp says; `devices.lamp` has a colour and a rhythm for each."""

    READY = "ready"  # use me; after WORKING it is the yes
    WORKING = "working"
    ATTENTION = "attention"  # see the screen, or hand something to staff
    STOPPED = "stopped"
    DARK = "dark"


class Lamp(Protocol):
    """Lights that people see from afar. Nothing waits for them: a return stands without any."""

    @property
    def wears_out(self) -> bool:
        """Whether every switching costs it life, as it does a relay's contacts."""

    def light(self, colour: LampColour | None) -> None:
        """That colour alone, or none; where it is not fitted, the one in its place.

        Said again it is sent again, so that a lamp that was off meanwhile has it. Raises Refused
        where it can be seen that the lamp did something else.
        """

    def close(self) -> None: ...
