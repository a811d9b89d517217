"""The nouns accept what they are and nothing else, and people never print."""

import copy
from collections.abc import Callable

import pytest
from hypothesis import given

from broker.vocabulary import (
    ERASED,
    ActId,
    DeviceId,
    ErasedPatron,
    ItemId,
    MailAddress,
    PatronId,
    SealedPatron,
    SiteId,
)
from tests.broker import messages

WORDS: tuple[Callable[[str], object], ...] = (ItemId, ActId, PatronId, DeviceId, SiteId)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    "text",
    ["", " ", "a b", "a\n", "\n", "-a", ".a", "/a", "_server", "a" * 65, "é", "a\x00", "+", "#"],
)
def test_what_is_no_identifier_is_refused_without_repeating_it(
    word: Callable[[str], object], text: str
) -> None:
    with pytest.raises(ValueError, match="not a valid") as refused:
        word(text)
    assert text.strip() == "" or text not in str(refused.value).partition(":")[0]


@pytest.mark.parametrize("word", [DeviceId, SiteId])
@pytest.mark.parametrize("text", ["Kios-01", "a/b", "a.b", "a_b", "a" * 33])
def test_a_name_in_topics_is_lower_case_and_one_level(
    word: Callable[[str], object], text: str
) -> None:
    with pytest.raises(ValueError, match="not a valid"):
        word(text)


@given(messages.identifiers)
def test_words_with_the_same_text_are_equal_and_of_one_kind_only(text: str) -> None:
    assert ItemId(text) == ItemId(text)
    assert hash(ItemId(text)) == hash(ItemId(text))
    assert ItemId(text) != ActId(text)
    assert ItemId(text) != text
    assert len({ItemId(text), ItemId(text), ActId(text)}) == 2


@given(messages.identifiers)
def test_an_item_prints_itself_and_says_what_it_is(text: str) -> None:
    assert str(ItemId(text)) == f"{ItemId(text)}" == text
    assert repr(ItemId(text)) == f"ItemId({text!r})"


@given(messages.identifiers)
def test_a_patron_number_is_given_only_by_reveal(text: str) -> None:
    patron = PatronId(text)
    assert patron.reveal() == text
    shown = (str(patron), repr(patron), f"{patron}", f"{patron!r}", f"{patron!s}")
    assert set(shown) == {"...", "PatronId(...)"}
    with pytest.raises(TypeError):
        f"{patron:>5}"
    assert "%s %r" % (patron, patron) == "... PatronId(...)"  # noqa: UP031 the old way as well
    assert repr([patron, {"patron": patron}]) == "[PatronId(...), {'patron': PatronId(...)}]"


@given(messages.patrons, messages.sealed)
def test_a_patron_is_a_number_sealed_or_erased_and_never_two_of_them(
    patron: PatronId, sealed: SealedPatron
) -> None:
    for form in (SealedPatron, ErasedPatron):
        with pytest.raises(ValueError, match="not a valid"):
            form(patron.reveal())
    for text in (str(sealed), str(ERASED)):
        with pytest.raises(ValueError, match="not a valid PatronId"):
            PatronId(text)
    assert len({patron, sealed, ERASED}) == 3


@given(messages.patrons)
def test_a_copied_patron_is_the_same_and_as_silent(patron: PatronId) -> None:
    again = copy.deepcopy(patron)
    assert again == patron
    assert repr(again) == "PatronId(...)"


@pytest.mark.parametrize(
    "text",
    ["siti@binjai.example", "a.b+c_d@mail.example.co.id", "o'hara@x-1.example", "9" * 64 + "@a.id"],
)
def test_a_mail_address_is_given_only_by_reveal(text: str) -> None:
    address = MailAddress(text)
    assert address.reveal() == text
    assert {str(address), repr(address), f"{address}"} == {"...", "MailAddress(...)"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "siti",
        "siti@binjai",
        "siti@@binjai.example",
        ".siti@binjai.example",
        "si..ti@binjai.example",
        "siti @binjai.example",
        "siti@binjai.example ",
        "siti@binjai.example, budi@binjai.example",
        "Siti <siti@binjai.example>",
        "siti@binjai.example\r\nBcc: budi@binjai.example",
        "siti@-binjai.example",
        "siti@10.0.0.1",
        "sïti@binjai.example",
        "9" * 65 + "@a.id",
        f"siti@{'a.' * 130}id",
    ],
)
def test_what_is_no_mail_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="not a mail address") as refused:
        MailAddress(text)
    assert len(text) < 5 or text not in str(refused.value)
