"""Everything a tag says, and everything wrong with it, for a technician's eyes. Pure.

Unlike `content`, which answers whether an item is certain, this shows what is there.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from devices.errors import BadTag
from devices.tags import iso28560_2, iso28560_3, rfid501
from devices.tags.extension import Extension
from devices.tags.iso15962 import DataSet, data_sets, walk
from devices.tags.iso28560_2 import CONTENT_PARAMETER, ITEM, OWNER, SET_INFORMATION, TYPE_OF_USAGE
from devices.tags.iso28560_3 import has_the_look
from devices.tags.models import (
    ANY_MODEL,
    Model,
    Recognised,
    SiteModels,
    is_unwritten,
    recognise,
)
from devices.tags.plain_text import sniffed

BLANK: Final = "blank"
UNKNOWN: Final = "unknown"
_STRUCTURED_BLOCKS: Final = range(1, 6)


@dataclass(frozen=True, slots=True)
class Account:
    """One tag. `elements` are by identifier or block id; what the tag does not say is None."""

    model: str
    item: str | None = None
    owner: str | None = None
    part: int | None = None
    parts: int | None = None
    usage: str | None = None
    elements: dict[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def account(memory: bytes, block_size: int = 4, site: SiteModels = ANY_MODEL) -> Account:
    """What is in these bytes; never raises."""
    if not memory:
        return Account(UNKNOWN, problems=("there are no bytes",))
    if is_unwritten(memory):
        return Account(BLANK)
    try:
        return _account(recognise(memory, block_size, site), memory)
    except BadTag as error:
        return _unsure(memory, block_size, str(error))


def _account(said: Recognised, memory: bytes) -> Account:
    elements: dict[str, Any] = {}
    problems: list[str] = []
    tells_parts = tells_usage = said.source is not None
    match said.source:
        case iso28560_3.Reading() as reading:
            elements, problems = _fixed(reading)
        case iso28560_2.Reading():
            elements, problems = _sets(memory)
            tells_usage = str(TYPE_OF_USAGE) in elements
            tells_parts = str(SET_INFORMATION) in elements
        case rfid501.Label() as label:
            names = ("type", "branch", "library", "custom")
            elements = {name: getattr(label, name) for name in names}
    if said.model is Model.UHF:
        problems.append("a UHF tag (ISO 28560-4) is not supported: this pad reads HF")
    elif not said.item:
        problems.append("the label names no item")
    return Account(
        said.model.value,
        said.item or None,
        said.owner,
        said.part if tells_parts else None,
        said.parts if tells_parts else None,
        said.usage.value if tells_usage else None,
        elements,
        tuple(problems),
    )


def _fixed(reading: iso28560_3.Reading) -> tuple[dict[str, Any], list[str]]:
    """Extension blocks by id, a second one of the same id behind a stroke; and problems."""
    elements: dict[str, Any] = {"usage": f"{reading.label.usage:X}"}
    for extension in reading.label.extensions:
        key = str(extension.id)
        while key in elements:
            key += "'"
        elements[key] = _block(extension)
    problems = [] if reading.oddity is None else [reading.oddity.value]
    if not reading.is_plausible:
        problems.append("the checksum fits, but a field holds something it should not")
    if reading.has_damaged_extension:
        problems.append("an extension block is damaged; it and those after it are not shown")
    return elements, problems


def _block(extension: Extension) -> dict[str, Any]:
    if extension.id not in _STRUCTURED_BLOCKS:
        return {"payload": extension.payload.hex().upper()}
    media = {} if extension.media_format is None else {"media_format": extension.media_format}
    return media | {"fields": extension.strings}


def _sets(memory: bytes) -> tuple[dict[str, Any], list[str]]:
    """Every data element that can be understood, and what cannot."""
    elements: dict[str, Any] = {}
    problems: list[str] = []
    listed: tuple[int, ...] | None = None
    try:
        for _, _, element in walk(memory):
            key = str(element.identifier)
            if key in elements:
                problems.append(f"element {key} is there twice; the first counts")
            elif element.identifier == CONTENT_PARAMETER:
                elements[key] = listed = iso28560_2.listed(element)
            else:
                elements[key] = _value(element, problems)
    except BadTag as error:
        problems.append(f"after {len(elements)} elements: {error}")
    present = {int(key) for key in elements} - {ITEM, CONTENT_PARAMETER}
    if listed is not None and present != set(listed):
        problems.append(
            f"the content parameter disagrees with the elements: it lists {sorted(listed)}, "
            f"there are {sorted(present)}"
        )
    return elements, problems


def _value(element: DataSet, problems: list[str]) -> str:
    try:
        return iso28560_2.value_of(element)
    except BadTag as error:
        problems.append(f"element {element.identifier} cannot be understood: {error}")
        return element.packed.hex().upper()


def _unsure(memory: bytes, block_size: int, why: str) -> Account:
    """What nobody should lend by, but a technician may want to know."""
    if has_the_look(memory, block_size):
        return Account(Model.ISO28560_3.value, problems=(why,))
    with suppress(BadTag):
        return _irregular(memory, why)
    with suppress(BadTag):
        return Account(Model.TEXT.value, sniffed(memory))
    return Account(UNKNOWN, problems=(f"no known data model fits: {why}",))


def _irregular(memory: bytes, why: str) -> Account:
    """Data sets that come out at an end, though not as ISO 28560-2 asks. Raises BadTag."""
    item = iso28560_2.item_of(memory)
    data_sets(memory)
    elements, problems = _sets(memory)
    return Account(
        Model.ISO28560_2.value,
        item,
        elements.get(str(OWNER)),
        elements=elements,
        problems=(why, *problems),
    )
