"""Two thousand power cuts lose nothing that was shown, and the controls lose."""

import json
import subprocess
import sys

import pytest

STATES = 2_000


@pytest.mark.timeout(1200)
def test_two_thousand_power_cuts_lose_nothing_that_was_promised() -> None:
    command = [sys.executable, "-m", "tests.crash", "--count", str(STATES)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    figures = json.loads(run.stdout.splitlines()[-1])
    assert (run.returncode, figures["states"], figures["violations"]) == (0, STATES, 0), run.stderr
    assert figures["control_lost"] > figures["control_states"] // 4
    assert figures["control_corrupt"] > 0


def test_one_state_can_be_tried_alone() -> None:
    command = [sys.executable, "-m", "tests.crash", "--state", "box:3"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
