"""Labelling one tag for an item: planned, kept, written, proven and secured.

Law: nothing is written before all of it is planned and kept (`devices.unfinished`), so that a tag
that was torn away, or a station that lost its power, can be mended.
"""

from dataclasses import dataclass

from devices.capabilities import PadReader, TagMemory, TagUid
from devices.errors import BadTag, Refused
from devices.programming import BlockWrite, Programming, plan, program
from devices.reading import read_whole_tag, tags_in_field
from devices.security import Security
from devices.settings import TagSettings
from devices.tags.content import BookTag, PatronTag, read_tag
from devices.tags.labelling import DSFIDS, Wanted, memory_of, proof_blocks
from devices.tags.layout import Chip
from devices.tags.models import Model
from devices.unfinished import Unfinished
from devices.writing import write_security


@dataclass(frozen=True, slots=True)
class Labelling:
    """What is to become of one tag: its memory before and after, and every write in order."""

    model: Model
    programming: Programming
    writes: tuple[BlockWrite, ...]


def prepare(reader: PadReader, uid: TagUid, wanted: Wanted, tags: TagSettings) -> Labelling:
    """Reads the tag and plans; writes nothing. Raises DeviceError, or BadTag when it must not be.

    `tags` is how the site reads its tags.
    """
    whole = read_whole_tag(reader, uid)
    size = whole.block_size
    locked = reader.locked_blocks(uid, 0, len(whole.memory) // size)
    chip = Chip(whole.memory, size, frozenset(at for at, is_it in enumerate(locked) if is_it))
    proof = proof_blocks(wanted.model, size)
    begun = Programming(uid, whole.memory, memory_of(wanted, chip), size, proof)
    writes = plan(begun, locked, lambda memory: _reads_as(memory, size, tags))
    return Labelling(wanted.model, begun, writes)


def carry_out(
    reader: PadReader, labelling: Labelling, tags: TagSettings, unfinished: Unfinished
) -> str:
    """Writes, proves and secures, and returns what `finish` does.

    Raises DeviceError; then what was begun is kept in `unfinished`, and the tag is torn, or only
    not secured.
    """
    unfinished.begin(labelling.programming)
    program(reader, labelling.programming, labelling.writes)
    left = finish(reader, labelling.programming.uid, labelling.model, tags)
    unfinished.done(labelling.programming.uid)
    return left


def finish(reader: PadReader, uid: TagUid, model: Model, tags: TagSettings) -> str:
    """Secures a labelled tag and names its data model; what could not be named, or nothing.

    Other programs go by the DSFID, though we do not, and not every reader can write it. Raises
    DeviceError when the tag is not secured.
    """
    write_security(reader, uid, Security.SECURED, tags.marks())
    if model not in DSFIDS or reader.describe(uid).dsfid == DSFIDS[model]:
        return ""
    try:
        reader.write_dsfid(uid, DSFIDS[model])
    except Refused as error:
        return f"its DSFID stays as it was: {error}"
    return ""


def only_tag(reader: PadReader) -> TagUid:
    """The one tag on the pad. Raises BadTag when there are more, or none."""
    lying = tags_in_field(reader)
    if len(lying) != 1:
        raise BadTag(f"{len(lying)} tags lie on the pad: lay down just the one to be written")
    return lying[0]


def _reads_as(memory: bytes, block_size: int, tags: TagSettings) -> object | None:
    """The book or card that some memory would be taken for."""
    content = read_tag(TagMemory(memory, block_size, 0, 0), tags.models())
    return content if isinstance(content, BookTag | PatronTag) else None
