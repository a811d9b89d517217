"""Every transition of a change in the library's own system, as tables."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from broker.vocabulary import ActId, ItemId, PatronId, Reason
from server.circulation.errands import (
    Became,
    Cause,
    Change,
    Errand,
    Look,
    Plan,
    Send,
    Settle,
    Stage,
    Step,
    Undo,
    Wait,
    Wanted,
    plan,
)
from server.circulation.outcomes import (
    Difference,
    Ours,
    Outcome,
    Sight,
    WhenLentToAnother,
    after_looking,
    after_sending,
    difference,
)
from server.ils.port import (
    ItemRecord,
    ItemState,
    Lent,
    NothingSent,
    OutcomeUnknown,
    PatronRecord,
    Refused,
    Returned,
)

NOW = 1000.0
BOOK = ItemId("B1")
SITI, BUDI = PatronId("P1"), PatronId("P2")
DUE, EARLIER = date(2026, 12, 7), date(2026, 12, 1)
LENT, RETURNED = Lent(BOOK, DUE, ()), Returned(BOOK, None, "", "", ())
STAFF, MAKE_WAY = WhenLentToAnother


def lend(cause: Cause, stage: Stage, act: str = "a", **kept: float | None) -> Step:
    return _step(Change.LEND, cause, stage, act, kept)


def back(stage: Stage, act: str = "r", cause: Cause = Cause.RETURNED, **kept: float | None) -> Step:
    return _step(Change.TAKE_BACK, cause, stage, act, kept)


def _step(
    change: Change, cause: Cause, stage: Stage, act: str, kept: dict[str, float | None]
) -> Step:
    wanted = Wanted(ActId(act), change, cause, SITI, NOW, DUE)
    not_before, until = kept.get("not_before", 0.0), kept.get("wanted_until")
    return Step(wanted, Errand(ActId(act), change, stage, 0, not_before, until))


READY = lend(Cause.LENT, Stage.READY)
ASKED = lend(Cause.ASKED, Stage.READY, wanted_until=NOW + 2)
UNKNOWN = lend(Cause.LENT, Stage.UNKNOWN)
OK = lend(Cause.LENT, Stage.OK)
UNDO = back(Stage.READY, "a", Cause.ABANDONED)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ((), Wait()),
        ((READY,), Send(READY)),
        ((ASKED,), Send(ASKED)),
        ((OK,), Wait()),
        # Whoever asked is gone: the fact that follows decides.
        ((lend(Cause.ASKED, Stage.READY, wanted_until=NOW),), Wait()),
        ((lend(Cause.ASKED, Stage.REFUSED),), Wait()),
        ((lend(Cause.ASKED, Stage.DOUBTFUL),), Wait()),
        # The way was bad just now.
        ((lend(Cause.LENT, Stage.READY, not_before=NOW + 9),), Wait(NOW + 9)),
        ((lend(Cause.LENT, Stage.REFUSED, not_before=NOW + 9),), Wait(NOW + 9)),
        # Strictly one after the other.
        ((lend(Cause.LENT, Stage.SENDING), back(Stage.READY)), Wait()),
        ((lend(Cause.LENT, Stage.READY, not_before=NOW + 9), back(Stage.READY)), Wait(NOW + 9)),
        ((lend(Cause.LENT, Stage.UNKNOWN, not_before=NOW + 9), back(Stage.READY)), Wait(NOW + 9)),
        # A refusal holds nothing up, and is tried again in its turn.
        (
            (lend(Cause.LENT, Stage.REFUSED, not_before=NOW + 9), back(Stage.READY)),
            Send(back(Stage.READY)),
        ),
        ((lend(Cause.LENT, Stage.REFUSED),), Send(lend(Cause.LENT, Stage.REFUSED))),
        # What may have been made is looked at before anything is sent.
        ((UNKNOWN, back(Stage.READY)), Look((UNKNOWN,))),
        (
            (lend(Cause.LENT, Stage.DOUBTFUL), back(Stage.DOUBTFUL), READY),
            Look((lend(Cause.LENT, Stage.DOUBTFUL), back(Stage.DOUBTFUL))),
        ),
        # Also before what came earlier and was heard of later.
        ((READY, back(Stage.UNKNOWN)), Look((back(Stage.UNKNOWN),))),
        ((READY, back(Stage.UNKNOWN, not_before=NOW + 9)), Wait(NOW + 9)),
        # Older than the newest that was made.
        ((READY, back(Stage.OK)), Settle(((READY, Stage.STAFF),))),
        ((UNKNOWN, back(Stage.OK)), Settle(((UNKNOWN, Stage.STAFF),))),
        ((ASKED, back(Stage.OK)), Send(ASKED)),
        # Abandoned.
        (
            (lend(Cause.ABANDONED, Stage.READY),),
            Settle(((lend(Cause.ABANDONED, Stage.READY), Stage.VOID),)),
        ),
        (
            (lend(Cause.ABANDONED, Stage.REFUSED),),
            Settle(((lend(Cause.ABANDONED, Stage.REFUSED), Stage.VOID),)),
        ),
        ((lend(Cause.ABANDONED, Stage.SENDING),), Wait()),
        (
            (lend(Cause.ABANDONED, Stage.UNKNOWN),),
            Look((lend(Cause.ABANDONED, Stage.UNKNOWN),)),
        ),
        ((lend(Cause.ABANDONED, Stage.OK),), Undo(ActId("a"))),
        ((lend(Cause.ABANDONED, Stage.OK), UNDO), Send(UNDO)),
        ((lend(Cause.ABANDONED, Stage.OK), back(Stage.OK, "a", Cause.ABANDONED)), Wait()),
        # The item has moved on: there is nothing left to undo.
        ((lend(Cause.ABANDONED, Stage.OK), back(Stage.OK)), Wait()),
        (
            (lend(Cause.ABANDONED, Stage.OK), UNDO, back(Stage.OK)),
            Settle(((UNDO, Stage.VOID),)),
        ),
    ],
)
def test_what_is_done_next_about_an_item(line: tuple[Step, ...], expected: Plan) -> None:
    assert plan(line, NOW) == expected


def refused(reason: Reason) -> Refused:
    return Refused(reason, ("Maaf",))


@pytest.mark.parametrize(
    ("step", "outcome", "stage"),
    [
        (ASKED, LENT, Stage.OK),
        (ASKED, refused(Reason.PATRON_BLOCKED), Stage.REFUSED),
        # It was theirs before this was asked: undoing this must not take that away.
        (ASKED, refused(Reason.ALREADY_YOURS), Stage.REFUSED),
        (READY, refused(Reason.ALREADY_YOURS), Stage.OK),
        (READY, refused(Reason.ON_LOAN_TO_OTHER), Stage.REFUSED),
        (READY, refused(Reason.LOAN_LIMIT), Stage.REFUSED),
        (READY, NothingSent("away"), Stage.READY),
        (READY, OutcomeUnknown("silence"), Stage.UNKNOWN),
        (ASKED, OutcomeUnknown("silence"), Stage.UNKNOWN),
        (back(Stage.READY), RETURNED, Stage.OK),
        (back(Stage.READY), refused(Reason.NOT_ON_LOAN), Stage.OK),
        (back(Stage.READY), refused(Reason.ASK_STAFF), Stage.REFUSED),
        (back(Stage.READY), refused(Reason.ON_LOAN_TO_OTHER), Stage.STAFF),
        (back(Stage.READY), OutcomeUnknown("silence"), Stage.UNKNOWN),
        (UNDO, refused(Reason.ON_LOAN_TO_OTHER), Stage.VOID),
        (UNDO, refused(Reason.NOT_ON_LOAN), Stage.OK),
    ],
)
def test_what_an_answer_makes_of_a_change(step: Step, outcome: Outcome, stage: Stage) -> None:
    assert not isinstance(outcome, Sight)
    assert after_sending(step, outcome, STAFF).stage is stage


@pytest.mark.parametrize(
    ("cause", "conflict", "makes_way"),
    [
        (Cause.PROVISIONAL, STAFF, False),
        (Cause.PROVISIONAL, MAKE_WAY, True),
        (Cause.LENT, MAKE_WAY, False),
        (Cause.ASKED, MAKE_WAY, False),
    ],
)
def test_only_a_loan_made_off_line_takes_the_item_from_another(
    cause: Cause,
    conflict: WhenLentToAnother,
    makes_way: bool,  # noqa: FBT001 a column of the table
) -> None:
    became = after_sending(lend(cause, Stage.READY), refused(Reason.ON_LOAN_TO_OTHER), conflict)
    assert (became.stage, became.makes_way) == (Stage.REFUSED, makes_way)


def test_attempts_are_rarer_each_time() -> None:
    def waits(outcome: NothingSent | Refused) -> list[float | None]:
        tries = (replace(READY, errand=replace(READY.errand, tries=count)) for count in range(12))
        return [after_sending(step, outcome, STAFF).again_in for step in tries]

    assert waits(NothingSent("away"))[:7] == [1, 2, 4, 8, 16, 32, 60]
    assert waits(refused(Reason.LOAN_LIMIT))[:6] == [900, 1800, 3600, 7200, 14_400, 21_600]
    assert waits(refused(Reason.LOAN_LIMIT))[-1] == 21_600


def sight(
    state: ItemState, *holders: PatronId, lists: bool = True, due: date | None = DUE
) -> Sight:
    item = ItemRecord(BOOK, state, "", "", "", "", "", due, None, ())
    people: dict[PatronId, PatronRecord | Refused] = {
        one: person(one, has=one in holders, lists=lists) for one in (SITI, BUDI)
    }
    return Sight(item, people)


def person(number: PatronId, *, has: bool, lists: bool) -> PatronRecord:
    loans = ((str(BOOK),) if has else ()) if lists else None
    return PatronRecord(
        number,
        bar=None,
        pin_checked=False,
        loans=loans,
        on_loan=int(has),
        overdue=None,
        holds=None,
        loan_limit=None,
        owed=Decimal(0),
        currency="IDR",
        expires=None,
        said=(),
    )


HERE = sight(ItemState.AVAILABLE)
WITH_SITI, WITH_BUDI = sight(ItemState.ON_LOAN, SITI), sight(ItemState.ON_LOAN, BUDI)
NOT_TOLD = sight(ItemState.NOT_TOLD, lists=False)
COUNTED = sight(ItemState.ON_LOAN, SITI, lists=False)
NOT_KNOWN = Sight(Refused(Reason.UNKNOWN_ITEM), {})
LENDING, BACK = UNKNOWN, back(Stage.UNKNOWN)
MAYBE, MAYBE_BACK = lend(Cause.LENT, Stage.DOUBTFUL), back(Stage.DOUBTFUL)
MAYBE_UNDONE = lend(Cause.ABANDONED, Stage.DOUBTFUL)
MAYBE_UNDOING = back(Stage.DOUBTFUL, "a", Cause.ABANDONED)


@pytest.mark.parametrize(
    ("steps", "seen", "stages"),
    [
        ((LENDING,), WITH_SITI, (Stage.OK,)),
        ((LENDING,), COUNTED, (Stage.OK,)),
        ((LENDING,), HERE, (Stage.READY,)),
        ((LENDING,), WITH_BUDI, (Stage.READY,)),
        ((LENDING,), NOT_KNOWN, (Stage.STAFF,)),
        ((BACK,), HERE, (Stage.OK,)),
        ((BACK,), WITH_SITI, (Stage.READY,)),
        ((BACK,), WITH_BUDI, (Stage.OK,)),
        ((BACK,), NOT_TOLD, (Stage.STAFF,)),
        # After a restore: the records show the last that was made.
        ((MAYBE, MAYBE_BACK), HERE, (Stage.OK, Stage.OK)),
        ((MAYBE, MAYBE_BACK), WITH_SITI, (Stage.OK, Stage.STAFF)),
        ((MAYBE,), HERE, (Stage.STAFF,)),
        ((MAYBE_BACK,), WITH_BUDI, (Stage.STAFF,)),
        ((MAYBE_UNDONE,), HERE, (Stage.VOID,)),
        ((MAYBE_UNDONE,), WITH_SITI, (Stage.STAFF,)),
        ((MAYBE_UNDOING,), HERE, (Stage.VOID,)),
        ((MAYBE_UNDOING,), WITH_SITI, (Stage.STAFF,)),
        ((MAYBE_UNDOING,), WITH_BUDI, (Stage.VOID,)),
        ((MAYBE_UNDOING,), NOT_KNOWN, (Stage.STAFF,)),
    ],
)
def test_what_the_records_make_of_a_change_nobody_knows_of(
    steps: tuple[Step, ...], seen: Sight, stages: tuple[Stage, ...]
) -> None:
    assert tuple(one.stage for one in after_looking(steps, seen)) == stages


def test_a_loan_found_made_has_the_due_date_of_the_records() -> None:
    assert after_looking((LENDING,), WITH_SITI) == (Became(Stage.OK, due=DUE),)


OUT, IN = Ours(SITI, DUE, returned=False), Ours(SITI, DUE, returned=True)


@pytest.mark.parametrize(
    ("ours", "seen", "expected"),
    [
        (OUT, WITH_SITI, None),
        (OUT, HERE, Difference.NOT_LENT),
        (OUT, WITH_BUDI, Difference.LENT_TO_OTHER),
        (OUT, NOT_KNOWN, Difference.ITEM_UNKNOWN),
        (OUT, NOT_TOLD, Difference.NOT_LENT),
        (OUT, sight(ItemState.ON_LOAN, SITI, due=EARLIER), Difference.DUE_EARLIER),
        (
            OUT,
            replace(WITH_SITI, patrons={SITI: refused(Reason.UNKNOWN_CARD)}),
            Difference.CARD_UNKNOWN,
        ),
        (IN, HERE, None),
        (IN, WITH_SITI, Difference.STILL_LENT),
        (IN, WITH_BUDI, None),
        # Lent to the same person again, at the desk.
        (Ours(SITI, EARLIER, returned=True), WITH_SITI, None),
    ],
)
def test_how_the_systems_records_differ(
    ours: Ours, seen: Sight, expected: Difference | None
) -> None:
    assert difference(ours, seen) is expected
