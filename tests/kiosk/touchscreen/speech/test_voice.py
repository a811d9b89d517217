"""The real espeak-ng speaks both languages, at once, and one utterance at a time."""

import stat
import time
import wave
from pathlib import Path

import pytest

from kiosk.touchscreen.speech.voice import Voice, is_installed, say_all

PATIENCE_SECONDS = 20.0


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """espeak-ng as ever, its voice in a file of its process's number: a machine without sound."""
    program = tmp_path / "speak"
    program.write_text(
        "#!/bin/sh\n"
        f'date +%s.%N >"{tmp_path}/began.$$"\n'
        f'exec espeak-ng -w "{tmp_path}/$$.wav" "$@"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def until_done(voice: Voice) -> int:
    """Waits for the voice to finish; tells its process."""
    speaking = voice._speaking
    assert speaking is not None
    assert speaking.wait(PATIENCE_SECONDS) == 0
    return speaking.pid


def seconds(path: Path) -> float:
    with wave.open(str(path)) as sound:
        return sound.getnframes() / sound.getframerate()


@pytest.mark.parametrize(
    ("language", "text"),
    [("id", "Letakkan buku di atas meja pindai."), ("en", "Place your books on the pad.")],
)
def test_a_sentence_becomes_sound(recorder: Path, language: str, text: str) -> None:
    voice = Voice(str(recorder))
    voice.say(text, language, 3)
    process = until_done(voice)
    assert 1 < seconds(recorder.parent / f"{process}.wav") < 6


def test_the_voice_begins_within_half_a_second_of_being_asked(recorder: Path) -> None:
    voice = Voice(str(recorder))
    asked = time.time()
    voice.say("Selamat datang.", "id", 3)
    process = until_done(voice)
    assert float((recorder.parent / f"began.{process}").read_text()) - asked < 0.5


def test_louder_is_louder(recorder: Path) -> None:
    peaks = []
    for volume in (1, 5):
        voice = Voice(str(recorder))
        voice.say("Pinjam", "id", volume)
        with wave.open(str(recorder.parent / f"{until_done(voice)}.wav")) as sound:
            samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
            peaks.append(max(samples))
    assert peaks[0] * 2 < peaks[1]


def test_new_speech_ends_the_old(tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    voice = Voice(str(slow))
    voice.say("Satu", "id", 3)
    first = voice._speaking
    voice.say("Dua", "id", 3)
    assert first is not None
    assert first.returncode == -9
    assert voice._speaking is not None
    assert voice._speaking.poll() is None
    voice.hush()
    assert voice._speaking is None


def test_titles_never_stand_in_the_process_list(recorder: Path) -> None:
    slow = recorder.with_name("slow")
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    voice = Voice(str(slow))
    voice.say("Laskar Pelangi", "id", 3)
    speaking = voice._speaking
    assert speaking is not None
    command = Path(f"/proc/{speaking.pid}/cmdline").read_bytes()
    voice.hush()
    assert b"Laskar" not in command


def test_a_machine_without_a_voice_says_so_once_and_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    voice = Voice("/nowhere/espeak-ng")
    voice.say("Satu", "id", 3)
    voice.say("Dua", "id", 3)
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 1
    assert "install espeak-ng" in told[0]


def test_staff_hear_a_whole_sentence_and_learn_that_it_was_said(recorder: Path) -> None:
    assert say_all(str(recorder), "Suara kios berfungsi.", "id")
    (sound,) = recorder.parent.glob("*.wav")
    assert seconds(sound) > 1


def test_a_voice_that_fails_has_said_nothing(tmp_path: Path) -> None:
    assert not say_all("false", "Suara kios berfungsi.", "id")
    assert not say_all(str(tmp_path / "nothing"), "Suara kios berfungsi.", "id")


def test_a_program_that_is_not_there_is_not_installed(recorder: Path, tmp_path: Path) -> None:
    assert is_installed(str(recorder))
    assert is_installed("espeak-ng")
    assert not is_installed(str(tmp_path / "nothing"))


def test_a_voice_that_was_missing_speaks_once_it_is_there(tmp_path: Path) -> None:
    program = tmp_path / "speak"
    voice = Voice(str(program))
    voice.say("Selamat datang.", "id", 3)
    assert voice._speaking is None
    program.write_text("#!/bin/sh\nexec cat >/dev/null\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    voice.say("Selamat datang.", "id", 3)
    until_done(voice)
