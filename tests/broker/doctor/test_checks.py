"""Each check says how bad it is; only what loses facts keeps a program from starting."""

import pytest

from broker.doctor.checks import (
    RENEWED_BEFORE_DAYS,
    Check,
    Outcome,
    certificate,
    clock,
    disk,
    failed,
    file_system,
)
from broker.doctor.report import LANGUAGES, read_words, sentence
from broker.kernel_clock import Discipline
from broker.vocabulary import BEGINNING

KEPT, FREE = Discipline(synchronised=True, bound=0.02), Discipline(synchronised=False, bound=0.0)
NOW = BEGINNING + 1e7
DAY = 86_400.0
WORDS = read_words()


def told(check: Check) -> tuple[Outcome, str]:
    assert all(sentence(check, language, WORDS) for language in LANGUAGES)
    return check.outcome, check.code


def test_a_clock_is_well_when_somebody_keeps_it() -> None:
    assert told(clock(KEPT, NOW)) == (Outcome.WELL, "kept")
    assert told(clock(FREE, NOW)) == (Outcome.ADVICE, "nobody-keeps-it")
    assert told(clock(KEPT, BEGINNING - 1)) == (Outcome.ERROR, "in-the-past")


@pytest.mark.parametrize(
    ("used", "free", "expected"),
    [
        (79, 21, (Outcome.WELL, "room")),
        (80, 20, (Outcome.ADVICE, "filling")),
        (95, 5, (Outcome.ERROR, "full")),
        (0, 0, (Outcome.ERROR, "full")),
    ],
)
def test_a_disk_is_judged_by_what_is_left(
    used: int, free: int, expected: tuple[Outcome, str]
) -> None:
    assert told(disk("/x", used, free)) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ext4", (Outcome.WELL, "local")),
        ("tmpfs", (Outcome.ADVICE, "memory")),
        ("nfs4", (Outcome.UNSAFE, "network")),
        ("cifs", (Outcome.UNSAFE, "network")),
    ],
)
def test_facts_are_not_kept_on_the_network(kind: str, expected: tuple[Outcome, str]) -> None:
    assert told(file_system("/x", kind)) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (RENEWED_BEFORE_DAYS * DAY, (Outcome.WELL, "valid")),
        (RENEWED_BEFORE_DAYS * DAY - 1, (Outcome.ADVICE, "expires-soon")),
        (0.0, (Outcome.ADVICE, "expires-soon")),
        (-1.0, (Outcome.ERROR, "expired")),
    ],
)
def test_a_certificate_is_told_before_it_expires(
    left: float, expected: tuple[Outcome, str]
) -> None:
    assert told(certificate(NOW + left, NOW)) == expected


@pytest.mark.parametrize("outcome", Outcome)
def test_advice_alone_is_no_failure(outcome: Outcome) -> None:
    checks = [Check("watchdog", Outcome.ADVICE, "none"), Check("clock", outcome, "kept")]
    assert failed(checks) is (outcome in {Outcome.ERROR, Outcome.UNSAFE})
