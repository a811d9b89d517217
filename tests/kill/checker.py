"""What must hold when the killing is over: ledgers, records, screens, logs and tags agree.

Separate from the product: it reads databases with plain SQL and files line by line.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text


@dataclass(frozen=True, slots=True)
class Promise:
    """The screen showed a book lent or returned; an act's fact must say so for ever."""

    at: float
    act: str
    item: str
    stage: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where everything was kept: ledgers and logs by station, screens, tags by item."""

    database: str
    ledgers: dict[str, Path]
    drawn: tuple[Path, ...]
    logs: tuple[Path, ...]
    released: frozenset[str]


def violations(evidence: Evidence) -> Iterator[str]:
    engine = create_engine(evidence.database)
    with engine.connect() as records:
        facts = _facts(records)
        yield from _same_as_ledgers(evidence, facts)
        yield from _promises_kept(evidence, records, facts)
        yield from _one_effect_each(records)
        yield from _nothing_aside(records)
        yield from _tags(evidence, records)
    engine.dispose()


def promises(drawn: tuple[Path, ...]) -> list[Promise]:
    """Every yes that was ever drawn, each act once, oldest first."""
    found: dict[str, Promise] = {}
    for path in drawn:
        for line in path.read_text(encoding="utf-8").splitlines():
            scene = json.loads(line)
            for book in scene["books"]:
                if book["stage"] in {"lent", "returned"} and book["act"] not in found:
                    act, item = book["act"], book["item"]
                    found[act] = Promise(scene["at"], act, item, book["stage"])
    return sorted(found.values(), key=lambda promise: promise.at)


def _facts(records: Connection) -> dict[str, dict[str, Any]]:
    rows = records.execute(text("SELECT act, payload FROM fact"))
    return {act: json.loads(payload) for act, payload in rows}


def _same_as_ledgers(evidence: Evidence, facts: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Each fact of a ledger once in the journal, and nothing else; numbered without a hole."""
    owned: Counter[str] = Counter()
    for station, path in evidence.ledgers.items():
        with sqlite3.connect(path) as ledger:
            rows = ledger.execute("SELECT seq, act, payload, acknowledged FROM entry ORDER BY seq")
            entries = rows.fetchall()
            yield from (f"{station}: {problem}" for problem in _unsound(ledger))
        ledger.close()
        owned.update(act for _, act, _, _ in entries)
        if [seq for seq, *_ in entries] != list(range(1, len(entries) + 1)):
            yield f"{station}: the numbers have a hole"
        for _, act, payload, acknowledged in entries:
            if act not in facts:
                yield f"lost: {act} of {station}"
            elif facts[act] != json.loads(payload):
                yield f"{act} of {station} says something else at the server"
            if acknowledged is None:
                yield f"{station} still owes {act}"
    yield from (f"doubled: {act}" for act, times in owned.items() if times > 1)
    yield from (f"from nowhere: {act}" for act in facts if act not in owned)


def _unsound(ledger: sqlite3.Connection) -> Iterator[str]:
    (sound,) = ledger.execute("PRAGMA integrity_check").fetchone()
    if sound != "ok":
        yield f"corrupt: {sound}"
    begun = ledger.execute("SELECT act FROM act WHERE stage <> 'closed'")
    yield from (f"left the act {act} open" for (act,) in begun)


def _promises_kept(
    evidence: Evidence, records: Connection, facts: dict[str, dict[str, Any]]
) -> Iterator[str]:
    for log in evidence.logs:
        for act in _recorded(log):
            if act not in facts:
                yield f"lost: {act} was logged as recorded in {log.name}"
    last: dict[str, Promise] = {}
    for promise in promises(evidence.drawn):
        kind = {"lent": "item-lent", "returned": "item-returned"}[promise.stage]
        fact = facts.get(promise.act)
        if fact is None or kind not in fact["type"] or fact["data"]["item"] != promise.item:
            yield f"lost: {promise} was shown, the records have {fact}"
        else:
            last[promise.item] = promise
    lending = records.execute(text("SELECT item, act FROM loan WHERE returned_at IS NULL"))
    loans = {loan.item: loan.act for loan in lending}
    for item, promise in last.items():
        later = [
            one
            for one in facts.values()
            if one["data"].get("item") == item and one["wall"] > facts[promise.act]["wall"]
        ]
        if not later and loans.get(item) != (promise.act if promise.stage == "lent" else None):
            yield f"{promise} was shown last, the loan is {loans.get(item)}"


def _recorded(log: Path) -> Iterator[str]:
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if '"event": "recorded"' in line:
            yield json.loads(line)["act"]


def _one_effect_each(records: Connection) -> Iterator[str]:
    lending = "SELECT act FROM fact WHERE kind IN ('item-lent', 'loan-unconfirmed')"
    facts = Counter(records.scalars(text(lending)))
    loans = Counter(records.scalars(text("SELECT act FROM loan")))
    yield from (f"a fact without its loan, or twice: {act}" for act in facts - loans)
    yield from (f"a loan without its fact, or twice: {act}" for act in loans - facts)
    held = text("SELECT item FROM loan WHERE returned_at IS NULL GROUP BY item HAVING count(*) > 1")
    yield from (f"lent twice at once: {item}" for item in records.scalars(held))
    waiting = text("SELECT act FROM \"grant\" WHERE standing = 'open'")
    yield from (f"a grant without its closing fact: {act}" for act in records.scalars(waiting))


def _nothing_aside(records: Connection) -> Iterator[str]:
    for reason in records.scalars(text("SELECT reason FROM quarantine")):
        yield f"quarantined: {reason}"


def _tags(evidence: Evidence, records: Connection) -> Iterator[str]:
    excused = set(records.scalars(text("SELECT item FROM loan WHERE returned_at IS NULL")))
    excused |= set(records.scalars(text("SELECT item FROM task WHERE settled_at IS NULL")))
    for item in sorted(evidence.released - excused):
        yield f"released without an open loan or a task: {item}"
