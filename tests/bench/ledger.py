"""A station's INTENT and CONFIRM, against two bare durable commits of the same size."""

import sqlite3
from pathlib import Path
from time import perf_counter

from broker.facts import ItemReturned
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, SiteId
from devices.capabilities import TagUid
from kiosk.ledger import Ledger

UID = TagUid(bytes.fromhex("E0040150153B945A"))
ITEM = ItemId("B00012")


def ledger_rates(folder: Path, acts: int) -> tuple[float, float]:
    """Acts per second with both fsyncs; and pairs of bare commits."""
    return _recorded(folder / "ledger.db", acts), _committed(folder / "bare.db", acts)


def _recorded(path: Path, acts: int) -> float:
    ledger = Ledger.open(path, SiteId("bench"), DeviceId("kios-01"), "life")
    at = Moment("boot", 1.0, 1.79e9, ClockState.SYNCHRONISED)
    begun = perf_counter()
    for number in range(acts):
        act = ActId(f"act-{number}")
        ledger.intend(act, UID, ITEM, None, at)
        ledger.record(act, ItemReturned(ITEM, secured=True))
    seconds = perf_counter() - begun
    ledger.close()
    return acts / seconds


def _committed(path: Path, acts: int) -> float:
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA journal_mode=WAL")
    bare.execute("PRAGMA synchronous=FULL")
    bare.execute("CREATE TABLE act (id INTEGER PRIMARY KEY, payload BLOB)")
    begun = perf_counter()
    for _ in range(2 * acts):
        bare.execute("BEGIN IMMEDIATE")
        bare.execute("INSERT INTO act (payload) VALUES (?)", (bytes(200),))
        bare.execute("COMMIT")
    seconds = perf_counter() - begun
    bare.close()
    return acts / seconds
