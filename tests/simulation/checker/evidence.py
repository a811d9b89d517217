"""What is left when the storm is over, read with plain SQL: nothing here asks the product."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from broker.vocabulary import SealedPatron
from tests.simulation.things import World

LENDING: Final = frozenset({"item-lent", "loan-unconfirmed"})
Row = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One row of the journal, and what its very bytes say."""

    act: str
    row: Row
    event: Row

    @property
    def kind(self) -> str:
        return str(self.event["type"]).split(".")[2]

    @property
    def said(self) -> Row:
        found: Row = self.event["data"]
        return found

    @property
    def place(self) -> tuple[str, str, int]:
        return self.row["device"], self.row["install"], self.row["seq"]


@dataclass(frozen=True)
class Ledger:
    """One station's file: its install, entries and open acts."""

    install: str
    entries: list[Row]
    open_acts: int


class Evidence:
    """The server's tables, the stations' files and what the witnesses swear to."""

    def __init__(self, folder: Path, stations: Iterable[str], world: World) -> None:
        self.world = world
        with closing(sqlite3.connect(folder / "server.db")) as server:
            server.row_factory = _as_dict
            self.told = {row["act"]: _told(row) for row in server.execute("SELECT * FROM fact")}
            self.loans = {row["act"]: row for row in server.execute("SELECT * FROM loan")}
            self.tasks = list(server.execute("SELECT * FROM task"))
            self.grants = list(server.execute('SELECT * FROM "grant"'))
            self.quarantine = list(server.execute("SELECT * FROM quarantine"))
            self.decisions = list(server.execute("SELECT * FROM decision"))
            self.elsewhere = [
                *server.execute("SELECT device, install, seq FROM retold"),
                *server.execute("SELECT device, install, seq FROM lost"),
            ]
            self.devices = {row["device"]: row for row in server.execute("SELECT * FROM device")}
            self.counted = next(iter(server.execute("SELECT count(*) AS n FROM fact")))["n"]
        self.ledgers = {name: _ledger(folder / f"{name}.db") for name in stations}

    def of_item(self, item: str) -> list[Told]:
        """An item's facts in the order in which they truly happened."""
        found = [told for told in self.told.values() if told.row["item"] == item]
        return sorted(found, key=lambda told: self.true_second(told.act))

    def true_second(self, act: str) -> float:
        """When the act truly began; an act nobody attempted is accused elsewhere."""
        attempt = self.world.attempts.get(act)
        return 0.0 if attempt is None else attempt.time

    def open_tasks(self) -> set[str]:
        """Items that staff know they have to look at."""
        return {row["item"] for row in self.tasks if row["settled_at"] is None}

    def open_loans(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.loans.values():
            if row["returned_at"] is None:
                found[row["item"]].append(row)
        return found

    def patron(self, told: Told) -> str | None:
        """Whom a fact names, in clear."""
        sealed = told.said.get("patron")
        patron = None if sealed is None else self.world.opened(SealedPatron(sealed))
        return None if patron is None else patron.reveal()


def said_apart_from_place(payload: bytes) -> Row | None:
    """What a fact says wherever it is numbered; None for what is no fact."""
    try:
        event = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict):
        return None
    return {name: value for name, value in event.items() if name not in {"install", "seq"}}


def _as_dict(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


def _told(row: Row) -> Told:
    return Told(row["act"], row, json.loads(row["payload"]))


def _ledger(path: Path) -> Ledger:
    with closing(sqlite3.connect(path)) as file:
        file.row_factory = _as_dict
        (life,) = file.execute("SELECT install FROM life")
        entries = list(file.execute("SELECT * FROM entry ORDER BY seq"))
        (left,) = file.execute("SELECT count(*) AS n FROM act WHERE stage <> 'closed'")
    return Ledger(life["install"], entries, left["n"])
