"""What lies on a reader, round after round, from one opening to its loss.

Law: tags are told about one by one, so that one that cannot be read never hides another; what is
announced is taken back before it is announced again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from devices.capabilities import PadReader, TagUid
from devices.errors import DeviceError, NotWritten, Refused, Unplugged
from devices.pad_events import (
    PadEvent,
    SecurityNotWritten,
    SecurityWritten,
    StackCounted,
    TagArrived,
    TagLeft,
)
from devices.presence import Arrived, Left, Presence
from devices.reading import IsTold, read_security, read_tag_memory, tags_in_field
from devices.security import Security
from devices.settings import TagSettings
from devices.tags.content import Unreadable, is_told, read_tag
from devices.writing import write_security

_READ_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class WriteOrder:
    """A write that was asked for, to be answered under its ticket."""

    ticket: str
    uid: TagUid
    security: Security


@dataclass(frozen=True, slots=True)
class ReaderWork:
    """Something else to be done with the reader, between two rounds, on the pad's own thread.

    Exactly one is called: `do`, which answers for its own failures and raises nothing but
    Unplugged, or `refuse`, which is told why the reader cannot be had.
    """

    do: Callable[[PadReader], None]
    refuse: Callable[[str], None]


class Stack:
    """One opening of the reader: what was seen, what was read and what was told of it."""

    def __init__(
        self,
        reader: PadReader,
        tags: TagSettings,
        tell: Callable[[PadEvent], None],
        presence: Presence[TagUid],
    ) -> None:
        self._reader = reader
        self._marks = tags.marks()
        self._models = tags.models()
        self._is_told: IsTold = partial(is_told, site=self._models)
        self._tell = tell
        self._presence = presence
        self._attempts: dict[TagUid, int] = {}  # of tags that arrived and are not read yet
        self._announced: dict[TagUid, None] = {}
        self._round: tuple[TagUid, ...] = ()
        self._counted = StackCounted(0, sure=True)

    @property
    def announced(self) -> tuple[TagUid, ...]:
        return tuple(self._announced)

    def look(self) -> tuple[TagUid, ...]:
        """One round."""
        return tags_in_field(self._reader)

    def tell_changes(self, seen: tuple[TagUid, ...]) -> None:
        """Departures, then arrivals as far as they can be read. Raises Unplugged."""
        self._presence, changes = self._presence.observe(seen)
        for change in changes:
            match change:
                case Left(uid):
                    self._leave(uid)
                case Arrived(uid):
                    self._attempts[uid] = 0
        for uid in seen:
            if uid in self._attempts:
                self._read(uid)
        self._count(seen)

    def serve(self, order: WriteOrder | ReaderWork) -> None:
        """Exactly one answer, whatever happens. Raises Unplugged after giving it."""
        if isinstance(order, ReaderWork):
            order.do(self._reader)
        else:
            self.write(order)

    def write(self, order: WriteOrder) -> None:
        """As `serve`."""
        try:
            write_security(self._reader, order.uid, order.security, self._marks)
        except DeviceError as error:
            answered = isinstance(error, NotWritten | Refused)
            self._tell(SecurityNotWritten(order.ticket, order.uid, str(error), answered))
            if isinstance(error, Unplugged):
                raise
        else:
            self._tell(SecurityWritten(order.ticket, order.uid, order.security))

    def _count(self, seen: tuple[TagUid, ...]) -> None:
        sure = set(seen) == set(self._round) == set(self._announced)
        self._round = seen
        counted = StackCounted(len(seen), sure)
        if counted != self._counted:
            self._counted = counted
            self._tell(counted)

    def _read(self, uid: TagUid) -> None:
        """A tag sliding into place may answer only at the second attempt, or the third."""
        try:
            tag = read_tag_memory(self._reader, uid, self._is_told)
            security = read_security(self._reader, uid, tag.afi, self._marks)
        except Unplugged:
            raise
        except DeviceError as error:
            self._attempts[uid] += 1
            if self._attempts[uid] == _READ_ATTEMPTS:
                self._announce(TagArrived(uid, Unreadable(str(error)), None))
        else:
            self._announce(TagArrived(uid, read_tag(tag, self._models), security))

    def _announce(self, arrived: TagArrived) -> None:
        del self._attempts[arrived.uid]
        self._announced[arrived.uid] = None
        self._tell(arrived)

    def _leave(self, uid: TagUid) -> None:
        self._attempts.pop(uid, None)
        if uid in self._announced:
            del self._announced[uid]
            self._tell(TagLeft(uid))
