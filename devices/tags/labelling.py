"""The memory that labels a tag for an item, whatever the data model. Pure."""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from broker.vocabulary import ItemId
from devices.errors import BadTag
from devices.tags import iso28560_2, iso28560_3, layout, rfid501
from devices.tags.layout import Chip
from devices.tags.models import Model
from devices.tags.plain_text import TextField
from devices.tags.usage import Usage, nibble_of

DSFIDS: Final = {Model.ISO28560_3: iso28560_3.DSFID, Model.ISO28560_2: iso28560_2.DSFID}
"""What a tag's data storage format identifier should be; the other models have none."""

_TYPES: Final = {None: 1, Usage.CIRCULATION: 1, Usage.PATRON: 0}
_CHECKSUM_BYTES: Final = (19, 20)
_TEXT: Final = TextField()
_ISIL: Final = re.compile(r"[A-Za-z0-9]{1,4}-[A-Za-z0-9:/-]{1,11}")  # ISO 15511, clause 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a tag is to say; None is left to the model.

    `others` are further elements of ISO 28560-2 by identifier, `to_lock` those that are laid out to
    be locked later. `owner` is an ISIL; RFID 501 and plain text have no room for one. Raises BadTag
    for an item or owner that no station would take from the tag, and when `part` is none of the
    `parts`.
    """

    model: Model
    item: str
    owner: str | None = None
    usage: Usage | None = None
    parts: int | None = None
    part: int | None = None
    others: tuple[tuple[int, str], ...] = ()
    to_lock: AbstractSet[int] = frozenset()
    text: TextField = _TEXT

    def __post_init__(self) -> None:
        try:
            ItemId(self.item)
        except ValueError as error:
            allowed = "64 plain ASCII letters, digits and . _ / - at most"
            raise BadTag(f"{self.item!r} is no item number: it has {allowed}") from error
        if self.owner is not None and _ISIL.fullmatch(self.owner) is None:
            raise BadTag(f"{self.owner!r} is no ISIL: it is written as ID-1275014")
        if (self.part or 1) > (self.parts or 1):
            raise BadTag(f"there is no part {self.part} of {self.parts or 1}: say how many parts")

    @property
    def leaves_out_owner(self) -> bool:
        return self.owner is not None and self.model in (Model.RFID501, Model.TEXT)


def memory_of(wanted: Wanted, chip: Chip) -> bytes:
    """As many bytes as the chip has. Raises BadTag when they cannot say it.

    Only ISO 28560-2 keeps what else is on the chip; the others are written over it.
    """
    if wanted.model not in _WRITERS:
        raise BadTag(f"{wanted.model.value} is not written here: choose another model")
    return _WRITERS[wanted.model](wanted, chip)


def proof_blocks(model: Model, block_size: int) -> tuple[int, ...]:
    """The blocks that make a label valid, to be written last: those of the checksum, or the first.

    >>> proof_blocks(Model.ISO28560_3, 4), proof_blocks(Model.RFID501, 4)
    ((4, 5), (0,))
    """
    if model is not Model.ISO28560_3:
        return (0,)
    return tuple(sorted({place // block_size for place in _CHECKSUM_BYTES}))


def _fixed(wanted: Wanted, chip: Chip) -> bytes:
    owner = wanted.owner or ""
    country, library = owner.split("-", 1) if "-" in owner else ("", owner)
    usage = nibble_of(wanted.usage or Usage.CIRCULATION)
    parts, part = wanted.parts or 1, wanted.part or 1
    label = iso28560_3.Label(wanted.item, usage, parts, part, country, library)
    return label.encode(len(chip.memory))


def _sets(wanted: Wanted, chip: Chip) -> bytes:
    said = {iso28560_2.ITEM: wanted.item}
    if wanted.owner is not None:
        said[iso28560_2.OWNER] = wanted.owner
    if wanted.parts is not None:
        said[iso28560_2.SET_INFORMATION] = iso28560_2.set_information(
            wanted.parts, wanted.part or 1
        )
    if wanted.usage is not None:
        said[iso28560_2.TYPE_OF_USAGE] = f"{nibble_of(wanted.usage):X}0"
    said |= dict(wanted.others)
    elements = [iso28560_2.element(identifier, value) for identifier, value in said.items()]
    return layout.encode(elements, chip, wanted.to_lock)


def _rfid501(wanted: Wanted, chip: Chip) -> bytes:
    if wanted.usage not in _TYPES:
        raise BadTag("rfid501 tells circulation from patron only: give another usage")
    label = rfid501.Label(wanted.item, _TYPES[wanted.usage], wanted.parts or 1, wanted.part or 1)
    return label.encode(len(chip.memory))


def _plain(wanted: Wanted, chip: Chip) -> bytes:
    return wanted.text.encode(wanted.item, len(chip.memory))


_WRITERS: Final[dict[Model, Callable[[Wanted, Chip], bytes]]] = {
    Model.ISO28560_3: _fixed,
    Model.ISO28560_2: _sets,
    Model.RFID501: _rfid501,
    Model.TEXT: _plain,
}
