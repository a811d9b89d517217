"""The backup page says what works: run as it stands, on both databases, with stations around."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, make_url, select

from server.journal.database import open_engine, transaction
from server.journal.tables import fact, loan, task
from server.migrations import migrate
from tests.databases import Cluster
from tests.exchange import Exchange

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "server" / "BACKUP.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
NIGHTLY, CHECK, SQLITE, CREATE, POSTGRESQL = BLOCKS


@dataclass
class Site:
    """A server's folder, as a technician sees it, and stations that speak with its database."""

    folder: Path
    url: str
    exchange: Exchange

    def type(self, commands: str, *, crash_at: str = "") -> subprocess.CompletedProcess[str]:
        """Types these lines into a shell in the folder."""
        program = self.folder / "bin" / "sirkula-server"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m server "$@"\n', encoding="ascii")
        program.chmod(0o755)
        address = make_url(self.url)
        environment = {
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PGUSER": address.username or "",
            "PGHOST": str(address.query.get("host", "")),
            "SIRKULA_CRASH_AT": crash_at,
        }
        return subprocess.run(
            ["sh", "-e", "-c", commands],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def name_in_settings(self, url: str) -> None:
        self.url = url
        (self.folder / "server.toml").write_text(
            f'site = "binjai"\ndatabase = "{url}"\nkeys = "{self.folder / "keys"}"\n'
            "[broker]\nport = 1\n[web]\nport = 2\n",
            encoding="utf-8",
        )

    def reopen(self) -> None:
        """The exchange speaks with the database of the settings."""
        self.exchange.engine.dispose()
        self.exchange.engine = open_engine(self.url)

    def newest(self) -> str:
        return max(file.name for file in (self.folder / "backups").glob("*.backup"))

    def restore(self, cluster: Cluster | None) -> subprocess.CompletedProcess[str]:
        """What the page says, for the database this site has."""
        if cluster is None:
            return self.type(SQLITE.replace("NEWEST.backup", self.newest()))
        made = self.type(CREATE)
        assert made.returncode == 0, made.stderr
        self.name_in_settings(cluster.url("sirkula_restored"))
        return self.type(POSTGRESQL.replace("NEWEST.backup", self.newest()))


@pytest.fixture(params=["sqlite", "postgresql"])
def cluster_or_none(request: pytest.FixtureRequest) -> Iterator[Cluster | None]:
    if request.param == "sqlite":
        yield None
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    yield cluster
    for name in ("sirkula", "sirkula_restored"):
        if exists(cluster, name):
            cluster.drop(cluster.url(name))


def exists(cluster: Cluster, name: str) -> bool:
    engine = open_engine(cluster.url("postgres"))
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT count(*) FROM pg_database WHERE datname = %s", (name,)
        ).scalar_one()
    engine.dispose()
    return bool(found)


@pytest.fixture
def site(tmp_path: Path, cluster_or_none: Cluster | None) -> Iterator[Site]:
    folder = tmp_path / "server"
    folder.mkdir()
    if cluster_or_none is None:
        url = f"sqlite:///{folder / 'server.db'}"
    else:
        url = cluster_or_none.create()
    migrate(url)
    exchange = Exchange(open_engine(url), tmp_path / "stations")
    site = Site(folder, url, exchange)
    site.name_in_settings(url)
    for name in ("kios-01", "kios-02"):
        exchange.station(name)
    exchange.server_comes()
    yield site
    exchange.close()
    exchange.engine.dispose()
    if cluster_or_none is not None and url != site.url:
        cluster_or_none.drop(url)


