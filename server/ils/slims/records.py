"""SLiMS' members and items in the port's words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from broker.vocabulary import ItemId, PatronId
from server.ils.port import ItemRecord, ItemState, PatronRecord
from server.ils.slims.rules import Copy, Member, OpenLoan


@dataclass(frozen=True, slots=True)
class Account:
    """What a member has, waits for and owes; `owed` in whole Rupiah."""

    loans: tuple[OpenLoan, ...]
    holds: int
    owed: int


def patron_record(
    number: PatronId, member: Member, account: Account, today: date, *, pin_checked: bool
) -> PatronRecord:
    return PatronRecord(
        number,
        member.bar(today),
        pin_checked,
        loans=tuple(loan.item for loan in account.loans),
        on_loan=len(account.loans),
        overdue=sum(loan.due < today for loan in account.loans),
        holds=account.holds,
        loan_limit=member.own.limit,
        owed=Decimal(account.owed),
        currency="IDR",
        expires=member.expires,
        said=(),
        mail=member.mail,
    )


def item_record(item: ItemId, copy: Copy, loans: Sequence[OpenLoan]) -> ItemRecord:
    """`loans` are the open ones."""
    return ItemRecord(
        item,
        _state(copy, lent=bool(loans)),
        copy.title,
        owner="",
        location=copy.location,
        call_number=copy.call_number,
        properties="",
        due=loans[-1].due if loans else None,
        holds=copy.holds,
        said=(),
    )


def _state(copy: Copy, *, lent: bool) -> ItemState:
    if lent:
        return ItemState.ON_LOAN
    if copy.no_loan:
        return ItemState.MISSING if copy.is_missing else ItemState.OTHER
    return ItemState.AVAILABLE if copy.reserved_by is None else ItemState.ON_HOLD_SHELF
