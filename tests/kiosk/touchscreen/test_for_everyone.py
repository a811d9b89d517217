"""The running screen for who cannot reach, see or hear it as most do."""

from pathlib import Path

from tests.kiosk.touchscreen.play import Play, eventually, stands, told, walk

SWALLOWED = (
    ("q",),
    ("space",),
    ("tab",),
    ("f2",),
    ("f11",),
    ("f4", "alt"),
    ("escape", "alt"),
    ("enter", "ctrl"),
    ("e", "ctrl"),
    ("q", "ctrl"),
    ("f1", "ctrl"),
)


def test_a_whole_visit_is_made_with_five_keys(play: Play) -> None:
    walk(play, "borrow")
    play.direct("type enter")
    assert stands(play, "card")
    play.direct("card")
    play.direct("books")
    walk(play, "confirm")
    play.direct("type enter")
    assert stands(play, "lending")


def test_back_is_one_key_from_everywhere(play: Play) -> None:
    play.ask("touch return")
    assert stands(play, "return")
    play.direct("type escape")
    assert stands(play, "welcome")
    play.ask("touch access")
    play.direct("type backspace")
    assert eventually(lambda: not play.ask("screen")["viewing"]["adjusting"])


def test_nothing_else_that_a_keyboard_types_does_anything(play: Play) -> None:
    before = play.ask("screen")
    for keys in SWALLOWED:
        play.direct(f"type {' '.join(keys)}")
    assert play.ask("screen") == before


def test_large_text_and_high_contrast_are_drawn_at_once_and_end_with_the_visit(
    play: Play, tmp_path: Path
) -> None:
    play.ask("touch access")
    play.ask("touch large-text")
    play.ask("touch high-contrast")
    shown = play.ask("screen")
    assert {"Huruf besar: aktif", "Kontras tinggi: aktif"} <= set(shown["texts"])
    play.ask("touch close")
    play.ask("touch return")
    assert play.ask("screen")["viewing"]["large_text"]
    play.ask("touch back")
    viewing = play.ask("screen")["viewing"]
    assert not viewing["large_text"]
    assert not viewing["high_contrast"]


def test_headphones_start_the_voice_which_tells_each_screen(play: Play, speech: Path) -> None:
    play.direct("type f13")
    assert play.ask("screen")["viewing"]["voice"]
    assert "Pilihan: Pinjam" in told(speech, "Selamat datang.").read_text("utf-8")
    play.ask("touch borrow")
    told(speech, "Tempelkan kartu anggota Anda.")


def test_the_keypads_focus_is_heard(play: Play, speech: Path) -> None:
    play.direct("type f13")
    told(speech, "Selamat datang.")
    walk(play, "return")
    told(speech, "Kembalikan, ")


def test_the_help_key_opens_the_help_and_says_it(play: Play, speech: Path) -> None:
    play.direct("type f1")
    assert stands(play, "help")
    assert play.ask("screen")["viewing"]["voice"]
    told(speech, "Bantuan.")
    play.direct("type f1")
    assert stands(play, "welcome")
    told(speech, "Selamat datang.")


def test_repeat_says_it_again_and_stop_is_silence(play: Play, speech: Path) -> None:
    play.direct("type f13")
    told(speech, "Selamat datang.")
    play.ask("touch access")
    first = told(speech, "Atur layar untuk Anda.").read_text("utf-8")
    play.ask("touch repeat")
    assert eventually(
        lambda: [path.read_text("utf-8") for path in speech.parent.glob("*.txt")].count(first) > 1
    )
    play.ask("touch voice")
    assert not play.ask("screen")["viewing"]["voice"]


def test_who_listens_has_twice_the_time(play: Play) -> None:
    assert not play.ask("screen")["unhurried"]
    play.direct("type f13")
    assert eventually(lambda: bool(play.ask("screen")["unhurried"]))
    play.ask("touch access")
    play.ask("touch voice")
    assert eventually(lambda: not play.ask("screen")["unhurried"])


def test_no_digit_of_a_pin_is_said_while_it_is_typed(play: Play, speech: Path) -> None:
    play.direct("type f13")
    play.direct("pin")
    told(speech, "Ketik PIN Anda.")
    play.ask("touch key 7")
    said = told(speech, "satu ketukan").read_text("utf-8")
    assert said == "satu ketukan"
    assert play.ask("screen")["texts"].count("•") == 1
    walk(play, "key")
    said = " ".join(path.read_text("utf-8") for path in speech.parent.glob("*.txt"))
    assert "7" not in said


def test_nobodys_number_is_ever_said(play: Play, speech: Path) -> None:
    play.direct("type f13")
    play.direct("card")
    play.direct("books")
    told(speech, "Laskar Pelangi")
    said = " ".join(path.read_text("utf-8") for path in speech.parent.glob("*.txt"))
    assert "SECRET" not in said.replace(" ", "")


def test_a_kiosk_without_a_voice_tells_it_once_and_serves_on(tmp_path: Path) -> None:
    running = Play(str(tmp_path / "nothing"))
    running.direct("type f13")
    running.ask("touch borrow")
    assert stands(running, "card")
    status, errors = running.end()
    assert status == 0
    assert errors.count("install espeak-ng") == 1
