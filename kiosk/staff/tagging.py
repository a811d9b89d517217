"""The tag station: scan a barcode, lay the book, write, verify, next. Pure.

Law: one tag on the pad or nothing is written; a tag that holds something is written over only when
staff say so for that tag; a tag with a locked block, and a patron's card, never; what was just
written is not written again before it was lifted.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from broker.vocabulary import ItemId
from devices.capabilities import TagUid
from devices.quality import TagQuality
from devices.security import Security
from devices.tags.content import Blank, BookTag, PatronTag
from kiosk.staff.deeds import (
    Deed,
    Examine,
    Label,
    Mend,
    Undo,
)
from kiosk.staff.heard import (
    Examined,
    ItemScanned,
    Laid,
    Lifted,
    NotExamined,
    NotWritten,
    OtherScanned,
    Pressed,
    StaffHeard,
    Written,
)
from kiosk.staff.words import (
    Failure,
    Key,
    Other,
)


class Stand(Enum):
    """Where the work on one book stands."""

    SCAN = "scan"
    LAY = "lay"
    SEVERAL_BLANKS = "several-blanks"
    SEVERAL = "several"
    LOOKING = "looking"
    LOCKED = "locked"
    CARD = "card"
    WEAK = "weak"
    BEGUN = "begun"
    ALREADY = "already"
    OTHER_ITEM = "other-item"
    OTHER_CONTENT = "other-content"
    LIFT = "lift"
    WRITING = "writing"
    WRITTEN = "written"
    UNDONE = "undone"
    MENDED = "mended"
    FAILED = "failed"
    CHECKED = "checked"
    NO_PAD = "no-pad"


class Work(Enum):
    """What a write is for."""

    LABEL = auto()
    UNDO = auto()
    MEND = auto()


# Where overwriting makes sense, and staff may say so.
OVERWRITABLE: Final = frozenset({Stand.ALREADY, Stand.OTHER_ITEM, Stand.OTHER_CONTENT})


@dataclass(frozen=True, slots=True)
class Bench:
    """The tag station now.

    `tags` is what lies there as far as it was examined, None while it is not known; `done` is the
    tag that was written last, until it is lifted; `undoable` until the next write; `written` counts
    the batch.
    """

    checking: bool = False
    wanted: ItemId | None = None
    tags: tuple[TagQuality, ...] | None = ()
    begun: frozenset[TagUid] = frozenset()
    work: Work | None = None
    finished: Work | None = None
    failure: Failure | None = None
    done: TagUid | None = None
    undoable: TagUid | None = None
    misread: Other | None = None
    pad_lost: bool = False
    written: int = 0

    @property
    def writing(self) -> bool:
        return self.work is not None

    @property
    def only(self) -> TagQuality | None:
        """The one tag that lies there."""
        return self.tags[0] if self.tags is not None and len(self.tags) == 1 else None

    @property
    def item(self) -> ItemId | None:
        """What the one tag on the pad says it is."""
        if self.only is not None and isinstance(self.only.content, BookTag):
            return self.only.content.item
        return None


Turn = tuple[Bench, tuple[Deed, ...]]


def stand(bench: Bench) -> Stand:
    """The one thing to be said to staff now."""
    if bench.writing:
        return Stand.WRITING
    if bench.pad_lost:
        return Stand.NO_PAD
    if bench.tags is None:
        return Stand.LOOKING
    if bench.failure is not None:
        return Stand.FAILED
    if bench.only is not None:
        return _of_one(bench, bench.only)
    if len(bench.tags) > 1:
        blanks = sum(isinstance(tag.content, Blank) for tag in bench.tags)
        return Stand.SEVERAL_BLANKS if blanks > 1 else Stand.SEVERAL
    return Stand.SCAN if bench.wanted is None and not bench.checking else Stand.LAY


def _of_one(bench: Bench, tag: TagQuality) -> Stand:
    if tag.uid in bench.begun:
        return Stand.BEGUN
    if tag.uid == bench.done and bench.finished is not None:
        return _finished(bench)
    if bench.checking:
        return Stand.CHECKED
    if bench.wanted is None:
        return Stand.SCAN
    return _to_be_labelled(bench, tag)


def _finished(bench: Bench) -> Stand:
    """The book that was written last still lies there."""
    if bench.wanted is not None:
        return Stand.LIFT
    ends = {Work.LABEL: Stand.WRITTEN, Work.UNDO: Stand.UNDONE, Work.MEND: Stand.MENDED}
    return ends[bench.finished or Work.LABEL]


def _to_be_labelled(bench: Bench, tag: TagQuality) -> Stand:
    match tag.content:
        case PatronTag():
            return Stand.CARD
        case _ if tag.locked:
            return Stand.LOCKED
        case _ if not tag.blocks or not tag.reads_well:
            return Stand.WEAK
        case Blank():
            return Stand.WRITING
        case BookTag(item=item):
            return Stand.ALREADY if item == bench.wanted else Stand.OTHER_ITEM
        case _:
            return Stand.OTHER_CONTENT


def is_sound(tag: TagQuality) -> bool:
    """Whether a checked tag needs nothing: a book's, reads well, and secured."""
    is_book = isinstance(tag.content, BookTag)
    return is_book and tag.reads_well and tag.security is Security.SECURED


