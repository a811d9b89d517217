"""What a return box does with each tag that reaches its bin. Pure.

A tag that was there and secured before the box started was returned in an earlier life and is left
alone; one that is not secured is returned now.
"""

from dataclasses import dataclass, replace

from broker.telemetry import Health, Mode
from devices.capabilities import LampMeaning, TagUid
from kiosk.actions import Action
from kiosk.book import BUSY, Book, Stage, advance, start_return
from kiosk.bounds import Capacity
from kiosk.condition import Condition, Finding, finding, ledger_findings
from kiosk.happenings import (
    CapacityChanged,
    ConnectionChanged,
    Happening,
    LedgerChanged,
    PadChanged,
    PadSettled,
    Problem,
    Started,
    TagArrived,
    TagLeft,
)


@dataclass(frozen=True, slots=True)
class Box:
    """Everything in the bin, and how the machine is.

    `resting` are the tags of books that were returned in an earlier life of the box. A reader that
    was lost is `reader_settled` again when it is known what lies in the bin. The bin `holds` so
    many books, None when nobody said; its reader may see fewer than there are.
    """

    books: tuple[Book, ...] = ()
    resting: frozenset[TagUid] = frozenset()
    started: bool = False
    reader_healthy: bool = False
    reader_settled: bool = True
    ledger_healthy: bool = True
    online: bool = False
    capacity: Capacity = Capacity.LOANS_AND_RETURNS
    holds: int | None = None

    @property
    def is_full(self) -> bool:
        """Whether as many lie there as it holds. What falls in nevertheless is taken."""
        lying = len(self.resting) + sum(book.on_pad for book in self.books)
        return self.holds is not None and lying >= self.holds


Outcome = tuple[Box, tuple[Action, ...]]


def step(box: Box, happening: Happening) -> Outcome:
    """The box after `happening`, and the actions the station has to carry out, in order."""
    box = _machine(box, happening)
    match happening:
        case Started(settling):
            return _take(_settling(replace(box, started=True), settling))
        case LedgerChanged(healthy=True) | CapacityChanged():
            return _take(box)
        case TagArrived():
            return _arrived(box, happening)
        case TagLeft() | PadSettled():
            return _left(box, happening), ()
        case _:
            steps = [advance(book, happening) for book in box.books]
            actions = tuple(action for _, wanted in steps for action in wanted)
            return _forgetting(replace(box, books=tuple(book for book, _ in steps))), actions


def _machine(box: Box, happening: Happening) -> Box:
    """What the machine knows about itself."""
    match happening:
        case PadChanged(healthy):
            settled = box.reader_settled and healthy
            return replace(box, reader_healthy=healthy, reader_settled=settled)
        case ConnectionChanged(online):
            return replace(box, online=online)
        case LedgerChanged(healthy):
            return replace(box, ledger_healthy=healthy)
        case CapacityChanged(capacity):
            return replace(box, capacity=capacity)
        case _:
            return box


def _left(box: Box, happening: TagLeft | PadSettled) -> Box:
    """One tag is out of sight; or, after the reader was lost, all but those that lie there."""
    match happening:
        case TagLeft(uid):
            seen = _in_sight(box, uid, on_pad=False)
            resting = box.resting - {uid} if box.reader_settled else box.resting
            return _forgetting(replace(seen, resting=resting))
        case PadSettled(present):
            there = tuple(replace(one, on_pad=one.uid in present) for one in box.books)
            resting = box.resting & present
            return _forgetting(replace(box, books=there, resting=resting, reader_settled=True))


def _arrived(box: Box, tag: TagArrived) -> Outcome:
    if any(book.uid == tag.uid for book in box.books):
        return _in_sight(box, tag.uid, on_pad=True), ()
    if tag.uid in box.resting:
        return box, ()
    if tag.secured and not box.started:
        return replace(box, resting=box.resting | {tag.uid}), ()
    item = None if tag.problem in {Problem.FOREIGN, Problem.NOT_A_BOOK} else tag.item
    book = Book(tag.uid, item, problem=tag.problem, in_bin=True)
    return _take(replace(box, books=(*box.books, book)))


