"""Programs that are asked to end."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from broker.processes import start_tied, stop, stop_all

_WAITS = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
_DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {_WAITS}"


def started(code: str, sign: Path) -> subprocess.Popen[bytes]:
    """A program that has come as far as making the file `sign`."""
    child = start_tied([sys.executable, "-c", code, str(sign)])
    while not sign.exists():
        threading.Event().wait(0.01)
    return child


@pytest.mark.timeout(60)
def test_all_are_asked_at_once_and_what_does_not_end_is_killed(tmp_path: Path) -> None:
    codes = (_DEAF, _WAITS, _DEAF)
    children = [started(code, tmp_path / str(n)) for n, code in enumerate(codes)]
    assert stop_all(children, 0.5) == [-9, -15, -9]


def test_what_has_ended_already_tells_how() -> None:
    child = start_tied([sys.executable, "-c", "raise SystemExit(3)"])
    child.wait()
    assert stop(child) == 3
