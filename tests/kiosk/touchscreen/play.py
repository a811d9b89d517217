"""A stage in a process of its own, and the line to its rehearsal port."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kiosk.touchscreen.audit.headless import HEADLESS

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 60
SAID_SECONDS = 20.0


class Play:
    """A stage in its own process, and a line to its rehearsal port."""

    def __init__(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.kiosk.touchscreen.stage", *arguments],
            cwd=ROOT,
            env=os.environ | HEADLESS | {"PYTHONPATH": str(ROOT)} | dict(environment or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        port = int(self.process.stdout.readline())
        self.line = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        self.answers = self.line.makefile("r", encoding="utf-8")

    def ask(self, command: str) -> dict[str, Any]:
        self.line.sendall(f"{command}\n".encode())
        answer = json.loads(self.answers.readline())
        assert isinstance(answer, dict)
        return answer

    def direct(self, word: str) -> None:
        """Makes something happen that no touch can, and waits until it has."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def end(self) -> tuple[int, str]:
        """Stops it as a service manager would; tells its exit status and standard error."""
        self.answers.close()
        self.line.close()
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, errors


def told(speech: Path, words: str) -> Path:
    """The file of the utterance with these words, once there is one."""
    deadline = time.monotonic() + SAID_SECONDS
    while time.monotonic() < deadline:
        for path in speech.parent.glob("*.txt"):
            if words in path.read_text("utf-8"):
                return path
        threading.Event().wait(0.02)
    raise AssertionError(f"nobody said {words!r}")


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SAID_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            return False
        threading.Event().wait(0.02)
    return True


def stands(play: Play, screen: str) -> bool:
    """Whether the screen comes to be this one."""
    return eventually(lambda: play.ask("screen")["screen"] == screen)


def walk(play: Play, wanted: str) -> None:
    """Presses the keypad's lower arrow until the ring is around `wanted`."""
    for _ in range(16):
        if play.ask("screen")["focus"] == wanted:
            return
        play.direct("type down")
    raise AssertionError(f"the keypad never reached {wanted}")
