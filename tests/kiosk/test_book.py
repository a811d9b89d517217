"""One book's way: every stage meets every happening, and the promise's order holds."""

from dataclasses import replace

import pytest

from broker.facts import ItemLent, ItemReturned, LoanAbandoned, UnknownItemDropped
from broker.requests import Describe, Lend, Standing
from broker.vocabulary import Reason, Refusal
from kiosk.actions import Enquire, Forget, Intend, Record, Release, Secure
from kiosk.book import BUSY, SETTLED, Book, Stage, abandon, advance, start_loan, start_return
from kiosk.happenings import (
    Answered,
    CardArrived,
    Happening,
    Intended,
    LedgerChanged,
    PadChanged,
    Problem,
    Recorded,
    TagLeft,
    TagNotWritten,
    TagWritten,
    Tick,
)
from tests.kiosk.things import (
    BUDI,
    DUE,
    SITI,
    act,
    described,
    granted,
    item,
    refused,
    uid,
    unanswered,
)

LISTED = Book(uid(1), item(1))
A = act(1)
LENT = ItemLent(item(1), SITI, DUE, provisional=False)
WRITTEN, NOT_WRITTEN, LIFTED = (
    TagWritten(A),
    TagNotWritten(A, lifted=False),
    TagNotWritten(A, lifted=True),
)
BROKEN, HEALED = LedgerChanged(healthy=False), LedgerChanged(healthy=True)
SAYS_YES, SAYS_NO, SILENCE = granted(1), refused(1, Reason.LOAN_LIMIT), unanswered(1)
NONSENSE = Answered(Lend(A, item(1), SITI), Standing(0, 1), provisional=False)


def loan(stage: Stage) -> Book:
    due = None if stage in {Stage.LISTED, Stage.INTENDING, Stage.ASKING} else DUE
    known = None if stage in {Stage.LISTED, Stage.INTENDING} else A
    return Book(uid(1), item(1), stage, patron=SITI, act=known, due=due)


def giving_back(stage: Stage, *, in_bin: bool = False) -> Book:
    known = None if stage in {Stage.LISTED, Stage.INTENDING} else A
    return Book(uid(1), item(1), stage, act=known, in_bin=in_bin)


def abandoned(reason: Reason, *, secured: bool = True) -> Record:
    return Record(A, LoanAbandoned(item(1), SITI, reason, secured))


