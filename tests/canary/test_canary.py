"""Visits whose every card, name and title exists once leave no trace where none may be."""

import json
import subprocess
import sys

import pytest

VISITS = 12


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What a run complains of."""
    command = [sys.executable, "-m", "tests.canary", "--visits", str(VISITS), "--kiosks", "2"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    figures = json.loads(run.stdout.splitlines()[-1])
    complaints = [line for line in run.stderr.splitlines() if line.startswith("--seed")]
    assert len(complaints) == figures["violations"], run.stderr
    assert figures["visits"] >= VISITS
    return complaints


@pytest.mark.timeout(300)
def test_names_and_titles_are_nowhere_but_where_they_may_be(told: list[str]) -> None:
    assert [line for line in told if ", card, in " not in line] == []


def test_card_numbers_are_nowhere_but_where_they_may_be(told: list[str]) -> None:
    assert [line for line in told if ", card, in " in line] == []
