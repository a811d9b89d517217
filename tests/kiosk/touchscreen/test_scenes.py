"""What the screen says is a function of the visit, complete in both languages."""

from dataclasses import fields, is_dataclass, replace
from enum import Enum

import pytest

from broker.appearance import LONGEST_NAME
from broker.vocabulary import Reason
from kiosk.book import Stage
from kiosk.dialogue import step
from kiosk.happenings import Button, Problem, Touched
from kiosk.languages.catalogue import LANGUAGES, UNBROKEN_SPACE, read_catalogues
from kiosk.renewal import Stage as Renewing
from kiosk.touchscreen.scene import (
    Books,
    Choices,
    Control,
    Keys,
    Listing,
    Notice,
    Scene,
    Sign,
    Steps,
)
from kiosk.touchscreen.scenes import scene
from kiosk.touchscreen.states import NOW, PATRON, STATES
from kiosk.visit import IDLE_SECONDS, Outage, Page, Paper, Screen, Visit, screen, seconds_left

CATALOGUES = read_catalogues()


def shown(visit: Visit, language: str = "id") -> Scene:
    return scene(replace(visit, language=language), NOW, CATALOGUES[language])


def words(value: object) -> list[str]:
    """Every text anywhere in a scene."""
    if isinstance(value, str):
        return [value.replace(UNBROKEN_SPACE, " ")]
    if isinstance(value, tuple):
        return [word for part in value for word in words(part)]
    if is_dataclass(value) and not isinstance(value, type):
        return [word for field in fields(value) for word in words(getattr(value, field.name))]
    return []


def test_the_library_greets_in_its_own_words_and_under_its_own_name() -> None:
    named, greeting = STATES["welcome-house"], STATES["welcome-words"]
    for language in LANGUAGES:
        drawn = shown(named, language)
        assert isinstance(drawn.body, Steps)
        assert drawn.body.lead.startswith(named.house.called)
        assert drawn.frame.title == named.house.called
        assert words(shown(greeting, language).body)[1] == greeting.house.welcome(language)


def notes(visit: Visit) -> list[str]:
    return words(shown(visit).notes)


def enabled(visit: Visit) -> set[Button]:
    return {
        control.button
        for control in shown(visit).controls
        if control.enabled and isinstance(control.button, Button)
    }


def controls(value: object) -> list[Control]:
    """Every control anywhere in a scene."""
    if isinstance(value, Control):
        return [value]
    if isinstance(value, tuple):
        return [control for part in value for control in controls(part)]
    if is_dataclass(value) and not isinstance(value, type):
        return [one for field in fields(value) for one in controls(getattr(value, field.name))]
    return []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
def test_every_state_is_drawn_in_every_language(name: str, language: str) -> None:
    drawn = shown(STATES[name], language)
    assert drawn.screen is screen(STATES[name])
    assert drawn.frame.language.button is Button.LANGUAGE
    assert drawn.body.heading
    assert PATRON.reveal() not in " ".join(words(drawn))


def members(kind: type[Enum]) -> set[Enum]:
    return set(kind)


def test_the_table_of_states_leaves_nothing_out() -> None:
    books = [book for visit in STATES.values() for book in visit.books]
    assert {screen(visit) for visit in STATES.values()} == members(Screen)
    assert {visit.outage for visit in STATES.values()} >= members(Outage)
    assert {book.reason for book in books} >= members(Reason)
    assert {book.problem for book in books} >= members(Problem)


def test_the_other_language_is_named_in_its_own_words() -> None:
    assert shown(STATES["card"], "id").frame.language.label == "English"
    assert shown(STATES["card"], "en").frame.language.label == "Bahasa Indonesia"


@pytest.mark.parametrize("name", STATES)
def test_a_lost_connection_is_told_on_every_screen(name: str) -> None:
    lost, there = replace(STATES[name], online=False), replace(STATES[name], online=True)
    assert any(note.sign is Sign.CLOUD for note in shown(lost).notes)
    assert all(note.sign is not Sign.CLOUD for note in shown(there).notes)


def test_without_a_connection_patrons_hear_that_they_can_still_borrow() -> None:
    sentence = "Sambungan ke pusat terputus. Anda tetap dapat meminjam."
    assert sentence in notes(STATES["welcome-offline"])


def test_the_screen_never_promises_loans_to_a_card_that_was_just_refused() -> None:
    refused = replace(STATES["card-refused-offline-limit"], online=False)
    assert "Sambungan ke pusat terputus." in notes(refused)


def test_the_last_thirty_seconds_are_counted_down_and_no_earlier_ones() -> None:
    def at(seconds: float) -> Visit:
        return replace(STATES["pad-3"], since=NOW - IDLE_SECONDS + seconds)

    assert "Selesai dalam 30 detik. Sentuh layar untuk lanjut." in notes(at(30))
    assert not any("detik" in note for note in notes(at(31)))
    assert shown(at(31)).stay is None


