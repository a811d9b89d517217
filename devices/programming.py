"""Programming a tag so that a hand that takes it away in the middle does no lasting harm.

Law: what a tag held and what it is to hold is kept before the first write (`Programming`), so a
torn tag can be completed or restored; no state between two writes reads as another book; the block
that proves the others goes last; nothing but the differing blocks is written, each proven.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from devices.capabilities import PadReader, TagReader, TagUid
from devices.errors import BadTag, NotWritten
from devices.writing import write_block


@dataclass(frozen=True, slots=True)
class BlockWrite:
    block: int
    data: bytes


class Progress(Enum):
    """How far a tag has come that was to be programmed."""

    UNTOUCHED = "untouched"
    TORN = "torn"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Programming:
    """One tag, what it held and what it is to hold: whole blocks, as many in both.

    `proof` are the blocks that make the rest valid, in the order in which they are written after
    all others: those with the checksum in ISO 28560-3, the first one in models without any.
    """

    uid: TagUid
    before: bytes
    after: bytes
    block_size: int
    proof: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        whole = len(self.before) % self.block_size == 0
        if not whole or len(self.before) != len(self.after):
            raise ValueError("a tag is programmed in whole blocks, as many as it has")

    def progress(self, memory: bytes) -> Progress:
        """What `memory`, read from the tag now, says; the rest of a longer one does not matter."""
        if memory[: len(self.after)] == self.after:
            return Progress.DONE
        same = memory[: len(self.before)] == self.before
        return Progress.UNTOUCHED if same else Progress.TORN

    def writes(self, memory: bytes, target: bytes) -> tuple[BlockWrite, ...]:
        """The blocks in which `memory` is not yet `target`, those of the proof at the end."""
        size = self.block_size
        wanted = tuple(target[at : at + size] for at in range(0, len(target), size))
        order = sorted(range(len(wanted)), key=lambda block: (self._place(block), block))
        return tuple(
            BlockWrite(block, wanted[block])
            for block in order
            if memory[block * size : (block + 1) * size] != wanted[block]
        )

    def _place(self, block: int) -> int:
        return self.proof.index(block) if block in self.proof else -1


def plan(
    programming: Programming,
    locked: tuple[bool, ...],
    reads_as: Callable[[bytes], object | None],
) -> tuple[BlockWrite, ...]:
    """All writes in order. `reads_as` gives which book some memory would be taken for, or None.

    Where a tag torn away on the way would read as a third book, its proof is wiped first. Raises
    BadTag when a locked block would have to change, or when no order is safe.
    """
    writes = programming.writes(programming.before, programming.after)
    for write in writes:
        if write.block < len(locked) and locked[write.block]:
            raise BadTag(f"block {write.block} is locked and cannot be changed: use another tag")
    wiped = BlockWrite(programming.proof[0], bytes(programming.block_size))
    allowed = (None, reads_as(programming.before), reads_as(programming.after))
    for steps in (writes, (wiped, *writes)):
        if all(reads_as(memory) in allowed for memory in _states(programming, steps)):
            return steps
    raise BadTag("no order of writing is safe on this tag: use a blank one")


def _states(programming: Programming, writes: tuple[BlockWrite, ...]) -> Iterator[bytes]:
    memory, size = bytearray(programming.before), programming.block_size
    for write in writes:
        memory[write.block * size : (write.block + 1) * size] = write.data
        yield bytes(memory)


def program(reader: PadReader, programming: Programming, writes: tuple[BlockWrite, ...]) -> None:
    """Carries a plan out. Raises TagGone or NotWritten; then the tag is torn, or untouched."""
    for write in writes:
        write_block(reader, programming.uid, write.block, write.data)
    _prove(reader, programming, programming.after)


def complete(reader: PadReader, programming: Programming) -> None:
    """Brings a torn tag to what it was to hold. Raises as `program` does."""
    _bring_to(reader, programming, programming.after)


def restore(reader: PadReader, programming: Programming) -> None:
    """Brings a torn tag back to what it held. Raises as `program` does."""
    _bring_to(reader, programming, programming.before)


def _bring_to(reader: PadReader, programming: Programming, target: bytes) -> None:
    for write in programming.writes(_memory(reader, programming), target):
        write_block(reader, programming.uid, write.block, write.data)
    _prove(reader, programming, target)


def _prove(reader: TagReader, programming: Programming, target: bytes) -> None:
    """Every block, also those that were not meant to change."""
    wrong = programming.writes(_memory(reader, programming), target)
    if wrong:
        blocks = ", ".join(str(write.block) for write in wrong)
        raise NotWritten(f"after programming, blocks {blocks} are not as they should be")


def _memory(reader: TagReader, programming: Programming) -> bytes:
    count = len(programming.after) // programming.block_size
    return b"".join(reader.read_blocks(programming.uid, 0, count))
