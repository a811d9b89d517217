"""What must hold when the storm is over: compares records, ledgers and the witnesses' word.

Separate from the product: reads the databases with plain SQL.
"""

import json
import sqlite3
from collections import Counter
from pathlib import Path

from tests.simulation.things import Promise, World

RELEASED_NEEDS = "released tag without an open loan or a task"


def violations(world: World, folder: Path, stations: list[str]) -> list[str]:
    """Every way in which promises 1, 2 and 4 were broken, in words."""
    server = sqlite3.connect(folder / "server.db")
    found = [
        *world.broken,
        *_exactly_once(server, folder, stations),
        *_promises_kept(server, world),
        *_one_effect_each(server),
        *_tags(server, world),
    ]
    server.close()
    return found


class AcknowledgementWitness:
    """Looks, whenever the server says that it keeps something, whether a crash now would lose it.

    The stations would send it again; the word would be untrue all the same.
    """

    def __init__(self, world: World, folder: Path) -> None:
        self._world = world
        self._server = sqlite3.connect(folder / "server.db")

    def heard(self, device: str, install: str, through: int) -> None:
        places = " UNION ".join(
            f"SELECT seq FROM {table} WHERE device = :device AND install = :install"  # noqa: S608
            for table in ("fact", "quarantine", "retold")
        )
        (kept,) = self._server.execute(
            f"SELECT count(*) FROM ({places}) WHERE seq <= :through",  # noqa: S608 our own names
            {"device": device, "install": install, "through": through},
        ).fetchone()
        if kept != through:
            self._world.broken.append(f"{device} was told of {through} facts; {kept} were kept")

    def close(self) -> None:
        self._server.close()


def _exactly_once(server: sqlite3.Connection, folder: Path, stations: list[str]) -> list[str]:
    """Journal and ledgers hold the same facts, each once."""
    journal = Counter(_content(row) for row in server.execute("SELECT payload FROM fact"))
    ledgers: Counter[str] = Counter()
    found = []
    for name in stations:
        ledger = sqlite3.connect(folder / f"{name}.db")
        ledgers.update(_content(row) for row in ledger.execute("SELECT payload FROM entry"))
        (unsent,) = ledger.execute(
            "SELECT count(*) FROM entry WHERE acknowledged IS NULL"
        ).fetchone()
        (open_acts,) = ledger.execute("SELECT count(*) FROM act WHERE stage <> 'closed'").fetchone()
        ledger.close()
        if unsent:
            found.append(f"{name} still owes {unsent} facts")
        if open_acts:
            found.append(f"{name} left {open_acts} acts open")
    found += [f"lost: {content}" for content in (ledgers - journal)]
    found += [f"doubled or never recorded: {content}" for content in (journal - ledgers)]
    for (reason,) in server.execute("SELECT reason FROM quarantine"):
        found.append(f"quarantined: {reason}")
    return found


def _content(row: tuple[bytes]) -> str:
    """What a fact says, without when: the order in time is judged by the loans it leads to."""
    event = json.loads(row[0])
    kept = {name: event[name] for name in ("id", "source", "type", "seq", "install", "data")}
    return json.dumps(kept)


def _promises_kept(server: sqlite3.Connection, world: World) -> list[str]:
    acts = {act for (act,) in server.execute("SELECT act FROM fact")}
    found = [
        f"promised and not recorded: {promise.act}"
        for promise in world.promises
        if promise.act not in acts
    ]
    found += [f"never attempted: {act}" for act in sorted(acts - world.attempted)]
    open_loans: dict[str, tuple[str, str]] = {
        item: (act, patron)
        for item, act, patron in server.execute(
            "SELECT item, act, patron FROM loan WHERE returned_at IS NULL"
        )
    }
    last: dict[str, Promise] = {str(promise.item): promise for promise in world.promises}
    for item, promise in sorted(last.items()):
        if world.doubtful.get(promise.item, -1.0) > promise.time:
            continue
        loan = open_loans.get(item)
        if promise.patron is None and loan is not None:
            found.append(f"{item} was promised returned but is on loan by {loan[0]}")
        if promise.patron is not None and (loan is None or loan[0] != promise.act):
            found.append(f"{item} was promised lent by {promise.act} but the loan is {loan}")
    return found


def _one_effect_each(server: sqlite3.Connection) -> list[str]:
    facts = Counter(
        act
        for (act,) in server.execute(
            "SELECT act FROM fact WHERE kind IN ('item-lent', 'loan-unconfirmed')"
        )
    )
    loans = Counter(act for (act,) in server.execute("SELECT act FROM loan"))
    found = [f"a loan without its fact, or twice: {act}" for act in (loans - facts)]
    found += [f"a fact without its loan: {act}" for act in (facts - loans)]
    for (act,) in server.execute("SELECT act FROM \"grant\" WHERE standing = 'open'"):
        found.append(f"a grant without its closing fact: {act}")
    return found


def _tags(server: sqlite3.Connection, world: World) -> list[str]:
    excused = {
        item for (item,) in server.execute("SELECT item FROM loan WHERE returned_at IS NULL")
    } | {item for (item,) in server.execute("SELECT item FROM task WHERE settled_at IS NULL")}
    return [
        f"{book.item}: {RELEASED_NEEDS}"
        for book in world.books
        if not book.secured and str(book.item) not in excused
    ]
