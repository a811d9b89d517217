"""What a simulated station has: its readers, cards and books in TOML files, decoded once.

[pad]                           # and [bin]; without it a FEIG that answers at once
reader = "m3-810"
paced = true                    # as slow as a real one: its line, and the time on the air

[scanner]
connection = "serial"           # or keyboard

[printer]
columns = 32

[lamp]                          # the kiosk's, and [bin_lamp] the return box's
driver = "lcus"                 # or led
colours = 1                     # or 3

[[cards]]
number = "KTA-0007"             # what the prompt calls it
uid = "04497622D93881"

[[books]]
model = "iso28560-3"            # a tag is written for this item
item = "B00012"
uid = "E00401500000000C"
owner = "ID-1275014"            # ISIL
afi = 0x07
where = "shelf"                 # or pad, bin, hands

[[books]]
model = "dump"                  # the memory of a real or published tag, as it is
item = "annexB1"
uid = "E0040150000000B1"
memory = "110101313030..."
afi = 0x07
source = "where the bytes are from"
"""

from enum import Enum
from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from broker.errors import BadSettings
from broker.settings import read_settings
from broker.vocabulary import ItemId
from devices.capabilities import TagUid
from devices.errors import BadTag
from devices.nfc.simulator import FelicaCard, SimulatedCard, TypeACard, TypeBCard
from devices.simulated_tag import SimulatedTag
from devices.tags import iso28560_3

PUBLISHED_TAGS: Final = Path(__file__).with_name("published.toml")

# NXP ICODE SLIX, the usual library tag: 28 blocks of 4 bytes.
_BLOCK_BYTES: Final = 4
_MEMORY_BYTES: Final = 28 * _BLOCK_BYTES
_UID_BYTES_OF: Final = {"A": (4, 7), "B": (4,), "F": (8,)}

Octet = Annotated[int, Meta(ge=0, le=255)]
Family = Literal["feig", "m3-810", "rl866", "rr3036", "metratec"]


class Hexadecimal:
    """Bytes written as hexadecimal digits. Raises ValueError on anything else."""

    def __init__(self, text: object) -> None:
        if not isinstance(text, str):
            raise ValueError("expected hexadecimal digits between quotes")  # noqa: TRY004 - msgspec
        self.raw = bytes.fromhex(text)


class Place(Enum):
    """Where a book is."""

    SHELF = "shelf"
    PAD = "pad"
    BIN = "bin"
    HANDS = "hands"


class CardEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A library card: ISO 14443 type A or B, or FeliCa (F)."""

    number: Annotated[str, Meta(pattern=r"^\S+$")]
    uid: Hexadecimal
    technology: Literal["A", "B", "F"] = "A"

    def __post_init__(self) -> None:
        if len(self.uid.raw) not in _UID_BYTES_OF[self.technology]:
            raise ValueError(f"no card of type {self.technology} has a UID of that length")

    def card(self) -> SimulatedCard:
        match self.technology:
            case "A":
                return TypeACard(self.uid.raw)
            case "B":
                return TypeBCard(self.uid.raw)
            case "F":
                return FelicaCard(self.uid.raw)


class WrittenBook(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="model", tag="iso28560-3"
):
    """A book whose tag says what it should, in one part and for circulation."""

    item: ItemId
    uid: Hexadecimal
    owner: str
    afi: Octet
    where: Place = Place.SHELF

    def __post_init__(self) -> None:
        try:
            self.tag()
        except BadTag as error:
            raise ValueError(str(error)) from error

    def tag(self) -> SimulatedTag:
        country, _, library = self.owner.partition("-")
        label = iso28560_3.Label(str(self.item), 1, 1, 1, country, library)
        memory = label.encode(_MEMORY_BYTES)
        return SimulatedTag(TagUid(self.uid.raw), memory, afi=self.afi, dsfid=iso28560_3.DSFID)


class DumpedBook(Struct, frozen=True, forbid_unknown_fields=True, tag_field="model", tag="dump"):
    """A tag with the very bytes of another one; `item` is what the prompt calls it."""

    item: ItemId
    uid: Hexadecimal
    memory: Hexadecimal
    afi: Octet
    source: str
    dsfid: Octet = 0
    where: Place = Place.SHELF

    def __post_init__(self) -> None:
        TagUid(self.uid.raw)

    def tag(self) -> SimulatedTag:
        memory = self.memory.raw.ljust(_MEMORY_BYTES, b"\0")
        return SimulatedTag(TagUid(self.uid.raw), memory, afi=self.afi, dsfid=self.dsfid)


class ReaderEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """Which reader is under the pad or in the bin, and whether it takes a real one's time."""

    reader: Family = "feig"
    paced: bool = False


class ScannerEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A barcode scanner at a serial port, or one that types."""

    connection: Literal["serial", "keyboard"] = "serial"


class PrinterEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A receipt printer by the characters of its line: 32 on paper of 58 mm, else of 80 mm."""

    columns: Literal[32, 42, 48] = 48


class LampEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A lamp of LEDs, or at a relay board, of one colour or of three."""

    driver: Literal["led", "lcus"] = "led"
    colours: Literal[1, 3] = 3


class StationDescription(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is plugged in, and everything that can be put, taken and dropped."""

    pad: ReaderEntry | None = None
    bin: ReaderEntry | None = None
    scanner: ScannerEntry | None = None
    printer: PrinterEntry | None = None
    lamp: LampEntry | None = None
    bin_lamp: LampEntry | None = None
    cards: tuple[CardEntry, ...] = ()
    books: tuple[WrittenBook | DumpedBook, ...] = ()

    def joined(self, other: "StationDescription") -> "StationDescription":
        """With another file's cards and books, and the devices this one does not name."""
        return StationDescription(
            self.pad or other.pad,
            self.bin or other.bin,
            self.scanner or other.scanner,
            self.printer or other.printer,
            self.lamp or other.lamp,
            self.bin_lamp or other.bin_lamp,
            (*self.cards, *other.cards),
            (*self.books, *other.books),
        )


def read_station(*paths: Path) -> StationDescription:
    """The files together. Raises BadSettings naming the file; also for anything described twice."""
    whole = StationDescription()
    for path in paths:
        whole = whole.joined(read_settings(path, StationDescription))
        if (twice := _described_twice(whole)) is not None:
            raise BadSettings(f"{path}{_line_of(twice, path)}: {twice} is described twice")
    return whole


def _described_twice(whole: StationDescription) -> str | None:
    """The first number, item or UID that is there a second time."""
    seen: set[str] = set()
    for names in (
        [card.number for card in whole.cards],
        [card.uid.raw.hex().upper() for card in whole.cards],
        [str(book.item) for book in whole.books],
        [book.uid.raw.hex().upper() for book in whole.books],
    ):
        seen.clear()
        for name in names:
            if name in seen:
                return name
            seen.add(name)
    return None


def _line_of(value: str, path: Path) -> str:
    """The last line that speaks of `value`, as ` line 12,`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    hits = [number for number, line in enumerate(lines, 1) if value.lower() in line.lower()]
    return f" line {hits[-1]}" if hits else ""
