"""`sirkula-server sip2` as a process, between a machine and a library's own system."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from broker.processes import start_tied, stop
from server.journal.database import open_engine, reading, transaction
from server.journal.tables import fact
from server.migrations import migrate
from server.passwords import Password
from server.program import app
from server.sample import load_sample
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

    def until_closed(self) -> None:
        while self.is_served():
            threading.Event().wait(0.1)

    def is_served(self) -> bool:
        with closing(socket.socket()) as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    mosquitto = started_mosquitto(tmp_path / "broker")
    standing = Library(tmp_path, mosquitto.port)
    yield standing
    standing.ils.close()
    mosquitto.stop()


def test_a_machine_lends_and_takes_back_and_the_server_ends_well(library: Library) -> None:
    server = start_tied(library.command("run"))
    with library.machine() as machine:
        assert machine.ask(loan()).startswith("121")
        assert machine.ask(drop("ID000003")).startswith("101")
    assert stop(server) == 0
    assert [effect.kind for effect in library.ils.system.ledger.effects] == ["lent", "returned"]


def test_a_loan_is_not_made_again_after_the_server_was_killed(library: Library) -> None:
    server = start_tied(library.command("run"))
    with library.machine() as machine:
        assert machine.ask(loan()).startswith("121")
    server.kill()
    server.wait()
    # What the dead one had started ends a moment later.
    library.until_closed()
    server = start_tied(library.command("run"))
    with library.machine() as machine:
        assert machine.ask(loan()).startswith("120")
    assert stop(server) == 0
    assert [effect.kind for effect in library.ils.system.ledger.effects] == ["lent"]


def test_with_the_server_the_port_is_closed(library: Library) -> None:
    server = start_tied(library.command("run"))
    with library.machine() as machine:
        assert machine.ask(loan()).startswith("121")
    assert stop(server) == 0
    assert not library.is_served()


def test_the_built_in_library_is_offered_as_well(tmp_path: Path) -> None:
    _, _, after = SIP2.partition("[sip2]")
    library = Library(tmp_path, more=f"[sip2]{after}")
    url = f"sqlite:///{tmp_path}/sirkula.db"
    migrate(url)
    engine = open_engine(url)
    with transaction(engine) as connection:
        load_sample(connection, datetime.fromtimestamp(time.time(), UTC).date())
    server = start_tied(library.command("sip2"))
    with library.machine() as machine:
        assert machine.ask(loan("KTA-0007", "B00002")).startswith("121")
        assert machine.ask(loan("KTA-0008", "B00002")).startswith("120")
        assert machine.ask(drop("B00002")).startswith("101")
    assert stop(server) == 0
    with reading(engine) as connection:
        kinds = list(connection.scalars(select(fact.c.kind).order_by(fact.c.seq)))
    engine.dispose()
    library.ils.close()
    assert kinds == ["item-lent", "item-returned"]


def test_without_its_settings_nothing_is_served(tmp_path: Path) -> None:
    library = Library(tmp_path, more=SIP2.partition("[sip2]")[0])
    done = subprocess.run(
        library.command("sip2"), capture_output=True, text=True, check=False, timeout=60
    )
    library.ils.close()
    assert done.returncode == 1
    assert "[sip2]" in done.stderr


def test_a_password_is_hashed_for_its_file() -> None:
    done = CliRunner().invoke(app, ["sip2-password"], input="rahasia\nrahasia\n")
    assert done.exit_code == 0
    assert Password(done.stdout.splitlines()[-1]).is_("rahasia")
    assert "rahasia" not in done.output
