"""Every program of a station tells systemd that it is ready, lives and leaves."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.console.demo import furnished
from devices.console.ports import Ports
from devices.console.settings_files import Panel
from kiosk.touchscreen.audit.headless import HEADLESS
from tests.system.test_demo import three_free_ports

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The settings of all programs of a library in which none runs, not even the broker."""
    folder = tmp_path_factory.mktemp("library") / "demo"
    with furnished(folder, Ports(three_free_ports()), Panel(1024, 600, 7.0)):
        yield folder


@pytest.mark.parametrize("program", ["kiosk", "kiosk.dropbox", "kiosk.agent"])
def test_a_program_is_ready_lives_and_leaves(settings: Path, tmp_path: Path, program: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE_SECONDS)
        told = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "400000"}
        file = settings / f"{program.rpartition('.')[2]}.toml"
        running = subprocess.Popen(
            [sys.executable, "-m", program, "--settings", str(file)],
            env=os.environ | HEADLESS | told,
            stdout=subprocess.DEVNULL,
        )
        try:
            assert manager.recv(4096) == b"READY=1\nWATCHDOG=1"
            assert manager.recv(4096) == b"WATCHDOG=1"
            running.send_signal(signal.SIGTERM)
            while (heard := manager.recv(4096)) == b"WATCHDOG=1":
                pass
            assert heard == b"STOPPING=1"
            assert running.wait(PATIENCE_SECONDS) == 0
        finally:
            running.kill()
            running.wait()
