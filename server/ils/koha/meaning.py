"""What Koha's answers mean, in the port's words. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Final

import msgspec

from broker.vocabulary import ItemId, PatronId, Reason
from server.ils.hits import ShelfCopy
from server.ils.port import ItemRecord, ItemState, PatronRecord, Refused, address_in

# Of CanBookBeIssued (C4/Circulation.pm), the weightiest first; the others go to the desk.
_REASONS: Final = {
    "UNKNOWN_BARCODE": Reason.UNKNOWN_ITEM,
    "EXPIRED": Reason.MEMBERSHIP_EXPIRED,
    "DEBARRED": Reason.PATRON_BLOCKED,
    "USERBLOCKEDNOENDDATE": Reason.PATRON_BLOCKED,
    "USERBLOCKEDWITHENDDATE": Reason.PATRON_BLOCKED,
    "USERBLOCKEDOVERDUE": Reason.PATRON_BLOCKED,
    "CARD_LOST": Reason.PATRON_BLOCKED,
    "GNA": Reason.PATRON_BLOCKED,
    "DEBT": Reason.PATRON_BLOCKED,
    "RENEW_ISSUE": Reason.ALREADY_YOURS,
    "ISSUED_TO_ANOTHER": Reason.ON_LOAN_TO_OTHER,
    "WTHDRAWN": Reason.ITEM_WITHDRAWN,
    "ITEM_LOST": Reason.ITEM_WITHDRAWN,
    "NOT_FOR_LOAN": Reason.NOT_FOR_LOAN,
    "NOT_FOR_LOAN_FORCING": Reason.NOT_FOR_LOAN,
    "RESTRICTED": Reason.NOT_FOR_LOAN,
    "AGE_RESTRICTION": Reason.NOT_FOR_LOAN,
    "RESERVED": Reason.ON_HOLD,
    "RESERVE_WAITING": Reason.ON_HOLD,
    "TRANSFERRED": Reason.ON_HOLD,
    "PROCESSING": Reason.ON_HOLD,
    "RECALLED": Reason.ON_HOLD,
    "TOO_MANY": Reason.LOAN_LIMIT,
}
# What a librarian would confirm without looking up; all else needs one, so the station refuses.
HARMLESS: Final = frozenset(("PREVISSUE", "ADDITIONAL_MATERIALS"))
_HELD: Final = ("on_reserve", "recalled")  # of CanBookBeRenewed

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Patron(msgspec.Struct):
    patron_id: int
    cardnumber: str | None
    expiry_date: date | None = None
    restricted: bool | None = None
    patron_card_lost: bool | None = None
    email: str | None = None


class Account(msgspec.Struct):
    balance: Decimal


class Biblio(msgspec.Struct):
    title: str | None = None


class Item(msgspec.Struct):
    item_id: int
    external_id: str | None
    biblio_id: int | None = None
    biblio: Biblio | None = None
    home_library_id: str | None = None
    location: str | None = None
    callnumber: str | None = None
    materials_notes: str | None = None
    checked_out_date: str | None = None
    not_for_loan_status: int = 0
    lost_status: int = 0
    withdrawn: int = 0


class Record(msgspec.Struct):
    """A bibliographic record of a list; older versions do not say what their OPAC hides."""

    biblio_id: int
    title: str | None = None
    author: str | None = None
    opac_suppressed: bool | None = None


class Checkout(msgspec.Struct):
    checkout_id: int
    patron_id: int
    item_id: int | None
    due_date: Moment
    external_id: str | None = None
    renewals_count: int | None = None


class Availability(msgspec.Struct):
    blockers: dict[str, object]
    confirms: dict[str, object]
    confirmation_token: str | None = None


class Person(msgspec.Struct):
    """Whose password it was."""

    patron_id: int


def patron_record(
    number: PatronId,
    told: Patron,
    loans: Sequence[Checkout],
    balance: Decimal,
    now: datetime,
    *,
    pin_checked: bool,
) -> PatronRecord:
    """`now` with its zone. Older versions do not say which item a loan is of."""
    items = [loan.external_id for loan in loans]
    return PatronRecord(
        number,
        _bar(told, now.date()),
        pin_checked,
        loans=None if None in items else tuple(item for item in items if item is not None),
        on_loan=len(loans),
        overdue=sum(loan.due_date < now for loan in loans),
        holds=None,
        loan_limit=None,
        owed=balance,
        currency="",
        expires=told.expiry_date,
        said=(),
        mail=address_in(told.email),
    )


def _bar(told: Patron, today: date) -> Reason | None:
    if told.expiry_date is not None and told.expiry_date < today:
        return Reason.MEMBERSHIP_EXPIRED
    return Reason.PATRON_BLOCKED if told.restricted or told.patron_card_lost else None


def item_record(item: ItemId, told: Item, loan: Checkout | None, zone: tzinfo) -> ItemRecord:
    return ItemRecord(
        item,
        _state(told, loan),
        (told.biblio.title or "") if told.biblio else "",
        owner=told.home_library_id or "",
        location=told.location or "",
        call_number=told.callnumber or "",
        properties=told.materials_notes or "",
        due=due_of(loan, zone) if loan else None,
        holds=None,
        said=(),
    )


def shelf_copy(told: Item, loan: Checkout | None, zone: tzinfo) -> ShelfCopy:
    due = due_of(loan, zone) if loan else None
    return ShelfCopy(_state(told, loan), due, told.callnumber or "", told.location or "")


def _state(told: Item, loan: Checkout | None) -> ItemState:
    if loan is not None:
        return ItemState.ON_LOAN
    if told.lost_status:
        return ItemState.MISSING
    return ItemState.OTHER if told.withdrawn or told.not_for_loan_status else ItemState.AVAILABLE


def due_of(loan: Checkout, zone: tzinfo) -> date:
    """The branch's date of a moment with its offset."""
    return loan.due_date.astimezone(zone).date()


def refused(codes: Iterable[str]) -> Refused:
    """By the weightiest of Koha's codes; all of them for staff."""
    found = sorted(codes)
    reason = next((why for code, why in _REASONS.items() if code in found), Reason.ASK_STAFF)
    return Refused(reason, tuple(found))


def obstacles(told: Availability) -> frozenset[str]:
    """What stands against a loan without a librarian."""
    return frozenset(told.blockers) | (frozenset(told.confirms) - HARMLESS)


def codes_in(words: str) -> list[str]:
    """Of `Checkout not authorized (TOO_MANY NOT_FOR_LOAN)`.

    >>> codes_in("Checkout not authorized (TOO_MANY DEBT)"), codes_in("Confirmation error")
    (['TOO_MANY', 'DEBT'], [])
    """
    return words.partition("(")[2].partition(")")[0].split()


def renewal_refused(words: str) -> Refused:
    held = any(code in _HELD for code in codes_in(words))
    return Refused(Reason.ON_HOLD if held else Reason.NOT_RENEWABLE, (words,))
