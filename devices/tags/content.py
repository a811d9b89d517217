"""What a tag says, whatever data model it was written in. Pure; nothing here raises."""

from dataclasses import dataclass

from broker.vocabulary import ItemId
from devices.capabilities import TagMemory
from devices.errors import BadTag
from devices.tags.models import ANY_MODEL, Model, Recognised, SiteModels, is_unwritten, recognise
from devices.tags.usage import Usage


@dataclass(frozen=True, slots=True)
class BookTag:
    """A tag on an item. `owner` is an ISIL; parts and part are 0 when the tag is silent."""

    item: ItemId
    owner: str | None
    usage: Usage
    parts: int
    part: int


@dataclass(frozen=True, slots=True)
class PatronTag:
    """A patron's card on the pad. Whose it is, is nobody's business here."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A tag that was never programmed, or holds a sound label without an item."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A tag of a kind that is known, and cannot be handled here; `kind` is for staff."""

    kind: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A tag that tells nothing certain; `why` is for staff."""

    why: str


TagContent = BookTag | PatronTag | Blank | Unsupported | Unreadable


def read_tag(tag: TagMemory, site: SiteModels = ANY_MODEL) -> TagContent:
    """The content of a tag, from any bytes."""
    if not tag.memory:
        return Unreadable("the tag gave no memory")
    if is_unwritten(tag.memory):
        return Blank()
    try:
        said = recognise(tag.memory, tag.block_size, site)
    except BadTag as error:
        return Unreadable(f"no known data model fits: {error}")
    return _content(said)


def is_told(memory: bytes, block_size: int = 4, site: SiteModels = ANY_MODEL) -> bool:
    """Whether the beginning of a tag's memory tells its content for sure.

    Law: when it does, the whole memory has the same content, so no more need be read.
    """
    if is_unwritten(memory):
        return False
    try:
        return recognise(memory, block_size, site).is_told
    except BadTag:
        return False


def _content(said: Recognised) -> TagContent:
    if said.model is Model.UHF:
        return Unsupported("a UHF tag (ISO 28560-4)")
    if said.usage is Usage.PATRON:
        return PatronTag()
    if not said.item:
        return Blank()
    try:
        item = ItemId(said.item)
    except ValueError:
        return Unreadable("the item identifier has characters no library number has")
    return BookTag(item, said.owner, said.usage, said.parts, said.part)
