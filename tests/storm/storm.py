"""Everybody comes back at once: a real broker and server, and what the devices and records say."""

import asyncio
import itertools
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from time import monotonic

import psutil
from sqlalchemy import Connection, create_engine, insert, text

from broker.facts import Fact, ItemLent, ItemReturned
from broker.processes import start_tied, stop
from broker.sealing import SealingKey
from broker.vocabulary import DeviceId, ItemId, PatronId
from server.journal.database import open_engine, transaction
from server.journal.tables import item, loan_rule, member, title
from tests.brokers import free_port, started_mosquitto
from tests.databases import running_cluster
from tests.storm.device import SITE, Device

ITEMS = 50_000
MEMBERS = 10_000
DUE = date(2026, 12, 1)
LIVE_DEVICES = 20


@dataclass(frozen=True, slots=True)
class Storm:
    """What is to be played."""

    devices: int
    facts: int
    reconnect_within: float
    drained_within: float
    live_per_second: float
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What it came to; `delays` are seconds from publish to acknowledgement, live traffic only."""

    drained_in: float
    delays: tuple[float, ...]
    live_facts: int
    violations: tuple[str, ...]
    cpu_seconds: float = 0.0


class Town:
    """Facts of one device: loans and returns of its own books, in an order that makes sense."""

    def __init__(self, random: Random, key: SealingKey, number: int, of: int) -> None:
        self._random = random
        self._key = key
        self._books = range(number, ITEMS, of)
        self._lent: list[ItemId] = []

    def fact(self) -> Fact:
        random = self._random
        if self._lent and random.random() < 0.5:
            return ItemReturned(self._lent.pop(random.randrange(len(self._lent))), secured=True)
        book = ItemId(f"B{random.choice(self._books):05}")
        patron = self._key.seal(PatronId(f"KTA-{random.randrange(MEMBERS):05}"))
        if book in self._lent:
            return ItemReturned(book, secured=True)
        self._lent.append(book)
        return ItemLent(book, patron, DUE, provisional=True)


def played(storm: Storm, folder: Path) -> Outcome:
    """One storm on a new PostgreSQL, from the first connection to the last acknowledgement."""
    with _library(folder) as library:
        outcome = asyncio.run(_played(storm, library))
        found = (*outcome.violations, *_violations(storm, outcome, library.database))
        return replace(outcome, violations=found, cpu_seconds=library.cpu_seconds())


@dataclass(frozen=True, slots=True)
class Library:
    """The broker's port, the database's address, and the server's key and intake process."""

    port: int
    database: str
    key: SealingKey
    ingest: int

    def cpu_seconds(self) -> float:
        """What the intake has used so far; unlike the clock it does not depend on neighbours."""
        used = psutil.Process(self.ingest).cpu_times()
        return float(used.user + used.system)


@contextmanager
def _library(folder: Path) -> Iterator[Library]:
    """Mosquitto, PostgreSQL and the server's intake."""
    mosquitto = started_mosquitto(folder / "broker")
    with running_cluster() as cluster:
        database = cluster.create()
        settings = folder / "server.toml"
        settings.write_text(
            f'site = "{SITE}"\ndatabase = "{database}"\nkeys = "{folder / "keys"}"\n'
            f"[broker]\nport = {mosquitto.port}\n[web]\nport = {free_port()}\n",
            encoding="utf-8",
        )
        server = [sys.executable, "-m", "server"]
        subprocess.run([*server, "migrate", "--settings", str(settings)], check=True)
        _furnish(database)
        told = subprocess.run(
            [*server, "key", "--settings", str(settings)],
            check=True,
            capture_output=True,
            text=True,
        )
        key = SealingKey.read(told.stdout.splitlines()[-1])
        with (folder / "server.log").open("wb") as log:
            ingest = start_tied([*server, "ingest", "--settings", str(settings)], output=log)
            try:
                yield Library(mosquitto.port, database, key, ingest.pid)
            finally:
                stop(ingest)
                mosquitto.stop()


