"""What is fuzzed of tags: every model and the tool, with published tags to spoil and to glue."""

import json
from contextlib import suppress

import msgspec

from devices.capabilities import TagMemory
from devices.errors import BadTag
from devices.tags import iso28560_2, iso28560_3, rfid501
from devices.tags.account import account
from devices.tags.content import is_told, read_tag
from devices.tags.iso15962 import data_sets
from devices.tags.layout import Chip, encode
from devices.tags.models import ANY_MODEL, SiteModels
from devices.tags.plain_text import TextField
from tests.fuzz.targets import Target
from tests.vectors.read import vectors

FILES = ("iso28560_3_tags", "iso28560_2_tags", "rfid501_tags")
PUBLISHED = tuple(bytes.fromhex(tag["hex"]) for name in FILES for tag in vectors(name)["tags"])
UHF = tuple(
    bytes.fromhex(bank["hex"])
    for name in ("epc_bank", "user_bank")
    for bank in vectors("iso28560_4_uhf")[name]
)
TEXT = (b"B00012".ljust(112, b"\0"), b"\0\0\0\0" + b"1100234".ljust(108, b" "))
ON_CHIPS = tuple(memory.ljust(112, b"\0") for memory in PUBLISHED)
SAMPLES = (*PUBLISHED, *ON_CHIPS, *UHF, *TEXT)
WORDS = (
    bytes(16),
    b"\x55" * 8,
    b"\xff" * 8,
    b"\x80" * 4,
    b"\x81\x80\x80\x00",
    b"\x0f\xff",
    b"\x7f",
)
SITES = (ANY_MODEL, SiteModels(text=TextField(4, 16)))
SOUND = PUBLISHED[0]
NEIGHBOUR = account(SOUND)


def _content(data: bytes) -> None:
    """A content, and what a beginning tells for sure is what the whole says."""
    for site in SITES:
        for block_size in (4, 8):
            whole = read_tag(TagMemory(data, block_size, 0x07, 0x3E), site)
            for cut in (32, 64):
                beginning = TagMemory(data[:cut], block_size, 0x07, 0x3E)
                if is_told(beginning.memory, block_size, site):
                    assert read_tag(beginning, site) == whole, cut


def _account(data: bytes) -> None:
    """One object a tag that can be printed; its neighbour is shown as ever."""
    shown = account(data)
    assert json.loads(msgspec.json.encode(shown))["model"]
    assert account(SOUND) == NEIGHBOUR


def _fixed(data: bytes) -> None:
    with suppress(BadTag):
        label = iso28560_3.decode(data)
        with suppress(BadTag):  # text of older installations may be longer in UTF-8
            assert iso28560_3.decode(label.encode(400)) == label


def _sets(data: bytes) -> None:
    for read in (iso28560_2.decode, iso28560_2.item_of, data_sets):
        with suppress(BadTag):
            read(data)
    with suppress(BadTag):
        for each in data_sets(data):
            with suppress(BadTag):
                iso28560_2.value_of(each)


def _layout(data: bytes) -> None:
    """A tag is written again around locked blocks, which stay."""
    locked = frozenset(data[:4])
    wanted = [iso28560_2.element(1, "B00012"), iso28560_2.element(3, "ID-1275014")]
    with suppress(BadTag):
        memory = encode(wanted, Chip(data, 4, locked))
        assert iso28560_2.item_of(memory) == "B00012"
        for block in locked:
            assert memory[block * 4 : block * 4 + 4] == data[block * 4 : block * 4 + 4]


def _rfid501(data: bytes) -> None:
    with suppress(BadTag):
        label = rfid501.decode(data)
        assert label.encode() == data[:32] or label.item.encode() in data[:20]


TARGETS: dict[str, Target] = {
    "tag content": Target(_content, SAMPLES, WORDS),
    "tag account": Target(_account, SAMPLES, WORDS),
    "tag iso28560-3": Target(_fixed, SAMPLES, WORDS),
    "tag iso28560-2": Target(_sets, SAMPLES, WORDS),
    "tag layout": Target(_layout, SAMPLES, WORDS),
    "tag rfid501": Target(_rfid501, SAMPLES, WORDS),
}
