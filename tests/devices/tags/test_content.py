"""Whatever is on a tag, reading it gives one honest answer."""

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.vocabulary import ItemId
from devices.capabilities import TagMemory
from devices.tags.content import Blank, BookTag, PatronTag, TagContent, Unreadable, read_tag
from devices.tags.iso28560_3 import Label
from devices.tags.usage import Usage
from tests.vectors.read import vectors

FIXED = {tag["id"]: tag["hex"] for tag in vectors("iso28560_3_tags")["tags"]}
FIXED_BAD = {tag["id"]: tag["hex"] for tag in vectors("iso28560_3_tags")["invalid"]}
SETS = {tag["id"]: tag["hex"] for tag in vectors("iso28560_2_tags")["tags"]}


def content(memory: str | bytes, dsfid: int = 0) -> TagContent:
    raw = bytes.fromhex(memory) if isinstance(memory, str) else memory
    return read_tag(TagMemory(raw, 4, 0x07, dsfid))


def test_the_model_is_found_by_content_whatever_the_dsfid_says() -> None:
    annex = BookTag(ItemId("1000000056"), "DK-718500", Usage.CIRCULATION, 1, 1)
    sets = BookTag(ItemId("123456789012"), "US-InU-Mu", Usage.CIRCULATION, 12, 3)
    for dsfid in (0x00, 0x3E, 0x06, 0xFF):
        assert content(FIXED["annexB1"], dsfid) == annex
        assert content(SETS["gbt35660_annex"], dsfid) == sets


def test_a_damaged_tag_is_unreadable_and_says_why() -> None:
    match content(FIXED_BAD["annexB1_bitflip"]):
        case Unreadable(why):
            assert "checksum" in why
        case other:
            raise AssertionError(other)


def test_a_damaged_tag_never_yields_another_models_number() -> None:
    # Seven parts and a number of six characters: read as data sets, this would be an item.
    damaged = bytearray(Label("B00012", 1, 7, 1, "ID", "123").encode(112))
    damaged[19] ^= 0x10
    assert isinstance(content(bytes(damaged)), Unreadable)


def test_unwritten_tags_are_blank() -> None:
    assert content(FIXED_BAD["blank_icode"]) == Blank()
    assert content(FIXED_BAD["blank_3m"]) == Blank()
    assert content(FIXED["zeros34"]) == Blank()


def test_a_patrons_card_is_never_a_book() -> None:
    assert content(Label("KTA-0007", 8, 1, 1, "ID", "1").encode(112)) == PatronTag()
    assert content("110201F4" + "020120" + "050180") == PatronTag()


def test_an_identifier_with_foreign_characters_is_unreadable() -> None:
    for item in ("B 12", "B*12", "ü12"):
        assert isinstance(content(Label(item, 1, 1, 1, "ID", "1").encode(112)), Unreadable)


def test_a_tag_without_memory_is_unreadable() -> None:
    assert isinstance(content(b""), Unreadable)


@given(st.binary(max_size=400), st.integers(0, 64), st.integers(0, 255))
def test_no_bytes_ever_raise(memory: bytes, block_size: int, dsfid: int) -> None:
    answer = read_tag(TagMemory(memory, block_size, 0, dsfid))
    assert isinstance(answer, BookTag | PatronTag | Blank | Unreadable)


@settings(derandomize=True)  # a checksum of 16 bits can be fooled, though rarely
@given(st.data())
def test_damage_to_a_real_tag_never_names_another_item(data: st.DataObject) -> None:
    memory = bytearray(bytes.fromhex(FIXED["annexB1"]).ljust(112, b"\0"))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(3, 33))
        memory[at] = data.draw(st.integers(0, 255))
    match content(bytes(memory)):
        case BookTag(item):
            assert item == ItemId("1000000056")
        case _:
            pass
