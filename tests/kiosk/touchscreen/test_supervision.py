"""The service manager hears that the screen lives only while it does."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kiosk.touchscreen.play import PATIENCE_SECONDS, Play, stands

ALLOWED_SECONDS = 0.4
FROZEN_SECONDS = 3.0
SILENT_SECONDS = 1.0


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(PATIENCE_SECONDS)
        yield listening


def _falls_silent(manager: socket.socket) -> None:
    manager.settimeout(SILENT_SECONDS)
    with pytest.raises(TimeoutError):
        _hear_for_ever(manager)
    manager.settimeout(PATIENCE_SECONDS)


def _hear_for_ever(manager: socket.socket) -> None:
    while True:
        manager.recv(4096)


@pytest.fixture
def watched(manager: socket.socket) -> Iterator[Play]:
    """A screen that is to show life twice within the seconds allowed."""
    limit = str(int(ALLOWED_SECONDS * 1_000_000))
    play = Play(environment={"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": limit})
    yield play
    if play.process.poll() is None:
        play.end()


def test_a_screen_that_stands_is_ready_and_lives_until_it_is_stopped(
    watched: Play, manager: socket.socket
) -> None:
    heard = [manager.recv(4096) for _ in range(4)]
    assert heard == [b"READY=1\nWATCHDOG=1", *[b"WATCHDOG=1"] * 3]
    watched.end()
    while heard[-1] == b"WATCHDOG=1":
        heard.append(manager.recv(4096))
    assert heard[-1] == b"STOPPING=1"


def test_a_frozen_screen_is_silent_though_the_rest_of_the_program_works(
    watched: Play, manager: socket.socket
) -> None:
    manager.recv(4096)
    watched.direct(f"freeze {FROZEN_SECONDS}")
    _falls_silent(manager)
    watched.direct("card")
    assert manager.recv(4096) == b"WATCHDOG=1"
    assert stands(watched, "pad")


def test_a_failure_in_a_callback_is_no_end_of_life(watched: Play, manager: socket.socket) -> None:
    assert manager.recv(4096) == b"READY=1\nWATCHDOG=1"
    watched.direct("latest")
    assert [manager.recv(4096) for _ in range(3)] == [b"WATCHDOG=1"] * 3


def test_what_could_not_be_drawn_shows_no_life_until_it_is(
    watched: Play, manager: socket.socket
) -> None:
    manager.recv(4096)
    watched.direct("spoil")
    _falls_silent(manager)
    watched.direct("mend")
    assert manager.recv(4096) == b"WATCHDOG=1"
    assert "Selamat datang" in watched.ask("screen")["texts"]
    _, errors = watched.end()
    assert errors.count("the screen goes on after a failure") == 1