LOAN_STEPS = [
    (Stage.INTENDING, Intended(uid(1), A), Stage.ASKING, Enquire(Lend(A, item(1), SITI))),
    (Stage.INTENDING, BROKEN, Stage.REFUSED, None),
    (Stage.ASKING, SAYS_YES, Stage.RELEASING, Release(A, uid(1), DUE, provisional=False)),
    (Stage.ASKING, SAYS_NO, Stage.ABANDONING, abandoned(Reason.LOAN_LIMIT)),
    (Stage.ASKING, SILENCE, Stage.ABANDONING, abandoned(Reason.INTERRUPTED)),
    (Stage.ASKING, NONSENSE, Stage.ABANDONING, abandoned(Reason.INTERRUPTED)),
    (Stage.RELEASING, WRITTEN, Stage.RECORDING, Record(A, LENT)),
    (Stage.RELEASING, NOT_WRITTEN, Stage.UNDOING, Secure(A, uid(1))),
    (Stage.RELEASING, LIFTED, Stage.PUT_BACK, None),
    (Stage.UNDOING, WRITTEN, Stage.ABANDONING, abandoned(Reason.TAG_NOT_WRITTEN)),
    (
        Stage.UNDOING,
        NOT_WRITTEN,
        Stage.ABANDONING,
        abandoned(Reason.TAG_NOT_WRITTEN, secured=False),
    ),
    (Stage.UNDOING, LIFTED, Stage.PUT_BACK, None),
    (Stage.RECORDING, Recorded(A), Stage.LENT, None),
    (Stage.RECORDING, BROKEN, Stage.UNDOING, Secure(A, uid(1))),
    (Stage.ABANDONING, Recorded(A), Stage.REFUSED, None),
    (Stage.ABANDONING, BROKEN, Stage.REFUSED, None),
]
RETURN_STEPS = [
    (Stage.INTENDING, Intended(uid(1), A), Stage.SECURING, Secure(A, uid(1))),
    (Stage.INTENDING, BROKEN, Stage.REFUSED, None),
    (Stage.SECURING, WRITTEN, Stage.RECORDING, Record(A, ItemReturned(item(1), secured=True))),
    (
        Stage.SECURING,
        NOT_WRITTEN,
        Stage.RECORDING,
        Record(A, ItemReturned(item(1), secured=False)),
    ),
    (Stage.SECURING, LIFTED, Stage.REFUSED, Forget(A)),
    (Stage.RECORDING, Recorded(A), Stage.RETURNED, None),
    (Stage.RECORDING, BROKEN, Stage.REFUSED, None),
]
ALL: tuple[Happening, ...] = (
    Intended(uid(1), A),
    SAYS_YES,
    SAYS_NO,
    SILENCE,
    NONSENSE,
    WRITTEN,
    NOT_WRITTEN,
    LIFTED,
    Recorded(A),
    BROKEN,
    HEALED,
    Tick(),
    TagLeft(uid(1)),
    CardArrived(BUDI),
    PadChanged(healthy=False),
)
NOT_OF_A_LOAN = {Stage.SECURING, Stage.RETURNED}
NOT_OF_A_RETURN = {
    Stage.ASKING,
    Stage.RELEASING,
    Stage.UNDOING,
    Stage.PUT_BACK,
    Stage.ABANDONING,
    Stage.LENT,
}
LOAN_TABLE = {(stage, happening) for stage, happening, _, _ in LOAN_STEPS}
RETURN_TABLE = {(stage, happening) for stage, happening, _, _ in RETURN_STEPS}
# An intent stored after the disk had failed another: the act is remembered, for recovery to close.
LATE_INTENT = (Stage.REFUSED, Intended(uid(1), A))


@pytest.mark.parametrize(("stage", "happening", "then", "action"), LOAN_STEPS)
def test_a_loan_takes_each_step_of_the_table(
    stage: Stage, happening: Happening, then: Stage, action: object
) -> None:
    book, actions = advance(loan(stage), happening)
    assert book.stage is then
    assert actions == (() if action is None else (action,))


