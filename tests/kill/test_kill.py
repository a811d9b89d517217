"""Fifty kills of real processes: nothing lost, nothing doubled, nothing left open."""

import json
import subprocess
import sys

import pytest

KILLS = 50


@pytest.mark.timeout(900)
def test_fifty_kills_break_no_promise() -> None:
    command = [sys.executable, "-m", "tests.kill", "--count", str(KILLS)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    figures = json.loads(run.stdout.splitlines()[-1])
    assert (run.returncode, figures["kills"], figures["violations"]) == (0, KILLS, 0), run.stderr
    assert {"broker", "server", "kiosk", "box"} <= set(figures["by_kind"])
    assert figures["facts"] >= KILLS // 2
