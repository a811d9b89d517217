"""Hands on the pad: examines, labels, undoes and mends tags, and writes each of it down.

Law: everything here runs on the pad's own thread; a write stands in the report and in `Unfinished`
before its first byte leaves; of a patron's card nothing is written down.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog

from broker.errors import SirkulaError
from broker.vocabulary import ItemId
from devices.capabilities import PadReader, TagUid
from devices.errors import BadTag, DeviceError, Garbled, NoAnswer, Refused, Unplugged
from devices.labelling import carry_out, finish, prepare
from devices.programming import Programming, complete, restore
from devices.quality import TagQuality, examine
from devices.reading import tags_in_field
from devices.settings import TagSettings
from devices.tags.content import Blank, BookTag, PatronTag, TagContent
from devices.tags.labelling import Wanted
from devices.tags.models import Model
from devices.unfinished import Unfinished
from devices.writing import write_afi, write_eas
from kiosk.staff.heard import Examined, PartTried, Written
from kiosk.staff.heard import NotWritten as Refusal
from kiosk.staff.records import BEGUN, VERIFIED, NotKept, TagReport, TagWrite
from kiosk.staff.words import Failure, Found, Part

# More lie there than anybody labels: the first two say that it is too many.
_MOST_EXAMINED: Final = 2
_FEW_TRIES: Final = 3

_Known = TypeVar("_Known")

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Labels:
    """What this site writes: its data model, and its ISIL where the model has room for one."""

    model: Model
    owner: str | None


class _Never(SirkulaError):
    """Why a tag is not written; caught where the answer is made."""

    def __init__(self, why: Failure, detail: str = "") -> None:
        super().__init__(why.value)
        self.why, self.detail = why, detail


@dataclass(frozen=True, slots=True)
class _Before:
    """What undoing the last write needs: the tag's blocks, and how it was marked."""

    programming: Programming
    seen: TagQuality


