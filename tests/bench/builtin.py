"""Whole loans of the built-in library, against bare inserts of as many rows in the same run.

A pair is what a patron's visit sends: the ask for a loan, the fact that it happened, the fact that
the item came back. They go through the intake as they come from the broker, sealed and encoded, for
64 stations at once: as many asks in one transaction, then as many facts.
"""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from broker.facts import Entry, ItemLent, ItemReturned
from broker.requests import Ask, Grant, Lend
from broker.topics import Channel, Topic
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, PatronId
from broker.wire import decode_reply, encode_ask, encode_entry
from server.heard import Heard
from server.intake import Intake, Outgoing
from server.journal.database import transaction
from server.library import Library
from tests.keys import OPENING, sealed, sealed_question
from tests.simulation.limits import BRANCH
from tests.simulation.line import SITE
from tests.simulation.stock import opened_library

STATIONS = 64
ROUNDS = 20
NOW = 1.8e9
LEAST_PAIRS = 1000
MOST_RATIO = 60.0


def builtin_figures(folder: Path, rounds: int) -> Iterator[dict[str, float | str]]:
    """Pairs a second, and how many times that the same inserts alone would make."""
    ours = [_pairs(folder / f"ours-{number}.db") for number in range(rounds)]
    bare = [_bare(folder / f"bare-{number}.db") for number in range(rounds)]
    yield {
        "bench": "ils: built-in lend+return",
        "per_second": round(median(wall for wall, _ in ours)),
        "per_processor_second": round(median(spent for _, spent in ours)),
        "asked_for_per_second": LEAST_PAIRS,
        "bare_per_second": round(median(bare)),
        "ratio": round(median(bare) / median(wall for wall, _ in ours), 2),
        "at_most": MOST_RATIO,
    }


def _pairs(path: Path) -> tuple[float, float]:
    """Pairs a second, and a second of this process at work."""
    items = [ItemId(f"B{number:05}") for number in range(2, STATIONS * ROUNDS + 2)]
    patrons = [PatronId(f"KTA-{number:04}") for number in range(STATIONS)]
    engine = opened_library(path, items, patrons)
    intake = Intake(Library(BRANCH, SITE), SITE, OPENING)
    shelves = [items[start : start + STATIONS] for start in range(0, len(items), STATIONS)]
    batches = [batch for turn, shelf in enumerate(shelves) for batch in _turn(turn, shelf, patrons)]
    answers: list[Outgoing] = []
    begun, spent = perf_counter(), process_time()
    for batch in batches:
        with transaction(engine) as connection:
            answers += intake.digest(connection, batch, NOW)
    seconds, spent = perf_counter() - begun, process_time() - spent
    engine.dispose()
    replies = [decode_reply(one.payload) for one in answers if "/reply" in one.topic]
    granted = sum(isinstance(one.answer, Grant) for one in replies)
    if granted != STATIONS * ROUNDS:
        raise AssertionError(f"{granted} of {STATIONS * ROUNDS} loans were granted")
    return granted / seconds, granted / spent


def _turn(turn: int, items: list[ItemId], patrons: list[PatronId]) -> tuple[list[Heard], ...]:
    """Every station's ask, and later its two facts."""
    asks, lent, returned = [], [], []
    for number, (item, patron) in enumerate(zip(items, patrons, strict=True)):
        device, act = DeviceId(f"kios-{number}"), ActId(f"kios-{number}-{turn}")
        question = sealed_question(Lend(act, item, patron))
        topic = str(Topic(SITE, device, Channel.ASK, "lend"))
        asks.append(Heard(topic, encode_ask(Ask("c", NOW + 60, question))))
        loan = ItemLent(item, patron, date(2027, 1, 22), provisional=False)
        back = ActId(f"{act}-back")
        lent.append(_told(Entry(act, SITE, device, "life", 2 * turn + 1, _at(turn), loan)))
        done = ItemReturned(item, secured=True)
        returned.append(_told(Entry(back, SITE, device, "life", 2 * turn + 2, _at(turn), done)))
    return asks, lent, returned


def _at(turn: int) -> Moment:
    return Moment("boot", float(turn), NOW - 1000.0 + turn, ClockState.SYNCHRONISED)


def _told(entry: Entry) -> Heard:
    return Heard(str(Topic(SITE, entry.device, Channel.FACT)), encode_entry(sealed(entry)))


def _bare(path: Path) -> float:
    """Pairs a second of nothing but rows, as many to a transaction."""
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA journal_mode=WAL")
    bare.execute("PRAGMA synchronous=FULL")
    bare.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, payload BLOB)")
    rows = [(b"x" * 400,)] * STATIONS
    begun = perf_counter()
    for _ in range(ROUNDS):
        for share in (1, 2, 2):
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany("INSERT INTO kept (payload) VALUES (?)", rows * share)
            bare.execute("COMMIT")
    seconds = perf_counter() - begun
    bare.close()
    return STATIONS * ROUNDS / seconds
