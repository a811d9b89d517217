"""An inventory while it is walked: choose a list, read along the shelf, finish. Pure.

Law: a read counts once the disk has it; a read of the same item again changes nothing but what is
known of its security.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from kiosk.staff import choosing
from kiosk.staff.choosing import Choosing
from kiosk.staff.deeds import (
    Deed,
    KeepRead,
    WriteReport,
)
from kiosk.staff.heard import (
    ItemScanned,
    Laid,
    NotKept,
    Pressed,
    ReadKept,
    ReportWritten,
    StaffHeard,
    WalkBegun,
)
from kiosk.staff.inventory import Read, Result, Shelf, first_reads, outcome
from kiosk.staff.words import (
    Key,
)

GROUP_SECONDS: Final = 0.5
"""What the reader found within so short a time has no order: a round of it takes as long."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One inventory. `shelf` is None while a list is chosen; `report` names its file at the end.

    `results` are those of `reads`; `group` numbers the rounds, this one since `group_since`;
    `strange` counts tags that name no item of ours; `trouble` when the disk did not take something.
    """

    choosing: Choosing = field(default_factory=Choosing)
    shelf: Shelf | None = None
    reads: tuple[Read, ...] = ()
    results: tuple[Result, ...] = ()
    group: int = 0
    group_since: float = 0.0
    strange: int = 0
    trouble: bool = False
    report: str = ""
    writing: bool = False


Turn = tuple[Walk, tuple[Deed, ...]]


def step(walk: Walk, heard: StaffHeard, now: float) -> Turn:
    """The walk after what was heard, and what is to be done."""
    match heard:
        case WalkBegun(shelf, reads):
            group = max((read.group for read in reads), default=0)
            begun = Walk(walk.choosing, shelf, group=group, group_since=now - GROUP_SECONDS)
            return _with(begun, first_reads(reads)), ()
        case _ if walk.shelf is None:
            chosen, deeds = choosing.step(walk.choosing, heard)
            return replace(walk, choosing=chosen), deeds
        case _ if walk.report:
            return walk, ()
        case _:
            return _along(walk, walk.shelf, heard, now)


def _along(walk: Walk, shelf: Shelf, heard: StaffHeard, now: float) -> Turn:
    match heard:
        case Laid(item=None):
            return replace(walk, strange=walk.strange + 1), ()
        case Laid(item=item, secured=secured) if item is not None:
            return _read(walk, shelf, Read(item, walk.group, secured), now)
        case ItemScanned(item):
            return _read(walk, shelf, Read(item, walk.group, None), now)
        case ReadKept(read):
            return _with(replace(walk, trouble=False), first_reads((*walk.reads, read))), ()
        case NotKept():
            return replace(walk, trouble=True, writing=False), ()
        case Pressed(Key.FINISH) if not walk.writing:
            return replace(walk, writing=True), (WriteReport(shelf, walk.results),)
        case ReportWritten(name):
            return replace(walk, writing=False, trouble=False, report=name), ()
        case _:
            return walk, ()


def _read(walk: Walk, shelf: Shelf, read: Read, now: float) -> Turn:
    known = next((one for one in walk.reads if one.item == read.item), None)
    if known is not None and read.secured in (None, known.secured):
        return walk, ()
    if now - walk.group_since >= GROUP_SECONDS:
        walk = replace(walk, group=walk.group + 1, group_since=now)
    return walk, (KeepRead(shelf.name, replace(read, group=walk.group)),)


def _with(walk: Walk, reads: tuple[Read, ...]) -> Walk:
    results = () if walk.shelf is None else outcome(walk.shelf, reads)
    return replace(walk, reads=reads, results=results)
