"""What a tag says, whatever data model it was written in. Pure; nothing here raises.

The model is found by looking at the bytes. The DSFID would name it, but many real tags carry 00
there, so it is never believed.
"""

from dataclasses import dataclass

from broker.vocabulary import ItemId
from devices.capabilities import TagMemory
from devices.errors import BadTag
from devices.tags import iso28560_2, iso28560_3
from devices.tags.usage import Usage, usage_of_nibble

_UNWRITTEN = frozenset((0x00, 0x55))


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
class Unreadable:
    """A tag that tells nothing certain; `why` is for staff."""

    why: str


TagContent = BookTag | PatronTag | Blank | Unreadable


def read_tag(tag: TagMemory) -> TagContent:
    """The content of a tag, from any bytes."""
    if not tag.memory:
        return Unreadable("the tag gave no memory")
    # Chips come filled with 00; one vendor ships them with 55.
    if _UNWRITTEN.issuperset(tag.memory):
        return Blank()
    try:
        return _fixed_layout(tag)
    except BadTag as error:
        if iso28560_3.has_the_look(tag.memory, tag.block_size):
            return Unreadable(str(error))
    try:
        return _data_sets(tag.memory)
    except BadTag as error:
        return Unreadable(f"no known data model: {error}")


def _fixed_layout(tag: TagMemory) -> TagContent:
    label = iso28560_3.decode(tag.memory, tag.block_size)
    usage = usage_of_nibble(label.usage)
    if usage is Usage.PATRON:
        return PatronTag()
    if not label.item:
        return Blank()
    return BookTag(_item(label.item), label.isil, usage, label.parts, label.part)


def _data_sets(memory: bytes) -> TagContent:
    label = iso28560_2.decode(memory)
    if label.usage is Usage.PATRON:
        return PatronTag()
    return BookTag(_item(label.item), label.owner, label.usage, label.parts, label.part)


def _item(text: str) -> ItemId:
    try:
        return ItemId(text)
    except ValueError as error:
        raise BadTag("the item identifier has characters no library number has") from error
