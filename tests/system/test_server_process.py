"""The server as a process, over both databases: what it says it has, it has."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from broker.facts import Acknowledgement, Entry, Fact, ItemLent, ItemReturned
from broker.mosquitto.child import Mosquitto
from broker.mqtt import Event, Received
from broker.processes import start_tied, stop
from broker.sealing import SealingKey
from broker.telemetry import Birth, Kind, SettingsDesired
from broker.topics import Channel, Topic, server_status, subscriptions_of_device
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, PatronId, SiteId
from broker.wire import decode_snapshot, encode_entry, encode_snapshot
from server.journal.database import open_engine
from server.journal.tables import fact
from tests.brokers import Listener, free_port, started_mosquitto

SITE, BOX = SiteId("binjai"), DeviceId("boks-01")
AT = Moment("boot", 1.0, 1.79e9, ClockState.SYNCHRONISED)


class Library:
    """A server over one database, and a return box that talks to it by hand."""

    def __init__(self, folder: Path, database: str, mosquitto: Mosquitto, more: str = "") -> None:
        self.database = database
        self._settings = folder / "server.toml"
        self._settings.write_text(
            f'site = "{SITE}"\ndatabase = "{database}"\nkeys = "{folder / "keys"}"\n'
            f"[broker]\nport = {mosquitto.port}\n[web]\nport = {free_port()}\n{more}",
            encoding="utf-8",
        )
        self.pause = threading.Event()
        topics = subscriptions_of_device(SITE, BOX)
        self.box = Listener(mosquitto.port, str(BOX), *topics).connected()
        self.start()

    def start(self, crash_at: str = "", part: str = "run") -> None:
        """Returns when the server, or the part of it that takes in facts, says it is there."""
        command = [sys.executable, "-m", "server", part, "--settings", str(self._settings)]
        self.server = start_tied(["env", f"SIRKULA_CRASH_AT={crash_at}", *command])
        self.box.until(self._online)

    def crash(self) -> None:
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    @staticmethod
    def _online(event: Event) -> bool | None:
        match event:
            case Received(topic, b"online") if topic == server_status(SITE):
                return True
            case _:
                return None

    def say(self, channel: Channel, payload: bytes) -> None:
        self.box.line.publish(str(Topic(SITE, BOX, channel)), payload, retain=False)

    def hears(self, channel: Channel) -> bytes:
        wanted = str(Topic(SITE, BOX, channel))

        def told(event: Event) -> bytes | None:
            heard = isinstance(event, Received) and event.topic == wanted
            return event.payload if heard and isinstance(event, Received) else None

        return self.box.until(told)

    def acknowledged(self) -> int:
        return decode_snapshot(self.hears(Channel.ACK), Acknowledgement).through

    def named(self) -> set[str | None]:
        """Whom the journal names."""
        engine = open_engine(self.database)
        with engine.connect() as connection:
            found = set(connection.scalars(select(fact.c.patron)))
        engine.dispose()
        return found

    def journalled(self) -> int:
        engine = open_engine(self.database)
        with engine.connect() as connection:
            count = connection.scalar(select(func.count()).select_from(fact))
        engine.dispose()
        return int(count or 0)


@pytest.fixture
def library(tmp_path: Path, empty_url: str) -> Iterator[Library]:
    mosquitto = started_mosquitto(tmp_path / "broker")
    running = Library(tmp_path, empty_url, mosquitto)
    yield running
    stop(running.server)
    running.box.line.close()
    mosquitto.stop()


def entry(seq: int, told: Fact) -> bytes:
    at = replace(AT, wall=AT.wall + seq)
    return encode_entry(Entry(ActId(f"act-{seq}"), SITE, BOX, "life", seq, at, told))


def returned(seq: int) -> bytes:
    return entry(seq, ItemReturned(ItemId("B00012"), secured=True))


def test_what_is_acknowledged_survives_a_crash_and_counts_once(library: Library) -> None:
    library.say(Channel.FACT, returned(1))
    assert library.acknowledged() == 1
    assert library.journalled() == 1
    library.crash()
    library.start()
    library.say(Channel.FACT, returned(1))
    assert library.acknowledged() == 1
    library.say(Channel.FACT, returned(2))
    assert library.acknowledged() == 2
    assert library.journalled() == 2


def test_a_server_that_runs_erases_who_had_what(library: Library, tmp_path: Path) -> None:
    settings = tmp_path / "server.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + "[retention]\ndays = 0\n", encoding="utf-8"
    )
    public = (tmp_path / "keys" / "sealing.pub").read_text(encoding="ascii")
    patron = SealingKey.read(public).seal(PatronId("KTA-0007"))
    lent = ItemLent(ItemId("B00012"), patron, date(2026, 12, 1), provisional=False)
    library.say(Channel.FACT, entry(1, lent))
    library.say(Channel.FACT, returned(2))
    while library.acknowledged() < 2:
        pass
    assert library.named() == {"KTA-0007", None}
    library.crash()
    library.start()
    for _ in range(100):
        if library.named() == {None}:
            return
        library.pause.wait(0.1)
    raise AssertionError("somebody is still named")


@pytest.mark.parametrize("point", ["S1", "S2", "S3", "S5", "S6"])
def test_a_server_that_crashes_at_any_point_counts_a_fact_once(
    library: Library, point: str
) -> None:
    library.say(Channel.FACT, returned(1))
    assert library.acknowledged() == 1
    stop(library.server)
    library.start(crash_at=point, part="ingest")
    library.say(Channel.FACT, returned(2))
    assert library.server.wait(timeout=30) != 0
    library.start(part="ingest")
    library.say(Channel.FACT, returned(2))
    library.say(Channel.FACT, returned(3))
    while library.acknowledged() < 3:
        pass
    assert library.journalled() == 3


def test_a_station_that_is_born_hears_what_is_kept_and_what_it_shall_be(library: Library) -> None:
    birth = Birth(SITE, BOX, Kind.DROP_BOX, "0.1.0", "boot", "life", 1.79e9)
    library.say(Channel.BIRTH, encode_snapshot(birth))
    assert library.acknowledged() == 0
    wanted = decode_snapshot(library.hears(Channel.SETTINGS_DESIRED), SettingsDesired)
    assert wanted.in_service
    assert wanted.offline.zone == "Asia/Jakarta"


def test_a_port_that_is_taken_is_named_before_anybody_is_served(
    library: Library, tmp_path: Path
) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "server", "web", "--settings", str(tmp_path / "server.toml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert second.returncode == 1
    assert "cannot listen on 127.0.0.1" in second.stderr
