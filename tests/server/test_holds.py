"""Who waits gets the next copy that comes back, in turn, and nobody else is lent it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert, select, update

from broker.facts import Fact
from broker.requests import Grant
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Refusal
from server import catalogue, holds
from server.circulation.holds import ENDED, Hold, HoldState, TitleCopy, served
from server.circulation.rules import Calendar, LoanRule, Rulebook
from server.holds import Wish
from server.journal.database import transaction
from server.journal.tables import hold, item, title
from server.library import Library
from tests.server.stories import (
    BOOK,
    BUDI,
    KIOSK,
    MEDAN,
    NOON,
    OTHER_BOOK,
    SITE,
    SITI,
    STRANGER,
    entry,
    heard,
    intake,
    lend,
    lent,
    returned,
    stock,
)

LIBRARY = Library(MEDAN, SITE)
DAY = 86_400.0
TODAY = date(2026, 11, 24)
RULES = Rulebook(
    (LoanRule("umum", "*", 3, 7), LoanRule("umum", "reference", 0, 0)),
    Calendar(ZoneInfo("Asia/Jakarta"), frozenset({6}), frozenset()),
)
WAITING = Hold(ActId("h1"), 1, None, SITI, "umum", NOON)
COPY = TitleCopy(BOOK, "circulating")


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """One title, and two copies of it that may be lent."""
    with transaction(engine) as opened:
        stock(opened)
        others = update(item).where(item.c.barcode > str(OTHER_BOOK))
        opened.execute(others.values(state="withdrawn"))
        yield opened


def place(
    connection: Connection, patron: PatronId, act: str, book: ItemId = BOOK, *, only: bool = False
) -> Hold | Refusal:
    wish = Wish(ActId(act), book, NOON + int(act[1:]), only)
    return holds.place(connection, patron, wish, catalogue.rulebook(connection, MEDAN))


def hear(connection: Connection, *facts: tuple[int, Fact], now: float = NOON + 3600) -> None:
    messages = [heard(entry(seq, told)) for seq, told in facts]
    intake().digest(connection, messages, now)


def states(connection: Connection) -> dict[str, tuple[str, str | None]]:
    rows = connection.execute(select(hold.c.act, hold.c.state, hold.c.copy)).all()
    return {row.act: (row.state, row.copy) for row in rows}


def test_a_copy_on_the_shelf_is_set_aside_at_once(connection: Connection) -> None:
    placed = place(connection, SITI, "h1")
    assert isinstance(placed, Hold)
    assert (placed.state, placed.copy) == (HoldState.READY, BOOK)
    assert placed.pick_up_by == date(2026, 11, 27)


def test_what_comes_back_is_set_aside_for_the_first_who_waits(connection: Connection) -> None:
    hear(connection, (1, lent(STRANGER)), (2, lent(STRANGER, OTHER_BOOK)))
    place(connection, BUDI, "h1")
    place(connection, SITI, "h2")
    hear(connection, (3, returned()))
    assert states(connection) == {"h1": ("ready", str(BOOK)), "h2": ("waiting", None)}


def test_a_copy_set_aside_is_lent_to_its_member_alone(connection: Connection) -> None:
    place(connection, BUDI, "h1")
    refused = LIBRARY.answer(connection, lend("a1", SITI), KIOSK, NOON)
    assert refused == Refusal(Reason.ON_HOLD)
    assert isinstance(LIBRARY.answer(connection, lend("a2", BUDI), KIOSK, NOON), Grant)
    assert states(connection)["h1"] == ("ready", str(BOOK))
    hear(connection, (1, lent(BUDI)))
    assert states(connection)["h1"][0] == "fulfilled"


def test_who_has_a_copy_waits_no_more_whichever_it_is(connection: Connection) -> None:
    place(connection, SITI, "h1")
    hear(connection, (1, lent(SITI, OTHER_BOOK)))
    assert states(connection)["h1"][0] == "fulfilled"
    assert isinstance(LIBRARY.answer(connection, lend("a1", BUDI), KIOSK, NOON), Grant)


def test_a_copy_taken_by_another_off_line_costs_nobody_their_place(connection: Connection) -> None:
    hear(connection, (1, lent(STRANGER, OTHER_BOOK)))
    place(connection, SITI, "h1")
    place(connection, BUDI, "h2")
    hear(connection, (2, lent(PatronId("KTA-4"), provisional=True)))
    assert states(connection) == {"h1": ("waiting", None), "h2": ("waiting", None)}
    hear(connection, (3, returned()))
    assert states(connection)["h1"] == ("ready", str(BOOK))


def test_what_is_not_picked_up_goes_to_the_next(connection: Connection) -> None:
    hear(connection, (1, lent(STRANGER, OTHER_BOOK)))
    place(connection, SITI, "h1")
    place(connection, BUDI, "h2")
    intake().remind(connection, NOON + 3 * DAY)
    assert states(connection)["h1"] == ("ready", str(BOOK))
    intake().remind(connection, NOON + 4 * DAY)
    assert states(connection) == {"h1": ("expired", str(BOOK)), "h2": ("ready", str(BOOK))}


def test_a_hold_that_has_ended_names_nobody(connection: Connection) -> None:
    place(connection, SITI, "h1")
    place(connection, BUDI, "h2", OTHER_BOOK)
    hear(connection, (1, lent(SITI)))
    holds.cancel(connection, ActId("h2"), catalogue.rulebook(connection, MEDAN), NOON)
    assert connection.scalars(select(hold.c.member)).all() == [None, None]
    assert sorted(connection.scalars(select(hold.c.state))) == ["cancelled", "fulfilled"]


def test_a_hold_on_one_copy_gets_no_other(connection: Connection) -> None:
    hear(connection, (1, lent(STRANGER)))
    place(connection, SITI, "h1", BOOK, only=True)
    assert states(connection)["h1"] == ("waiting", None)
    hear(connection, (2, returned()))
    assert states(connection)["h1"] == ("ready", str(BOOK))


@pytest.mark.parametrize(
    ("patron", "book", "reason"),
    [
        (PatronId("KTA-9"), BOOK, Reason.UNKNOWN_CARD),
        (PatronId("KTA-4"), BOOK, Reason.PATRON_BLOCKED),
        (SITI, ItemId("X-1"), Reason.UNKNOWN_ITEM),
        (BUDI, BOOK, Reason.ALREADY_YOURS),
    ],
)
def test_who_may_not_wait_is_told_why(
    connection: Connection, patron: PatronId, book: ItemId, reason: Reason
) -> None:
    hear(connection, (1, lent(BUDI)))
    assert place(connection, patron, "h1", book) == Refusal(reason)


def test_one_wish_for_a_title_and_two_in_all(connection: Connection) -> None:
    for number in (2, 3):
        words = {"author": "", "publisher": "", "year": 2005, "call_number": ""}
        connection.execute(insert(title), {"id": number, "title": f"Judul {number}", **words})
        copy = {"barcode": f"C{number}", "title": number, "collection": "circulating"}
        connection.execute(insert(item), copy | {"state": "present"})
    place(connection, SITI, "h1")
    assert place(connection, SITI, "h2", OTHER_BOOK) == Refusal(Reason.ALREADY_YOURS)
    assert isinstance(place(connection, SITI, "h3", ItemId("C2")), Hold)
    assert place(connection, SITI, "h4", ItemId("C3")) == Refusal(Reason.LOAN_LIMIT)


def test_what_is_read_on_the_spot_is_not_waited_for(connection: Connection) -> None:
    connection.execute(update(item).values(collection="reference"))
    assert place(connection, SITI, "h1") == Refusal(Reason.NOT_FOR_LOAN)


def test_a_rebuild_leaves_the_queue_alone(connection: Connection) -> None:
    place(connection, SITI, "h1")
    before = states(connection)
    LIBRARY.rebuild(connection)
    LIBRARY.serve_holds(connection, None, NOON)
    assert states(connection) == before


BOOKS = tuple(ItemId(f"B{number}") for number in range(3))
PEOPLE = tuple(PatronId(f"M-{number}") for number in range(4))


@st.composite
def shelves(draw: st.DrawFn) -> list[TitleCopy]:
    lent_to = st.none() | st.sampled_from([one.reveal() for one in PEOPLE])
    return [
        TitleCopy(book, "circulating", draw(st.booleans()), draw(lent_to), draw(st.booleans()))
        for book in BOOKS
    ]


@given(st.lists(st.tuples(shelves(), st.integers(0, 9)), min_size=1, max_size=5))
def test_wherever_the_copies_go_each_is_set_aside_once_and_in_turn(
    days: list[tuple[list[TitleCopy], int]],
) -> None:
    queue = [
        replace(WAITING, act=ActId(f"h{n}"), member=one, placed_at=n)
        for n, one in enumerate(PEOPLE)
    ]
    for shelf, later in days:
        today = date(2026, 11, 24 if later == 0 else 20 + later)
        after = served(queue, shelf, RULES, today)
        assert served(after, shelf, RULES, today) == tuple(after)
        ready = [one for one in after if one.state is HoldState.READY]
        assert len({one.copy for one in ready}) == len(ready)
        free = {copy.item for copy in shelf if copy.lent_to is None and not copy.withdrawn}
        assert {one.copy for one in ready} <= free
        fresh = [
            one.placed_at
            for one, before in zip(after, queue, strict=True)
            if one.state is HoldState.READY and before.state is HoldState.WAITING
        ]
        waiting = [one.placed_at for one in after if one.state is HoldState.WAITING]
        assert not fresh or not waiting or max(fresh) < min(waiting)
        queue = [one for one in after if one.state not in ENDED]
