"""What the records say before and after a change, and what that makes of the system's word."""

from datetime import date
from decimal import Decimal

import pytest

from broker.vocabulary import ItemId, Reason
from server.ils.port import (
    Fault,
    ItemRecord,
    ItemState,
    Lent,
    OutcomeUnknown,
    PatronRecord,
    PaymentNoted,
    Refused,
    Renewed,
    Returned,
)
from server.ils.sip2 import settling
from server.ils.sip2.settling import Look, Word
from tests.ils.cases import ACT, SITI

ITEM = ItemId("B00012")
HERE, GONE, HELD, UNTOLD = (
    ItemState.AVAILABLE,
    ItemState.ON_LOAN,
    ItemState.ON_HOLD_SHELF,
    ItemState.NOT_TOLD,
)
SOON, LATER = date(2026, 12, 7), date(2026, 12, 21)
YES, NO = Word(yes=True, said=()), Word(yes=False, said=())
MINE, NONE = (str(ITEM),), ()
Loans = tuple[str, ...] | None


def person(loans: Loans, on_loan: int | None, owed: str | None = None) -> PatronRecord:
    money = None if owed is None else Decimal(owed)
    return PatronRecord(
        SITI,
        bar=None,
        pin_checked=False,
        loans=loans,
        on_loan=on_loan,
        overdue=None,
        holds=None,
        loan_limit=None,
        owed=money,
        currency="IDR",
        expires=None,
        said=(),
    )


def copy(state: ItemState, due: date | None = None) -> ItemRecord:
    return ItemRecord(ITEM, state, "Laskar Pelangi", "", "", "", "", due, None, ())


@pytest.mark.parametrize("word", [YES, NO])
@pytest.mark.parametrize(
    ("loans", "on_loan", "state", "has"),
    [
        (MINE, 1, GONE, True),
        (MINE, 1, UNTOLD, True),
        (MINE, 1, HERE, None),
        (NONE, 0, HERE, False),
        (NONE, 0, UNTOLD, False),
        (NONE, 0, GONE, False),
        (None, 1, GONE, True),
        (None, 0, GONE, None),
        (None, 0, HERE, False),
        (None, 1, HERE, None),
        (None, 1, UNTOLD, None),
        (None, None, GONE, None),
    ],
)
def test_a_loan_is_what_the_patrons_list_or_their_count_and_the_item_say(
    word: Word, loans: Loans, on_loan: int | None, state: ItemState, *, has: bool | None
) -> None:
    before = Look(person(None if loans is None else NONE, 0), copy(HERE))
    after, lent = Look(person(loans, on_loan), copy(state)), Lent(ITEM, SOON, ())
    if has is None:
        with pytest.raises(OutcomeUnknown):
            settling.loan(before, word, lent, after)
        return
    ended = settling.loan(before, word, lent, after)
    assert isinstance(ended, Lent if has else Refused)
    if isinstance(ended, Refused):
        assert ended.fault is (Fault.YES_WITHOUT_EFFECT if word.yes else None)


@pytest.mark.parametrize(("recorded", "due"), [(LATER, LATER), (None, SOON)])
def test_a_loan_is_due_when_the_records_say(recorded: date | None, due: date) -> None:
    before, after = Look(person(NONE, 0), copy(HERE)), Look(person(MINE, 1), copy(GONE, recorded))
    ended = settling.loan(before, YES, Lent(ITEM, SOON, ()), after)
    assert ended == Lent(ITEM, due, ())


@pytest.mark.parametrize(
    ("state", "reason"), [(HELD, Reason.ON_HOLD), (ItemState.MISSING, Reason.ITEM_WITHDRAWN)]
)
def test_a_no_without_words_is_told_by_the_items_state(state: ItemState, reason: Reason) -> None:
    look = Look(person(NONE, 0), copy(state))
    assert settling.loan(look, NO, Lent(ITEM, None, ()), look) == Refused(reason)


