"""What every program does the same: logs, signals, errors for people."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final

import structlog
import typer

from broker.errors import SirkulaError
from broker.fault_points import FAULT_POINTS, FaultPoint, arm

# A test names a fault point here for a process it starts; nothing in service sets it.
_CRASH_AT: Final = "SIRKULA_CRASH_AT"

log: Final = structlog.get_logger()


def stopping() -> threading.Event:
    """Set by the first SIGTERM or Ctrl-C, and when a thread fails: half a program serves nobody."""
    event = threading.Event()

    def fell(failed: threading.ExceptHookArgs) -> None:
        about = (failed.exc_type, failed.exc_value, failed.exc_traceback)
        thread = "" if failed.thread is None else failed.thread.name
        log.error("a thread failed: the program ends", thread=thread, exc_info=about)
        event.set()

    def heard(_: int, __: FrameType | None) -> None:
        event.set()

    threading.excepthook = fell
    signal.signal(signal.SIGTERM, heard)
    signal.signal(signal.SIGINT, heard)
    return event


def crash_at(wanted: str) -> Callable[[FaultPoint], None]:
    """Kills this process at a point: `K5`, or `K5:3` for the third time it is passed.

    Raises ValueError for a point there is not.
    """
    name, _, times = wanted.partition(":")
    if name not in FAULT_POINTS:
        raise ValueError(f"no fault point {name!r}; there are {', '.join(FAULT_POINTS)}")
    left = int(times or 1)

    def fire(point: FaultPoint) -> None:
        nonlocal left
        left -= point == name
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return fire


def log_as_json() -> None:
    """One JSON object per line on standard output, for journald."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )


def run_program(app: typer.Typer) -> None:
    """Runs a command line; one of our errors becomes one clear line and status 1."""
    log_as_json()
    if wanted := os.environ.get(_CRASH_AT):
        structlog.get_logger().warning("armed by a test: this program will crash", at=wanted)
        arm(crash_at(wanted))
    try:
        app()
    except SirkulaError as error:
        sys.exit(f"{sys.argv[0]}: {error}")


def run_command(command: Callable[..., None]) -> None:
    """As `run_program`, for a program that has one command."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(command)
    run_program(app)
