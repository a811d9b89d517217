"""A small library on a real database file; its first book may not be lent."""

import shutil
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, insert

from broker.vocabulary import ItemId, PatronId
from server.journal.database import open_engine, transaction
from server.journal.tables import item, loan_rule, member, metadata, title
from tests.simulation.limits import LOAN_DAYS, LOANS_PER_MEMBER, REFERENCE

_engines: Final[dict[Path, Engine]] = {}


def opened_library(path: Path, items: list[ItemId], patrons: list[PatronId]) -> Engine:
    """The library at `path`, as new.

    Engine and empty library are made once and used for one seed after the other: most of what a
    seed would cost is compiling the same statements and making the same tables.
    """
    template = path.with_suffix(".template")
    if path not in _engines:
        new = open_engine(f"sqlite:///{template}")
        _stock(new, items, patrons)
        new.dispose()
        _engines[path] = open_engine(f"sqlite:///{path}")
    empty(_engines[path], path)
    for backup in path.parent.glob("*.backup*"):
        backup.unlink()
    shutil.copyfile(template, path)
    return _engines[path]


def empty(engine: Engine, path: Path) -> None:
    """The database is gone, with all that belongs to it."""
    engine.dispose()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _stock(engine: Engine, items: list[ItemId], patrons: list[PatronId]) -> None:
    with transaction(engine) as connection:
        metadata.create_all(connection)
        book = {"id": 1, "title": "Laskar Pelangi", "author": "Andrea Hirata"}
        rest = {"publisher": "Bentang", "year": 2005, "call_number": "899.221 3 HIR l"}
        connection.execute(insert(title), [book | rest])
        connection.execute(insert(item), [_copy(str(one)) for one in items])
        connection.execute(insert(member), [_member(patron) for patron in patrons])
        rule = {"member_kind": "umum", "collection": "circulating"}
        lending = rule | {"item_limit": LOANS_PER_MEMBER, "days": LOAN_DAYS}
        reading = rule | {"collection": "reference", "item_limit": 0, "days": 0}
        connection.execute(insert(loan_rule), [lending, reading])


def _copy(barcode: str) -> dict[str, object]:
    collection = "reference" if barcode == REFERENCE else "circulating"
    return {"barcode": barcode, "title": 1, "collection": collection, "state": "present"}


def _member(patron: PatronId) -> dict[str, object]:
    return {
        "number": patron.reveal(),
        "card": None,
        "name": "Contoh",
        "kind": "umum",
        "expires": date(2030, 1, 1),
        "blocked": None,
    }
