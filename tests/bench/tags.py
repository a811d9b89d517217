"""Published tags read by the models, against the least any reader does: a checksum and a slice."""

from binascii import crc_hqx
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from devices.capabilities import TagMemory
from devices.tags.content import read_tag
from devices.tags.iso15962 import data_sets
from devices.tags.iso28560_2 import CONTENT_PARAMETER, item_of, listed, value_of
from tests.vectors.read import vectors

FIXED = [bytes.fromhex(tag["hex"]) for tag in vectors("iso28560_3_tags")["tags"]]
FIXED += [memory.ljust(112, b"\0") for memory in FIXED]  # as they lie on the usual chip
SETS = [bytes.fromhex(tag["hex"]) for tag in vectors("iso28560_2_tags")["tags"]]
SETS += [memory.ljust(112, b"\0") for memory in SETS]
Tag = TypeVar("Tag")
TAGS_A_ROUND = 20  # for each one that is asked for: reading a tag is quick


def fixed_rates(_: Path, size: int) -> tuple[float, float]:
    """Tags of ISO 28560-3 a second, as a station reads them; and bare checksums."""
    tags = [TagMemory(memory, 4, 0x07, 0x3E) for memory in FIXED]
    return _per_second(read_tag, tags, size), _per_second(_bare, FIXED, size)


def item_rates(_: Path, size: int) -> tuple[float, float]:
    """Tags of ISO 28560-2 a second, for the item alone; and bare checksums."""
    return _per_second(item_of, SETS, size), _per_second(_bare, SETS, size)


def element_rates(_: Path, size: int) -> tuple[float, float]:
    """Tags of ISO 28560-2 a second, for every element; and bare checksums."""
    return _per_second(_every_element, SETS, size), _per_second(_bare, SETS, size)


def _bare(memory: bytes) -> tuple[int, bytes]:
    return crc_hqx(memory[21:34], crc_hqx(memory[:19], 0xFFFF)), memory[3:19]


def _every_element(memory: bytes) -> list[str | tuple[int, ...]]:
    return [
        listed(each) if each.identifier == CONTENT_PARAMETER else value_of(each)
        for each in data_sets(memory)
    ]


def _per_second(read: Callable[[Tag], object], tags: Sequence[Tag], size: int) -> float:
    rounds = max(size * TAGS_A_ROUND // len(tags), 1)
    begun = perf_counter()
    for _ in range(rounds):
        for tag in tags:
            read(tag)
    return rounds * len(tags) / (perf_counter() - begun)
