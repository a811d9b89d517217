"""A small storm: everybody comes back at once, nothing is lost, and others hardly notice."""

import json
import subprocess
import sys

import pytest


@pytest.mark.timeout(300)
def test_everything_queued_arrives_once_while_others_go_on() -> None:
    storm = ("--devices", "40", "--facts", "100", "--within", "4", "--minutes", "3")
    command = [sys.executable, "-m", "tests.storm", *storm]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    figures = json.loads(run.stdout.splitlines()[-1])
    assert (run.returncode, figures["violations"]) == (0, 0), run.stderr
    assert figures["facts"] == 4000
    assert figures["live_facts"] > 20
