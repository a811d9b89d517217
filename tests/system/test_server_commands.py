"""What a library's staff type at the server, over both databases."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Select, select

from broker.facts import Entry, Fact, ItemLent, ItemReturned
from broker.sealing import OpeningKey, SealingKey
from broker.topics import Channel, Topic
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, PatronId, SiteId
from broker.wire import encode_entry
from server.heard import Heard
from server.intake import Intake
from server.journal.database import open_engine, transaction
from server.journal.tables import audit, closed_day, fact, member
from server.keys import opening_key
from server.library import Library
from server.migrations import migrate
from server.sample import load_sample
from server.settings import Branch
from tests.brokers import free_port

JAKARTA = ZoneInfo("Asia/Jakarta")
SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
SITI, BOOK = PatronId("KTA-0007"), ItemId("B00012")
LONG_AGO = 1_780_000_000.0


class Server:
    """A server's settings, and its commands run as a technician runs them."""

    def __init__(self, folder: Path, database: str) -> None:
        self.keys = folder / "keys"
        self.database = database
        self.settings = folder / "server.toml"
        self.configure()

    def configure(self, more: str = "") -> None:
        self.settings.write_text(
            f'site = "{SITE}"\ndatabase = "{self.database}"\nkeys = "{self.keys}"\n'
            f"[broker]\nport = {free_port()}\n[web]\nport = {free_port()}\n{more}",
            encoding="utf-8",
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "server", *words, "--settings", str(self.settings)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def prints(self, *words: str) -> str:
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    def told(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.prints(*words))
        return found

    def refuses(self, *words: str) -> str:
        done = self.run(*words)
        assert done.returncode == 1, done.stdout
        return done.stderr

    def hear(self, *facts: Fact) -> None:
        """What a kiosk reported long ago."""
        key = OpeningKey.read((self.keys / "sealing.key").read_text(encoding="ascii"))
        intake = Intake(Library(Branch(JAKARTA), SITE), SITE, key)
        topic = str(Topic(SITE, KIOSK, Channel.FACT))
        batch = [Heard(topic, encode_entry(_entry(seq, one))) for seq, one in enumerate(facts, 1)]
        engine = open_engine(self.database)
        with transaction(engine) as connection:
            intake.digest(connection, batch, LONG_AGO)
        engine.dispose()

    def rows(self, statement: Select[Any]) -> Sequence[Any]:
        engine = open_engine(self.database)
        with engine.connect() as connection:
            found = connection.execute(statement).all()
        engine.dispose()
        return found


def _entry(seq: int, told: Fact) -> Entry:
    at = Moment("boot", float(seq), LONG_AGO + seq, ClockState.SYNCHRONISED)
    return Entry(ActId(f"act-{seq}"), SITE, KIOSK, "life", seq, at, told)


@pytest.fixture
def server(tmp_path: Path, empty_url: str) -> Server:
    """A server with the sample library, and a key."""
    server = Server(tmp_path, empty_url)
    # What `sample` and `key` do, in this process: every test begins with it.
    migrate(empty_url)
    engine = open_engine(empty_url)
    with transaction(engine) as connection:
        load_sample(connection, datetime.fromtimestamp(time.time(), JAKARTA).date())
        opening_key(server.keys, connection)
    engine.dispose()
    return server


def lent(server: Server) -> ItemLent:
    sealing = SealingKey.read((server.keys / "sealing.pub").read_text(encoding="ascii"))
    return ItemLent(BOOK, sealing.seal(SITI), date(2026, 12, 1), provisional=False)


def test_the_key_is_printed_for_the_stations_and_stays_the_same(server: Server) -> None:
    first = server.prints("key")
    assert str(SealingKey.read(first)) == first
    assert server.prints("key") == first


def test_a_server_whose_key_is_lost_does_not_start_and_says_what_to_do(server: Server) -> None:
    lost = server.prints("key")
    (server.keys / "sealing.key").unlink()
    for command in ("run", "ingest", "key"):
        said = server.refuses(command)
        assert "bring the folder back from the backup" in said
        assert lost in said
    assert server.prints("key", "--anew") != lost


def test_retention_erases_what_is_over_and_tells_how_much(server: Server) -> None:
    server.hear(lent(server), ItemReturned(BOOK, secured=True))
    assert server.told("retention") == {
        "links_erased": 1,
        "links_held_for_tasks": 0,
        "messages_erased": 0,
    }
    assert set(server.rows(select(fact.c.patron))) == {(None,)}
    assert server.told("retention")["links_erased"] == 0


def test_longer_than_seven_days_needs_a_reason_in_writing(server: Server) -> None:
    server.configure("[retention]\ndays = 14\n")
    assert "more than 7 days of retention need a reason" in server.refuses("retention")
    server.configure('[retention]\ndays = 14\nreason = "perpustakaan sekolah, SK 4/2026"\n')
    assert server.told("retention")["links_erased"] == 0
    server.configure('[retention]\ndays = 31\nreason = "SK 4/2026"\n')
    assert "0 to 30 days, not 31" in server.refuses("retention")


def test_a_person_is_told_what_is_held_and_then_forgotten(server: Server) -> None:
    server.hear(lent(server), ItemReturned(BOOK, secured=True))
    subject = ("--member", "kta-0007", "--note", "surat 12/2026")
    told = server.told("subject", "export", *subject)
    assert [row["number"] for row in told["member"]] == ["KTA-0007"]
    assert [row["item"] for row in told["loans"]] == ["B00012"]
    assert "sealed" in told["elsewhere"]
    erased = server.told("subject", "erase", *subject)
    assert (erased["member"], erased["links"]) == (1, 1)
    assert "no member has this number" in server.refuses("subject", "export", *subject)
    lines = server.rows(select(audit.c.action, audit.c.note).order_by(audit.c.id))
    assert lines == [("exported", "surat 12/2026"), ("erased", "surat 12/2026")]


def test_a_person_who_has_a_book_is_not_forgotten(server: Server) -> None:
    server.hear(lent(server))
    said = server.refuses("subject", "erase", "--member", "KTA-0007")
    assert "B00012: on loan" in said
    assert "KTA-0007" not in said


def test_closed_days_are_proposed_and_confirmed_by_staff(server: Server) -> None:
    assert "closed-days confirm 2031" in server.prints("closed-days", "propose", "2031")
    server.prints("closed-days", "strike", "2031-08-17")
    confirmed = server.prints("closed-days", "confirm", "2031")
    assert confirmed.endswith("disahkan / confirmed")
    standings = server.rows(
        select(closed_day.c.standing)
        .where(closed_day.c.day.between(date(2031, 1, 1), date(2031, 12, 31)))
        .distinct()
    )
    assert {row.standing for row in standings} == {"confirmed", "struck"}


def test_a_hold_is_placed_listed_and_cancelled_without_a_name(server: Server) -> None:
    placed = server.prints("holds", "place", "--member", "KTA-0007", "--item", str(BOOK))
    assert placed == server.prints("holds", "list")
    assert "B00012 until" in placed
    assert "KTA-0007" not in placed
    again = server.refuses("holds", "place", "--member", "KTA-0007", "--item", str(BOOK))
    assert "already-yours" in again
    server.run("holds", "cancel", placed.split()[0])
    assert "there is no hold" in server.refuses("holds", "cancel", placed.split()[0])


def test_a_file_with_a_line_that_cannot_be_used_is_not_half_imported(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "members.csv"
    server.told("export", "members", "--to", str(file))
    assert file.stat().st_mode & 0o077 == 0
    with file.open("a", encoding="utf-8") as opened:
        opened.write("KTA-9001,,Baru,umum,2031-01-01,,\r\nKTA-9002,,Lain,umum,kapan,,\r\n")
    dry = server.run("import", "members", str(file), "--dry-run")
    assert dry.returncode == 0
    refused, numbers = dry.stdout.splitlines()
    assert refused.endswith("Tanggal ini tidak dapat dibaca. / This date cannot be read.")
    assert f"{file}:203: expires: " in refused
    expected = {"file": str(file), "new": 1, "changed": 0, "same": 200, "refused": 1}
    assert json.loads(numbers) == expected | {"written": False}
    assert "nothing imported" in server.refuses("import", "members", str(file))
    assert len(server.rows(select(member.c.number))) == 200
    told = server.told("import", "members", str(file), "--without-refused")
    assert told == expected | {"written": True}
    assert len(server.rows(select(member.c.number))) == 201
    assert "is there" in server.refuses("export", "items", "--to", str(file))


def test_items_go_out_and_come_back_as_marc(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "items.mrc"
    assert server.told("export", "items", "--to", str(file), "--format", "marc")["written"] == 1000
    told = server.told("import", "items", str(file), "--format", "marc", "--dry-run")
    assert (told["new"], told["refused"]) == (0, 0)
    assert "MARC records are of items" in server.refuses(
        "import", "members", str(file), "--format", "marc"
    )


def test_a_member_is_blocked_with_a_reason_and_unblocked(server: Server) -> None:
    blocked = select(member.c.blocked).where(member.c.number == "KTA-0007")
    done = server.run("members", "block", "--member", "kta-0007", "--why", "buku basah")
    assert done.returncode == 0, done.stderr
    assert [row.blocked for row in server.rows(blocked)] == ["buku basah"]
    server.run("members", "unblock", "--member", "KTA-0007")
    assert [row.blocked for row in server.rows(blocked)] == [None]
    assert "no member has" in server.refuses("members", "unblock", "--member", "KTA-9999")
    empty = server.refuses("members", "block", "--member", "KTA-0007", "--why", " ")
    assert "needs its reason" in empty


def test_no_device_is_called_as_the_servers_own_ledger(server: Server) -> None:
    refused = server.run("invite", "server")
    assert refused.returncode == 2
    assert "this server's own name" in " ".join(refused.stderr.split())
