"""A minute of a branch's ordinary day, with two faults in it."""

import json
import subprocess
import sys

import pytest


@pytest.mark.timeout(300)
def test_an_ordinary_day_with_faults_breaks_no_promise() -> None:
    branch = ("--minutes", "0.25", "--kiosks", "3", "--boxes", "1", "--every", "6")
    command = [sys.executable, "-m", "tests.load", *branch]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    figures = json.loads(run.stdout.splitlines()[-1])
    assert (run.returncode, figures["violations"]) == (0, 0), run.stderr
    assert figures["facts"] > 0
