"""Five hundred storms without a broken promise, and every planted bug seen."""

import json
import subprocess
import sys

import pytest

from tests.simulation.planted import BUGS
from tests.simulation.storm import run_seed

SEEDS = 500
# Seeds that once found a bug: a recovered loan that hid a later one.
FOUND_A_BUG = (6, 10)


@pytest.mark.timeout(900)
def test_five_hundred_storms_break_no_promise() -> None:
    command = [sys.executable, "-m", "tests.simulation", "--seeds", str(SEEDS)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    summary = json.loads(run.stdout.splitlines()[-1])
    assert (run.returncode, summary["seeds"], summary["violations"]) == (0, SEEDS, 0), run.stderr
    assert summary["facts"] > 20 * SEEDS
    assert summary["faults"] > 20 * SEEDS


@pytest.mark.parametrize("seed", FOUND_A_BUG)
def test_a_seed_that_found_a_bug_stays_clean(seed: int) -> None:
    assert run_seed(seed).violations == ()


@pytest.mark.parametrize("bug", BUGS)
def test_the_checker_sees_the_planted_bug(bug: str) -> None:
    assert any(run_seed(seed, bug=bug).violations for seed in range(60))


def test_the_same_seed_is_the_same_storm() -> None:
    assert run_seed(3) == run_seed(3)
