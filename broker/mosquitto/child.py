"""Runs Mosquitto until told to stop, and ends with it: neither outlives the other."""

import getpass
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import Final

from broker.errors import Unreachable
from broker.mosquitto.configuration import configuration
from broker.processes import start_tied, stop

_PLACES: Final = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


class Mosquitto:
    """One child broker on 127.0.0.1:`port` with its store in `folder`."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self._folder = folder
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, patience: float = 10.0) -> None:
        """Returns once it accepts connections, within `patience` seconds. Raises Unreachable."""
        program = shutil.which("mosquitto", path=_PLACES)
        if program is None:
            raise Unreachable("mosquitto is not installed: apt-get install mosquitto")
        if _accepts(self.port):
            raise Unreachable(f"port {self.port} is taken: stop what listens there, or change it")
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / "mosquitto.conf"
        text = configuration(self.port, self._folder.absolute(), getpass.getuser())
        file.write_text(text, encoding="utf-8")
        self._child = start_tied([program, "-c", str(file)], ending="KILL")
        pause = threading.Event()
        for _ in range(int(patience / 0.05)):
            if self._child.poll() is not None:
                raise Unreachable(f"mosquitto ended with {self._child.returncode}; see its log")
            if _accepts(self.port):
                return
            pause.wait(0.05)
        self.stop()
        raise Unreachable(f"mosquitto does not listen on port {self.port} after {patience:.0f} s")

    @property
    def runs(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        """Asks it to store its state and end; kills it when it does not."""
        if self._child is not None:
            stop(self._child)

    def kill(self) -> None:
        """Ends it as a power cut would: nothing is stored."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
