"""Both catalogues say the same things, say what to do, and leave nobody without a sentence."""

import re
from datetime import date
from string import Formatter

import pytest

from broker.vocabulary import Reason
from kiosk.happenings import Button, Problem
from kiosk.languages.catalogue import LANGUAGES, Catalogue, MissingText, read_catalogue
from kiosk.visit import Outage, Screen

ID = read_catalogue("id")
EN = read_catalogue("en")
BOTH = pytest.mark.parametrize("catalogue", [ID, EN], ids=LANGUAGES)


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_both_catalogues_have_the_same_keys_in_the_same_order() -> None:
    assert list(ID.sentences) == list(EN.sentences)


def test_both_catalogues_use_the_same_placeholders() -> None:
    for key, sentence in ID.sentences.items():
        assert placeholders(sentence) == placeholders(EN.sentences[key]), key


@BOTH
def test_every_reason_problem_outage_and_button_has_its_text(catalogue: Catalogue) -> None:
    assert all(catalogue.reason(reason) for reason in Reason)
    assert all(catalogue.problem(problem) for problem in Problem)
    assert all(catalogue.outage(outage) for outage in Outage)
    assert all(catalogue.button(button) for button in Button)


@BOTH
def test_every_screen_has_its_section(catalogue: Catalogue) -> None:
    sections = {key.partition(".")[0] for key in catalogue.sentences}
    assert {screen.value for screen in Screen} <= sections


@BOTH
def test_no_sentence_is_longer_than_twelve_words(catalogue: Catalogue) -> None:
    for key, text in catalogue.sentences.items():
        for sentence in re.split(r"[.?:]\s", text):
            assert len(sentence.split()) <= 12, (key, sentence)


@BOTH
def test_no_sentence_uses_machine_words_or_blame(catalogue: Catalogue) -> None:
    forbidden = re.compile(
        r"\b(error|invalid|user|submit|gagal|salah|fail(ed)?|wrong|illegal)\b", re.IGNORECASE
    )
    for key, text in catalogue.sentences.items():
        assert forbidden.search(text) is None, key
        assert text.lower().count("silakan") <= 1, key


def test_indonesian_addresses_the_patron_politely() -> None:
    for key, text in ID.sentences.items():
        assert re.search(r"\b(kamu|kau|anda)\b", text) is None, key


def test_dates_are_written_as_patrons_write_them() -> None:
    due = date(2026, 11, 30)
    assert ID.date(due).split() == ["Sen,", "30", "Nov", "2026"]
    assert EN.date(due).split() == ["Mon,", "30", "Nov", "2026"]


def test_no_line_break_tears_a_date_or_a_count_apart() -> None:
    assert " " not in ID.date(date(2026, 11, 30))
    assert ID.counted("pad.confirm", 3).split(" ") == ["Pinjam", "3\u00a0buku"]


def test_one_book_and_three_books_read_right_in_both_languages() -> None:
    assert ID.counted("pad.confirm", 1) == "Pinjam 1\u00a0buku"
    assert ID.counted("pad.confirm", 3) == "Pinjam 3\u00a0buku"
    assert EN.counted("pad.confirm", 1) == "Borrow 1\u00a0book"
    assert EN.counted("pad.confirm", 3) == "Borrow 3\u00a0books"


def test_a_missing_key_names_the_file_and_the_key() -> None:
    with pytest.raises(MissingText, match=r"id\.toml: pad\.nothing"):
        ID.text("pad.nothing")


def test_a_missing_value_names_the_file_and_the_key() -> None:
    with pytest.raises(MissingText, match=r"en\.toml: goodbye\.due.*date"):
        EN.text("goodbye.due")


def test_a_language_we_do_not_have_is_named() -> None:
    with pytest.raises(MissingText, match=r"jv\.toml"):
        read_catalogue("jv")