def state(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """All that the facts lead to; not when they came in."""
    facts = (fact.c.act, fact.c.device, fact.c.install, fact.c.seq, fact.c.payload)
    tasks = (task.c.kind, task.c.act, task.c.item, task.c.settled_at)
    return {
        name: [tuple(row) for row in connection.execute(select(*columns).order_by(columns[0]))]
        for name, columns in {"fact": facts, "loan": tuple(loan.c), "task": tasks}.items()
    }


def state_of(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with transaction(engine) as connection:
        return state(connection)


def a_day(site: Site, first: int) -> None:
    one, two = site.exchange.station("kios-01"), site.exchange.station("kios-02")
    one.lend(first, first + 1, first + 2)
    two.lend(first + 3)
    one.take_back(first)
    two.take_back(first + 1)
    site.exchange.settle()


def test_after_the_restore_stations_send_again_and_the_state_is_the_same(
    site: Site, cluster_or_none: Cluster | None
) -> None:
    a_day(site, 1)
    done = site.type(NIGHTLY)
    assert done.returncode == 0, done.stderr
    assert site.type(CHECK).returncode == 0
    a_day(site, 10)
    before = state_of(site.exchange.engine)
    assert len(before["fact"]) == 12
    site.exchange.engine.dispose()
    done = site.restore(cluster_or_none)
    assert done.returncode == 0, done.stderr
    site.reopen()
    assert len(state_of(site.exchange.engine)["fact"]) == 6
    site.exchange.server_comes()
    site.exchange.settle()
    assert state_of(site.exchange.engine) == before
    assert site.exchange.owed() == 0
    a_day(site, 20)
    assert len(state_of(site.exchange.engine)["fact"]) == 18


def test_stations_hear_what_a_finished_backup_holds(site: Site) -> None:
    a_day(site, 1)
    assert site.type(NIGHTLY).returncode == 0
    station = site.exchange.station("kios-01")
    station.lend(9)
    station.clock.wait(40 * 86_400)
    site.exchange.settle()
    # What the backup holds was dropped after 30 days; what came later waits for the next one.
    assert station.ledger.extent.oldest == 5
    station.clock.wait(40 * 86_400)
    station.lend(10)
    site.exchange.settle()
    assert station.ledger.extent.oldest == 5


def test_a_crash_between_file_and_record_costs_nothing(site: Site) -> None:
    a_day(site, 1)
    crashed = site.type(NIGHTLY, crash_at="S13")
    assert crashed.returncode != 0
    assert site.newest()
    station = site.exchange.station("kios-01")
    station.lend(9)
    site.exchange.settle()
    assert site.type(NIGHTLY).returncode == 0


def test_a_database_that_is_there_is_never_written_over(
    site: Site, cluster_or_none: Cluster | None
) -> None:
    a_day(site, 1)
    assert site.type(NIGHTLY).returncode == 0
    before = state_of(site.exchange.engine)
    site.exchange.engine.dispose()
    refused = site.type(POSTGRESQL.replace("NEWEST.backup", site.newest()))
    assert refused.returncode != 0
    assert ("move it away first" if cluster_or_none is None else "createdb") in refused.stderr
    site.reopen()
    assert state_of(site.exchange.engine) == before


def test_a_backup_that_rotted_is_refused_by_name(
    site: Site, cluster_or_none: Cluster | None
) -> None:
    a_day(site, 1)
    assert site.type(NIGHTLY).returncode == 0
    file = site.folder / "backups" / site.newest()
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // 2)
        opened.write(b"\xa5\x5a\xa5")
    site.exchange.engine.dispose()
    assert site.type(CHECK).returncode != 0
    refused = site.restore(cluster_or_none)
    assert "is not as it was written" in refused.stderr


def test_a_backup_is_read_by_its_owner_only(site: Site) -> None:
    a_day(site, 1)
    assert site.type(NIGHTLY).returncode == 0
    mode = (site.folder / "backups" / site.newest()).stat().st_mode
    assert mode & 0o077 == 0


def test_a_damaged_database_gives_no_backup_and_tells_nobody(tmp_path: Path) -> None:
    path = tmp_path / "server.db"
    migrate(f"sqlite:///{path}")
    exchange = Exchange(open_engine(f"sqlite:///{path}"), tmp_path / "stations")
    site = Site(tmp_path, f"sqlite:///{path}", exchange)
    site.name_in_settings(site.url)
    exchange.station("kios-01").lend(*range(1, 60))
    exchange.server_comes()
    exchange.settle()
    exchange.engine.dispose()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
        (page,) = raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'fact'").fetchone()
    raw.close()
    with path.open("r+b") as opened:
        opened.seek((page - 1) * 4096 + 8)
        opened.write(b"\xff" * 64)
    failed = site.type(NIGHTLY)
    assert failed.returncode == 1
    assert "damaged" in failed.stderr or "malformed" in failed.stderr
    assert not any((tmp_path / "backups").glob("*.part"))
    assert not any((tmp_path / "backups").glob("*.backup"))
    exchange.close()


@pytest.mark.parametrize("content", [b"", b"a letter", b"SQLite format 3\0 and then nothing"])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    site = Site(tmp_path, "", Exchange(open_engine(f"sqlite:///{tmp_path / 'x'}"), tmp_path))
    site.name_in_settings(f"sqlite:///{tmp_path / 'server.db'}")
    (tmp_path / "wrong.backup").write_bytes(content)
    refused = site.type("sirkula-server restore --settings server.toml --from wrong.backup")
    assert refused.returncode == 1
    assert "wrong.backup" in refused.stderr
    assert not any(tmp_path.glob("server.db*"))


def test_the_page_has_no_command_that_is_not_tried() -> None:
    assert len(BLOCKS) == 5
    assert json.dumps(PAGE).count("```") == 2 * len(BLOCKS)
