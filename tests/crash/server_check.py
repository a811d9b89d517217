"""What must hold of a server whose power was cut: what it told is there, and counts once."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from broker.topics import parse
from server.heard import Heard
from server.journal.database import open_engine, transaction
from server.migrations import migrate
from server.projection import dump, rebuild
from tests.crash.server import BEGINNING, database, furnish, intake

_SEQS = """
SELECT seq FROM fact WHERE device = :told AND install = :install
UNION SELECT seq FROM quarantine WHERE device = :told AND install = :install
"""


def violations(
    folder: Path, words: list[dict[str, Any]], messages: Sequence[Heard], *, thorough: bool
) -> Iterator[str]:
    """Starts the server on what survived; `messages` are all the facts the stations have."""
    migrate(database(folder))
    path = folder / "server.db"
    with sqlite3.connect(path) as records:
        (sound,) = records.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            yield f"corrupt: {sound}"
        yield from _told(records, words)
        (people,) = records.execute("SELECT count(*) FROM member").fetchone()
    records.close()
    if people == 0 and {"furnished": True} in words:
        yield "lost: the library itself"
    again = messages if thorough else _owed(messages, words)
    yield from _taken_again(folder, again, furnished=people > 0, thorough=thorough)
    with sqlite3.connect(path) as records:
        yield from _each_once(records, messages)
    records.close()


def _told(records: sqlite3.Connection, words: list[dict[str, Any]]) -> Iterator[str]:
    """Before anybody sends anything again."""
    for word in words:
        match word:
            case {"told": device, "through": through}:
                seqs = {seq for (seq,) in records.execute(_SEQS, word)}
                missing = set(range(1, through + 1)) - seqs
                if missing:
                    yield f"lost: {device} was told {through}, missing {sorted(missing)}"
            case {"granted": act}:
                if not records.execute('SELECT 1 FROM "grant" WHERE act = ?', (act,)).fetchone():
                    yield f"lost: the grant {act}"
            case _:
                pass


def _owed(messages: Sequence[Heard], words: list[dict[str, Any]]) -> list[Heard]:
    """What no station was told to be safe."""
    told = {word["told"]: int(word["through"]) for word in words if "told" in word}
    return [
        message
        for message in messages
        if json.loads(message.payload)["seq"] > told.get(str(parse(message.topic).device), 0)
    ]


def _taken_again(
    folder: Path, messages: Sequence[Heard], *, furnished: bool, thorough: bool
) -> Iterator[str]:
    """The stations send again; when thorough, the derived rows are what the journal says."""
    engine = open_engine(database(folder))
    with transaction(engine) as connection:
        if not furnished:
            furnish(connection)
        intake().digest(connection, messages, BEGINNING)
        live = dump(connection)
        if thorough:
            rebuild(connection)
            if dump(connection) != live:
                yield "the loans differ from what the journal says"
    engine.dispose()


def _each_once(records: sqlite3.Connection, messages: Sequence[Heard]) -> Iterator[str]:
    facts = Counter(bytes(payload) for (payload,) in records.execute("SELECT payload FROM fact"))
    aside = Counter(bytes(one) for (one,) in records.execute("SELECT payload FROM quarantine"))
    for message in messages:
        where = facts if b'"id"' in message.payload else aside
        if where[message.payload] != 1:
            yield f"there {where[message.payload]} times: {message.payload[:80]!r}"
    lent = {act for (act,) in records.execute("SELECT act FROM fact WHERE kind = 'item-lent'")}
    loans = {act for (act,) in records.execute("SELECT act FROM loan")}
    yield from (
        f"a loan without its fact, or a fact without its loan: {act}" for act in lent ^ loans
    )
