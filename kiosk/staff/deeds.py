"""What staff mode wants done. Pure values; `kiosk.staff.hands` does it and says what came of it."""

from dataclasses import dataclass

from broker.shelves import ListShelf, ListShelves
from broker.vocabulary import ItemId, Secret
from devices.capabilities import TagUid
from kiosk.staff.inventory import Read, Result, Shelf
from kiosk.staff.words import Closing, Part


@dataclass(frozen=True, slots=True)
class TryCode:
    code: Secret


@dataclass(frozen=True, slots=True)
class RememberWrong:
    """How many wrong codes there were: a restart must not forget it."""

    wrong: int


@dataclass(frozen=True, slots=True)
class KeepService:
    """Out of service for this reason, or in service with None, also after a restart."""

    closing: Closing | None


@dataclass(frozen=True, slots=True)
class TryPart:
    part: Part


@dataclass(frozen=True, slots=True)
class LookAtDebt:
    pass


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Everything that is owed leaves now."""


@dataclass(frozen=True, slots=True)
class RestartProgram:
    pass


@dataclass(frozen=True, slots=True)
class Examine:
    """Look at every tag on the pad."""


@dataclass(frozen=True, slots=True)
class Label:
    """Make the one tag on the pad this item's. Only `over` may anything but a blank one be."""

    uid: TagUid
    item: ItemId
    over: bool


@dataclass(frozen=True, slots=True)
class Undo:
    """Bring the tag that was labelled last back to what it held."""

    uid: TagUid


@dataclass(frozen=True, slots=True)
class Mend:
    """Complete a tag whose writing was never finished, or `restore` what it held."""

    uid: TagUid
    restore: bool


@dataclass(frozen=True, slots=True)
class TellShelves:
    pass


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the server, and say what it told."""

    question: ListShelves | ListShelf


@dataclass(frozen=True, slots=True)
class KeepList:
    """The server's list in place of the one kept before, and the walk along it."""

    shelf: Shelf


@dataclass(frozen=True, slots=True)
class BeginWalk:
    """Open this shelf list, with what is kept of an earlier walk along it."""

    name: str


@dataclass(frozen=True, slots=True)
class KeepRead:
    """On the disk before it counts."""

    shelf: str
    read: Read


@dataclass(frozen=True, slots=True)
class WriteReport:
    """The inventory's outcome for the server, and as a file; with it the walk is over."""

    shelf: Shelf
    results: tuple[Result, ...]


Deed = (
    TryCode
    | RememberWrong
    | KeepService
    | TryPart
    | LookAtDebt
    | SendAgain
    | RestartProgram
    | Examine
    | Label
    | Undo
    | Mend
    | TellShelves
    | Ask
    | KeepList
    | BeginWalk
    | KeepRead
    | WriteReport
)
