"""INLISLite's members and items in the port's words. Pure."""

from collections.abc import Sequence
from datetime import date

from broker.vocabulary import ItemId, PatronId
from server.ils.inlislite.rules import AVAILABLE, LENT, Copy, Limits, Member, OpenLoan
from server.ils.port import ItemRecord, ItemState, PatronRecord


def patron_record(
    number: PatronId,
    member: Member,
    loans: Sequence[OpenLoan],
    numbers: tuple[str, ...],
    limits: Limits,
    today: date,
) -> PatronRecord:
    """`numbers` are what the tags of the `loans` hold."""
    return PatronRecord(
        number,
        member.bar(today),
        pin_checked=False,
        loans=numbers,
        on_loan=len(loans),
        overdue=sum(loan.due.date() < today for loan in loans),
        holds=None,
        loan_limit=limits.items,
        owed=None,
        currency="IDR",
        expires=member.ends,
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
        location=copy.place,
        call_number=copy.call_number,
        properties="",
        due=loans[-1].due.date() if loans else None,
        holds=None,
        said=(),
    )


def _state(copy: Copy, *, lent: bool) -> ItemState:
    if lent or copy.status == LENT:
        return ItemState.ON_LOAN
    here = copy.status == AVAILABLE and copy.may_be_lent
    return ItemState.AVAILABLE if here else ItemState.OTHER
