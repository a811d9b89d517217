"""A technician sees what is on a tag, and everything that is wrong with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.tags.account import Account, account
from devices.tags.extension import Extension
from devices.tags.iso28560_3 import Label, checksum
from devices.tags.models import SiteModels
from devices.tags.plain_text import TextField
from tests.vectors.read import vectors

FIXED = {tag["id"]: bytes.fromhex(tag["hex"]) for tag in vectors("iso28560_3_tags")["tags"]}
BAD = {tag["id"]: bytes.fromhex(tag["hex"]) for tag in vectors("iso28560_3_tags")["invalid"]}
SETS = {tag["id"]: bytes.fromhex(tag["hex"]) for tag in vectors("iso28560_2_tags")["tags"]}
RFID501 = {tag["id"]: bytes.fromhex(tag["hex"]) for tag in vectors("rfid501_tags")["tags"]}
BOOK = Label("B00012", 1, 1, 1, "ID", "1275014")


def only_problem(memory: bytes) -> str:
    (problem,) = account(memory).problems
    return problem


def test_a_sound_tag_of_the_fixed_layout_is_shown_with_its_blocks() -> None:
    assert account(FIXED["annexB2"]) == Account(
        "iso28560-3",
        "1000000136",
        "DK-718500",
        1,
        1,
        "circulation",
        {
            "usage": "1",
            "1": {"media_format": 1, "fields": ()},
            "2": {"fields": ("Bogvognen", "1234567890", "", "a789656c")},
        },
    )


def test_a_sound_tag_of_data_sets_is_shown_with_its_elements() -> None:
    assert account(SETS["gbt35660_annex"]) == Account(
        "iso28560-2",
        "123456789012",
        "US-InU-Mu",
        3,
        12,
        None,
        {
            "1": "123456789012",
            "2": (3, 4, 6),
            "4": "1203",
            "6": "QA268.L55",
            "3": "US-InU-Mu",
        },
    )
    assert account(SETS["yst_real"]).usage == "circulation"
    assert account(SETS["yst_real"]).elements["5"] == "12"


def test_the_other_models_are_shown() -> None:
    patron = account(RFID501["zagreb_patron"])
    assert (patron.model, patron.item, patron.usage) == ("rfid501", "200901010123", "patron")
    assert patron.elements == {"type": 0, "branch": 4095, "library": 1048575, "custom": 2147483647}
    assert account(b"B00012".ljust(112, b"\0")) == Account("text", "B00012")
    site = SiteModels(text=TextField(4, 16))
    assert account(b"\1\2\3\4B00012".ljust(112, b"\0"), site=site) == Account("text", "B00012")
    assert account(bytes(32)) == account(b"\x55" * 8) == Account("blank")


def test_a_wrong_checksum_is_named_and_no_item_is_shown() -> None:
    assert "checksum is wrong" in only_problem(BAD["annexB1_bitflip"])
    shown = account(BAD["annexB1_bitflip"])
    assert (shown.model, shown.item) == ("iso28560-3", None)


def test_what_departs_from_the_standard_is_a_problem_and_is_read() -> None:
    whole = BOOK.encode(112)
    turned = b"".join(whole[at : at + 4][::-1] for at in range(0, 112, 4))
    lazy = bytearray(BOOK.encode(32))
    lazy[19:21] = checksum(bytes(lazy[:19] + lazy[21:])).to_bytes(2, "little")
    damaged_block = whole[:34] + Extension(4, b"Judul").encode()[:-1] + b"?"
    for memory, words in (
        (turned, "in reverse"),
        (bytes(lazy), "30 bytes"),
        (whole[:33] + b"x" + whole[34:], "32 and 33"),
        (damaged_block, "extension block is damaged"),
    ):
        assert words in only_problem(memory)
        assert (account(memory).item, account(memory).owner) == ("B00012", "ID-1275014")


def test_two_blocks_of_one_id_and_unknown_ones_are_all_shown() -> None:
    blocks = (Extension(4, b"Satu"), Extension(4, b"Dua"), Extension(0xFF07, b"\1\2"))
    label = Label("B00012", 1, 1, 1, "ID", "1", extensions=blocks)
    assert account(label.encode(112)).elements == {
        "usage": "1",
        "4": {"fields": ("Satu",)},
        "4'": {"fields": ("Dua",)},
        "65287": {"payload": "0102"},
    }


@pytest.mark.parametrize(
    ("memory", "words"),
    [
        ("110201F4" + "020120" + "020120" + "050110", "there twice"),
        ("110201F4" + "020140" + "050110", r"disagrees with the elements: it lists [4]"),
        ("110201F4" + "050110", "no content parameter follows"),
        ("110201F4" + "030221FF" + "020180", "no content parameter follows"),
        ("110201F4" + "020121" + "050110" + "2A02ABCD", "element 10 cannot be understood"),
        ("110201F4" + "020120" + "050110" + "7105", "cut off"),
    ],
)
def test_what_is_wrong_with_data_sets_is_named(memory: str, words: str) -> None:
    shown = account(bytes.fromhex(memory))
    assert (shown.model, shown.item) == ("iso28560-2", "500")
    assert words in only_problem(bytes.fromhex(memory))


def test_what_no_model_fits_is_unknown_and_says_why() -> None:
    for memory in (b"", b"\xc1\x01", b"\x01\x02\x03", b"B12"):
        shown = account(memory)
        assert (shown.model, shown.item) == ("unknown", None)
        assert shown.problems


def test_uhf_is_named() -> None:
    bank = bytes.fromhex(vectors("iso28560_4_uhf")["epc_bank"][0]["hex"])
    assert account(bank).model == "uhf"
    assert "not supported" in only_problem(bank)


def test_a_label_without_an_item_says_so() -> None:
    assert "no item" in only_problem(FIXED["zeros34"])


@given(st.binary(max_size=400), st.integers(0, 64))
def test_no_bytes_ever_raise(memory: bytes, block_size: int) -> None:
    shown = account(memory, block_size)
    assert shown.problems or shown.item or shown.model == "blank"
