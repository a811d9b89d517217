"""A program of which a thread has died ends, so that it is started again whole."""

import subprocess
import sys

PROGRAM = """
import threading
from broker.program import log_as_json, stopping

def fail():
    raise RuntimeError("nobody foresaw this")

log_as_json()
stop = stopping()
threading.Thread(target=fail, name="cards").start()
assert stop.wait(30)
"""


def test_a_thread_that_fails_stops_its_program_and_says_why() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert '"thread": "cards"' in done.stdout
    assert "RuntimeError: nobody foresaw this" in done.stdout
