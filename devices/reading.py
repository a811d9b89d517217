"""Reading a tag no further than its number: a reader's air time is what patrons wait for."""

from collections.abc import Callable
from typing import Final

from devices.capabilities import TagMemory, TagReader, TagUid
from devices.errors import Refused
from devices.security import Security, SecurityMarks

# 32 bytes of the usual chip: every data model's number, owner and check are in them.
_FIRST_BLOCKS: Final = 8
_MORE_BLOCKS: Final = 10

_UID_MARK: Final = 0xE0

IsTold = Callable[[bytes, int], bool]


def tags_in_field(reader: TagReader) -> tuple[TagUid, ...]:
    """One inventory, without what no tag can be: a UID begins with E0 (ISO/IEC 15693-3, 4.1)."""
    return tuple(uid for uid in reader.inventory() if uid.raw[0] == _UID_MARK)


def read_tag_memory(reader: TagReader, uid: TagUid, is_told: IsTold) -> TagMemory:
    """The beginning of a tag's memory, as far as `is_told` (memory, block size) asks; AFI, DSFID.

    Raises what the reader raises.
    """
    try:
        blocks = reader.read_blocks(uid, 0, _FIRST_BLOCKS)
    except Refused:  # a chip smaller than that, or a tag that will not tell: it will say again
        blocks = ()
    about = reader.describe(uid)
    while len(blocks) < about.block_count and not is_told(b"".join(blocks), about.block_size):
        step = min(_MORE_BLOCKS if blocks else _FIRST_BLOCKS, about.block_count - len(blocks))
        more = reader.read_blocks(uid, len(blocks), step)
        blocks = (*blocks, *more)
        if len(more) < step:
            break
    return TagMemory(b"".join(blocks), about.block_size, about.afi, about.dsfid)


def read_whole_tag(reader: TagReader, uid: TagUid) -> TagMemory:
    """All of a tag's memory, its AFI and DSFID. Raises what the reader raises."""
    return read_tag_memory(reader, uid, lambda _memory, _size: False)


def read_security(
    reader: TagReader, uid: TagUid, afi: int, marks: SecurityMarks
) -> Security | None:
    """What the gate would hear, from a tag that told its AFI. Raises what the reader raises."""
    eas = reader.eas_is_on(uid) if marks.uses_eas else None
    return marks.told_by(afi, eas=eas)