@pytest.mark.parametrize(
    ("was", "word", "now", "ends"),
    [
        (GONE, YES, HERE, "back"),
        (GONE, NO, HERE, "back"),
        (GONE, YES, HELD, "back"),
        (GONE, YES, GONE, "fault"),
        (GONE, NO, GONE, "ask-staff"),
        (HERE, YES, HERE, "back"),
        (HERE, NO, HERE, "not-on-loan"),
        (GONE, YES, UNTOLD, "unknown"),
        (UNTOLD, YES, HERE, "unknown"),
    ],
)
def test_a_return_is_what_the_item_says(
    was: ItemState, word: Word, now: ItemState, ends: str
) -> None:
    back = Returned(ITEM, None, "", "", ())
    try:
        ended = settling.item_back(copy(was), word, back, copy(now))
    except OutcomeUnknown:
        assert ends == "unknown"
        return
    match ended:
        case Returned():
            assert ends == "back"
        case Refused(reason=reason, fault=fault):
            assert ends == ("fault" if fault else reason.value)


@pytest.mark.parametrize(
    ("word", "now", "until", "ends"),
    [
        (YES, GONE, LATER, Renewed),
        (NO, GONE, LATER, Renewed),
        (YES, GONE, SOON, Renewed),
        (NO, GONE, SOON, Refused),
        (YES, GONE, None, None),
        (YES, HERE, None, None),
    ],
)
def test_a_renewal_is_the_due_date_of_the_records(
    word: Word, now: ItemState, until: date | None, ends: type | None
) -> None:
    before, after = (
        Look(person(MINE, 1), copy(state, due)) for state, due in ((GONE, SOON), (now, until))
    )
    said = Renewed(ITEM, date(2027, 1, 1), ())
    if ends is None:
        with pytest.raises(OutcomeUnknown):
            settling.renewal(before, word, said, after)
        return
    ended = settling.renewal(before, word, said, after)
    assert isinstance(ended, ends)
    if isinstance(ended, Renewed):
        assert ended.due == until


@pytest.mark.parametrize(
    ("word", "was", "now", "ends"),
    [
        (YES, "5", "0", PaymentNoted),
        (NO, "5", "0", PaymentNoted),
        (YES, "5", "5", Refused),
        (NO, "5", "5", Refused),
        (YES, None, "0", None),
        (YES, "5", None, None),
    ],
)
def test_a_payment_is_what_is_owed_less(
    word: Word, was: str | None, now: str | None, ends: type | None
) -> None:
    before, after = person(NONE, 0, was), person(NONE, 0, now)
    if ends is None:
        with pytest.raises(OutcomeUnknown):
            settling.payment(before, word, PaymentNoted(ACT, ()), after)
        return
    assert isinstance(settling.payment(before, word, PaymentNoted(ACT, ()), after), ends)


@pytest.mark.parametrize(
    ("loans", "on_loan", "state", "reason"),
    [
        (MINE, 1, GONE, Reason.ALREADY_YOURS),
        (MINE, 1, UNTOLD, Reason.ALREADY_YOURS),
        (NONE, 0, GONE, Reason.ON_LOAN_TO_OTHER),
        (None, 0, GONE, Reason.ON_LOAN_TO_OTHER),
        (None, 1, GONE, Reason.ASK_STAFF),
        (NONE, 0, HERE, None),
        (None, 3, HELD, None),
    ],
)
def test_a_loan_is_asked_for_only_when_nobody_has_the_item(
    loans: Loans, on_loan: int, state: ItemState, reason: Reason | None
) -> None:
    bar = settling.bar_to_loan(Look(person(loans, on_loan), copy(state)))
    assert (None if bar is None else bar.reason) is reason


@pytest.mark.parametrize(
    ("loans", "on_loan", "state", "reason"),
    [
        (MINE, 1, GONE, None),
        (None, 1, GONE, None),
        (None, 1, UNTOLD, None),
        (NONE, 0, GONE, Reason.ON_LOAN_TO_OTHER),
        (NONE, 0, HERE, Reason.NOT_ON_LOAN),
        (None, 1, HERE, Reason.NOT_ON_LOAN),
        (None, 0, GONE, Reason.NOT_ON_LOAN),
    ],
)
def test_a_renewal_is_asked_for_only_by_who_has_the_item(
    loans: Loans, on_loan: int, state: ItemState, reason: Reason | None
) -> None:
    bar = settling.bar_to_renewal(Look(person(loans, on_loan), copy(state)))
    assert (None if bar is None else bar.reason) is reason
