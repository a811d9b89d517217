"""The truth about one simulated tag, for every family's simulator.

Tags obey ISO/IEC 15693-3 as far as a library can tell: quiet after an inventory until the field
goes off, selected one at a time, alone in answering to their UID, with blocks that can be locked
for ever, and able to leave in the middle of anything. What a command would take on the air is
counted, also when it is refused.
"""

from enum import Enum

from devices import air_time
from devices.capabilities import TagDescription, TagUid
from devices.iso15693 import TagRefusal


class Fault(Enum):
    """What may be wrong with a tag."""

    NONE = "none"
    WRITES_FAIL = "writes fail"  # the chip's memory is worn out
    WRITES_FORGOTTEN = "writes forgotten"  # it says yes, and does nothing
    READS_REFUSED = "reads refused"


class WriteFailed(Enum):
    """A tag that was too weak to be programmed; it answers, but not with an error of its own."""

    WRITE_FAILED = "write failed"


class _State(Enum):
    """ISO/IEC 15693-3, 7.2; the fourth, power off, is a tag that lies in no field."""

    READY = "ready"
    QUIET = "quiet"
    SELECTED = "selected"


class SimulatedTag:
    """One tag: memory in whole blocks, locks, AFI, DSFID, EAS and what is wrong with it.

    `eas` is None for chips that have none (only NXP's ICODE family does).
    """

    def __init__(
        self,
        uid: TagUid,
        memory: bytes,
        *,
        afi: int,
        dsfid: int = 0,
        block_size: int = 4,
        eas: bool | None = False,
    ) -> None:
        self.uid = uid
        self.block_size = block_size
        self.memory = memory.ljust(-(-len(memory) // block_size) * block_size, b"\0")
        self.afi = afi
        self.dsfid = dsfid
        self.eas = eas
        self.afi_is_locked = False
        self.locked: set[int] = set()
        self.fault = Fault.NONE
        self.seconds_on_air = 0.0
        self._state = _State.READY
        self._patience: int | None = None
        self._tears = False
        self._tears_at_write = False

    @property
    def block_count(self) -> int:
        return len(self.memory) // self.block_size

    def leave_after(self, commands: int, *, torn: bool = False) -> None:
        """Answer so many more commands, then be out of the field until put there again.

        Torn away, the last of them is half done if it writes.
        """
        self._patience = commands
        self._tears = torn

    def tear_at_write(self) -> None:
        """Be torn away in the middle of the next write, whenever it comes."""
        self._tears_at_write = True

    def heal(self) -> None:
        """Nothing is wrong with it any more, and nothing will happen to it."""
        self.fault = Fault.NONE
        self._patience, self._tears, self._tears_at_write = None, False, False

    def describe(self) -> TagDescription:
        """Its system information."""
        self.seconds_on_air += air_time.describing()
        return TagDescription(self.block_size, self.block_count, self.afi, self.dsfid)

    def blocks(self, first: int, count: int) -> tuple[bytes, ...] | TagRefusal:
        """Blocks in memory order."""
        self.seconds_on_air += air_time.reading(count, self.block_size)
        if self.fault is Fault.READS_REFUSED:
            return TagRefusal.UNKNOWN
        if first + count > self.block_count or count == 0:
            return TagRefusal.BLOCK_NOT_AVAILABLE
        size = self.block_size
        return tuple(self.memory[at * size : (at + 1) * size] for at in range(first, first + count))

    def locks(self, first: int, count: int) -> tuple[bool, ...] | TagRefusal:
        """Told along with the blocks, in a byte for each."""
        self.seconds_on_air += count * air_time.BYTE
        if first + count > self.block_count or count == 0:
            return TagRefusal.BLOCK_NOT_AVAILABLE
        return tuple(block in self.locked for block in range(first, first + count))

    def write_blocks(
        self, first: int, blocks: tuple[bytes, ...]
    ) -> TagRefusal | WriteFailed | None:
        """One block after the other, up to the first that cannot be. None when it says: done."""
        for block, data in enumerate(blocks, first):
            self.seconds_on_air += air_time.writing_block(len(data))
            if block >= self.block_count or len(data) != self.block_size:
                return TagRefusal.BLOCK_NOT_AVAILABLE
            if block in self.locked:
                return TagRefusal.BLOCK_LOCKED
            if failed := self._written(block, data, is_last=block == first + len(blocks) - 1):
                return failed
        return None

    def write_afi(self, afi: int) -> TagRefusal | WriteFailed | None:
        """None when the tag says it is done."""
        self.seconds_on_air += air_time.writing_value()
        if self.afi_is_locked:
            return TagRefusal.BLOCK_LOCKED
        if self.fault is Fault.WRITES_FAIL:
            return WriteFailed.WRITE_FAILED
        if self.fault is not Fault.WRITES_FORGOTTEN:
            self.afi = afi
        return self._torn_away()

    def write_dsfid(self, dsfid: int) -> TagRefusal | WriteFailed | None:
        self.seconds_on_air += air_time.writing_value()
        if self.fault is Fault.WRITES_FAIL:
            return WriteFailed.WRITE_FAILED
        if self.fault is not Fault.WRITES_FORGOTTEN:
            self.dsfid = dsfid
        return self._torn_away()

    def set_eas(self, *, on: bool) -> TagRefusal | WriteFailed | None:
        self.seconds_on_air += air_time.writing_value()
        if self.eas is None:
            return TagRefusal.NOT_SUPPORTED
        if self.fault is Fault.WRITES_FAIL:
            return WriteFailed.WRITE_FAILED
        if self.fault is not Fault.WRITES_FORGOTTEN:
            self.eas = on
        return self._torn_away()

    def raises_alarm(self) -> bool:
        """A tag whose EAS is off is silent."""
        self.seconds_on_air += air_time.eas_alarm() if self.eas else air_time.unanswered()
        return bool(self.eas)

    def enters(self) -> None:
        self._state = _State.READY
        if self._patience == 0:
            self._patience = None

    def power_off(self) -> None:
        self._state = _State.READY

    def select(self, *, selected: bool) -> None:
        """A tag that is not meant goes back to ready, but stays quiet if it was."""
        if selected:
            self._state = _State.SELECTED
        elif self._state is _State.SELECTED:
            self._state = _State.READY

    def stay_quiet(self) -> None:
        self._state = _State.QUIET

    @property
    def is_quiet(self) -> bool:
        return self._state is _State.QUIET

    @property
    def is_selected(self) -> bool:
        return self._state is _State.SELECTED

    def answers(self) -> bool:
        """Whether it is still there to answer one command."""
        if self._patience == 0:
            return False
        if self._patience is not None:
            self._patience -= 1
        return True

    def _written(self, block: int, data: bytes, *, is_last: bool) -> WriteFailed | None:
        if self.fault is Fault.WRITES_FAIL:
            return WriteFailed.WRITE_FAILED
        if self.fault is Fault.WRITES_FORGOTTEN:
            return None
        place = slice(block * self.block_size, (block + 1) * self.block_size)
        torn = self._torn_away() or (self._tears and self._patience == 0 and is_last)
        if torn:
            half = self.block_size // 2
            data = data[:half] + self.memory[place][half:]
        self.memory = self.memory[: place.start] + data + self.memory[place.stop :]
        return WriteFailed.WRITE_FAILED if torn else None

    def _torn_away(self) -> WriteFailed | None:
        """Gone from here on, when it was to be torn away at a write."""
        if not self._tears_at_write:
            return None
        self._tears_at_write, self._patience = False, 0
        return WriteFailed.WRITE_FAILED
