"""The real pad without its thread: real rounds, real writing and reading back, in virtual time."""

from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from devices.capabilities import TagDescription, TagUid
from devices.errors import Refused, TagGone
from devices.iso15693 import TagRefusal
from devices.pad import Pad
from devices.pad_events import PadEvent, PadHealthy, PadLost, SecurityNotWritten, TagLeft
from devices.presence import Presence
from devices.security import Security
from devices.simulated_tag import Fault, SimulatedTag, WriteFailed
from devices.stack import Stack, WriteOrder
from devices.tag_field import TagField
from tests.simulation.things import World
from tests.simulation.weather import Weather

_ROUND_SECONDS: Final = 0.15
# Enough for the last tag to be announced, or missed: see devices.presence.
_ROUNDS: Final = 5
_WRITING_SECONDS: Final = (0.05, 0.3)
_WITHOUT_READER_SECONDS: Final = (2.0, 20.0)

Told = TypeVar("Told")
MayWrite = Callable[[TagUid], bool]


class FieldReader:
    """A reader on one antenna. Tags lie, wear out and leave in the middle of a command."""

    def __init__(
        self, weather: Weather, world: World, field: TagField, may_write: MayWrite
    ) -> None:
        self._weather = weather
        self._world = world
        self._field = field
        self._may_write = may_write

    def inventory(self) -> tuple[TagUid, ...]:
        found = self._field.inventory(then_quiet=False)
        return tuple(sorted(tag.uid for tag in found))

    def describe(self, uid: TagUid) -> TagDescription:
        return self._tag(uid).describe()

    def read_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bytes, ...]:
        return _told(self._tag(uid).blocks(first, count))

    def locked_blocks(self, uid: TagUid, first: int, count: int) -> tuple[bool, ...]:
        return _told(self._tag(uid).locks(first, count))

    def eas_is_on(self, uid: TagUid) -> bool:
        return self._tag(uid).raises_alarm()

    def close(self) -> None:
        """Nothing to close."""

    def write_blocks(self, uid: TagUid, first: int, blocks: tuple[bytes, ...]) -> None:
        self._written(uid, lambda tag: tag.write_blocks(first, blocks))

    def write_afi(self, uid: TagUid, afi: int) -> None:
        self._written(uid, lambda tag: tag.write_afi(afi))

    def write_dsfid(self, uid: TagUid, dsfid: int) -> None:
        self._written(uid, lambda tag: tag.write_dsfid(dsfid))

    def set_eas(self, uid: TagUid, *, on: bool) -> None:
        self._written(uid, lambda tag: tag.set_eas(on=on))

    def _tag(self, uid: TagUid) -> SimulatedTag:
        tag = self._field.addressed(uid)
        if tag is None:
            raise TagGone(f"{uid} does not answer")
        return tag

    def _written(
        self, uid: TagUid, write: Callable[[SimulatedTag], TagRefusal | WriteFailed | None]
    ) -> None:
        if not self._may_write(uid):
            self._world.accuse("I-22", f"{uid} was written outside of any transaction")
        tag = self._tag(uid)
        if self._weather.strikes("tag worn out"):
            tag.fault = Fault.WRITES_FAIL
            self._weather.later(60, lambda: setattr(tag, "fault", Fault.NONE))
        said = self._perhaps_lied(tag, write)
        if said is not None:
            raise Refused(f"not written: {said}")

    def _perhaps_lied(
        self,
        tag: SimulatedTag,
        write: Callable[[SimulatedTag], TagRefusal | WriteFailed | None],
    ) -> TagRefusal | WriteFailed | None:
        if tag.fault is not Fault.NONE or not self._weather.strikes("tag lied about a write"):
            return write(tag)
        tag.fault = Fault.WRITES_FORGOTTEN
        said = write(tag)
        tag.fault = Fault.NONE
        return said


def _told(answer: tuple[Told, ...] | TagRefusal) -> tuple[Told, ...]:
    if isinstance(answer, TagRefusal):
        raise Refused(answer.words)
    return answer


class Owner(Protocol):
    """The station a pad belongs to: what is told ends with its life."""

    def later(self, seconds: float, happen: Callable[[], None]) -> None: ...

    def told(self, event: PadEvent) -> None: ...

    def tear(self, uid: TagUid) -> None:
        """Somebody lifts this book in the middle of what comes next."""


class SimulatedPad(Pad):
    """One opening after the other of a reader, in one life of its station."""

    def __init__(self, weather: Weather, world: World, reader: FieldReader, owner: Owner) -> None:
        super().__init__(lambda: reader, world.marks, owner.told)
        self._weather = weather
        self._reader = reader
        self._owner = owner
        self._stack: Stack | None = None
        self._rounds_left = 0
        self._is_known_healthy = False

    def plug(self) -> None:
        """The reader answers from here on."""
        self._stack = Stack(self._reader, self._site, self._tell, Presence())
        self.stir()

    def unplug(self) -> None:
        """Somebody pulls the cable, and puts it back after a while."""
        if self._stack is None:
            return
        announced, self._stack, self._is_known_healthy = self._stack.announced, None, False
        self._tell(PadLost("unplugged"))
        for uid in announced:
            self._tell(TagLeft(uid))
        self._owner.later(self._weather.random.uniform(*_WITHOUT_READER_SECONDS), self.plug)

    def stir(self) -> None:
        """Something moved on the pad: a few rounds will tell what."""
        if self._rounds_left == 0:
            self._owner.later(_ROUND_SECONDS, self._round)
        self._rounds_left = _ROUNDS

    def write(self, ticket: str, uid: TagUid, security: Security) -> None:
        order = WriteOrder(ticket, uid, security)
        seconds = self._weather.random.uniform(*_WRITING_SECONDS)
        self._owner.later(seconds, lambda: self._serve(order))

    def _round(self) -> None:
        if self._stack is None:
            self._rounds_left = 0
            return
        self._rounds_left -= 1
        if self._rounds_left:
            self._owner.later(_ROUND_SECONDS, self._round)
        seen = self._stack.look()
        if not self._is_known_healthy:
            self._is_known_healthy = True
            self._tell(PadHealthy())
        self._stack.tell_changes(seen)

    def _serve(self, order: WriteOrder) -> None:
        if self._stack is None:
            self._tell(SecurityNotWritten(order.ticket, order.uid, "the pad is lost"))
            return
        if self._weather.strikes("book lifted in the middle of a write"):
            self._owner.tear(order.uid)
        self._stack.write(order)