@pytest.mark.parametrize(("stage", "happening", "then", "action"), RETURN_STEPS)
def test_a_return_takes_each_step_of_the_table(
    stage: Stage, happening: Happening, then: Stage, action: object
) -> None:
    book, actions = advance(giving_back(stage), happening)
    assert book.stage is then
    assert actions == (() if action is None else (action,))


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("happening", ALL, ids=lambda one: type(one).__name__)
def test_whatever_is_not_in_the_table_changes_nothing(stage: Stage, happening: Happening) -> None:
    untouched = (stage, happening)
    if stage not in NOT_OF_A_LOAN and untouched not in {*LOAN_TABLE, LATE_INTENT}:
        assert advance(loan(stage), happening) == (loan(stage), ())
    if stage not in NOT_OF_A_RETURN and untouched not in {*RETURN_TABLE, LATE_INTENT}:
        assert advance(giving_back(stage), happening) == (giving_back(stage), ())
    assert advance(LISTED, happening) == (LISTED, ())


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize(
    "happening",
    [
        Intended(uid(2), act(2)),
        granted(2),
        refused(2, Reason.LOAN_LIMIT),
        TagWritten(act(2)),
        TagNotWritten(act(2), lifted=True),
        Recorded(act(2)),
        described(2),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_happens_to_another_book_does_nothing(stage: Stage, happening: Happening) -> None:
    for book in (loan(stage), giving_back(stage)):
        assert advance(book, happening) == (book, ())


def test_a_book_is_lent_in_the_promised_order() -> None:
    """The library's yes, then the tag, then the disk, then the word LENT."""
    book, actions = start_loan(LISTED, SITI)
    done = list(actions)
    for happening in (Intended(uid(1), A), SAYS_YES, WRITTEN, Recorded(A)):
        assert book.stage in BUSY
        book, actions = advance(book, happening)
        done += actions
    assert book.stage is Stage.LENT
    assert [type(action) for action in done] == [Intend, Enquire, Release, Record]


def test_a_provisional_loan_is_recorded_as_one() -> None:
    book, _ = advance(loan(Stage.ASKING), granted(1, provisional=True))
    _, actions = advance(book, WRITTEN)
    assert actions == (Record(A, ItemLent(item(1), SITI, DUE, provisional=True)),)


def test_a_book_lifted_while_the_library_was_asked_is_not_released() -> None:
    book, actions = advance(replace(loan(Stage.ASKING), on_pad=False), SAYS_YES)
    assert book.stage is Stage.ABANDONING
    assert actions == (abandoned(Reason.CANCELLED),)


def test_a_loan_the_disk_did_not_take_is_undone_for_that_reason() -> None:
    book, _ = advance(loan(Stage.RECORDING), BROKEN)
    assert advance(book, WRITTEN)[1] == (abandoned(Reason.INTERRUPTED),)


def test_a_loan_the_disk_did_not_take_is_left_open_when_its_book_is_gone() -> None:
    """Nothing can be secured: recovery will call the loan unconfirmed."""
    book, actions = advance(replace(loan(Stage.RECORDING), on_pad=False), BROKEN)
    assert (book.stage, book.reason, actions) == (Stage.REFUSED, Reason.INTERRUPTED, ())


@pytest.mark.parametrize("happening", [NOT_WRITTEN, LIFTED])
def test_nothing_stops_a_return_from_the_bin(happening: Happening) -> None:
    book, actions = advance(giving_back(Stage.SECURING, in_bin=True), happening)
    assert book.stage is Stage.RECORDING
    assert not book.secured
    assert actions == (Record(A, ItemReturned(item(1), secured=False)),)


def test_a_lifted_return_says_so() -> None:
    book, _ = advance(giving_back(Stage.SECURING), LIFTED)
    assert book.problem is Problem.LIFTED
    assert book.stage in SETTLED


def test_a_nameless_thing_in_the_bin_is_recorded_by_its_tag() -> None:
    book, actions = start_return(Book(uid(1), None, in_bin=True))
    assert actions == (Intend(uid(1), None, None),)
    book, actions = advance(book, Intended(uid(1), A))
    assert actions == (Record(A, UnknownItemDropped(str(uid(1)))),)
    assert advance(book, Recorded(A))[0].stage is Stage.RETURNED


def test_an_intent_stored_after_the_disk_failed_another_is_remembered() -> None:
    """Its act is open in the ledger, so recovery closes it; it must not be begun again."""
    book, _ = advance(giving_back(Stage.INTENDING), BROKEN)
    book, actions = advance(book, Intended(uid(1), A))
    assert (book.stage, book.act, actions) == (Stage.REFUSED, A, ())


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.LISTED])
def test_only_a_listed_book_can_be_lent(stage: Stage) -> None:
    book = replace(LISTED, stage=stage)
    assert start_loan(book, SITI) == (book, ())


def test_a_thing_without_a_number_can_not_be_lent() -> None:
    nameless = Book(uid(1), None)
    assert start_loan(nameless, SITI) == (nameless, ())


def test_only_a_loan_can_be_abandoned() -> None:
    book = giving_back(Stage.SECURING)
    assert abandon(book, A, Reason.CANCELLED) == (book, ())


def test_a_title_is_shown_whenever_it_comes() -> None:
    for stage in Stage:
        book, actions = advance(loan(stage), described(1))
        assert (book.title, book.stage, actions) == ("Laskar Pelangi", stage, ())


def test_an_unknown_title_changes_nothing() -> None:
    for answer in (Refusal(Reason.UNKNOWN_ITEM), None):
        happening = Answered(Describe(item(1)), answer, provisional=False)
        assert advance(LISTED, happening) == (LISTED, ())


def test_a_release_without_a_due_date_records_no_loan() -> None:
    book = replace(loan(Stage.RELEASING), due=None)
    assert advance(book, WRITTEN) == (book, ())


def test_a_nameless_tag_is_never_recorded_as_returned() -> None:
    book = replace(giving_back(Stage.SECURING), item=None)
    assert advance(book, WRITTEN) == (book, ())
    assert advance(book, NOT_WRITTEN) == (book, ())
