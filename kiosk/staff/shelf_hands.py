"""Does what an inventory decided: lists and walks on the disk, and what the server tells and hears.

Law: as for all of staff mode's hands. A walk is in the ledger before its report ends it: told twice
after a power cut in between is less than never told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from broker.shelves import ListShelf, ListShelves
from kiosk.staff.deeds import Ask, BeginWalk, Deed, KeepList, KeepRead, TellShelves, WriteReport
from kiosk.staff.heard import (
    NotKept,
    ReadKept,
    ReportWritten,
    ServerTold,
    ShelvesTold,
    StaffHeard,
    WalkBegun,
    WalkRefused,
)
from kiosk.staff.inventory import Result
from kiosk.staff.records import NotKept as DiskRefused
from kiosk.staff.shelves import BadList, Shelves

log: Final = structlog.get_logger()


class Office(Protocol):
    """The station's line to the server; called on the station's thread.

    `now` is seconds since 1970 UTC, None while nobody knows.
    """

    @property
    def now(self) -> float | None: ...

    def ask(self, question: ListShelves | ListShelf) -> None: ...

    def tell_walk(self, shelf: str, results: tuple[Result, ...]) -> bool:
        """Whether the disk has all of it: it is owed to the server then."""


@dataclass(frozen=True, slots=True)
class ShelfHands:
    """The hands of an inventory; `office` is None until the station has started."""

    shelves: Shelves
    tell: Callable[[StaffHeard], None]

    def do(self, deed: Deed, office: Office | None) -> None:
        """Says what came of it."""
        try:
            heard = self._done(deed, office)
        except BadList as error:
            log.warning("shelf list refused", problem=str(error))
            heard = WalkRefused(error.line)
        except DiskRefused as error:
            log.warning("inventory not kept", problem=str(error))
            heard = NotKept()
        if heard is not None:
            self.tell(heard)

    def _done(self, deed: Deed, office: Office | None) -> StaffHeard | None:
        now = None if office is None else office.now
        match deed:
            case Ask(question):
                return _asked(question, office)
            case TellShelves():
                return ShelvesTold(self.shelves.lists(now))
            case KeepList(shelf):
                self.shelves.keep_list(shelf, now)
                return WalkBegun(self.shelves.shelf(shelf.name, now), ())
            case BeginWalk(name):
                return WalkBegun(self.shelves.shelf(name, now), self.shelves.reads(name))
            case KeepRead(name, read):
                self.shelves.keep(name, read)
                return ReadKept(read)
            case WriteReport():
                return self._reported(deed, office)
            case _:
                return None

    def _reported(self, deed: WriteReport, office: Office | None) -> ReportWritten:
        if office is None or not office.tell_walk(deed.shelf.name, deed.results):
            raise DiskRefused("the ledger takes no facts")
        return ReportWritten(self.shelves.report(deed.shelf, deed.results))


def _asked(question: ListShelves | ListShelf, office: Office | None) -> ServerTold | None:
    """No answer at once, unless there is nobody to ask."""
    if office is None:
        return ServerTold(question, None)
    office.ask(question)
    return None
