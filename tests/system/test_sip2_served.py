"""`sirkula-server sip2` as a process, between a machine and a library's own system."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from broker.processes import start_tied, stop
from server.__main__ import app
from server.passwords import Password
from tests.brokers import free_port, started_mosquitto
from tests.ils.ledger import small_library
from tests.ils.server import IlsServer
from tests.ils.terminal import Terminal, drop, loan
from tests.ils.wild import Koha

SETTINGS = """
site = "binjai"
database = "sqlite:///{folder}/sirkula.db"
keys = "{folder}/keys"
[broker]
port = {broker}
[web]
port = {web}
"""
SIP2 = """
[library]
kind = "sip2"
host = "127.0.0.1"
port = {ils}
institution = "MPL"
profile = "koha"
user = "kios"
secrets = "{folder}/ils.toml"
[sip2]
port = {port}
institution = "MPL"
[sip2.accounts.mesin]
password_file = "{folder}/mesin"
"""


class Library:
    """A system, and the settings of a server that offers it."""

    def __init__(self, folder: Path, broker: int = 0, more: str = SIP2) -> None:
        self.ils, self.port = IlsServer(Koha(small_library())), free_port()
        self.settings = folder / "server.toml"
        places = {"folder": folder, "port": self.port, "ils": self.ils.port}
        written = (SETTINGS + more).format(broker=broker or free_port(), web=free_port(), **places)
        self.settings.write_text(written)
        secrets = folder / "ils.toml"
        secrets.touch(mode=0o600)
        secrets.write_text('password = "rahasia"')
        line = Password.hashed("rahasia mesin", bytes(16)).line
        (folder / "mesin").write_text(f"{line}\n")

    def command(self, word: str) -> list[str]:
        return [sys.executable, "-m", "server", word, "--settings", str(self.settings)]

    def machine(self) -> Terminal:
        """Waits until it is served."""
        deadline = time.monotonic() + 30
        while True:
            try:
                return Terminal(self.port)
            except ConnectionRefusedError:
                assert time.monotonic() < deadline
                threading.Event().wait(0.1)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    standing = Library(tmp_path)
    yield standing
    standing.ils.close()


def test_a_machine_lends_and_takes_back_and_the_server_ends_well(library: Library) -> None:
    server = start_tied(library.command("sip2"))
    with library.machine() as machine:
        assert machine.ask(loan()).startswith("121")
        assert machine.ask(drop("ID000003")).startswith("101")
    assert stop(server) == 0
    assert [effect.kind for effect in library.ils.system.ledger.effects] == ["lent", "returned"]


def test_a_loan_is_not_made_again_after_the_server_was_killed(library: Library) -> None:
    server = start_tied(library.command("sip2"))
    with library.machine() as machine:
        assert machine.ask(loan()).startswith("121")
    server.kill()
    server.wait()
    server = start_tied(library.command("sip2"))
    with library.machine() as machine:
        assert machine.ask(loan()).startswith("120")
    assert stop(server) == 0
    assert [effect.kind for effect in library.ils.system.ledger.effects] == ["lent"]


def test_the_server_runs_it_with_its_other_parts(tmp_path: Path) -> None:
    with ExitStack() as standing:
        mosquitto = started_mosquitto(tmp_path / "broker")
        standing.callback(mosquitto.stop)
        library = Library(tmp_path, mosquitto.port)
        standing.callback(library.ils.close)
        server = start_tied(library.command("run"))
        with library.machine() as machine:
            assert machine.ask(loan()).startswith("121")
        assert stop(server) == 0
        with closing(socket.socket()) as gone:
            assert gone.connect_ex(("127.0.0.1", library.port)) != 0


@pytest.mark.parametrize("missing", ["[sip2]", "[library]"])
def test_without_its_settings_nothing_is_served(tmp_path: Path, missing: str) -> None:
    before, _, after = SIP2.partition("[sip2]")
    library = Library(tmp_path, more=before if missing == "[sip2]" else f"[sip2]{after}")
    done = subprocess.run(
        library.command("sip2"), capture_output=True, text=True, check=False, timeout=60
    )
    library.ils.close()
    assert done.returncode == 1
    assert missing in done.stderr


def test_a_password_is_hashed_for_its_file() -> None:
    done = CliRunner().invoke(app, ["sip2-password"], input="rahasia\nrahasia\n")
    assert done.exit_code == 0
    assert Password(done.stdout.splitlines()[-1]).is_("rahasia")
    assert "rahasia" not in done.output
