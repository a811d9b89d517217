"""Staff get a shelf's list from the catalogue, in shelf order, with what should be there now."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, insert, update

from broker import wire
from broker.requests import Ask, Grant, Reply
from broker.shelves import (
    MOST_LISTED,
    Listed,
    ListShelf,
    ListShelves,
    ShelfList,
    ShelfSize,
    Shelves,
    Whereabouts,
)
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Refusal
from server import shelving
from server.catalogue import rulebook
from server.holds import Wish, place
from server.ils.library import SystemLibrary
from server.journal.database import open_engine, transaction
from server.journal.tables import hold, item, title
from server.library import Library
from server.migrations import migrate
from tests.server.stories import (
    BOOK,
    KIOSK,
    MEDAN,
    NOON,
    OTHER_BOOK,
    SITE,
    entry,
    heard,
    intake,
    lend,
    lent,
    returned,
    stock,
)

LIBRARY = Library(MEDAN, SITE)
NOVELS = "circulating 800-899"
CHEAP = ("899.221 3 TOE b", "813 HIR l", "899.22 ALI p", "R 030 ENS e", "", "2X4.1 QAR f")


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A handful of books, and one more title of each of `CHEAP` with two copies."""
    with transaction(engine) as opened:
        stock(opened)
        for number, call_number in enumerate(CHEAP, 10):
            add(opened, number, call_number, f"C{number}b", f"C{number}a")
        shelving.index(opened, [1, *range(10, 16)])
        yield opened


def add(connection: Connection, number: int, call_number: str, *copies: str) -> None:
    words = {"author": "", "publisher": "", "year": None, "call_number": call_number}
    connection.execute(insert(title), {"id": number, "title": f"Judul {number}", **words})
    for copy in copies:
        row = {"barcode": copy, "title": number, "collection": "circulating", "state": "present"}
        connection.execute(insert(item), row)


def told(connection: Connection, shelf: str = NOVELS, after: str | None = None) -> ShelfList:
    question = ListShelf(shelf, None if after is None else ItemId(after))
    answer = LIBRARY.answer(connection, question, KIOSK, NOON)
    assert isinstance(answer, ShelfList)
    return answer


def where(connection: Connection, barcode: ItemId = BOOK) -> Whereabouts:
    return next(one.where for one in told(connection).items if one.item == barcode)


def test_the_shelves_are_collections_in_hundreds_of_classes(connection: Connection) -> None:
    assert LIBRARY.answer(connection, ListShelves(), KIOSK, NOON) == Shelves(
        5,
        (
            ShelfSize("circulating", 2),
            ShelfSize("circulating 200-299", 2),
            ShelfSize(NOVELS, 11),
            ShelfSize("circulating R 000-099", 2),
            ShelfSize("reference 800-899", 1),
        ),
    )
    assert shelving.shelves(connection, ListShelves(4)).shelves == (
        ShelfSize("reference 800-899", 1),
    )


def test_a_list_is_in_shelf_order_and_leaves_out_what_is_withdrawn(connection: Connection) -> None:
    lines = told(connection).items
    assert [str(one.item) for one in lines] == [
        *("C11a", "C11b", "C12a", "C12b"),
        *("B00001", "B00002", "B00003", "B00004", "B00005"),
        *("C10a", "C10b"),
    ]
    assert lines[4] == Listed(BOOK, "899.221 3 HIR l", "Laskar Pelangi", Whereabouts.HERE)
    assert told(connection).total == 11


def test_what_somebody_has_or_waits_for_need_not_be_there(connection: Connection) -> None:
    assert where(connection) is Whereabouts.HERE
    intake().digest(connection, [heard(entry(1, lent()))], NOON + 120)
    assert where(connection) is Whereabouts.ON_LOAN
    assert where(connection, OTHER_BOOK) is Whereabouts.HERE
    wish = Wish(ActId("hold-1"), BOOK, NOON, only_this=True)
    place(connection, PatronId("KTA-2"), wish, rulebook(connection, MEDAN))
    intake().digest(connection, [heard(entry(2, returned()))], NOON + 180)
    assert where(connection) is Whereabouts.ON_HOLD_SHELF
    connection.execute(update(hold).values(ended_at=NOON + 200))
    assert where(connection) is Whereabouts.HERE


def test_a_loan_that_is_being_made_is_away_already(connection: Connection) -> None:
    assert isinstance(LIBRARY.answer(connection, lend("act-1"), KIOSK, NOON), Grant)
    assert where(connection) is Whereabouts.ON_LOAN


def test_a_long_shelf_is_told_page_by_page_and_each_book_once(connection: Connection) -> None:
    copies = [f"K{number:04}" for number in range(2 * MOST_LISTED + 7)]
    add(connection, 40, "899.221 3 HIR z", *copies)
    shelving.index(connection, [40])
    pages = [told(connection)]
    while len(pages[-1].items) == MOST_LISTED:
        last = str(pages[-1].items[-1].item)
        # A book that comes in between changes nothing for what was told.
        add(connection, 50 + len(pages), "800 AAA", f"Z{len(pages)}")
        shelving.index(connection, [50 + len(pages)])
        pages.append(told(connection, after=last))
    everything = [str(one.item) for page in pages for one in page.items]
    assert len(everything) == len({*everything}) == 11 + len(copies)
    assert everything[9 : 9 + len(copies)] == copies
    assert told(connection, after=everything[-1]).items == ()


def test_long_words_are_cut_so_that_a_page_is_one_message(connection: Connection) -> None:
    add(connection, 40, "899.3 " + "X" * 500, *(f"K{number:04}" for number in range(60)))
    connection.execute(update(title).where(title.c.id == 40).values(title="\x01" * 900))
    shelving.index(connection, [40])
    page = told(connection, after="C10b")
    assert {(len(one.title), len(one.call_number)) for one in page.items} == {(100, 60)}
    assert len(wire.encode_reply(Reply("c1", NOON, page))) <= wire.MAX_BYTES


def test_a_shelf_that_is_no_more_has_nothing(connection: Connection) -> None:
    assert told(connection, "circulating 900-999") == ShelfList(0, ())
    assert told(connection, after="UNKNOWN").items == told(connection).items


def test_a_title_told_anew_stands_elsewhere(connection: Connection) -> None:
    connection.execute(update(title).where(title.c.id == 10).values(call_number="297 TOE b"))
    shelving.index(connection, [10])
    assert [str(one.item) for one in told(connection).items][-1] == "B00005"
    assert len(told(connection, "circulating 200-299").items) == 4


def test_books_that_were_there_before_there_were_lists_stand_on_them(empty_url: str) -> None:
    engine = open_engine(empty_url)
    with transaction(engine) as connection:
        config = Config()
        config.set_main_option("script_location", "server:migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        stock(connection)
        add(connection, 10, "813 HIR l", "C10a")
    migrate(empty_url)
    with transaction(engine) as connection:
        lines = told(connection).items
    engine.dispose()
    assert [str(one.item) for one in lines] == ["C10a", *(f"B0000{at}" for at in range(1, 6))]


@pytest.mark.parametrize("question", [ListShelves(), ListShelf(NOVELS)])
def test_a_library_with_a_system_of_its_own_has_no_lists_here(
    connection: Connection, question: ListShelves | ListShelf
) -> None:
    elsewhere = SystemLibrary(MEDAN, SITE)
    ask = Ask("c1", NOON + 3, question)
    assert elsewhere.reply(connection, ask, KIOSK, NOON) == Refusal(Reason.ASK_STAFF)
