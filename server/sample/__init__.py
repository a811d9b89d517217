"""A sample library for trying Sirkula out: titles, items, members and rules.

Law: sample data is marked as such in the database (`is_sample`) and never mixed with a real
library. The same numbers and cards come out on every machine. Well-known titles are named for
realism; copies, call numbers, members and their cards belong to nobody.
"""

import csv
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from broker.errors import SirkulaError
from server import search, shelving
from server.catalogue import PRESENT, WITHDRAWN
from server.closed_days import close_on, indonesian_holidays
from server.journal.tables import item, loan_rule, marker, member, title
from server.sample.people import sample_name

MARK: Final = "sample"
MEMBERS: Final = 200
ITEMS: Final = 1000
REFERENCE: Final = "reference"
CIRCULATING: Final = "circulating"
_WITHDRAWN_ITEM: Final = 999
_REFERENCE_EVERY: Final = 14
_KINDS: Final = ("anak", "umum", "pelajar", "umum")
_RULES: Final = (("umum", 3), ("pelajar", 2), ("anak", 2))


class LibraryInUse(SirkulaError):
    """There are members already; sample data would mix with a real library's."""


def load_sample(connection: Connection, today: date) -> None:
    """Fill an empty library with the sample; loading it again changes nothing.

    `today` is the branch's date: memberships run out relative to it. Raises LibraryInUse.
    """
    if is_sample(connection):
        return
    if connection.scalar(select(member.c.number).limit(1)) is not None:
        raise LibraryInUse("load the sample into a new database, not into a library's own")
    connection.execute(insert(marker), {"name": MARK, "content": f"loaded {today}"})
    connection.execute(insert(title), [dict(row) for row in _titles()])
    connection.execute(insert(item), [_item(number) for number in range(1, ITEMS + 1)])
    connection.execute(insert(member), [_member(n, today) for n in range(1, MEMBERS + 1)])
    connection.execute(insert(loan_rule), _rules())
    numbers = [row["id"] for row in _titles()]
    search.index(connection, numbers)
    shelving.index(connection, numbers)
    close_on(connection, indonesian_holidays((today.year, today.year + 1)))


def is_sample(connection: Connection) -> bool:
    """Whether this database holds the sample library, so that every page can say so."""
    found = connection.scalar(select(marker.c.name).where(marker.c.name == MARK))
    return found is not None


def sample_cards() -> tuple[tuple[str, str], ...]:
    """(member number, card UID in hex, 7 bytes) of every sample member."""
    return tuple((_number(n), _card(n)) for n in range(1, MEMBERS + 1))


def sample_items() -> tuple[tuple[str, str], ...]:
    """(barcode, title) of every sample item."""
    names = {row["id"]: row["title"] for row in _titles()}
    rows = (_item(number) for number in range(1, ITEMS + 1))
    return tuple((row["barcode"], names[row["title"]]) for row in rows)


@cache
def _titles() -> tuple[dict[str, Any], ...]:
    text = files("server.sample").joinpath("titles.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple({**row, "id": n, "year": int(row["year"])} for n, row in enumerate(rows, start=1))


@cache
def _title_ids(*, reference: bool) -> tuple[int, ...]:
    """Reference works carry an R before their class number."""
    return tuple(row["id"] for row in _titles() if row["call_number"].startswith("R ") is reference)


def _item(number: int) -> dict[str, Any]:
    """Every fourteenth item is for reading on the spot; the others go round the shelves."""
    reference = number % _REFERENCE_EVERY == 0
    titles = _title_ids(reference=reference)
    before = number // _REFERENCE_EVERY
    turn = before if reference else number - before
    return {
        "barcode": f"B{number:05}",
        "title": titles[(turn - 1) % len(titles)],
        "collection": REFERENCE if reference else CIRCULATING,
        "state": WITHDRAWN if number == _WITHDRAWN_ITEM else PRESENT,
    }


def _member(number: int, today: date) -> dict[str, Any]:
    """One in seventeen has expired, one in twenty-nine is blocked."""
    valid_days = -30 if number % 17 == 0 else 30 + number * 7 % 335
    return {
        "number": _number(number),
        "card": _card(number),
        "name": sample_name(number),
        "kind": _KINDS[number % len(_KINDS)],
        "expires": today + timedelta(days=valid_days),
        "blocked": "buku hilang belum diganti" if number % 29 == 0 else None,
    }


def _rules() -> list[dict[str, Any]]:
    lending = [
        {"member_kind": kind, "collection": "*", "item_limit": limit, "days": 7}
        for kind, limit in _RULES
    ]
    on_the_spot = [
        {"member_kind": kind, "collection": REFERENCE, "item_limit": 0, "days": 0}
        for kind, _ in _RULES
    ]
    return lending + on_the_spot


def _number(number: int) -> str:
    return f"KTA-{number:04}"


def _card(number: int) -> str:
    # Real 7-byte UIDs begin with the maker's number; 04 is the most common one.
    return "04" + sha256(f"sample card {number}".encode()).hexdigest()[:12].upper()