@pytest.mark.parametrize("name", STATES)
def test_a_touch_beside_the_buttons_gives_more_time_and_does_nothing_else(name: str) -> None:
    visit = replace(STATES[name], since=NOW - IDLE_SECONDS + 5)
    button = shown(visit).stay
    if button is None:
        return
    assert isinstance(button, Button)
    after, actions = step(visit, Touched(button), NOW)
    assert (after, actions) == (replace(visit, since=NOW), ())
    assert seconds_left(after, NOW) == IDLE_SECONDS


def test_patrons_can_always_stay_while_a_visit_would_end() -> None:
    for page in (Page.CARD, Page.BORROW, Page.RETURN):
        visit = replace(STATES["welcome"], page=page, since=NOW - IDLE_SECONDS + 5)
        assert shown(visit).stay is not None


@pytest.mark.parametrize("name", STATES)
def test_no_screen_is_a_dead_end(name: str) -> None:
    visit = STATES[name]
    waiting = {Screen.STARTING, Screen.OUT_OF_SERVICE, Screen.LENDING}
    works = any(one.stage is Renewing.ASKING for one in visit.renewals)
    if screen(visit) in waiting or visit.working or works or visit.paper is Paper.PRINTING:
        assert not enabled(visit)
    else:
        assert enabled(visit)


@pytest.mark.parametrize("name", STATES)
def test_every_enabled_button_does_something(name: str) -> None:
    visit = STATES[name]
    for control in controls(shown(visit)):
        if control.enabled and isinstance(control.button, Button):
            touch = Touched(control.button, control.subject)
            after, actions = step(visit, touch, NOW + 1)
            assert actions or replace(after, since=visit.since) != visit, control


@pytest.mark.parametrize("name", STATES)
def test_every_control_is_told_from_every_other_and_has_a_label(name: str) -> None:
    found = controls(shown(STATES[name]))
    names = [(control.button, control.subject) for control in found]
    assert len(names) == len(set(names))
    assert all(control.label for control in found)


@pytest.mark.parametrize("name", STATES)
def test_nobody_has_to_choose_among_more_than_six(name: str) -> None:
    drawn = shown(STATES[name])
    offered = [*drawn.controls, *(drawn.body.choices if isinstance(drawn.body, Choices) else ())]
    assert len(offered) <= 6


def test_help_is_on_every_screen_once_the_kiosk_has_started() -> None:
    for visit in STATES.values():
        help_on = shown(visit).frame.help.enabled
        assert help_on == (visit.started and not visit.working)


def test_a_pin_is_never_in_the_scene() -> None:
    drawn = shown(STATES["pin-typed"])
    assert "250912" not in " ".join(words(drawn.body))
    assert isinstance(drawn.body, Keys)
    assert drawn.body.typed == "••••••"
    assert all(key.secret for key in drawn.body.keys)


@pytest.mark.parametrize("name", ["result-covered", "account-covered"])
def test_titles_are_covered_after_half_a_minute_and_a_touch_shows_them(name: str) -> None:
    visit = STATES[name]
    titles = {"Laskar Pelangi", "Bumi Manusia", "Ensiklopedia Burung Sumatra"}
    assert not titles & set(words(shown(visit).body))
    after, _ = step(visit, Touched(Button.STAY), NOW)
    assert titles & set(words(shown(after).body))


def test_a_reserved_book_says_on_which_shelf_to_put_it() -> None:
    said = words(shown(STATES["return-hold"]).body)
    assert "Dipesan orang lain. Letakkan di rak reservasi." in said


def test_a_book_whose_tag_may_be_released_is_not_to_be_taken_along() -> None:
    said = words(shown(STATES["result-put-back"]).body)
    assert "Ada buku yang belum selesai. Jangan dibawa keluar." in said
    assert "Letakkan lagi buku ini, atau serahkan kepada petugas." in said


def test_a_page_that_could_not_be_renewed_says_why() -> None:
    for name in ("found-first", "account"):
        visit = replace(STATES[name], reason=Reason.INTERRUPTED)
        assert "Permintaan belum selesai." in " ".join(words(shown(visit).body))


def test_a_call_for_staff_is_honest_about_where_it_is() -> None:
    said = {name: words(shown(STATES[name]).body)[1:] for name in STATES if "help-" in name}
    assert "Panggilan sedang dikirim." in said["help-calling"]
    assert "Panggilan belum terkirim. Silakan ke meja layanan." in said["help-not-reached"]
    assert "Panggilan belum terkirim. Silakan ke meja layanan." in said["help-lost"]
    assert not any("belum" in line for line in said["help-reached"])


@pytest.mark.parametrize("name", ["pad-3", "account", "result-covered", "account-covered"])
def test_a_book_has_its_cover_as_long_as_its_title_is_shown(name: str) -> None:
    visit = STATES[name]
    body = shown(visit).body
    assert isinstance(body, Books | Listing)
    drawn = [one.title for one in body.rows if one.has_cover]
    held = visit.account.loans if visit.account is not None else visit.books
    titles = [one.title for one in held if one.title]
    assert drawn[: len(titles)] == ([] if name.endswith("covered") else titles)


