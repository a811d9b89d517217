"""Whatever is on a tag, reading it gives one honest answer."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.vocabulary import ItemId
from devices.capabilities import TagMemory
from devices.errors import BadTag
from devices.tags import iso28560_3, rfid501
from devices.tags.content import (
    Blank,
    BookTag,
    PatronTag,
    TagContent,
    Unreadable,
    Unsupported,
    is_told,
    read_tag,
)
from devices.tags.extension import Extension
from devices.tags.iso28560_2 import element
from devices.tags.iso28560_3 import Label
from devices.tags.layout import Chip, encode
from devices.tags.models import ANY_MODEL, Model, SiteModels
from devices.tags.plain_text import TextField
from devices.tags.usage import Usage
from tests.vectors.read import vectors

FIXED = {tag["id"]: tag["hex"] for tag in vectors("iso28560_3_tags")["tags"]}
FIXED_BAD = {tag["id"]: tag["hex"] for tag in vectors("iso28560_3_tags")["invalid"]}
SETS = {tag["id"]: tag["hex"] for tag in vectors("iso28560_2_tags")["tags"]}


RFID501 = {tag["id"]: tag["hex"] for tag in vectors("rfid501_tags")["tags"]}
TEXT_SITE = SiteModels(text=TextField(4, 16))


def content(memory: str | bytes, dsfid: int = 0, site: SiteModels = ANY_MODEL) -> TagContent:
    raw = bytes.fromhex(memory) if isinstance(memory, str) else memory
    return read_tag(TagMemory(raw, 4, 0x07, dsfid), site)


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


def test_damage_to_a_label_without_an_owner_yields_no_number_either() -> None:
    for place, bit in ((7, 0x80), (9, 0x02)):  # the second looks like a content parameter
        damaged = bytearray(Label("B00012", 1, 7, 1, "", "").encode(112))
        damaged[place] ^= bit
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


def test_rfid501_is_read_and_its_patrons_are_no_books() -> None:
    assert content(RFID501["zagreb_book"].ljust(224, "0")) == BookTag(
        ItemId("1302003767"), None, Usage.CIRCULATION, 1, 1
    )
    assert content(RFID501["zagreb_patron"]) == PatronTag()


def test_a_uhf_tag_is_named_as_not_supported() -> None:
    for bank in vectors("iso28560_4_uhf")["epc_bank"]:
        assert content(bank["hex"]) == Unsupported("a UHF tag (ISO 28560-4)")


def test_plain_text_is_an_item_only_where_the_site_says_so() -> None:
    memory = TextField(4, 16).encode("1100234", 112)
    assert isinstance(content(memory), Unreadable)
    assert content(memory, site=TEXT_SITE) == BookTag(
        ItemId("1100234"), None, Usage.CIRCULATION, 0, 0
    )
    assert isinstance(content(TextField(0, 16).encode("1100234", 112)), Unreadable)


def test_text_that_begins_like_data_sets_is_still_text() -> None:
    site = SiteModels(text=TextField(0, 16))
    for text in ("1100234", "A1002345", "Q1002345", "a1002345", "q1002345"):
        memory = TextField(0, 16).encode(text, 112)
        assert content(memory, site=site) == BookTag(ItemId(text), None, Usage.CIRCULATION, 0, 0)


def test_other_libraries_tags_are_known_at_a_site_of_plain_text() -> None:
    for hexadecimal in (FIXED["annexB1"], SETS["gbt35660_annex"], RFID501["zagreb_book"]):
        assert content(hexadecimal, site=TEXT_SITE) == content(hexadecimal)


def test_a_site_may_force_its_one_model() -> None:
    only = SiteModels(only=Model.ISO28560_2)
    assert isinstance(content(SETS["gbt35660_annex"], site=only), BookTag)
    assert isinstance(content(FIXED["annexB1"], site=only), Unreadable)
    assert isinstance(content(SETS["gbt35660_annex"], site=SiteModels(Model.RFID501)), Unreadable)


def test_a_checksum_that_fits_by_chance_does_not_hide_a_tag_of_data_sets() -> None:
    memory = encode([element(1, "B00012"), element(3, "ID-1275014")], Chip(bytes(34)))
    for number in range(1 << 16):
        lucky = memory[:32] + number.to_bytes(2, "big")
        with suppress(BadTag):
            iso28560_3.decode(lucky)
            break
    else:
        raise AssertionError("one of all checksums fits")
    assert content(lucky) == content(memory)


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


@settings(derandomize=True)
@given(st.data(), st.integers(0, 8), st.sampled_from((None, Model.TEXT)))
def test_a_damaged_tag_is_never_read_as_text(
    data: st.DataObject, start: int, only: Model | None
) -> None:
    memory = bytearray(bytes.fromhex(FIXED["annexB1"]).ljust(112, b"\0"))
    at = data.draw(st.integers(0, 33))
    memory[at] = data.draw(st.integers(0, 255))
    match content(bytes(memory), site=SiteModels(only, TextField(start, 12))):
        case BookTag(item):
            assert item == ItemId("1000000056")
        case _:
            pass


# What really lies on pads, each in any model, whole, cut, damaged or glued to another.
_numbers = st.text("ABC0189", min_size=1, max_size=16)
_labels = st.builds(
    Label,
    _numbers,
    st.integers(0, 9),
    st.integers(0, 20),
    st.integers(0, 20),
    st.sampled_from(("", "ID", "DK")),
    st.text("ABC0189", max_size=11),
    extensions=st.lists(
        st.builds(Extension, st.integers(1, 9), st.binary(max_size=9)), max_size=3
    ).map(tuple),
)
_sets = st.fixed_dictionaries(
    {1: _numbers},
    optional={
        3: st.sampled_from(("ID-1275014", "DE-Heu1")),
        4: st.sampled_from(("0102", "1203")),
        5: st.sampled_from(("10", "20", "80")),
        6: _numbers,
        17: st.text(min_size=1, max_size=30),
    },
).map(lambda said: encode([element(key, said[key]) for key in said], Chip(bytes(320))))
_sites = st.builds(
    SiteModels,
    st.sampled_from((None, *(model for model in Model if model is not Model.UHF))),
    st.builds(TextField, st.integers(0, 6), st.integers(1, 20)),
)
_memories = st.one_of(
    _labels.map(lambda label: label.encode(400)),
    _sets,
    st.builds(rfid501.Label, _numbers, st.integers(0, 15)).map(lambda label: label.encode(112)),
    st.builds(
        lambda start, text: TextField(start, 16).encode(text, 112), st.integers(0, 6), _numbers
    ),
    st.binary(min_size=1, max_size=40),
)


@st.composite
def field_tags(draw: st.DrawFn) -> bytes:
    memory = bytearray(draw(_memories))
    for _ in range(draw(st.integers(0, 2))):
        memory[draw(st.integers(0, len(memory) - 1))] = draw(st.integers(0, 255))
    at = draw(st.integers(0, len(memory)))
    return bytes(memory) if draw(st.booleans()) else bytes(memory[:at]) + draw(_memories)


@settings(max_examples=500)
@given(field_tags(), st.integers(0, 100), _sites, st.sampled_from((4, 8)))
def test_a_beginning_that_tells_all_says_what_the_whole_says(
    memory: bytes, cut: int, site: SiteModels, block_size: int
) -> None:
    beginning = memory[: cut - cut % block_size]
    if is_told(beginning, block_size, site):
        tags = [TagMemory(each, block_size, 0, 0) for each in (beginning, memory)]
        assert read_tag(tags[0], site) == read_tag(tags[1], site)


def test_the_first_32_bytes_of_usual_tags_tell_all() -> None:
    told = (FIXED["annexB1"], FIXED["annexB2"], SETS["yst_real"], RFID501["zagreb_book"])
    for hexadecimal in told:
        assert is_told(bytes.fromhex(hexadecimal)[:32])
    assert is_told(TextField(4, 16).encode("B00012", 112)[:32], site=TEXT_SITE)
    assert is_told(bytes.fromhex(SETS["gbt35660_annex"]))


def test_a_beginning_that_may_go_on_does_not_tell() -> None:
    long_library = Label("B00012", 1, 1, 1, "ID", "12750140000").encode(112)
    assert not is_told(long_library[:32])
    assert is_told(long_library[:36])
    assert not is_told(bytes.fromhex(SETS["gbt35660_annex"])[:24])
    assert not is_told(bytes(32))
    # Two parts and one character could be the beginning of data sets, too.
    assert not is_told(Label("F", 1, 2, 1, "", "").encode(112)[:16])
    # A text that could be the beginning of an item of 49 characters.
    site = SiteModels(text=TextField(0, 16))
    assert not is_told((b"a1" + b"B" * 49)[:32], site=site)
    assert is_told((b"a1" + b"B" * 49)[:32], site=SiteModels(Model.TEXT, TextField(0, 16)))
    # Of blocks in reverse, the one with bytes 32 and 33 is missing.
    memory = Label("B00012", 1, 1, 1, "ID", "1").encode(112)
    turned = b"".join(memory[at : at + 4][::-1] for at in range(0, 112, 4))
    assert not is_told(turned[:32])
