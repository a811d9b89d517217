"""What is heard is what stands on the screen, fit for the ear, in both languages."""

import re
from dataclasses import replace

import pytest

from kiosk.book import Stage
from kiosk.happenings import Button
from kiosk.languages.catalogue import LANGUAGES, read_catalogues
from kiosk.touchscreen.scene import Control, Keys, Scene
from kiosk.touchscreen.scenes import scene
from kiosk.touchscreen.speech.sentences import change, echo, focused, readable, spoken, texts
from kiosk.touchscreen.states import NOW, PATRON, STATES
from kiosk.touchscreen.viewing import Viewing, Wish
from kiosk.visit import IDLE_SECONDS, Visit

CATALOGUES = read_catalogues()
ID = CATALOGUES["id"]


def shown(visit: Visit, language: str = "id", viewing: Viewing = Viewing()) -> Scene:  # noqa: B008  # frozen
    return scene(replace(visit, language=language), NOW, CATALOGUES[language], viewing)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
def test_everything_on_the_screen_is_said_and_the_patrons_number_never(
    name: str, language: str
) -> None:
    catalogue = CATALOGUES[language]
    there = shown(STATES[name], language)
    sentence = spoken(there, catalogue)
    for text in texts(there.body):
        assert readable(text, catalogue).strip() in sentence
    for control in there.controls:
        assert readable(control.label, catalogue) in sentence
    assert PATRON.reveal() not in sentence
    assert PATRON.reveal() not in sentence.replace(" ", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_settings_are_said_too(language: str) -> None:
    there = shown(STATES["card"], language, Viewing(adjusting=True))
    sentence = spoken(there, CATALOGUES[language])
    assert there.body.heading in sentence
    assert CATALOGUES[language].text("access.large-text") in sentence


def test_dates_are_said_in_full_and_numbers_digit_by_digit() -> None:
    assert readable("Jatuh tempo Sen, 30 Nov 2026", ID) == "Jatuh tempo Senin, 30 November 2026"
    assert readable("Return by Mon, 7 Dec 2026", CATALOGUES["en"]) == (
        "Return by Monday, 7 December 2026"
    )
    assert readable("Buku 1000000056", ID) == "Buku 1 0 0 0 0 0 0 0 5 6"
    assert readable("B00012 · Dipinjam", ID) == "B 0 0 0 1 2. Dipinjam"


def test_a_title_keeps_its_words_and_its_year() -> None:
    assert readable("Senin di Bulan Mei 1998", ID) == "Senin di Bulan Mei 1998"
    assert readable("Mar Marina, Sen Seni", ID) == "Mar Marina, Sen Seni"


def test_what_cannot_be_touched_says_so() -> None:
    assert "Pinjam, belum tersedia" in spoken(shown(STATES["welcome-no-card-reader"]), ID)


def test_a_new_screen_is_told_whole() -> None:
    before, after = shown(STATES["welcome"]), shown(STATES["card"])
    assert change(before, after, ID) == spoken(after, ID)


def test_another_language_is_told_whole() -> None:
    after = shown(STATES["card"], "en")
    assert change(shown(STATES["card"]), after, CATALOGUES["en"]) == spoken(after, CATALOGUES["en"])


def test_on_the_same_screen_only_what_is_new_is_said() -> None:
    before, after = shown(STATES["pad-1"]), shown(STATES["pad-3"])
    said = change(before, after, ID)
    assert "Bumi Manusia" in said
    assert "Laskar Pelangi" not in said


def test_nothing_is_said_when_nothing_changed() -> None:
    assert change(shown(STATES["pad-3"]), shown(STATES["pad-3"]), ID) == ""


def test_a_switch_says_what_it_has_become() -> None:
    before = shown(STATES["card"], viewing=Viewing(adjusting=True))
    after = shown(STATES["card"], viewing=Viewing(adjusting=True, large_text=True))
    assert change(before, after, ID) == "Huruf besar: aktif."


def test_the_dots_of_a_pin_are_silent() -> None:
    before = shown(STATES["card"])
    after = replace(before, body=replace(before.body, heading="••••"))
    assert change(before, after, ID) == ""


def test_a_book_that_is_done_says_so() -> None:
    visit = STATES["lending"]
    lent = replace(visit.books[1], stage=Stage.LENT)
    after = replace(visit, books=(visit.books[0], lent, visit.books[2]))
    said = change(shown(visit), shown(after), ID)
    assert said.startswith("B 0 0 0 1 3. Dipinjam")


def test_a_countdown_is_said_when_it_begins_and_every_ten_seconds() -> None:
    def at(seconds: int) -> Scene:
        return shown(replace(STATES["pad-3"], since=NOW - IDLE_SECONDS + seconds))

    warning = "Selesai dalam {} detik. Sentuh layar untuk lanjut."
    assert change(at(31), at(29), ID) == warning.format(29)
    assert change(at(29), at(28), ID) == ""
    assert change(at(21), at(20), ID) == warning.format(20)


def test_a_digit_of_a_pin_is_heard_as_one_digit_and_never_which() -> None:
    digit = Control(Button.CONFIRM, "7", subject="7", secret=True)
    there = replace(shown(STATES["card"]), controls=(digit,))
    assert echo(there, (Button.CONFIRM, "7"), ID) == "satu ketukan"
    assert echo(there, (Wish.ACCESS, ""), ID) == ""


def test_the_focus_says_the_label_and_the_place() -> None:
    assert focused(Control(Button.BORROW, "Pinjam"), (2, 5), ID) == "Pinjam, 2/5."


def test_titles_that_are_covered_are_not_said() -> None:
    open_, covered = shown(STATES["account"]), shown(STATES["account-covered"])
    assert "Laskar Pelangi" not in spoken(covered, ID)
    assert change(open_, covered, ID) == ("Selesai dalam 20 detik. Sentuh layar untuk lanjut.")
    assert change(covered, open_, ID) == ""


def test_a_book_that_uncovers_the_others_is_told_alone() -> None:
    covered = replace(STATES["pad-1"], since=NOW - 45)
    said = change(shown(covered), shown(STATES["pad-3"]), ID)
    assert "Bumi Manusia" in said
    assert "Laskar Pelangi" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_keyboard_is_named_and_not_spelt(language: str) -> None:
    catalogue = CATALOGUES[language]
    sentence = spoken(shown(STATES["search"], language), catalogue)
    assert catalogue.text("speech.keys") in sentence
    assert "q, w, e" not in sentence


def test_what_is_typed_is_heard_key_by_key() -> None:
    visit = replace(STATES["search"], typed="s")
    after = shown(replace(visit, typed="se"))
    assert echo(after, (Button.KEY, "E"), ID) == "e"
    assert echo(after, (Button.ERASE, ""), ID) == "Hapus"
    assert change(shown(visit), after, ID) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_of_a_pin_is_ever_said(language: str) -> None:
    catalogue, there = CATALOGUES[language], shown(STATES["pin-typed"], language)
    assert not re.search(r"\d", spoken(there, catalogue))
    assert isinstance(there.body, Keys)
    for key in there.body.keys:
        assert echo(there, (key.button, key.subject), catalogue) == catalogue.text("speech.masked")
        said = focused(key, (3, 14), catalogue)
        assert said == f"{catalogue.text('speech.masked')}."
