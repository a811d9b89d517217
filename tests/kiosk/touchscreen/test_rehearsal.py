"""The running screen, touched through its own input and asked what it shows."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kiosk.touchscreen.play import Play


@pytest.fixture
def play() -> Iterator[Play]:
    running = Play()
    yield running
    if running.process.poll() is None:
        running.end()


def test_a_touch_on_borrow_reaches_the_visit(play: Play) -> None:
    assert play.ask("screen")["screen"] == "welcome"
    assert play.ask("touch borrow") == {"ok": True}
    assert play.ask("screen")["screen"] == "card"


def test_the_language_button_redraws_the_same_screen_in_the_other_language(play: Play) -> None:
    assert "Pinjam" in play.ask("screen")["texts"]
    assert play.ask("touch language") == {"ok": True}
    shown = play.ask("screen")
    assert shown["language"] == "en"
    assert {"Borrow", "Return", "Bahasa Indonesia"} <= set(shown["texts"])
    assert "Pinjam" not in shown["texts"]


def test_a_button_that_is_not_there_cannot_be_touched(play: Play) -> None:
    assert "no such button" in play.ask("touch confirm")["error"]
    assert play.ask("screen")["screen"] == "welcome"


def test_a_word_that_is_no_command_is_answered_with_the_commands(play: Play) -> None:
    assert "use: touch" in play.ask("swipe left")["error"]
    assert "use: touch" in play.ask("screenshot")["error"]


def test_a_screenshot_is_a_picture_of_the_panel_at_exactly_that_path(
    play: Play, tmp_path: Path
) -> None:
    wanted = tmp_path / "welcome.png"
    assert play.ask(f"screenshot {wanted}") == {"ok": True}
    assert list(tmp_path.iterdir()) == [wanted]
    content = wanted.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">II", content[16:24]) == (540, 960)


def test_a_screenshot_that_cannot_be_written_is_an_error(play: Play, tmp_path: Path) -> None:
    assert "error" in play.ask(f"screenshot {tmp_path / 'nowhere' / 'welcome.png'}")
    assert play.ask("screen")["screen"] == "welcome"


def test_the_screen_tells_every_book_and_never_the_patron(play: Play) -> None:
    play.direct("card")
    play.direct("books")
    shown = play.ask("screen")
    assert shown["screen"] == "pad"
    assert [book["stage"] for book in shown["books"]] == ["listed", "staff"]
    assert shown["books"][0]["title"] == "Laskar Pelangi"
    assert shown["books"][1]["problem"] == "unreadable"
    assert {"Laskar Pelangi", "B00012 · Siap dipinjam", "Pinjam 1 buku"} <= set(shown["texts"])
    assert "SECRET" not in json.dumps(shown)


def test_a_failure_while_a_touch_is_told_does_not_end_the_screen(play: Play) -> None:
    play.direct("tell")
    assert play.ask("touch borrow") == {"ok": True}
    assert play.ask("screen")["screen"] == "welcome"
    assert play.ask("touch borrow") == {"ok": True}
    assert play.ask("screen")["screen"] == "card"
    status, errors = play.end()
    assert status == 0
    assert "asked to fail in tell" in errors


def test_a_failure_while_drawing_is_survived_and_logged(play: Play) -> None:
    play.direct("latest")
    assert play.ask("screenshot /dev/null/none.png")["error"]
    assert play.ask("screen")["screen"] == "welcome"
    _, errors = play.end()
    assert "asked to fail in latest" in errors


def test_escape_and_the_settings_key_are_dead(play: Play) -> None:
    play.direct("keys")
    assert play.ask("screen")["screen"] == "welcome"
    assert "Pinjam" in play.ask("screen")["texts"]


def test_the_service_manager_can_end_a_kiosk_that_patrons_cannot_close(play: Play) -> None:
    assert play.ask("screen")["screen"] == "welcome"
    status, _ = play.end()
    assert status == 0
