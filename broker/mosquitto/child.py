"""Runs Mosquitto until told to stop, and ends with it: neither outlives the other."""

import getpass
import shutil
import signal
import socket
import subprocess
import threading
from pathlib import Path
from typing import Final

import msgspec

from broker.errors import Unreachable
from broker.mosquitto.configuration import access_rules, configuration, secured_configuration
from broker.mosquitto.settings import SecuredSettings
from broker.processes import start_tied, stop

_PLACES: Final = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


def write_configuration(
    port: int, folder: Path, secured: SecuredSettings | None, into: Path
) -> Path:
    """Writes mosquitto.conf, and its access list when there is one, `into` a folder; its path.

    The store is in `folder`. Without `secured` it is for us, on the loopback interface.
    """
    file, rules = into / "mosquitto.conf", into / "mosquitto.acl"
    into.mkdir(parents=True, exist_ok=True)
    if secured is None:
        text = configuration(port, folder.absolute(), getpass.getuser())
    else:
        rules.write_text(access_rules(secured.site), encoding="utf-8")
        text = secured_configuration(port, folder.absolute(), secured, rules.absolute())
    file.write_text(text, encoding="utf-8")
    return file


class Mosquitto:
    """One child broker on `port` with its store in `folder`, on the loopback unless `secured`."""

    def __init__(self, port: int, folder: Path, secured: SecuredSettings | None = None) -> None:
        self.port = port
        self._folder = folder
        self._secured = secured and msgspec.structs.replace(secured, user=getpass.getuser())
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, patience: float = 10.0) -> None:
        """Returns once it accepts connections, within `patience` seconds. Raises Unreachable."""
        program = shutil.which("mosquitto", path=_PLACES)
        if program is None:
            raise Unreachable("mosquitto is not installed: apt-get install mosquitto")
        if _accepts(self.port):
            raise Unreachable(f"port {self.port} is taken: stop what listens there, or change it")
        file = write_configuration(self.port, self._folder, self._secured, self._folder)
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

    def reload(self) -> None:
        """Lets it read its certificate and the list of revoked ones anew; sessions stay."""
        if self._child is not None:
            self._child.send_signal(signal.SIGHUP)

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
