"""Does what staff mode decided, and tells it what came of it.

Law: called on the station's thread and never waits there: tags are the pad's thread's, a code and a
printer have one of their own; the small files are written at once, for a read must not be lost.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from broker.staff_keys import StaffCards, is_code
from broker.vocabulary import PatronId, Secret
from devices.capabilities import PadReader, PrinterCondition, Receipt, ReceiptPrinter
from devices.errors import DeviceError, NotPrinted, Unplugged
from devices.stack import ReaderWork
from kiosk.staff.deeds import (
    Deed,
    Examine,
    KeepService,
    Label,
    LookAtDebt,
    Mend,
    RememberWrong,
    RestartProgram,
    SendAgain,
    TryCode,
    TryPart,
    Undo,
)
from kiosk.staff.heard import (
    CodeTried,
    DebtTold,
    NotExamined,
    NotRestarted,
    NotWritten,
    PartTried,
    StaffHeard,
)
from kiosk.staff.records import Kept, Memory
from kiosk.staff.records import NotKept as DiskRefused
from kiosk.staff.shelf_hands import Office, ShelfHands
from kiosk.staff.shelves import Shelves
from kiosk.staff.tag_hands import TagHands, found_by
from kiosk.staff.words import Failure, Found, Part

log: Final = structlog.get_logger()

_CONDITIONS: Final = {
    PrinterCondition.READY: Found.WELL,
    PrinterCondition.PAPER_NEAR_END: Found.PAPER_LOW,
    PrinterCondition.OFF_LINE: Found.OFF_LINE,
    PrinterCondition.OUT_OF_PAPER: Found.PAPER_OUT,
    PrinterCondition.TOO_HOT: Found.TOO_HOT,
    PrinterCondition.CUTTER_JAMMED: Found.JAMMED,
    PrinterCondition.BROKEN: Found.BROKEN,
    PrinterCondition.COVER_OPEN: Found.COVER_OPEN,
}


class Station(Office, Protocol):
    """What staff mode needs of the station it stands in; called on the station's thread."""

    def use_pad(self, work: ReaderWork) -> None: ...

    def debt(self) -> DebtTold: ...

    def send_again(self) -> None: ...

    def is_staff(self, number: PatronId) -> bool:
        """Whether the server has said that this is a staff card; called from any thread."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What the station has for its staff. `code` is the kept hash, empty without one; `cards` are
    those of the settings file.

    `open_printer` is None where none is fitted; `slip` is what it prints to try, and `speak` says
    something to try the voice, and waits until it is said. `restart` asks the
    supervising process to start the program again, and says whether there is one.
    """

    memory: Memory
    tags: TagHands
    shelves: Shelves
    code: str
    cards: StaffCards
    open_printer: Callable[[], ReceiptPrinter] | None
    slip: Receipt
    speak: Callable[[], Found]
    restart: Callable[[], bool]


@dataclass
class Hands:
    """Staff mode's hands. `tell` may be called from any thread."""

    tools: Tools
    tell: Callable[[StaffHeard], None]
    station: Station | None = None
    _trying: threading.Lock = field(default_factory=threading.Lock)

    def go_to(self, station: Station) -> None:
        """From here on there is a pad to work at."""
        self.station = station

    def is_staff(self, number: PatronId) -> bool:
        """Whether the settings here or the server's say so."""
        return number in self.tools.cards or (
            self.station is not None and self.station.is_staff(number)
        )

    def do(self, deed: Deed) -> None:
        """Begins it, and returns at once."""
        match deed:
            case TryCode(code):
                self._aside(lambda: self._try_code(code))
            case TryPart(Part.PRINTER | Part.VOICE as part):
                self._aside(lambda: self._try(part))
            case LookAtDebt() if self.station is not None:
                self.tell(self.station.debt())
            case SendAgain() if self.station is not None:
                self.station.send_again()
            case RestartProgram():
                if not self.tools.restart():
                    self.tell(NotRestarted())
            case RememberWrong() | KeepService():
                self._remember(deed)
            case _:
                self._do_with_pad(deed)

    def _do_with_pad(self, deed: Deed) -> None:
        tags = self.tools.tags
        match deed:
            case TryPart(Part.READER):
                lost = PartTried(Part.READER, Found.UNPLUGGED)
                self._on_pad(tags.test, lost)
            case Examine():
                self._on_pad(tags.examine, NotExamined())
            case Label(uid, item, over):
                lost_tag = NotWritten(uid, Failure.PAD_LOST)
                self._on_pad(lambda reader: tags.label(reader, uid, item, over=over), lost_tag)
            case Undo(uid):
                lost_tag = NotWritten(uid, Failure.PAD_LOST)
                self._on_pad(lambda reader: tags.undo(reader, uid), lost_tag)
            case Mend(uid, restore):
                lost_tag = NotWritten(uid, Failure.PAD_LOST)
                self._on_pad(lambda reader: tags.mend(reader, uid, back=restore), lost_tag)
            case _:
                ShelfHands(self.tools.shelves, self.tell).do(deed, self.station)

    def _on_pad(self, work: Callable[[PadReader], StaffHeard], lost: StaffHeard) -> None:
        """One answer, whatever happens to the pad."""

        def do(reader: PadReader) -> None:
            try:
                self.tell(work(reader))
            except DeviceError as error:
                self.tell(lost)
                if isinstance(error, Unplugged):
                    raise

        def refuse(why: str) -> None:
            log.info("the pad cannot be had", why=why)
            self.tell(lost)

        if self.station is None:
            refuse("the station has not started")
        else:
            self.station.use_pad(ReaderWork(do, refuse))

    def _remember(self, deed: RememberWrong | KeepService) -> None:
        kept = self.tools.memory.kept
        match deed:
            case RememberWrong(wrong):
                kept = Kept(wrong, kept.closing)
            case KeepService(closing):
                kept = Kept(kept.wrong_codes, closing)
        try:
            self.tools.memory.keep(kept)
        except DiskRefused as error:
            log.error("a restart will forget it", problem=str(error))  # noqa: TRY400 said in words

    def _try_code(self, code: Secret) -> None:
        self.tell(CodeTried(bool(self.tools.code) and is_code(code, self.tools.code)))

    def _try(self, part: Part) -> None:
        with self._trying:
            found = self._printer() if part is Part.PRINTER else self.tools.speak()
            self.tell(PartTried(part, found))

    def _printer(self) -> Found:
        if self.tools.open_printer is None:
            return Found.NOT_FITTED
        try:
            printer = self.tools.open_printer()
        except DeviceError as error:
            return found_by(error)
        try:
            condition = printer.condition()
            if condition.can_print:
                printer.print(self.tools.slip)
        except NotPrinted as error:
            condition = error.condition
        except DeviceError as error:
            return found_by(error)
        finally:
            printer.close()
        return _CONDITIONS[condition]

    def _aside(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, name="staff", daemon=True).start()