@pytest.mark.parametrize("title", ["", "القرآن الكريم", "红楼梦"])
def test_a_book_whose_title_cannot_be_shown_is_called_by_its_number(title: str) -> None:
    for name in ("pad-3", "account"):
        visit = STATES[name]
        books = tuple(replace(one, title=title) for one in visit.books)
        account = visit.account
        if account is not None:
            loans = tuple(replace(one, title=title) for one in account.loans)
            account = replace(account, loans=loans)
        body = shown(replace(visit, books=books, account=account)).body
        assert isinstance(body, Books | Listing)
        named = [row.title for row in body.rows]
        held = books or (account.loans if account is not None else ())
        assert held
        assert {f"Buku {one.item}" for one in held} <= set(named)


def test_what_was_found_in_another_script_is_said_to_be() -> None:
    visit = STATES["found-3"]
    assert visit.found is not None
    hits = tuple(replace(one, title="红楼梦", author="曹雪芹") for one in visit.found.hits)
    body = shown(replace(visit, found=replace(visit.found, hits=hits))).body
    assert isinstance(body, Listing)
    assert body.rows[0].title == "Judul beraksara lain"


def test_a_card_reader_that_has_not_answered_yet_is_not_called_broken() -> None:
    lost = STATES["welcome-no-card-reader"]
    asked = replace(lost, card_reader_healthy=None)
    assert notes(lost)[0] not in notes(asked)
    assert notes(asked) == notes(replace(lost, card_reader_healthy=True))


def test_borrowing_is_not_offered_without_a_card_reader() -> None:
    visit = STATES["welcome-no-card-reader"]
    assert enabled(visit) == {Button.RETURN, Button.FEEDBACK}
    assert "Pembaca kartu belum siap. Pinjam di meja layanan." in notes(visit)


def test_a_book_that_was_lent_shows_its_due_date() -> None:
    body = shown(STATES["result-3"]).body
    assert isinstance(body, Books)
    assert words(body.rows[0]) == [
        "Laskar Pelangi",
        "B00012 · Dipinjam",
        "Jatuh tempo Sen, 30 Nov 2026",
    ]


def test_a_provisional_due_date_says_so_twice() -> None:
    drawn = shown(STATES["result-offline"])
    assert "Jatuh tempo sementara Sen, 30 Nov 2026" in words(drawn.body)
    assert "Tanggal masih sementara. Petugas akan memastikannya." in words(drawn.notes)


def test_a_partial_success_is_told_as_one() -> None:
    drawn = shown(STATES["result-mixed"])
    assert drawn.body.heading == "2 dari 4 buku dipinjam"


def test_every_book_without_success_tells_what_to_do() -> None:
    for visit in STATES.values():
        body = shown(visit).body
        if isinstance(body, Books):
            for book, row in zip(visit.books, body.rows, strict=True):
                unhappy = book.stage in {Stage.REFUSED, Stage.STAFF}
                assert bool(row.advice) or not unhappy


def test_a_lifted_book_asks_to_be_put_back() -> None:
    assert "Buku terangkat sebelum selesai. Letakkan kembali." in words(
        shown(STATES["return-lifted"]).body
    )


def test_books_left_by_the_patron_before_are_never_counted() -> None:
    assert "Ada 2 buku tertinggal. Angkat buku itu dahulu." in notes(STATES["welcome-leftovers"])
    body = shown(STATES["pad-empty-leftovers"]).body
    assert isinstance(body, Notice)


def test_more_books_than_the_quota_allows_are_noticed_before_asking() -> None:
    assert "Kuota Anda tinggal 4 buku. Angkat buku lainnya." in notes(STATES["pad-8-over"])
    assert "Sisa kuota: 3 buku." in notes(STATES["pad-more-after-lent"])


def test_goodbye_counts_and_reminds_of_the_due_date() -> None:
    assert {"3 buku Anda pinjam.", "Kembalikan paling lambat Sen, 30 Nov 2026."} <= set(
        words(shown(STATES["goodbye-3"]).body)
    )
    mixed = words(shown(STATES["goodbye-mixed"]).body)
    assert "Jatuh tempo pertama: Sen, 30 Nov 2026." in mixed
    assert "Serahkan 2 buku kepada petugas." in mixed


def test_what_was_recorded_before_a_fault_is_still_told() -> None:
    assert "3 buku sudah tercatat sebagai pinjaman Anda." in notes(STATES["out-pad-after-lent"])


def test_no_key_of_a_number_or_a_pin_is_spoken() -> None:
    for page in (Page.NUMBER, Page.PIN):
        body = shown(replace(STATES["card"], page=page, typed="7")).body
        assert isinstance(body, Keys)
        assert all(key.secret for key in body.keys)


def test_the_table_shows_the_longest_name_that_the_settings_allow() -> None:
    assert max(len(visit.house.called) for visit in STATES.values()) == LONGEST_NAME
