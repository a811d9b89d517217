"""What staff mode hears. Pure values; none of them can hold a patron's number."""

from dataclasses import dataclass

from broker.shelves import ListShelf, ListShelves, ShelfList, Shelves
from broker.vocabulary import ItemId, Refusal
from devices.capabilities import TagUid
from devices.quality import TagQuality
from kiosk.staff.inventory import Read, Shelf
from kiosk.staff.words import Debt, Failure, Found, Key, Other, Part


@dataclass(frozen=True, slots=True)
class Pressed:
    """A touch; `number` is the digit, or which of the choices (from 0)."""

    key: Key
    number: int = 0


@dataclass(frozen=True, slots=True)
class TimePassed:
    """A few times a second."""


@dataclass(frozen=True, slots=True)
class StaffShown:
    """A staff card, while nobody's visit is going on."""


@dataclass(frozen=True, slots=True)
class CodeTried:
    right: bool


@dataclass(frozen=True, slots=True)
class CardTried:
    """Some card at the reader, and what is wrong with it; never whose it is."""

    found: Found


@dataclass(frozen=True, slots=True)
class PartTried:
    """What trying a part has found; `reads` of `tries` for the pad."""

    part: Part
    found: Found
    reads: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True)
class ScannerSeen:
    """The scanner came or went."""

    healthy: bool


@dataclass(frozen=True, slots=True)
class ItemScanned:
    item: ItemId


@dataclass(frozen=True, slots=True)
class OtherScanned:
    kind: Other


@dataclass(frozen=True, slots=True)
class DebtTold:
    """What the server lacks: how many facts, the oldest of how many seconds ago, and why."""

    count: int
    oldest: float | None
    why: Debt


@dataclass(frozen=True, slots=True)
class NotRestarted:
    """No supervising process would start the program again."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A tag on the pad. `item` is None when it names none of ours."""

    uid: TagUid
    item: ItemId | None
    secured: bool


@dataclass(frozen=True, slots=True)
class Lifted:
    uid: TagUid


@dataclass(frozen=True, slots=True)
class Examined:
    """Every tag on the pad; `begun` are those whose writing was never finished."""

    tags: tuple[TagQuality, ...]
    begun: frozenset[TagUid] = frozenset()


@dataclass(frozen=True, slots=True)
class NotExamined:
    """The pad cannot be asked now."""


@dataclass(frozen=True, slots=True)
class Written:
    """A tag was labelled, mended or brought back, read back and, where it is a book's, secured."""

    uid: TagUid
    item: ItemId | None
    blocks: int


@dataclass(frozen=True, slots=True)
class NotWritten:
    uid: TagUid
    why: Failure


@dataclass(frozen=True, slots=True)
class KeptList:
    """A shelf list on the disk, and how many reads of a walk along it are kept already.

    `age` is how many seconds ago the server told it, where it did and somebody knows.
    """

    name: str
    reads: int
    from_server: bool = False
    age: float | None = None


@dataclass(frozen=True, slots=True)
class ShelvesTold:
    """The shelf lists on the disk."""

    lists: tuple[KeptList, ...]


@dataclass(frozen=True, slots=True)
class ServerTold:
    """What the server answered; None when it did not."""

    question: ListShelves | ListShelf
    answer: Shelves | ShelfList | Refusal | None


@dataclass(frozen=True, slots=True)
class WalkBegun:
    """A shelf list, with what was read along it before a power cut."""

    shelf: Shelf
    reads: tuple[Read, ...]


@dataclass(frozen=True, slots=True)
class WalkRefused:
    """The list cannot be used; `line` is where, 0 for all of it."""

    line: int


@dataclass(frozen=True, slots=True)
class ReadKept:
    read: Read


@dataclass(frozen=True, slots=True)
class NotKept:
    """The disk did not take a read, or a report: it does not count."""


@dataclass(frozen=True, slots=True)
class ReportWritten:
    """The report is in a file of this name."""

    name: str


StaffHeard = (
    Pressed
    | TimePassed
    | StaffShown
    | CodeTried
    | CardTried
    | PartTried
    | ScannerSeen
    | ItemScanned
    | OtherScanned
    | DebtTold
    | NotRestarted
    | Laid
    | Lifted
    | Examined
    | NotExamined
    | Written
    | NotWritten
    | ShelvesTold
    | ServerTold
    | WalkBegun
    | WalkRefused
    | ReadKept
    | NotKept
    | ReportWritten
)
