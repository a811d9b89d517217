"""The truth about simulated tags and the field they lie in, for every family's simulator.

Tags obey ISO/IEC 15693-3 as far as a library can tell: quiet after an inventory until the field
goes off, alone in answering to their UID, and able to leave in the middle of anything.
"""

from enum import Enum
from threading import Lock

from devices.capabilities import TagUid
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


class SimulatedTag:
    """One tag: its memory in whole blocks, AFI, DSFID and what is wrong with it."""

    def __init__(
        self, uid: TagUid, memory: bytes, *, afi: int, dsfid: int = 0, block_size: int = 4
    ) -> None:
        self.uid = uid
        self.block_size = block_size
        self.memory = memory.ljust(-(-len(memory) // block_size) * block_size, b"\0")
        self.afi = afi
        self.dsfid = dsfid
        self.afi_is_locked = False
        self.fault = Fault.NONE
        self._quiet = False
        self._patience: int | None = None

    @property
    def block_count(self) -> int:
        return len(self.memory) // self.block_size

    def leave_after(self, commands: int) -> None:
        """Answer so many more commands, then be out of the field until put there again."""
        self._patience = commands

    def blocks(self, first: int, count: int) -> tuple[bytes, ...] | TagRefusal:
        """Blocks in memory order."""
        if self.fault is Fault.READS_REFUSED:
            return TagRefusal.UNKNOWN
        if first + count > self.block_count or count == 0:
            return TagRefusal.BLOCK_NOT_AVAILABLE
        size = self.block_size
        return tuple(self.memory[at * size : (at + 1) * size] for at in range(first, first + count))

    def write_afi(self, afi: int) -> TagRefusal | WriteFailed | None:
        """None when the tag says it is done."""
        if self.afi_is_locked:
            return TagRefusal.BLOCK_LOCKED
        if self.fault is Fault.WRITES_FAIL:
            return WriteFailed.WRITE_FAILED
        if self.fault is not Fault.WRITES_FORGOTTEN:
            self.afi = afi
        return None

    def enters(self) -> None:
        self._quiet = False
        if self._patience == 0:
            self._patience = None

    def power_off(self) -> None:
        self._quiet = False

    def answers_inventory(self) -> bool:
        """Whether it answers now; it stays quiet from then on."""
        if self._quiet or not self.answers():
            return False
        self._quiet = True
        return True

    def answers(self) -> bool:
        """Whether it is still there to answer one command."""
        if self._patience == 0:
            return False
        if self._patience is not None:
            self._patience -= 1
        return True


class TagField:
    """What lies over one antenna. Hands and the reader reach in at the same time."""

    def __init__(self, *tags: SimulatedTag) -> None:
        self._lock = Lock()
        self._tags: dict[TagUid, SimulatedTag] = {}
        for tag in tags:
            self.put(tag)

    def put(self, tag: SimulatedTag) -> None:
        with self._lock:
            tag.enters()
            self._tags[tag.uid] = tag

    def take(self, uid: TagUid) -> None:
        with self._lock:
            self._tags.pop(uid, None)

    def power_off(self) -> None:
        """The antenna goes off and on: every quiet tag is ready again."""
        with self._lock:
            for tag in self._tags.values():
                tag.power_off()

    def inventory(self) -> tuple[SimulatedTag, ...]:
        """The tags that were not quiet; now they are."""
        with self._lock:
            return tuple(tag for tag in self._tags.values() if tag.answers_inventory())

    def addressed(self, uid: TagUid) -> SimulatedTag | None:
        """The tag with that UID, if it is there to answer."""
        with self._lock:
            tag = self._tags.get(uid)
            return tag if tag is not None and tag.answers() else None
