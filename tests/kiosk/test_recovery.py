"""What a crash left open is settled by what lies on the pad, and never guessed."""

from datetime import date

import pytest

from broker.facts import ItemReturned, LoanAbandoned, LoanUnconfirmed, UnknownItemDropped
from broker.vocabulary import PatronId, Reason
from kiosk.actions import Forget, Record, Secure
from kiosk.book import SETTLED, Stage, advance
from kiosk.happenings import Happening, Recorded, TagNotWritten, TagWritten
from kiosk.recovery import OpenAct, resume
from tests.kiosk.things import DUE, SITI, act, item, uid

A = act(1)
SECURE = Secure(A, uid(1))


def opened(patron: PatronId | None, due: date | None = None, *, named: bool = True) -> OpenAct:
    return OpenAct(A, uid(1), item(1) if named else None, patron, due)


ABANDON = Record(A, LoanAbandoned(item(1), SITI, Reason.INTERRUPTED, secured=True))
UNCONFIRMED = Record(A, LoanUnconfirmed(item(1), SITI, DUE))
NAMELESS = Record(A, UnknownItemDropped(str(uid(1))))


@pytest.mark.parametrize(
    ("left", "present", "in_bin", "action"),
    [
        (opened(SITI), True, False, ABANDON),
        (opened(SITI), False, False, ABANDON),
        (opened(SITI, DUE), True, False, SECURE),
        (opened(SITI, DUE), False, False, UNCONFIRMED),
        (opened(None), True, False, SECURE),
        (opened(None), False, False, Forget(A)),
        (opened(None), True, True, SECURE),
        (opened(None), False, True, SECURE),
        (opened(None, named=False), True, True, NAMELESS),
        (opened(None, named=False), False, True, NAMELESS),
    ],
)
def test_each_open_act_begins_with(
    left: OpenAct, *, present: bool, in_bin: bool, action: object
) -> None:
    book, actions = resume(left, present=present, in_bin=in_bin)
    assert actions == (action,)
    assert book.act == A
    assert (book.stage in SETTLED) == isinstance(action, Forget)


@pytest.mark.parametrize(
    ("left", "present", "happenings", "fact", "stage"),
    [
        (opened(SITI), True, (), ABANDON.fact, Stage.REFUSED),
        (opened(SITI, DUE), False, (), UNCONFIRMED.fact, Stage.LENT),
        (opened(SITI, DUE), True, (TagWritten(A),), ABANDON.fact, Stage.REFUSED),
        (
            opened(SITI, DUE),
            True,
            (TagNotWritten(A, lifted=True),),
            LoanAbandoned(item(1), SITI, Reason.INTERRUPTED, secured=False),
            Stage.REFUSED,
        ),
        (opened(None), True, (TagWritten(A),), ItemReturned(item(1), secured=True), Stage.RETURNED),
    ],
)
def test_each_open_act_ends_in_one_fact(
    left: OpenAct, *, present: bool, happenings: tuple[Happening, ...], fact: object, stage: Stage
) -> None:
    book, actions = resume(left, present=present, in_bin=False)
    said = list(actions)
    for happening in (*happenings, Recorded(A)):
        book, actions = advance(book, happening)
        said += actions
    assert [action.fact for action in said if isinstance(action, Record)] == [fact]
    assert book.stage is stage


def test_a_return_at_the_pad_whose_book_is_lifted_during_recovery_is_forgotten() -> None:
    book, _ = resume(opened(None), present=True, in_bin=False)
    assert advance(book, TagNotWritten(A, lifted=True))[1] == (Forget(A),)


def test_a_return_in_a_bin_that_was_emptied_is_still_recorded() -> None:
    book, _ = resume(opened(None), present=False, in_bin=True)
    fact = ItemReturned(item(1), secured=False)
    assert advance(book, TagNotWritten(A, lifted=True))[1] == (Record(A, fact),)


def test_a_loan_without_an_item_leaves_nothing_to_say() -> None:
    """No station writes one: a loan begins with an item."""
    _, actions = resume(opened(SITI, DUE, named=False), present=False, in_bin=False)
    assert actions == ()
