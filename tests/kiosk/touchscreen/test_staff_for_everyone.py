"""Staff mode on the running screen for who cannot reach, see or hear it as most do."""

from pathlib import Path

from tests.kiosk.touchscreen.play import Play, eventually, told, walk

CODE = "246813"


def stands_at(play: Play, page: str | None) -> bool:
    """Whether staff mode comes to this page, or to its end."""
    return eventually(lambda: play.ask("screen")["staff"] == page)


def test_staff_mode_is_led_through_with_five_keys(play: Play) -> None:
    play.direct("staff")
    assert stands_at(play, "menu")
    walk(play, "tests")
    play.direct("type enter")
    assert stands_at(play, "tests")
    play.direct("type escape")
    assert stands_at(play, "menu")
    walk(play, "leave")
    play.direct("type enter")
    assert stands_at(play, None)


def test_a_code_is_typed_with_five_keys(play: Play) -> None:
    play.direct("type 2")
    assert stands_at(play, "door")
    for digit in CODE[1:]:
        play.ask(f"touch digit {digit}")
    walk(play, "enter")
    play.direct("type enter")
    assert stands_at(play, "menu")


def test_a_keyboard_types_the_code_as_well(play: Play) -> None:
    for digit in f"{CODE}7":
        play.direct(f"type {digit}")
    play.direct("type backspace")
    play.direct("type enter")
    assert stands_at(play, "menu")


def test_back_leaves_a_door_where_nothing_was_typed(play: Play) -> None:
    play.direct("type 2")
    play.direct("type backspace")
    assert stands_at(play, "door")
    play.direct("type backspace")
    assert stands_at(play, None)


def test_every_page_is_told_when_it_comes(play: Play, speech: Path) -> None:
    play.direct("staff")
    assert stands_at(play, "menu")
    play.direct("type f13")
    menu = told(speech, "Pilih pekerjaan.").read_text("utf-8")
    assert "MODE PETUGAS, tidak melayani." in menu
    assert "Label RFID" in menu
    play.ask("touch language")
    told(speech, "STAFF MODE, not serving.")
    play.ask("touch paper")
    told(speech, "1. Open the printer's cover.")


def test_no_digit_of_a_code_is_said_while_it_is_typed(play: Play, speech: Path) -> None:
    play.direct("type f13")
    told(speech, "Selamat datang.")
    play.direct("type 7")
    told(speech, "Ketik kode petugas.")
    play.ask("touch digit 7")
    said = told(speech, "satu ketukan").read_text("utf-8")
    assert said == "satu ketukan"
    said = " ".join(path.read_text("utf-8") for path in speech.parent.glob("*.txt"))
    assert "7" not in said


def test_large_text_and_contrast_last_from_page_to_page_and_end_with_staff_mode(
    play: Play,
) -> None:
    play.direct("staff")
    assert stands_at(play, "menu")
    play.ask("touch access")
    play.ask("touch large-text")
    play.ask("touch high-contrast")
    play.ask("touch close")
    play.ask("touch service")
    play.ask("touch back")
    viewing = play.ask("screen")["viewing"]
    assert viewing["large_text"]
    assert viewing["high_contrast"]
    play.ask("touch leave")
    assert stands_at(play, None)
    viewing = play.ask("screen")["viewing"]
    assert not viewing["large_text"]
    assert not viewing["high_contrast"]


def test_the_settings_close_when_another_page_comes(play: Play) -> None:
    play.direct("type 2")
    assert stands_at(play, "door")
    play.ask("touch access")
    assert play.ask("screen")["viewing"]["adjusting"]
    play.direct("staff")
    assert stands_at(play, "menu")
    assert not play.ask("screen")["viewing"]["adjusting"]
