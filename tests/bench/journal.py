"""Facts taken in by the server, against bare inserts of the same bytes into the same database."""

import sqlite3
from datetime import date
from pathlib import Path
from time import perf_counter

from broker.facts import Entry, Fact, ItemLent, ItemReturned
from broker.topics import Channel, Topic
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, PatronId
from broker.wire import encode_entry
from server.heard import Heard
from server.intake import Intake
from server.journal.database import transaction
from server.library import Library
from tests.keys import OPENING, sealed
from tests.simulation.limits import BRANCH
from tests.simulation.line import SITE
from tests.simulation.stock import opened_library

BATCH = 100
KIOSK = DeviceId("kios-01")


def journal_rates(folder: Path, facts: int) -> tuple[float, float]:
    """Facts per second: decoded, journalled and folded in batches of 100; and bare inserts."""
    entries = _entries(facts)
    return _taken_in(folder, entries), _inserted(folder / "bare.db", entries)


def _entries(facts: int) -> list[bytes]:
    patron, due = PatronId("KTA-0001"), date(2026, 12, 1)
    entries = []
    for number in range(facts):
        item = ItemId(f"B{number // 2 % 900 + 1:05}")
        fact: Fact = ItemReturned(item, secured=True)
        if number % 2 == 0:
            fact = ItemLent(item, patron, due, provisional=False)
        at = Moment("boot", float(number), 1.79e9 + number, ClockState.SYNCHRONISED)
        entry = Entry(ActId(f"act-{number}"), SITE, KIOSK, "life", number + 1, at, fact)
        entries.append(encode_entry(sealed(entry)))
    return entries


def _taken_in(folder: Path, entries: list[bytes]) -> float:
    items = [ItemId(f"B{number:05}") for number in range(1, 901)]
    engine = opened_library(folder / "server.db", items, [PatronId("KTA-0001")])
    intake = Intake(Library(BRANCH, SITE), SITE, OPENING)
    topic = str(Topic(SITE, KIOSK, Channel.FACT))
    begun = perf_counter()
    for start in range(0, len(entries), BATCH):
        batch = [Heard(topic, payload) for payload in entries[start : start + BATCH]]
        with transaction(engine) as connection:
            intake.digest(connection, batch, 1.8e9)
    seconds = perf_counter() - begun
    engine.dispose()
    return len(entries) / seconds


def _inserted(path: Path, entries: list[bytes]) -> float:
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA journal_mode=WAL")
    bare.execute("PRAGMA synchronous=FULL")
    bare.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, payload BLOB)")
    begun = perf_counter()
    for start in range(0, len(entries), BATCH):
        bare.execute("BEGIN IMMEDIATE")
        rows = [(payload,) for payload in entries[start : start + BATCH]]
        bare.executemany("INSERT INTO fact (payload) VALUES (?)", rows)
        bare.execute("COMMIT")
    seconds = perf_counter() - begun
    bare.close()
    return len(entries) / seconds