class TagHands:
    """One pad's tag station. Every method answers for its own failures, and raises Unplugged only
    where `devices.stack.ReaderWork` may.
    """

    def __init__(
        self, tags: TagSettings, labels: Labels, unfinished: Unfinished, report: TagReport
    ) -> None:
        self._tags = tags
        self._labels = labels
        self._unfinished = unfinished
        self._report = report
        self._last: _Before | None = None

    def examine(self, reader: PadReader) -> Examined:
        """Raises DeviceError when the pad cannot be asked."""
        lying = tags_in_field(reader)
        tries = {} if len(lying) == 1 else {"tries": _FEW_TRIES}
        first = tuple(examine(reader, uid, self._tags, **tries) for uid in lying[:_MOST_EXAMINED])
        return Examined(first, frozenset(filter(self._was_begun, lying)))

    def test(self, reader: PadReader) -> PartTried:
        """How the pad does with whatever lies there; never raises."""
        try:
            lying = tags_in_field(reader)
            seen = [examine(reader, uid, self._tags) for uid in lying[:1]]
        except DeviceError as error:
            return PartTried(Part.READER, found_by(error))
        if not seen:
            return PartTried(Part.READER, Found.NO_TAG)
        found = Found.WELL if seen[0].reads_well else Found.WEAK
        return PartTried(Part.READER, found, seen[0].reads, seen[0].tries)

    def label(
        self, reader: PadReader, uid: TagUid, item: ItemId, *, over: bool
    ) -> Written | Refusal:
        """Writes, verifies and secures the one tag that lies there."""
        line = TagWrite(uid, BEGUN, item, model=self._labels.model.value)
        try:
            seen = self._may_write(reader, uid, over=over)
            line = TagWrite(uid, BEGUN, item, _held(seen), self._labels.model.value)
            labelling = prepare(reader, uid, self._wanted(item), self._tags)
            self._report.add(line)
            self._last = _Before(labelling.programming, seen)
            left = carry_out(reader, labelling, self._tags, self._unfinished)
            return self._ended(line, VERIFIED, len(labelling.writes), left)
        except (_Never, BadTag, DeviceError, NotKept, OSError) as error:
            return self._failed(line, error)

    def undo(self, reader: PadReader, uid: TagUid) -> Written | Refusal:
        """The tag that was labelled last holds what it held before."""
        line = TagWrite(uid, BEGUN, detail="undo")
        try:
            known = self._last if self._last and self._last.seen.uid == uid else None
            last = self._require_alone(reader, uid, known)
            self._report.add(line)
            self._unfinished.begin(last.programming)
            restore(reader, last.programming)
            _mark_as(reader, last.seen)
            self._unfinished.done(uid)
            self._last = None
            return self._ended(line, "undone")
        except (_Never, BadTag, DeviceError, NotKept, OSError) as error:
            return self._failed(line, error)

    def mend(self, reader: PadReader, uid: TagUid, *, back: bool) -> Written | Refusal:
        """Completes what was begun on this tag and never finished, or brings it `back`."""
        line = TagWrite(uid, BEGUN, detail="mend")
        try:
            begun = self._require_alone(reader, uid, self._unfinished.of(uid))
            self._report.add(line)
            (restore if back else complete)(reader, begun)
            if not back:
                finish(reader, uid, self._labels.model, self._tags)
            self._unfinished.done(uid)
            return self._ended(line, "restored" if back else "completed")
        except (_Never, BadTag, DeviceError, NotKept, OSError) as error:
            return self._failed(line, error)

    def _wanted(self, item: ItemId) -> Wanted:
        text = self._tags.models().text
        model, owner = self._labels.model, self._labels.owner
        if text is None:
            return Wanted(model, str(item), owner)
        return Wanted(model, str(item), owner, text=text)

    @staticmethod
    def _require_alone(reader: PadReader, uid: TagUid, known: _Known | None) -> _Known:
        """What is known of this tag, which lies there alone. Raises _Never and DeviceError."""
        if known is None or tags_in_field(reader) != (uid,):
            raise _Never(Failure.CHANGED)
        return known

    def _may_write(self, reader: PadReader, uid: TagUid, *, over: bool) -> TagQuality:
        """The tag, looked at anew. Raises _Never and DeviceError."""
        if tags_in_field(reader) != (uid,):
            raise _Never(Failure.CHANGED, "not alone on the pad any more")
        seen = examine(reader, uid, self._tags, _FEW_TRIES)
        if seen.locked:
            raise _Never(Failure.LOCKED, f"blocks {' '.join(map(str, seen.locked))} are locked")
        if isinstance(seen.content, PatronTag) or self._was_begun(uid) or not seen.blocks:
            raise _Never(Failure.CHANGED)
        if not (over or isinstance(seen.content, Blank)):
            raise _Never(Failure.CHANGED, "it is not blank any more")
        return seen

    def _was_begun(self, uid: TagUid) -> bool:
        try:
            return self._unfinished.of(uid) is not None
        except BadTag:  # a damaged note of it: nobody knows what the tag holds
            return True

    def _ended(self, line: TagWrite, outcome: str, blocks: int = 0, detail: str = "") -> Written:
        """Raises NotKept: what is not written down was not done."""
        end = TagWrite(line.uid, outcome, line.item, line.before, line.model, blocks, detail)
        self._report.add(end)
        return Written(line.uid, line.item, blocks)

    def _failed(self, line: TagWrite, error: Exception) -> Refusal:
        why = self._reason(line.uid, error)
        log.warning("tag not written", tag=str(line.uid), why=why.value, detail=str(error))
        detail = getattr(error, "detail", "") or str(error)
        try:
            end = TagWrite(line.uid, why.value, line.item, line.before, line.model, 0, detail)
            self._report.add(end)
        except NotKept:
            why = Failure.NOT_RECORDED
        return Refusal(line.uid, why)

    def _reason(self, uid: TagUid, error: Exception) -> Failure:
        match error:
            case _Never():
                return error.why
            case NotKept() | OSError():
                return Failure.NOT_RECORDED
            case Unplugged():
                return Failure.PAD_LOST
            case BadTag():
                return Failure.NO_ROOM
            case _:
                return Failure.TORN if self._was_begun(uid) else Failure.NOT_SECURED


def _mark_as(reader: PadReader, seen: TagQuality) -> None:
    """AFI, EAS and, where the reader can, DSFID as they were. Raises DeviceError."""
    write_afi(reader, seen.uid, seen.afi)
    if seen.eas is not None:
        write_eas(reader, seen.uid, on=seen.eas)
    with suppress(Refused):
        reader.write_dsfid(seen.uid, seen.dsfid)


def _held(seen: TagQuality) -> str:
    content: TagContent = seen.content
    match content:
        case Blank():
            return "blank"
        case BookTag(item=item):
            return str(item)
        case _:
            return f"other ({seen.model})"


def found_by(error: DeviceError) -> Found:
    """What a failure of hardware is for whoever repairs it."""
    match error:
        case Unplugged():
            return Found.UNPLUGGED
        case NoAnswer():
            return Found.SILENT
        case Garbled():
            return Found.GARBLED
        case _:
            return Found.REFUSED
