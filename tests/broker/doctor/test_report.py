"""What was found is told in both languages, and a program starts only where it is safe."""

import json
from string import Formatter

import pytest
import typer

from broker.doctor.checks import Check, Outcome, Unsafe
from broker.doctor.report import LANGUAGES, examine, lines, read_words

WORDS = read_words()
WELL = Check("watchdog", Outcome.WELL, "systemd")
ADVICE = Check("clock", Outcome.ADVICE, "nobody-keeps-it")
ERROR = Check("port", Outcome.ERROR, "missing", {"device": "reader", "port": "/dev/ttyUSB0"})
UNSAFE = Check("zone", Outcome.UNSAFE, "unknown", {"zone": "Asia/Binjai"})


def places(language: str) -> dict[str, set[str | None]]:
    return {
        f"{name}.{code}": {place for _, place, _, _ in Formatter().parse(text) if place}
        for name, codes in WORDS[language].items()
        for code, text in codes.items()
    }


def test_every_language_says_the_same_things() -> None:
    assert places("id") == places("en")


def test_a_check_is_one_line_indonesian_first() -> None:
    (line,) = lines([ERROR], WORDS)
    indonesian, english = line.split(" | ")
    assert indonesian.startswith("salah     port         reader tidak ada di /dev/ttyUSB0.")
    assert english.startswith("reader is not at /dev/ttyUSB0. Check its cable")


@pytest.mark.parametrize(
    ("checks", "status"), [([WELL, ADVICE], 0), ([WELL, ERROR], 1), ([UNSAFE], 1)]
)
def test_the_status_says_whether_anything_must_be_put_right(
    capsys: pytest.CaptureFixture[str], checks: list[Check], status: int
) -> None:
    with pytest.raises(typer.Exit) as ended:
        examine(checks, only=True, json=True)
    assert ended.value.exit_code == status
    told = json.loads(capsys.readouterr().out)
    assert told["errors"] == status
    assert [check["check"] for check in told["checks"]] == [check.name for check in checks]
    assert all(check[language] for check in told["checks"] for language in LANGUAGES)


def test_a_program_starts_with_advice_and_errors_in_its_log() -> None:
    examine([WELL, ADVICE, ERROR], only=False, json=False)


def test_a_program_that_would_lose_facts_does_not_start() -> None:
    with pytest.raises(Unsafe, match="time zone Asia/Binjai is unknown"):
        examine([WELL, UNSAFE], only=False, json=False)