def step(bench: Bench, heard: StaffHeard) -> Turn:
    """The bench after what was heard, and what is to be done."""
    match heard:
        case Written() | NotWritten():
            return _answered(bench, heard)
        case _ if bench.writing:
            return bench, ()
        case ItemScanned(item) if not bench.checking:
            return _go_on(replace(bench, wanted=item, misread=None, failure=None))
        case OtherScanned(kind):
            return replace(bench, misread=kind), ()
        case Pressed(key):
            return _pressed(replace(bench, misread=None), key)
        case _:
            return _on_pad(bench, heard)


def _on_pad(bench: Bench, heard: StaffHeard) -> Turn:
    match heard:
        case Lifted(uid) if uid == bench.done:
            return replace(bench, tags=None, done=None, finished=None, failure=None), (Examine(),)
        case Laid() | Lifted():
            return replace(bench, tags=None, failure=None, misread=None), (Examine(),)
        case NotExamined():
            return replace(bench, pad_lost=True), ()
        case Examined(tags, begun):
            return _go_on(replace(bench, tags=tags, begun=begun, pad_lost=False))
        case _:
            return bench, ()


def _go_on(bench: Bench) -> Turn:
    """Writes at once what may be written without a question."""
    tag = bench.only
    if tag is None or bench.wanted is None or stand(bench) is not Stand.WRITING:
        return bench, ()
    return _write(bench, Label(tag.uid, bench.wanted, over=False), Work.LABEL)


def _write(bench: Bench, deed: Deed, work: Work) -> Turn:
    return replace(bench, work=work, failure=None, finished=None), (deed,)


def _answered(bench: Bench, heard: Written | NotWritten) -> Turn:
    """A write came to its end; what the tag says now is looked at, not assumed."""
    work = bench.work
    if work is None:
        return bench, ()
    over = replace(bench, work=None, tags=None, done=heard.uid)
    if isinstance(heard, NotWritten):
        return replace(over, failure=heard.why, done=None), (Examine(),)
    labelled = work is Work.LABEL
    told = replace(
        over,
        wanted=None,
        finished=work,
        undoable=heard.uid if labelled else None,
        written=bench.written + labelled,
    )
    return told, (Examine(),)


def _pressed(bench: Bench, key: Key) -> Turn:
    tag = bench.only
    match key:
        case Key.CHECK | Key.PROGRAM:
            fresh = replace(bench, checking=key is Key.CHECK, wanted=None, failure=None, tags=None)
            return fresh, (Examine(),)
        case Key.FORGET:
            return replace(bench, wanted=None, failure=None), ()
        case Key.AGAIN:
            return replace(bench, tags=None, failure=None), (Examine(),)
        case Key.OVERWRITE if tag and bench.wanted and stand(bench) in OVERWRITABLE:
            return _write(bench, Label(tag.uid, bench.wanted, over=True), Work.LABEL)
        case Key.UNDO if tag is not None and tag.uid == bench.undoable:
            return _write(bench, Undo(tag.uid), Work.UNDO)
        case Key.COMPLETE | Key.RESTORE if tag is not None and tag.uid in bench.begun:
            return _write(bench, Mend(tag.uid, restore=key is Key.RESTORE), Work.MEND)
        case _:
            return bench, ()
