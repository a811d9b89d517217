"""The library answers, keeps its word, and can be rebuilt from the journal."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection, Engine, insert, select, update

from broker.facts import Entry
from broker.requests import Answer, Describe, Description, Grant, Identify, Lend
from broker.requests import Standing as MayBorrow
from broker.vocabulary import (
    ERASED,
    ActId,
    ClockState,
    ItemId,
    Moment,
    Patron,
    PatronId,
    Reason,
    Refusal,
)
from server.journal.database import transaction
from server.journal.journal import record
from server.journal.tables import grant, loan, member, task
from server.library import Library
from server.projection import dump
from tests.keys import seal
from tests.server.stories import (
    BOOK,
    BUDI,
    DROP_BOX,
    DUE,
    KIOSK,
    MEDAN,
    NOON,
    SITE,
    SITI,
    abandoned,
    at,
    dropped,
    entry,
    identify,
    lend,
    lent,
    received,
    returned,
    stock,
    unconfirmed,
)

LIBRARY = Library(MEDAN, SITE)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A writer's transaction in a library with a few books and members."""
    with transaction(engine) as opened:
        stock(opened)
        yield opened


def answer(connection: Connection, question: Lend, now: float = NOON) -> Answer:
    return LIBRARY.answer(connection, question, KIOSK, now)


def take_in(connection: Connection, *entries: Entry, at_time: float = NOON + 7200) -> None:
    recorded = record(connection, [received(one) for one in entries], at_time)
    LIBRARY.apply(connection, recorded.new, at_time)


def closing(act: str, one: Entry) -> Entry:
    return replace(one, act=ActId(act))


def tasks(connection: Connection) -> list[str]:
    return list(connection.scalars(select(task.c.kind).order_by(task.c.kind)))


def test_a_member_is_known_by_number_and_by_card(connection: Connection) -> None:
    for said in ("KTA-1", "kta-1", "0411223344AA80", "0411223344aa80"):
        question = identify(PatronId(said))
        assert LIBRARY.answer(connection, question, KIOSK, NOON) == MayBorrow(0, 3)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("KTA-9", Reason.UNKNOWN_CARD),
        ("KTA-3", Reason.MEMBERSHIP_EXPIRED),
        ("KTA-4", Reason.PATRON_BLOCKED),
    ],
)
def test_who_may_not_borrow_is_told_why(
    connection: Connection, number: str, reason: Reason
) -> None:
    patron = PatronId(number)
    assert LIBRARY.answer(connection, identify(patron), KIOSK, NOON) == Refusal(reason)
    assert answer(connection, lend("a1", patron)) == Refusal(reason)


@pytest.mark.parametrize("patron", [seal(SITI), ERASED])
def test_whom_nobody_could_read_is_an_unknown_card(connection: Connection, patron: Patron) -> None:
    for question in (Identify(patron), Lend(ActId("a1"), BOOK, patron)):
        assert LIBRARY.answer(connection, question, KIOSK, NOON) == Refusal(Reason.UNKNOWN_CARD)


def test_an_item_is_described(connection: Connection) -> None:
    expected = Description(BOOK, "Laskar Pelangi", "Andrea Hirata")
    assert LIBRARY.answer(connection, Describe(BOOK), KIOSK, NOON) == expected
    unknown = LIBRARY.answer(connection, Describe(ItemId("X")), KIOSK, NOON)
    assert unknown == Refusal(Reason.UNKNOWN_ITEM)


def test_asking_twice_is_asking_once(connection: Connection) -> None:
    granted = Grant(ActId("a1"), DUE)
    assert answer(connection, lend("a1")) == granted
    assert answer(connection, lend("a1"), NOON + 86_400) == granted
    assert connection.scalars(select(grant.c.act)).all() == ["a1"]


def test_a_grant_holds_the_item_and_counts(connection: Connection) -> None:
    answer(connection, lend("a1"))
    assert answer(connection, lend("a2", BUDI)) == Refusal(Reason.ON_LOAN_TO_OTHER)
    assert answer(connection, lend("a3", SITI)) == Refusal(Reason.ALREADY_YOURS)
    assert LIBRARY.answer(connection, identify(), KIOSK, NOON) == MayBorrow(1, 2)


def test_three_items_are_the_limit(connection: Connection) -> None:
    for number in (1, 2, 3):
        assert isinstance(
            answer(connection, lend(f"a{number}", SITI, ItemId(f"B0000{number}"))), Grant
        )
    fourth = lend("a4", SITI, ItemId("B00004"))
    assert answer(connection, fourth) == Refusal(Reason.LOAN_LIMIT)
    take_in(connection, entry(1, returned(ItemId("B00002"))), at_time=NOON + 60)
    assert isinstance(answer(connection, fourth, NOON + 61), Grant)


def test_reference_and_withdrawn_items_stay(connection: Connection) -> None:
    reference, withdrawn = ItemId("B00008"), ItemId("B00009")
    assert answer(connection, lend("a1", SITI, reference)) == Refusal(Reason.NOT_FOR_LOAN)
    assert answer(connection, lend("a1", SITI, withdrawn)) == Refusal(Reason.ITEM_WITHDRAWN)
    assert answer(connection, lend("a1", SITI, ItemId("X"))) == Refusal(Reason.UNKNOWN_ITEM)


