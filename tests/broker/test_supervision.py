"""The service manager hears that a program lives, as often as it wants to, and never in the way."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.supervision import Supervision, supervision

HERE = os.getpid()


@pytest.fixture(params=["file", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[socket.socket]:
    """A service manager's end, whose name is that of a file or of none."""
    name = str(tmp_path / "notify") if request.param == "file" else f"\0sirkula-{HERE}-{tmp_path}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name)
        listening.settimeout(0)
        yield listening


def told(manager: socket.socket) -> list[str]:
    """Everything the manager has heard since it was asked last."""
    heard = []
    while True:
        try:
            heard.append(manager.recv(4096).decode())
        except BlockingIOError:
            return heard


def watched(manager: socket.socket, **more: str) -> Supervision:
    name = manager.getsockname()
    address = name if isinstance(name, str) else "@" + name[1:].decode()
    return supervision({"NOTIFY_SOCKET": address} | more, HERE)


def test_it_is_ready_once_and_tells_that_it_lives_twice_in_the_time_allowed(
    manager: socket.socket,
) -> None:
    program = watched(manager, WATCHDOG_USEC="20000000", WATCHDOG_PID=str(HERE))
    for now in (100.0, 109.9):
        program.alive(now)
    assert told(manager) == ["READY=1\nWATCHDOG=1"]
    for now in (110.0, 119.0, 120.0):
        program.alive(now)
    assert told(manager) == ["WATCHDOG=1"] * 2
    program.leaving()
    assert told(manager) == ["STOPPING=1"]


@pytest.mark.parametrize(
    "more",
    [{}, {"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": str(HERE + 1)}, {"WATCHDOG_USEC": "soon"}],
    ids=["unwatched", "another process", "no time"],
)
def test_who_is_not_watched_says_no_more_than_that_it_is_ready(
    manager: socket.socket, more: dict[str, str]
) -> None:
    program = watched(manager, **more)
    for now in (0.0, 1000.0):
        program.alive(now)
    assert told(manager) == ["READY=1\nWATCHDOG=1"]


def test_without_a_manager_or_with_one_that_is_gone_the_program_goes_on(tmp_path: Path) -> None:
    for environment in ({}, {"NOTIFY_SOCKET": str(tmp_path / "gone")}):
        program = supervision(environment, HERE)
        program.alive(0.0)
        program.leaving()


def test_a_manager_that_is_busy_is_not_waited_for(manager: socket.socket) -> None:
    program = watched(manager, WATCHDOG_USEC="2")
    for now in range(10_000):
        program.alive(float(now))
    assert len(told(manager)) < 10_000