def _furnish(database: str) -> None:
    engine = open_engine(database)
    book = {"title": "Laskar Pelangi", "author": "Andrea Hirata", "publisher": "Bentang"}
    copy = {"title": 1, "collection": "circulating", "state": "present"}
    person = {"name": "Contoh", "kind": "umum", "expires": date(2030, 1, 1), "blocked": None}
    rule = {"member_kind": "umum", "collection": "*", "item_limit": 50, "days": 7}
    with transaction(engine) as connection:
        connection.execute(insert(title), [book | {"id": 1, "year": 2005, "call_number": "8"}])
        copies = [copy | {"barcode": f"B{number:05}"} for number in range(ITEMS)]
        connection.execute(insert(item), copies)
        people = [
            person | {"number": f"KTA-{number:05}", "card": f"04{number:012X}"}
            for number in range(MEMBERS)
        ]
        connection.execute(insert(member), people)
        connection.execute(insert(loan_rule), [rule])
    engine.dispose()


async def _played(storm: Storm, library: Library) -> Outcome:
    random = Random(storm.seed)
    names = itertools.count()
    everybody = storm.devices + LIVE_DEVICES

    def device() -> Device:
        number = next(names)
        own = Random(f"{storm.seed} {number}")
        town = Town(own, library.key, number, everybody)
        return Device(DeviceId(f"kios-{number:03}"), library.port, own, town.fact)

    stormy = [device() for _ in range(storm.devices)]
    live = [device() for _ in range(LIVE_DEVICES)]
    for one in stormy:
        one.queue(storm.facts)
    begun = monotonic()
    async with _alive(live, lambda: 0.0), _traffic(live, random, storm.live_per_second):
        await _until(lambda: all(one.connections for one in live), 30)
        async with _alive(stormy, lambda: random.uniform(0, storm.reconnect_within)):
            await _until(lambda: not any(one.owes for one in stormy), storm.drained_within, stormy)
            drained_in = monotonic() - begun
    late = [f"{one.name} still owes {one.queued - one.acknowledged}" for one in stormy if one.owes]
    async with _alive(live, lambda: 0.0):
        await _until(lambda: not any(one.owes for one in live), 60)
    late += [f"{one.name} still owes live facts" for one in live if one.owes]
    delays = tuple(delay for one in live for delay in one.delays)
    return Outcome(drained_in, delays, sum(one.queued for one in live), tuple(late))


@asynccontextmanager
async def _alive(devices: list[Device], begin: Callable[[], float]) -> AsyncIterator[None]:
    lives = [asyncio.create_task(one.live(begin())) for one in devices]
    try:
        yield
    finally:
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)


@asynccontextmanager
async def _traffic(live: list[Device], random: Random, per_second: float) -> AsyncIterator[None]:
    """What patrons do meanwhile, at random moments."""

    async def happen() -> None:
        while True:
            await asyncio.sleep(random.expovariate(per_second))
            random.choice(live).happen()

    happening = asyncio.create_task(happen())
    try:
        yield
    finally:
        happening.cancel()


async def _until(
    done: Callable[[], bool], patience: float, told: list[Device] | None = None
) -> None:
    """Waits, and tells how far it is now and then; no error when it never comes."""
    end, next_word = monotonic() + patience, monotonic() + 15
    while not done() and monotonic() < end:
        await asyncio.sleep(0.1)
        if told and monotonic() > next_word:
            next_word += 15
            owed = sum(one.queued - one.acknowledged for one in told)
            print(f"{owed} facts owed", file=sys.stderr)


def _violations(storm: Storm, outcome: Outcome, database: str) -> Iterator[str]:
    engine = create_engine(database)
    with engine.connect() as records:
        yield from _counted(records, storm.devices * storm.facts + outcome.live_facts)
    engine.dispose()


def _counted(records: Connection, expected: int) -> Iterator[str]:
    """Each fact once, without a gap, with its one effect; plain SQL."""
    one = records.execute(text("SELECT count(*), count(DISTINCT act) FROM fact")).one()
    if tuple(one) != (expected, expected):
        yield f"{one} facts recorded, {expected} sent"
    gaps = text("SELECT device FROM fact GROUP BY device HAVING max(seq) <> count(*)")
    yield from (f"{device} has a gap" for device in records.scalars(gaps))
    aside = records.scalar(text("SELECT count(*) FROM quarantine"))
    if aside:
        yield f"{aside} messages quarantined"
    loans = records.execute(
        text(
            "SELECT (SELECT count(*) FROM loan),"
            " (SELECT count(*) FROM fact WHERE kind = 'item-lent')"
        )
    ).one()
    if loans[0] != loans[1]:
        yield f"{loans[0]} loans of {loans[1]} facts"