def test_a_loan_that_happened_closes_its_grant(connection: Connection) -> None:
    answer(connection, lend("a1"))
    take_in(connection, closing("a1", entry(1, lent())))
    assert connection.scalars(select(grant.c.standing)).all() == ["closed"]
    assert connection.execute(select(loan.c.member, loan.c.due)).all() == [("KTA-1", DUE)]
    assert LIBRARY.answer(connection, identify(), KIOSK, NOON) == MayBorrow(1, 2)


def test_an_abandoned_loan_frees_the_item_and_ends_its_act(connection: Connection) -> None:
    answer(connection, lend("a1"))
    take_in(connection, closing("a1", entry(1, abandoned())))
    assert answer(connection, lend("a1")) == Refusal(Reason.ACT_CLOSED)
    assert isinstance(answer(connection, lend("a2", BUDI)), Grant)


def test_an_act_cannot_be_used_for_something_else(connection: Connection) -> None:
    answer(connection, lend("a1"))
    assert answer(connection, lend("a1", BUDI)) == Refusal(Reason.ACT_CLOSED)
    elsewhere = LIBRARY.answer(connection, lend("a1"), DROP_BOX, NOON)
    assert elsewhere == Refusal(Reason.ACT_CLOSED)


def test_a_grant_is_not_repeated_once_somebody_else_has_the_item(connection: Connection) -> None:
    answer(connection, lend("a1"))
    take_in(connection, entry(1, lent(BUDI)))
    assert answer(connection, lend("a1")) == Refusal(Reason.ON_LOAN_TO_OTHER)
    assert tasks(connection) == ["grant-without-closing-fact"]


def test_a_fact_about_another_item_frees_the_one_granted(connection: Connection) -> None:
    answer(connection, lend("a1"))
    take_in(connection, closing("a1", entry(1, lent(SITI, ItemId("B00002")))))
    assert isinstance(answer(connection, lend("a2", BUDI)), Grant)


def test_strangers_make_tasks_and_keep_their_loans(connection: Connection) -> None:
    take_in(connection, entry(1, lent(PatronId("04FF"), ItemId("X-1"))))
    assert tasks(connection) == ["unknown-card", "unknown-item"]
    assert connection.execute(select(loan.c.patron, loan.c.member)).all() == [("04FF", None)]
    take_in(connection, entry(2, returned(ItemId("X-1"))))
    assert tasks(connection) == ["unknown-item"]


def test_a_late_anchor_moves_what_happened_before(connection: Connection) -> None:
    blind = at(entry(1, returned()), Moment("b", 100.0, 0.0, ClockState.UNKNOWN))
    take_in(connection, entry(1, lent(), DROP_BOX), blind)
    synchronised = Moment("b", 400.0, NOON + 600, ClockState.SYNCHRONISED)
    take_in(connection, at(entry(2, returned(ItemId("B00005"))), synchronised))
    assert connection.scalar(select(loan.c.returned_at)) == pytest.approx(NOON + 300, abs=1)


def test_something_unreadable_in_the_bin_is_a_task_at_its_corrected_time(
    connection: Connection,
) -> None:
    blind = at(entry(1, dropped()), Moment("b", 100.0, 0.0, ClockState.UNKNOWN))
    take_in(connection, blind)
    synchronised = Moment("b", 400.0, NOON + 600, ClockState.SYNCHRONISED)
    take_in(connection, at(entry(2, returned()), synchronised))
    ((kind, item, opened_at),) = connection.execute(
        select(task.c.kind, task.c.item, task.c.opened_at)
    )
    assert (kind, item) == ("unknown-item-dropped", None)
    assert opened_at == pytest.approx(NOON + 300, abs=1)


def test_a_rebuild_comes_out_byte_for_byte(connection: Connection) -> None:
    answer(connection, lend("a1"))
    answer(connection, lend("a2", BUDI, ItemId("B00002")))
    blind = at(entry(4, returned()), Moment("b", 100.0, 0.0, ClockState.UNKNOWN))
    take_in(
        connection,
        closing("a1", entry(1, lent())),
        entry(2, unconfirmed(BUDI, ItemId("B00003"))),
        entry(3, lent(BUDI)),
        blind,
        at(entry(5, returned(secured=False)), Moment("b", 9.0, NOON + 9, ClockState.SYNCHRONISED)),
    )
    before = dump(connection)
    LIBRARY.rebuild(connection)
    assert dump(connection) == before
    assert b"lent-while-on-loan" in before


def test_a_rebuild_learns_of_new_members(connection: Connection) -> None:
    take_in(connection, entry(1, lent(PatronId("04FF"))))
    connection.execute(update(member).where(member.c.number == "KTA-2").values(card="04FF"))
    LIBRARY.rebuild(connection)
    assert connection.scalar(select(loan.c.member)) == "KTA-2"
    assert tasks(connection) == []


def test_of_two_who_want_one_copy_at_once_one_gets_it(engine: Engine) -> None:
    with transaction(engine) as connection:
        stock(connection)
        rows = [{"number": f"M-{n}", "name": "", "kind": "umum", "expires": DUE} for n in range(4)]
        connection.execute(insert(member), rows)
    start = Barrier(4)
    answers: list[Answer] = []

    def ask(number: int) -> None:
        start.wait(timeout=30)
        with transaction(engine) as connection:
            answers.append(answer(connection, lend(f"a{number}", PatronId(f"M-{number}"))))

    askers = [Thread(target=ask, args=(number,)) for number in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(timeout=60)
    assert sum(isinstance(one, Grant) for one in answers) == 1
    assert answers.count(Refusal(Reason.ON_LOAN_TO_OTHER)) == 3