def _in_sight(box: Box, uid: TagUid, *, on_pad: bool) -> Box:
    changed = (replace(one, on_pad=on_pad) if one.uid == uid else one for one in box.books)
    return replace(box, books=tuple(changed))


def _settling(box: Box, settling: frozenset[TagUid]) -> Box:
    """What recovery is settling was returned in an earlier life: it must not count again."""
    changed = (
        replace(one, stage=Stage.RETURNED) if one.uid in settling else one for one in box.books
    )
    return replace(box, books=tuple(changed))


def _waits(box: Box, book: Book) -> bool:
    """Whether a return is still to begin: the disk refused before it had an id.

    What had one is an open act in the ledger, which recovery settles.
    """
    refused = book.stage is Stage.REFUSED and book.act is None
    return box.started and (refused or book.stage is Stage.LISTED)


def _forgetting(box: Box) -> Box:
    """Without what is out of sight and settled, so that the same book may be returned again.

    While the reader is lost nothing is known to be out of sight.
    """
    if not box.reader_settled:
        return box
    kept = (one for one in box.books if one.on_pad or one.stage in BUSY or _waits(box, one))
    return replace(box, books=tuple(kept))


def _take(box: Box) -> Outcome:
    """Begins every return that waits, if it can be written down."""
    if not box.ledger_healthy or box.capacity is Capacity.FULL:
        return box, ()
    steps = [start_return(book) if _waits(box, book) else (book, ()) for book in box.books]
    actions = tuple(action for _, wanted in steps for action in wanted)
    return replace(box, books=tuple(book for book, _ in steps)), actions


class BoxConduct:
    """Holds the one box, as a station's conduct."""

    def __init__(self, holds: int | None = None) -> None:
        self.box = Box(holds=holds)

    @property
    def busy(self) -> bool:
        return any(book.stage in BUSY for book in self.box.books)

    def hear(self, happening: Happening, now: float) -> tuple[Action, ...]:
        del now
        self.box, actions = step(self.box, happening)
        return actions


def condition(box: Box) -> Condition:
    """How the box is, for technicians. Pure."""
    findings = (
        finding("bin-reader", healthy=box.reader_healthy, code="unplugged"),
        *ledger_findings(box.capacity, healthy=box.ledger_healthy),
        finding("server", healthy=box.online, code="silent", health=Health.WARNING),
        *_bin(box),
    )
    if not (box.ledger_healthy and box.reader_healthy):
        return Condition(Mode.OUT_OF_SERVICE, "returns cannot be recorded", findings)
    if box.capacity is Capacity.FULL:
        return Condition(Mode.OUT_OF_SERVICE, "records cannot be sent", findings)
    if not box.started:
        return Condition(Mode.STARTING, "", findings)
    well = all(found.health is Health.OK for found in findings)
    return Condition(Mode.IN_SERVICE if well else Mode.DEGRADED, "", findings)


def _bin(box: Box) -> tuple[Finding, ...]:
    if box.holds is None:
        return ()
    return (finding("bin", healthy=not box.is_full, code="bin-full", health=Health.WARNING),)


def lamp(box: Box) -> LampMeaning:
    """What the lamp says of the box. Pure.

    READY is the yes to whoever dropped something, so it waits until every fact is on the disk.
    ATTENTION: what came last is no book of ours, or the disk failed in the middle of a return.
    """
    cannot = not (box.ledger_healthy and box.reader_healthy) or box.capacity is Capacity.FULL
    if cannot or box.is_full:
        return LampMeaning.STOPPED
    on_their_way = any(book.stage in BUSY or _waits(box, book) for book in box.books)
    if not box.started or on_their_way:
        return LampMeaning.WORKING
    if any(book.stage is not Stage.RETURNED for book in box.books):
        return LampMeaning.ATTENTION
    strange = bool(box.books) and box.books[-1].item is None
    return LampMeaning.ATTENTION if strange else LampMeaning.READY
