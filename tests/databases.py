"""Both databases for every test that needs one: a SQLite file and a private PostgreSQL cluster.

The cluster is made once per session with the installed binaries, listens on a socket in a
directory of its own and on no network unless asked to, and each test gets a database of its own.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from server.journal.database import open_engine
from server.migrations import migrate

MEMORY = Path("/dev/shm")  # noqa: S108 a private folder is made below it
_ROOM = 4 << 30  # bytes: each of four servers may keep a journal of one gigabyte


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL that only this session knows; `port` is 0 while it listens on no network."""

    home: Path
    binaries: Path
    port: int = 0

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.home}{self._suffix}"

    def url_by_way_of(self, port: int, database: str) -> str:
        """Over TCP, through whatever listens on that loopback port."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{port}/{database}?sslmode=disable"

    @property
    def _suffix(self) -> str:
        return f"&port={self.port}" if self.port else ""

    def create(self, template: str = "template1") -> str:
        """The address of a new database, copied from `template`."""
        name = f"test_{secrets.token_hex(8)}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        self._administer(f"DROP DATABASE {name_of(url)} WITH (FORCE)")

    def start(self) -> None:
        """Accepts connections when this returns, recovered if need be."""
        network = f"'127.0.0.1' -c port={self.port}" if self.port else "''"
        options = (
            f"-c listen_addresses={network} -c unix_socket_directories={self.home}"
            " -c max_connections=50"
            # What is killed leaves nothing in the machine's own shared memory.
            " -c dynamic_shared_memory_type=mmap"
        )
        start = ("-w", "-t", "60", "-l", self.home / "log", "-o", options)
        _as_owner(self.binaries / "pg_ctl", "-D", self.home / "records", *start, "start")

    def begin_recovering(self) -> None:
        """Stops, and starts as after a power cut that takes long to recover from: see `recover`."""
        self.stop_at_once()
        records = self.home / "records"
        (records / "standby.signal").touch()
        with (records / "postgresql.auto.conf").open("a") as settings:
            settings.write("hot_standby = off\n")
        self.start()

    def recover(self) -> None:
        """Connections are accepted again."""
        _as_owner(self.binaries / "pg_ctl", "-D", self.home / "records", "-w", "promote")

    def stop_at_once(self) -> None:
        """As a power cut would: no checkpoint, every session ended."""
        records = self.home / "records"
        _as_owner(self.binaries / "pg_ctl", "-D", records, "-m", "immediate", "stop")

    def _administer(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


class NoPostgresql(Exception):
    """No PostgreSQL server is installed: `./run test` installs one."""


def name_of(url: str) -> str:
    """The database's name in an address that `Cluster.url` made."""
    return url.partition("@/")[2].partition("?")[0]


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _as_owner(*command: str | Path) -> None:
    # PostgreSQL refuses to run as root.
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, cwd="/")
    assert done.returncode == 0, done.stderr


def in_memory() -> str | None:
    """A folder in memory that can hold a database server, or None: tempfile's own choice.

    What is copied for each test costs a tenth there; what a killed program leaves is the same.
    """
    is_there = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > _ROOM
    return str(MEMORY) if is_there else None


@contextmanager
def running_cluster(port: int = 0, within: str | None = None) -> Iterator[Cluster]:
    """A new cluster, until the end. Raises NoPostgresql."""
    binaries = _binaries()
    if binaries is None:
        raise NoPostgresql("no PostgreSQL server is installed: `./run test` installs one")
    home = Path(tempfile.mkdtemp(prefix="sirkula-pg-", dir=within))
    if os.geteuid() == 0:
        postgres = pwd.getpwnam("postgres")
        os.chown(home, postgres.pw_uid, postgres.pw_gid)
    running = Cluster(home, binaries, port)
    try:
        login = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        _as_owner(binaries / "initdb", "-D", home / "records", *login)
        running.start()
        try:
            yield running
        finally:
            running.stop_at_once()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster(within=in_memory()) as running:
        yield running


@pytest.fixture(scope="session")
def migrated_template(cluster: Cluster) -> str:
    """A migrated database, the pattern of every test's own."""
    url = cluster.create()
    migrate(url)
    return name_of(url)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, the pattern of every test's own."""
    path = tmp_path_factory.mktemp("pattern") / "records.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.create()
    yield url
    cluster.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database."""
    if request.param == "sqlite":
        path = tmp_path / "records.sqlite"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.create(request.getfixturevalue("migrated_template"))
    yield url
    cluster.drop(url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated, empty database."""
    opened = open_engine(database_url)
    yield opened
    opened.dispose()
