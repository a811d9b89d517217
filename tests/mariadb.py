"""A private MariaDB for the tests of systems that keep their records in one.

Made once per session with the installed binaries, in a directory of its own, listening on a
loopback port and for its own data only as safe as a test needs.
"""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, text

from broker.vocabulary import Secret
from server.ils.mariadb import DatabaseAddress
from tests.databases import in_memory

PASSWORD = "rahasia-basis-data"  # noqa: S105 - of a server that only this session knows


class NoMariadb(Exception):
    """No MariaDB server is installed: `./run test` installs one."""


@dataclass(frozen=True, slots=True)
class MariadbServer:
    """Its one account `sirkula` may do anything, with PASSWORD."""

    port: int

    def create(self) -> str:
        """The name of a new database."""
        name = f"test_{secrets.token_hex(8)}"
        self._administer(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return name

    def engine(self, name: str) -> Engine:
        """For the test's own eyes and hands; every statement stands at once."""
        url = URL.create("mysql+pymysql", "sirkula", PASSWORD, "127.0.0.1", self.port, name)
        return create_engine(url, isolation_level="AUTOCOMMIT")

    def address(self, name: str, port: int = 0, answer_within: float = 5.0) -> DatabaseAddress:
        """As a library would set it; `port` by way of something that listens there."""
        password = Secret(PASSWORD)
        return DatabaseAddress(
            "127.0.0.1", port or self.port, name, "sirkula", password, answer_within=answer_within
        )

    def _administer(self, statement: str) -> None:
        engine = self.engine("mysql")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def running_mariadb(credentials: Path | None = None) -> Iterator[MariadbServer]:
    """A new server, until the end; with TLS when there is a key and a certificate for it.

    Raises NoMariadb.
    """
    if shutil.which("mariadbd") is None or shutil.which("mariadb-install-db") is None:
        raise NoMariadb("no MariaDB server is installed: `./run test` installs one")
    home = Path(tempfile.mkdtemp(prefix="sirkula-maria-", dir=in_memory()))
    account = ["--user=mysql"] if os.geteuid() == 0 else []
    if account:
        shutil.chown(home, "mysql", "mysql")
    tls = []
    try:
        _install(home, account)
        if credentials is not None:
            shutil.copy(credentials, home / "own.pem")
            shutil.chown(home / "own.pem", home.owner())
            tls = [f"--ssl-cert={home / 'own.pem'}", f"--ssl-key={home / 'own.pem'}"]
        with _started(home, [*account, *tls]) as port:
            yield MariadbServer(port)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _install(home: Path, account: list[str]) -> None:
    done = subprocess.run(
        [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={home / 'data'}",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
            *account,
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def _started(home: Path, more: list[str]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    begin = home / "begin.sql"
    begin.write_text(
        f"CREATE USER sirkula@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
        "GRANT ALL ON *.* TO sirkula@'127.0.0.1' WITH GRANT OPTION;\n"
    )
    begin.chmod(0o644)
    server = subprocess.Popen(
        [
            "mariadbd",
            "--no-defaults",
            f"--datadir={home / 'data'}",
            f"--socket={home / 'socket'}",
            f"--pid-file={home / 'pid'}",
            f"--log-error={home / 'log'}",
            f"--init-file={begin}",
            f"--port={port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--innodb-buffer-pool-size=16M",
            "--innodb-flush-log-at-trx-commit=0",
            "--performance-schema=0",
            "--sync-frm=0",
            "--innodb-flush-method=nosync",
            "--innodb-doublewrite=0",
            "--innodb-file-per-table=0",
            "--skip-log-bin",
            *more,
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(server, port, home / "log")
        yield port
    finally:
        server.kill()  # its data is thrown away
        server.wait(30)


def _await(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """It accepts connections when this returns."""
    for _ in range(300):
        assert server.poll() is None, log.read_text(errors="replace")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.1):
            return
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.1)
    raise AssertionError(log.read_text(errors="replace"))


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariadbServer]:
    with running_mariadb() as running:
        yield running
