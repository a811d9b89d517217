"""A walk along a shelf makes tasks for what is wrong there, and whatever shows a book ends them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine

from broker.facts import MOST_MARKED, Entry, Mark, MarkCount, Marked, ShelfWalked
from broker.shelves import Whereabouts
from broker.vocabulary import ActId, DeviceId, ItemId
from server.catalogue import keep_elsewhere
from server.circulation.tasks import OF_SHELVES, Choice, TaskKind
from server.desk.settling import open_tasks, settle
from server.desk.task import Verdict
from server.ils.library import SystemLibrary
from server.intake import Intake
from server.journal.database import transaction
from server.projection import dump, rebuild
from server.walks import MOST_TASKS, walks, wrong
from server.web.languages import read_texts
from server.web.queries import read_records
from server.web.times import Wall
from server.web.view import page
from tests.keys import OPENING
from tests.server.stories import (
    BOOK,
    DROP_BOX,
    KIOSK,
    MEDAN,
    NOON,
    OTHER_BOOK,
    SITE,
    abandoned,
    entry,
    heard,
    intake,
    lent,
    renewed,
    returned,
    stock,
)
from tests.server.web.scenes import ZONE

NOVELS = "circulating 800-899"
LATER = NOON + 86_400.0
MISSING, RELEASED, ON_LOAN, WORK = OF_SHELVES


def walked(
    *marked: Marked, walk: str = "w1", shelf: str = NOVELS, part: int = 1, parts: int = 1
) -> ShelfWalked:
    counts = {mark: sum(mark in one.marks for one in marked) for mark in Mark}
    told = tuple(MarkCount(mark, items) for mark, items in counts.items() if items)
    return ShelfWalked(ActId(walk), shelf, part, parts, told, marked)


def is_(mark: Mark, book: ItemId = BOOK) -> Marked:
    return Marked(book, (mark,))


def hear(connection: Connection, *entries: Entry) -> None:
    intake().digest(connection, [heard(one) for one in entries], LATER)


def tasks(connection: Connection) -> list[tuple[TaskKind, str | None]]:
    return [(one.kind, one.item) for one in open_tasks(connection) if one.kind in OF_SHELVES]


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as opened:
        stock(opened)
        yield opened


def test_a_book_that_should_be_here_and_was_not_read_is_a_task(connection: Connection) -> None:
    hear(connection, entry(3, walked(is_(Mark.MISSING))))
    (task,) = open_tasks(connection)
    assert (task.kind, task.item, task.title) == (MISSING, str(BOOK), "Laskar Pelangi")
    assert (task.device, task.reason, task.opened_at) == (str(KIOSK), NOVELS, NOON + 180)
    assert task.evidence.facts[0].kind == "shelf-walked"


@pytest.mark.parametrize(
    "shows", [lent(), returned(), abandoned(), walked(is_(Mark.NOT_LISTED), walk="w2", shelf="x")]
)
def test_whatever_shows_the_book_later_ends_its_task(connection: Connection, shows: object) -> None:
    hear(connection, entry(3, walked(is_(Mark.MISSING))))
    hear(connection, entry(4, shows))  # type: ignore[arg-type]  # each of them is a fact
    assert tasks(connection) == []


def test_what_was_done_with_the_book_before_ends_nothing(connection: Connection) -> None:
    hear(connection, entry(3, walked(is_(Mark.MISSING))))
    hear(connection, entry(1, returned(), device=DROP_BOX))
    hear(connection, entry(4, renewed()))
    assert tasks(connection) == [(MISSING, str(BOOK))]


def test_a_book_that_was_seen_before_the_walk_was_heard_of_is_no_task(
    connection: Connection,
) -> None:
    """The walk was told late: its kiosk was off line."""
    hear(connection, entry(5, returned(), device=DROP_BOX))
    hear(connection, entry(3, walked(is_(Mark.MISSING), is_(Mark.MISSING, OTHER_BOOK))))
    assert tasks(connection) == [(MISSING, str(OTHER_BOOK))]


def test_a_book_still_missing_is_one_task_and_the_walk_that_reads_it_ends_it(
    connection: Connection,
) -> None:
    hear(connection, entry(3, walked(is_(Mark.MISSING))))
    hear(connection, entry(4, walked(is_(Mark.MISSING), walk="w2")))
    assert [one.opened_at for one in open_tasks(connection)] == [NOON + 180]
    hear(connection, entry(5, walked(walk="w3", shelf="another")))
    assert tasks(connection) == [(MISSING, str(BOOK))]
    hear(connection, entry(6, walked(walk="w4")))
    assert tasks(connection) == []


def test_a_walk_in_parts_ends_what_it_does_not_name_once_it_is_whole(
    connection: Connection,
) -> None:
    hear(connection, entry(3, walked(is_(Mark.MISSING), is_(Mark.MISSING, OTHER_BOOK))))
    parts = walked(is_(Mark.MISSING, OTHER_BOOK), walk="w2", part=2, parts=2)
    hear(connection, entry(5, parts))
    assert len(tasks(connection)) == 2
    (_, half) = walks(connection)
    assert (half.missing_parts, half.is_whole) == (1, False)
    hear(connection, entry(4, replace(parts, part=1, marked=())))
    assert tasks(connection) == [(MISSING, str(OTHER_BOOK))]
    assert walks(connection)[1].is_whole


@pytest.mark.parametrize(
    ("mark", "kind"),
    [
        (Mark.RELEASED_HERE, RELEASED),
        (Mark.MISPLACED, None),
        (Mark.NOT_LISTED, None),
        (Mark.ON_HOLD_HERE, None),
        (Mark.SECURED_ON_LOAN, None),
    ],
)
def test_wrong_security_is_a_task_of_its_own(
    connection: Connection, mark: Mark, kind: TaskKind | None
) -> None:
    hear(connection, entry(3, walked(is_(mark))))
    assert tasks(connection) == ([] if kind is None else [(kind, str(BOOK))])


def test_a_book_on_loan_that_stands_on_the_shelf_is_a_task_until_it_is_returned(
    connection: Connection,
) -> None:
    hear(connection, entry(1, lent()))
    hear(connection, entry(3, walked(is_(Mark.SECURED_ON_LOAN))))
    assert tasks(connection) == [(ON_LOAN, str(BOOK))]
    hear(connection, entry(4, returned()))
    assert tasks(connection) == []


def test_the_records_know_better_than_an_old_list(connection: Connection) -> None:
    """The list was fetched before the loan: nobody has to look for the book."""
    hear(connection, entry(1, lent()))
    hear(connection, entry(3, walked(is_(Mark.MISSING))))
    assert tasks(connection) == []


@pytest.mark.parametrize("where", [None, *Whereabouts])
@pytest.mark.parametrize("mark", Mark)
def test_what_is_wrong_follows_from_the_mark_and_the_records(
    mark: Mark, where: Whereabouts | None
) -> None:
    here = where in {None, Whereabouts.HERE}
    away = where in {None, Whereabouts.ON_LOAN}
    expected = {
        Mark.MISSING: MISSING if here else None,
        Mark.RELEASED_HERE: ON_LOAN if where is Whereabouts.ON_LOAN else RELEASED,
        Mark.SECURED_ON_LOAN: ON_LOAN if away else None,
        Mark.ON_LOAN_HERE: ON_LOAN if away else None,
    }
    assert wrong((mark,), where) is expected.get(mark)


def test_more_than_fifty_are_one_task_for_the_shelf_until_it_was_walked_again(
    connection: Connection,
) -> None:
    many = [is_(Mark.MISSING, ItemId(f"K{at}")) for at in range(MOST_TASKS + 1)]
    whole = walked(*many)
    hear(connection, entry(3, replace(whole, parts=2, marked=whole.marked[:1])))
    hear(connection, entry(4, replace(whole, part=2, parts=2, marked=whole.marked[1:])))
    assert tasks(connection) == [(WORK, None)]
    hear(connection, entry(5, walked(walk="w2")))
    assert tasks(connection) == []


def test_a_device_that_counts_wrong_cannot_flood_the_desk(connection: Connection) -> None:
    many = tuple(is_(Mark.MISSING, ItemId(f"K{at}")) for at in range(MOST_MARKED))
    hear(connection, entry(3, replace(walked(), marked=many)))
    assert tasks(connection) == [(WORK, None)]


def test_staff_settle_it_and_a_rebuild_brings_nothing_back(connection: Connection) -> None:
    hear(connection, entry(3, walked(is_(Mark.MISSING), is_(Mark.RELEASED_HERE, OTHER_BOOK))))
    before = dump(connection)
    rebuild(connection)
    assert dump(connection) == before
    for choice in (Choice.MISSING, Choice.SECURED_BY_HAND):
        task = open_tasks(connection)[0]
        settle(connection, intake(), task.key, Verdict(choice, "Rina", "dicari"), LATER)
    rebuild(connection)
    assert open_tasks(connection) == ()


def test_a_walk_told_again_changes_nothing(connection: Connection) -> None:
    once = entry(3, walked(is_(Mark.MISSING)))
    hear(connection, once, once)
    task = open_tasks(connection)[0]
    settle(connection, intake(), task.key, Verdict(Choice.CHECKED, "Rina", "ada"), LATER)
    hear(connection, once)
    assert open_tasks(connection) == ()


def test_where_another_system_has_the_records_the_walk_is_believed(connection: Connection) -> None:
    keep_elsewhere(connection, elsewhere=True)
    elsewhere = Intake(SystemLibrary(MEDAN, SITE), SITE, OPENING)
    marked = (is_(Mark.MISSING), is_(Mark.ON_LOAN_HERE, OTHER_BOOK))
    elsewhere.digest(connection, [heard(entry(3, walked(*marked)))], LATER)
    assert tasks(connection) == [(MISSING, str(BOOK)), (ON_LOAN, str(OTHER_BOOK))]


def test_walks_are_told_as_they_were_each_by_its_device(connection: Connection) -> None:
    marked = Marked(BOOK, (Mark.MISPLACED, Mark.RELEASED_HERE), OTHER_BOOK)
    hear(connection, entry(9, walked(marked)), entry(3, walked(), device=DeviceId("kios-02")))
    told = walks(connection)
    assert [(one.device, one.at) for one in told] == [
        ("kios-02", NOON + 180),
        (str(KIOSK), NOON + 540),
    ]
    assert told[1].marked == (marked,)
    assert walks(connection, KIOSK) == told[1:]


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_tells_the_walk_and_what_is_to_be_done(engine: Engine, language: str) -> None:
    many = tuple(is_(Mark.MISSING, ItemId(f"K{at}")) for at in range(MOST_TASKS + 1))
    with transaction(engine) as connection:
        stock(connection)
        hear(
            connection,
            entry(3, walked(is_(Mark.MISSING))),
            entry(4, walked(*many, walk="w2", shelf="x")),
        )
    shown = page(read_records(engine), Wall(ZONE, LATER, read_texts()[language]))
    told = {"id": "Rak diperiksa", "en": "A shelf was checked"}[language]
    assert [one.what for one in shown.facts] == [told, told]
    assert {(one.item, one.title) for one in shown.tasks} == {
        (str(BOOK), "Laskar Pelangi"),
        (str(KIOSK), ""),
    }
