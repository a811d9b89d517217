"""What a line may say of a member, an item or a rule, and whether it can be used. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from broker.errors import SirkulaError
from broker.vocabulary import ItemId, MailAddress, PatronId

_ISBN: Final = re.compile(r"97[89]\d{10}")
_YEAR: Final = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_LONGEST: Final = 500
_MOST: Final = 9_999
STATES: Final = ("present", "withdrawn")


class What(Enum):
    """What a file is of."""

    MEMBERS = "members"
    ITEMS = "items"
    RULES = "rules"


class Why(Enum):
    """Why a line cannot be used; each has a sentence in every language."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    NOT_AN_ID = "not-an-id"
    NOT_AN_ADDRESS = "not-an-address"
    ISBN = "isbn"
    NOT_A_DATE = "not-a-date"
    NOT_A_COUNT = "not-a-count"
    UNKNOWN_WORD = "unknown-word"
    TWICE = "twice"
    CARD_OF_ANOTHER = "card-of-another"
    QUOTES = "quotes"
    CELLS = "cells"
    NO_RECORD = "no-record"
    NO_BARCODE = "no-barcode"


class Unusable(SirkulaError):
    """Caught where the line's number is known."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Line:
    """The cells of one line by field, as the file has them."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """A line, the field in it that is at fault if one is, and why."""

    number: int
    field: str
    why: Why


@dataclass(frozen=True, slots=True)
class Usable:
    """A line's values by column of its table; what the file does not tell is missing."""

    number: int
    values: dict[str, Any]


Parse = Callable[[str, Sequence[str]], Any]


def usable(what: What, line: Line, dates: Sequence[str]) -> Usable | Refused:
    """The line's values; `dates` are the forms a date may have, as in `strptime`."""
    values = {}
    for field, text in line.cells.items():
        try:
            values[field] = FIELDS[what][field](" ".join(text.split()), dates)
        except Unusable as unusable:
            return Refused(line.number, field, unusable.why)
    missing = [field for field in KEYS[what] if field not in values]
    return Refused(line.number, missing[0], Why.EMPTY) if missing else Usable(line.number, values)


def key_of(what: What, values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(values[field] for field in KEYS[what])


def _text(text: str, _: Sequence[str]) -> str:
    if not text:
        raise Unusable(Why.EMPTY)
    return _any_text(text, _)


def _any_text(text: str, _: Sequence[str]) -> str:
    if len(text) > _LONGEST or "\0" in text:
        raise Unusable(Why.TOO_LONG)
    return text


def _optional_text(text: str, _: Sequence[str]) -> str | None:
    return _any_text(text, _) or None


def _patron(text: str, _: Sequence[str]) -> str:
    """In capitals, as the catalogue keeps it."""
    if not text:
        raise Unusable(Why.EMPTY)
    try:
        return PatronId(text.upper()).reveal()
    except ValueError as error:
        raise Unusable(Why.NOT_AN_ID) from error


def _card(text: str, _: Sequence[str]) -> str | None:
    return _patron(text, _) if text else None


def _mail(text: str, _: Sequence[str]) -> str | None:
    try:
        return MailAddress(text).reveal() if text else None
    except ValueError as error:
        raise Unusable(Why.NOT_AN_ADDRESS) from error


def _barcode(text: str, _: Sequence[str]) -> str:
    if not text:
        raise Unusable(Why.EMPTY)
    if _ISBN.fullmatch(text):
        raise Unusable(Why.ISBN)
    try:
        return str(ItemId(text))
    except ValueError as error:
        raise Unusable(Why.NOT_AN_ID) from error


def _date(text: str, dates: Sequence[str]) -> date:
    for form in dates:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 a date has no zone
        except ValueError:
            continue
    raise Unusable(Why.NOT_A_DATE if text else Why.EMPTY)


def _year(text: str, _: Sequence[str]) -> int | None:
    """The first four digits, as in `c2005.`; nobody is refused for a year."""
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def _count(text: str, _: Sequence[str]) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _MOST:
        raise Unusable(Why.NOT_A_COUNT if text else Why.EMPTY)
    return int(text)


def _state(text: str, _: Sequence[str]) -> str:
    if text not in STATES:
        raise Unusable(Why.UNKNOWN_WORD)
    return text


FIELDS: Final[dict[What, dict[str, Parse]]] = {
    What.MEMBERS: {
        "number": _patron,
        "card": _card,
        "name": _text,
        "kind": _text,
        "expires": _date,
        "blocked": _optional_text,
        "mail": _mail,
    },
    What.ITEMS: {
        "barcode": _barcode,
        "title": _text,
        "author": _any_text,
        "publisher": _any_text,
        "year": _year,
        "call_number": _any_text,
        "collection": _text,
        "state": _state,
    },
    What.RULES: {
        "member_kind": _text,
        "collection": _text,
        "item_limit": _count,
        "days": _count,
        "renewals": _count,
        "grace_days": _count,
        "barred_per_day": _count,
        "barred_at_most": _count,
    },
}
KEYS: Final[dict[What, tuple[str, ...]]] = {
    What.MEMBERS: ("number",),
    What.ITEMS: ("barcode",),
    What.RULES: ("member_kind", "collection"),
}
# What a line must tell of something that is new.
NEEDED: Final[dict[What, tuple[str, ...]]] = {
    What.MEMBERS: ("name", "kind", "expires"),
    What.ITEMS: ("title", "collection"),
    What.RULES: ("item_limit", "days"),
}
# What stands where neither the line nor the mapping tells.
OTHERWISE: Final[dict[What, dict[str, Any]]] = {
    What.MEMBERS: {"card": None, "blocked": None, "mail": None},
    What.ITEMS: {
        "author": "",
        "publisher": "",
        "year": None,
        "call_number": "",
        "state": STATES[0],
    },
    What.RULES: {"renewals": 1, "grace_days": 0, "barred_per_day": 0, "barred_at_most": 0},
}
