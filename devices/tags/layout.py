"""Where in a tag's memory the data sets of ISO 28560-2 go, around what is locked. Pure.

A locked block is for ever: it is never written, and the sets in it stay. A set that is to be locked
starts and ends on block boundaries; of several side by side, the first starts and the last ends so
(ISO/IEC 15962, locking). Law: what `encode` returns reads as it should, or BadTag is raised.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from devices.errors import BadTag
from devices.tags import iso28560_2
from devices.tags.iso15962 import END, NULL, DataSet, walk
from devices.tags.iso28560_2 import (
    CONTENT_PARAMETER,
    ITEM,
    TYPE_OF_USAGE,
    content_parameter,
    value_of,
)
from devices.tags.iso28560_3 import has_the_look
from devices.tags.models import is_unwritten

_UNDERSTOOD: Final = range(ITEM, TYPE_OF_USAGE + 1)


@dataclass(frozen=True, slots=True)
class Chip:
    """What is to be written to: its memory as it is now, and the numbers of its locked blocks."""

    memory: bytes
    block_size: int = 4
    locked: frozenset[int] = frozenset()

    @property
    def locked_bytes(self) -> frozenset[int]:
        return frozenset(
            block * self.block_size + place
            for block in self.locked
            for place in range(self.block_size)
        )


@dataclass(frozen=True, slots=True)
class _Placed:
    start: int
    end: int
    data_set: DataSet


def encode(wanted: Iterable[DataSet], chip: Chip, to_lock: AbstractSet[int] = frozenset()) -> bytes:
    """The memory that says `wanted` and keeps what else is there.

    Elements 1 to 5 that are not wanted are removed, others are kept as they are; the content
    parameter is made to fit. `to_lock` are identifiers that are laid out to be locked later.
    Raises BadTag when it cannot be done.
    """
    new = {each.identifier: each for each in wanted}
    old = _placed(chip)
    fixed = [each for each in old if not chip.locked_bytes.isdisjoint(range(each.start, each.end))]
    for each in old:
        if each.data_set.identifier not in _UNDERSTOOD:
            new.setdefault(each.data_set.identifier, replace(each.data_set, offset=None))
    if new.keys() - {ITEM}:
        new[CONTENT_PARAMETER] = content_parameter(new)
    for each in fixed:
        _require_same(each.data_set, new.get(each.data_set.identifier))
        new[each.data_set.identifier] = each.data_set
    stays = {each.data_set.identifier for each in fixed}
    # What is to be locked comes last, but the first two have their places.
    order = sorted(new, key=lambda key: (key > CONTENT_PARAMETER and key in to_lock, key))
    units = _units([new[key] for key in order if key not in stays], to_lock)
    memory = _filled(chip, fixed, units)
    _require_readable(memory, new)
    return memory


def _placed(chip: Chip) -> list[_Placed]:
    """The sets that are there. Bytes of another model are overwritten, unless they are locked."""
    if is_unwritten(chip.memory):
        return []
    try:
        placed = [_Placed(*each) for each in walk(chip.memory)]
    except BadTag:
        placed = []
    first = [each.data_set.identifier for each in placed[:2]]
    if first == [ITEM, CONTENT_PARAMETER]:
        return placed
    if first[:1] == [ITEM] and not has_the_look(chip.memory, chip.block_size):
        return placed
    if chip.locked:
        raise BadTag("blocks are locked that hold something else than ISO 28560-2")
    return []


def _require_same(locked: DataSet, wanted: DataSet | None) -> None:
    if wanted == replace(locked, offset=None):
        return
    if wanted is None or value_of(locked) != value_of(wanted):
        raise BadTag(f"element {locked.identifier} is locked and cannot be changed")


def _units(free: list[DataSet], to_lock: AbstractSet[int]) -> list[tuple[bool, list[DataSet]]]:
    """What is placed as one: neighbours that are to be locked together; all others alone."""
    units = []
    for aligned, group in groupby(free, lambda each: each.identifier in to_lock):
        together = list(group)
        units += [(True, together)] if aligned else [(False, [each]) for each in together]
    return units


def _filled(chip: Chip, fixed: list[_Placed], units: list[tuple[bool, list[DataSet]]]) -> bytes:
    """Every unit into the first room it fits; the room before a later set is filled with nulls."""
    memory = bytearray(chip.memory)
    last = max((each.start for each in fixed), default=-1)
    for start, end in _rooms(chip, fixed):
        written = bytearray()
        for unit in list(units):
            addition = _unit_bytes(*unit, start + len(written), chip.block_size)
            if start + len(written) + len(addition) <= end:
                written += addition
                units.remove(unit)
        filler = NULL if start < last else END
        memory[start:end] = written.ljust(end - start, bytes((filler,)))
        if units and filler == END:
            break
    if units:
        names = ", ".join(str(each.identifier) for _, unit in units for each in unit)
        raise BadTag(f"no room for element {names} in {len(chip.memory)} bytes")
    return bytes(memory)


def _unit_bytes(aligned: bool, sets: list[DataSet], at: int, block_size: int) -> bytes:  # noqa: FBT001
    if not aligned:
        return sets[0].encode()
    lead = -at % block_size
    content = b"".join(each.encode() for each in sets)
    if missing := -len(content) % block_size:
        last = replace(sets[-1], offset=missing - 1)
        content = b"".join(each.encode() for each in (*sets[:-1], last))
    return bytes((NULL,)) * lead + content


def _rooms(chip: Chip, fixed: list[_Placed]) -> Iterator[tuple[int, int]]:
    """The stretches of memory that may be written, in order."""
    taken = set(chip.locked_bytes).union(*(range(each.start, each.end) for each in fixed))
    free = [place for place in range(len(chip.memory)) if place not in taken]
    for _, run in groupby(enumerate(free), lambda pair: pair[1] - pair[0]):
        places = [place for _, place in run]
        yield places[0], places[-1] + 1


def _require_readable(memory: bytes, wanted: dict[int, DataSet]) -> None:
    """What stands in locked blocks may end the walk, or keep the item from being the first."""
    iso28560_2.read(memory)
    found = {each.identifier: (each.scheme, each.packed) for _, _, each in walk(memory)}
    if found != {key: (each.scheme, each.packed) for key, each in wanted.items()}:
        raise BadTag("the elements do not fit between the locked blocks")
