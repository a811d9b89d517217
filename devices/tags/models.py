"""Which data model a tag was written in, found by looking at the bytes. Pure.

The DSFID would name it, but many real tags carry 00 there, so it is never believed. Law: where
the bytes can tell damage to one model from another model, no item is taken from the damage.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from devices.errors import BadTag
from devices.tags import iso28560_2, iso28560_3, rfid501
from devices.tags.iso28560_3 import Oddity, has_the_look
from devices.tags.plain_text import TextField
from devices.tags.uhf import is_uhf
from devices.tags.usage import Usage, usage_of_nibble

# Chips come filled with 00; one vendor ships them with 55.
_UNWRITTEN: Final = b"\x00\x55"
_MAYBE_AN_ITEM: Final = 0x1  # the low nibble of a precursor
_SURE_BYTES: Final = 32  # as much as tells every other model from text


class Model(Enum):
    """The data models by their usual names."""

    ISO28560_3 = "iso28560-3"
    ISO28560_2 = "iso28560-2"
    RFID501 = "rfid501"
    TEXT = "text"
    UHF = "uhf"


@dataclass(frozen=True, slots=True)
class SiteModels:
    """What a site knows about its tags: the one model there is, or None; where plain text stands.

    Without `text`, plain text is no model. Raises ValueError for text without a place.
    """

    only: Model | None = None
    text: TextField | None = None

    def __post_init__(self) -> None:
        if self.only is Model.UHF:
            raise ValueError("a pad reads no UHF tags")
        if self.only is Model.TEXT and self.text is None:
            raise ValueError(
                f"model {self.only.value} needs to be told where the text stands: text_start"
            )


class Recognised(NamedTuple):  # made for every tag, and quicker than a dataclass
    """What a tag says in any model; parts and part are 0 when it is silent.

    `is_told`: no byte after these could change it. `source` is what the model's own module read.
    """

    model: Model
    item: str
    owner: str | None
    usage: Usage
    parts: int
    part: int
    is_told: bool
    source: iso28560_3.Reading | iso28560_2.Reading | rfid501.Label | None = None


ANY_MODEL: Final = SiteModels()


def is_unwritten(memory: bytes) -> bool:
    """Whether nobody has programmed the chip yet."""
    return not memory.strip(_UNWRITTEN)


def recognise(memory: bytes, block_size: int = 4, site: SiteModels = ANY_MODEL) -> Recognised:
    """What the tag says. Raises BadTag when no model fits for sure."""
    for model, read in _READERS:
        if site.only is None or site.only is model:
            try:
                found = read(memory, block_size, site)
            except BadTag:
                continue
            if found is not None:
                return found
    raise BadTag(_why_not(memory, block_size))


def _fixed(memory: bytes, block_size: int, _: SiteModels) -> Recognised | None:
    reading = iso28560_3.examine(memory, block_size)
    return _of_fixed(reading) if reading.is_plausible else None


def _strange_fixed(memory: bytes, block_size: int, _: SiteModels) -> Recognised:
    """A fitting checksum over strange fields counts only when no other model fits."""
    return _of_fixed(iso28560_3.examine(memory, block_size))


def _of_fixed(reading: iso28560_3.Reading) -> Recognised:
    label = reading.label
    return Recognised(
        Model.ISO28560_3,
        label.item,
        label.isil,
        usage_of_nibble(label.usage),
        label.parts,
        label.part,
        reading.is_plausible and reading.oddity in (None, Oddity.LAST_BYTES),
        reading,
    )


def _sets(memory: bytes, block_size: int, _: SiteModels) -> Recognised | None:
    """A content parameter behind the item is sure. An item alone may be damage to the fixed layout.

    So it is when the checksum of such a layout stands where nothing should follow an integer.
    """
    reading = iso28560_2.read(memory)
    is_followed = memory[0] >> 4 == 1 and any(memory[19:21])
    if not reading.is_listed and (is_followed or has_the_look(memory, block_size)):
        return None
    said = reading.label
    return Recognised(
        Model.ISO28560_2,
        said.item,
        said.owner,
        said.usage,
        said.parts,
        said.part,
        reading.is_told,
        reading,
    )


def _rfid501(memory: bytes, _: int, __: SiteModels) -> Recognised:
    label = rfid501.decode(memory)
    return Recognised(
        Model.RFID501,
        label.item,
        None,
        label.usage,
        label.parts,
        label.part,
        is_told=True,
        source=label,
    )


def _text(memory: bytes, block_size: int, site: SiteModels) -> Recognised | None:
    if site.text is None or has_the_look(memory, block_size):
        return None
    is_no_other = site.only is Model.TEXT or memory[0] & 0x0F != _MAYBE_AN_ITEM
    is_told = is_no_other and len(memory) >= max(site.text.end, _SURE_BYTES)
    text = site.text.read(memory)
    return Recognised(Model.TEXT, text, None, Usage.CIRCULATION, 0, 0, is_told)


def _uhf(memory: bytes, _: int, __: SiteModels) -> Recognised | None:
    if not is_uhf(memory):
        return None
    return Recognised(Model.UHF, "", None, Usage.OTHER, 0, 0, is_told=False)


_READERS: Final[tuple[tuple[Model, Callable[[bytes, int, SiteModels], Recognised | None]], ...]] = (
    (Model.ISO28560_3, _fixed),
    (Model.ISO28560_2, _sets),
    (Model.RFID501, _rfid501),
    (Model.TEXT, _text),
    (Model.ISO28560_3, _strange_fixed),
    (Model.UHF, _uhf),
)


def _why_not(memory: bytes, block_size: int) -> str:
    """The reason of the model that is the nearest."""
    nearest = iso28560_3.decode if has_the_look(memory, block_size) else iso28560_2.decode
    try:
        nearest(memory)
    except BadTag as error:
        return str(error)
    return "not the data model of this site"
