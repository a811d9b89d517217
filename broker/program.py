"""What every program does the same: logs, signals, errors for people."""

import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

import structlog
import typer

from broker.errors import SirkulaError


def stopping() -> threading.Event:
    """Set by the first SIGTERM or Ctrl-C."""
    event = threading.Event()

    def heard(_: int, __: FrameType | None) -> None:
        event.set()

    signal.signal(signal.SIGTERM, heard)
    signal.signal(signal.SIGINT, heard)
    return event


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
    try:
        app()
    except SirkulaError as error:
        sys.exit(f"{sys.argv[0]}: {error}")


def run_command(command: Callable[..., None]) -> None:
    """As `run_program`, for a program that has one command."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(command)
    run_program(app)
