"""The fixed layout, against the standard's examples and tags of other makers."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.errors import BadTag
from devices.tags.extension import Extension
from devices.tags.iso28560_3 import (
    Label,
    Oddity,
    checksum,
    decode,
    examine,
    has_the_look,
)
from tests.vectors.read import vectors

PUBLISHED = vectors("iso28560_3_tags")
TAGS = {tag["id"]: tag for tag in PUBLISHED["tags"]}
ANNEX_B1 = Label("1000000056", 1, 1, 1, "DK", "718500")

_texts = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)
labels = st.builds(
    Label,
    item=_texts.filter(lambda text: len(text) <= 16),
    usage=st.integers(0, 15),
    parts=st.integers(0, 255),
    part=st.integers(0, 255),
    country=st.sampled_from(("DK", "ID", "FI", "")),
    library=_texts.filter(lambda text: len(text) <= 9),
    version=st.integers(0, 15),
    extensions=st.lists(
        st.builds(Extension, st.integers(1, 0xFFFF), st.binary(max_size=40)), max_size=3
    ).map(tuple),
)


@pytest.mark.parametrize("name", TAGS)
def test_published_tags_say_what_their_source_says(name: str) -> None:
    expected: dict[str, Any] = TAGS[name]["decoded"]
    label = decode(bytes.fromhex(TAGS[name]["hex"]))
    assert (label.item, label.country, label.library) == (
        expected["pii"],
        expected["country"],
        expected["owner"],
    )
    assert (label.version, label.usage, label.parts, label.part) == (
        expected["content_parameter"],
        expected["type_of_usage"],
        expected["parts_in_item"],
        expected["part_number"],
    )
    assert [(e.id, e.media_format, list(e.strings)) for e in label.extensions] == [
        (e["id"], e.get("media_format"), e["fields"]) for e in expected["extensions"]
    ]


@pytest.mark.parametrize("name", TAGS)
def test_published_tags_are_written_byte_for_byte(name: str) -> None:
    memory = bytes.fromhex(TAGS[name]["hex"])
    assert decode(memory).encode(len(memory)) == memory


@pytest.mark.parametrize("check", PUBLISHED["crc_check"], ids=lambda check: check["ascii"])
def test_checksums_are_the_published_ones(check: dict[str, str]) -> None:
    assert checksum(check["ascii"].encode()) == int(check["crc"], 16)


@pytest.mark.parametrize("tag", PUBLISHED["invalid"], ids=lambda tag: tag["id"])
def test_published_bad_tags_are_refused(tag: dict[str, str]) -> None:
    with pytest.raises(BadTag):
        decode(bytes.fromhex(tag["hex"]))


def test_the_isil_joins_country_and_library() -> None:
    assert ANNEX_B1.isil == "DK-718500"
    assert Label("1", 1, 1, 1, "FI", "Mamk-M").isil == "FI-Mamk-M"
    assert Label("1", 1, 1, 1, "", "").isil is None


def test_a_tag_whose_blocks_are_written_in_reverse_is_read() -> None:
    memory = ANNEX_B1.encode(112)
    turned = b"".join(memory[at : at + 4][::-1] for at in range(0, 112, 4))
    assert decode(turned) == ANNEX_B1


def test_a_short_tag_with_the_checksum_of_30_bytes_is_read_but_never_written() -> None:
    written = ANNEX_B1.encode(32)
    lazy = written[:19] + checksum(written[:19] + written[21:]).to_bytes(2, "little") + written[21:]
    assert lazy != written
    assert decode(lazy) == ANNEX_B1


def test_the_checksum_of_30_zero_bytes_is_the_published_one() -> None:
    assert checksum(bytes(30)) == 0x2A45


def test_a_broken_extension_never_spoils_the_item() -> None:
    whole = decode(bytes.fromhex(TAGS["annexB2"]["hex"]))
    damaged = bytearray(bytes.fromhex(TAGS["annexB2"]["hex"]))
    damaged[45] ^= 1
    label = decode(bytes(damaged))
    assert label.item == whole.item
    assert label.extensions == whole.extensions[:1]


def test_filler_bytes_between_extensions_are_skipped() -> None:
    block = Extension(4, b"Judul").encode()
    memory = ANNEX_B1.encode() + b"\x01\x01" + block + b"\x00"
    assert decode(memory).extensions == (Extension(4, b"Judul"),)


def test_text_of_older_installations_is_read_as_iso8859() -> None:
    name = Label("Müller-1", 1, 1, 1, "DE", "1").encode()
    older = name[:3] + "Müller-1".encode("iso8859-1").ljust(16, b"\0") + name[19:]
    older = older[:19] + checksum(older[:19] + older[21:]).to_bytes(2, "little") + older[21:]
    assert decode(older).item == "Müller-1"


def test_extensions_nobody_knows_survive_being_written_again() -> None:
    three_byte_id = bytes((6, 1, 0xFF, 0xF8, 0, 0))
    four_byte_id = bytes((7, 2, 0xFF, 0xFF ^ 0x55, 0xFF, 0x55, 0xFF ^ 7 ^ 2))
    reserved = Extension(0x0164, b"\x01\x02").encode()
    memory = ANNEX_B1.encode() + three_byte_id + four_byte_id + reserved
    label = decode(memory)
    assert len(label.extensions) == 3
    assert label.encode(112) == memory.ljust(112, b"\0")


def test_a_label_that_does_not_fit_is_not_written() -> None:
    for label, size in (
        (Label("x" * 17, 1, 1, 1, "DK", "1"), 34),
        (Label("1", 1, 1, 1, "DK", "1234567890"), 32),
        (Label("1", 1, 256, 1, "DK", "1"), 34),
        (Label("1", 16, 1, 1, "DK", "1"), 34),
        (Label("1", 1, 1, 1, "DK", "1", extensions=(Extension(4, b"Judul"),)), 32),
        (Label("1", 1, 1, 1, "DK", "1", extensions=(Extension(4, bytes(252)),)), 400),
        (ANNEX_B1, 33),
    ):
        with pytest.raises(BadTag):
            label.encode(size)


@given(labels)
def test_what_is_written_is_read(label: Label) -> None:
    assert decode(label.encode(320)) == label


@settings(derandomize=True)  # a checksum of 16 bits can be fooled, though rarely
@given(labels, st.integers(0, 33 * 8 - 1))
def test_one_changed_bit_is_always_noticed(label: Label, bit: int) -> None:
    memory = bytearray(label.encode(320))
    memory[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BadTag):
        decode(bytes(memory))


def test_a_change_in_the_bytes_a_short_tag_has_not_is_read_and_reported() -> None:
    memory = bytearray(ANNEX_B1.encode(112))
    memory[33] = 0x41
    assert (examine(bytes(memory)).label, examine(bytes(memory)).oddity) == (
        ANNEX_B1,
        Oddity.LAST_BYTES,
    )


def test_what_departs_from_the_standard_is_named() -> None:
    memory = ANNEX_B1.encode(112)
    turned = b"".join(memory[at : at + 4][::-1] for at in range(0, 112, 4))
    assert examine(memory).oddity is None
    assert examine(turned).oddity is Oddity.REVERSED
    lazy = bytearray(ANNEX_B1.encode(32))
    lazy[19:21] = checksum(bytes(lazy[:19] + lazy[21:])).to_bytes(2, "little")
    assert examine(bytes(lazy)).oddity is Oddity.THIRTY_BYTES
    broken = memory[:34] + b"\x05\x01\x00\x00\x01"
    assert examine(broken).has_damaged_extension


@given(labels.map(lambda label: replace(label, version=1)), st.sampled_from((1, 4, 8)))
def test_blocks_in_reverse_are_read_whatever_their_size(label: Label, block_size: int) -> None:
    memory = label.encode(320)
    turned = b"".join(
        memory[at : at + block_size][::-1] for at in range(0, len(memory), block_size)
    )
    assert decode(turned, block_size) == label


@given(st.binary(max_size=400), st.integers(-1, 33))
def test_noise_is_a_label_or_a_bad_tag(noise: bytes, block_size: int) -> None:
    has_the_look(noise, block_size)
    with suppress(BadTag):
        assert isinstance(decode(noise, block_size), Label)
