"""How good one tag on a pad is: what it holds, how it is marked and locked, how well it reads."""

from dataclasses import dataclass
from typing import Final

from devices.capabilities import TagReader, TagUid
from devices.errors import DeviceError, Unplugged
from devices.reading import read_whole_tag
from devices.security import Security
from devices.settings import TagSettings
from devices.tags.account import UNKNOWN, account
from devices.tags.content import TagContent, Unreadable, read_tag

TRIES: Final = 10
_GOOD_READS: Final = 9


@dataclass(frozen=True, slots=True)
class TagQuality:
    """One tag as a technician wants to know it; a patron's card tells nothing but that it is one.

    A tag that could not be read has no `blocks`, and its `content` says why. `eas` is None where
    the tag or its reader has none; `security` when the marks are not this site's; `locked` are
    block numbers; it answered `reads` of `tries` times.
    """

    uid: TagUid
    content: TagContent
    model: str
    blocks: int
    afi: int
    dsfid: int
    eas: bool | None
    security: Security | None
    locked: tuple[int, ...]
    reads: int
    tries: int = TRIES

    @property
    def reads_well(self) -> bool:
        return self.reads * TRIES >= _GOOD_READS * self.tries


def examine(reader: TagReader, uid: TagUid, tags: TagSettings, tries: int = TRIES) -> TagQuality:
    """Everything there is to know of it. Raises Unplugged only: a weak tag is an answer."""
    reads = sum(_answers(reader, uid) for _ in range(tries))
    try:
        whole = read_whole_tag(reader, uid)
        count = len(whole.memory) // whole.block_size
        locked = reader.locked_blocks(uid, 0, count)
    except Unplugged:
        raise
    except DeviceError as error:
        mute = Unreadable(str(error))
        return TagQuality(uid, mute, UNKNOWN, 0, 0, 0, None, None, (), reads, tries)
    eas = _eas(reader, uid)
    return TagQuality(
        uid,
        read_tag(whole, tags.models()),
        account(whole.memory, whole.block_size, tags.models()).model,
        count,
        whole.afi,
        whole.dsfid,
        eas,
        tags.marks().told_by(whole.afi, eas=eas),
        tuple(at for at, is_locked in enumerate(locked) if is_locked),
        reads,
        tries,
    )


def _answers(reader: TagReader, uid: TagUid) -> bool:
    try:
        return bool(reader.read_blocks(uid, 0, 1))
    except Unplugged:
        raise
    except DeviceError:
        return False


def _eas(reader: TagReader, uid: TagUid) -> bool | None:
    try:
        return reader.eas_is_on(uid)
    except Unplugged:
        raise
    except DeviceError:
        return None
