"""What is particular to one system's catalogue, and what a search may never do to a library."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from broker.requests import Find, Found, Hit
from server.ils.hits import ShelfCopy, hit
from server.ils.mariadb_search import MariaDbSearch
from server.ils.port import ItemState, Lent, LibrarySystem, NothingSent
from server.ils.schema import UnknownSchema
from server.ils.slims.tables import SEARCHED, author
from tests.ils.cases import ACT, DUE, FREE, NOW, SITI
from tests.ils.inlislite_library import inlislite
from tests.ils.koha_library import koha
from tests.ils.koha_rest import Mishap
from tests.ils.ledger import TODAY, Book
from tests.ils.row_ledger import RowLedger
from tests.ils.slims_library import SlimsLedger, slims
from tests.mariadb import MariadbServer
from tests.weather_proxy.forecast import Weather
from tests.weather_proxy.proxy import WeatherProxy

STATION_WAITS = 3.0
CAFE = Find("cafe ujung")
TITLE = "Café di Ujung Jalan"
Standing = AbstractContextManager[tuple[LibrarySystem, RowLedger]]
SYSTEMS: dict[str, Callable[[MariadbServer], Standing]] = {"slims": slims, "inlislite": inlislite}


@pytest.fixture
def slims_desk(mariadb: MariadbServer) -> Iterator[tuple[SlimsLedger, MariaDbSearch]]:
    with slims(mariadb) as (_, ledger):
        search = MariaDbSearch(mariadb.address(str(ledger.engine.url.database)), SEARCHED)
        yield ledger, search
        search.close()


def only(found: object) -> Hit:
    assert isinstance(found, Found)
    (one,) = found.hits
    return one


@pytest.mark.parametrize(
    "happened",
    [
        "UPDATE item SET item_status_id='NL' WHERE item_code='ID000003'",
        "UPDATE item SET item_status_id='MIS' WHERE item_code='ID000003'",
        "INSERT INTO reserve VALUES (1, 'P00002', 3, 'ID000003', '2026-11-20')",
    ],
)
def test_a_copy_that_slims_would_not_lend_is_not_said_to_be_there(
    mariadb: MariadbServer, happened: str
) -> None:
    with slims(mariadb) as (library, ledger):
        ledger.run(happened)
        assert only(library.find(CAFE)) == Hit(TITLE, "", "", 1, 0, None)


def test_a_loan_that_the_desk_wrote_without_a_due_date_is_away(mariadb: MariadbServer) -> None:
    with slims(mariadb) as (library, ledger):
        ledger.run("SET STATEMENT sql_mode='' FOR UPDATE loan SET due_date='0000-00-00'")
        assert only(library.find(Find("pemimpi"))) == Hit("Sang Pemimpi", "", "", 1, 0, None)


def test_the_authors_of_a_title_are_named_in_their_order(mariadb: MariadbServer) -> None:
    with slims(mariadb) as (library, ledger):
        ledger.shelve(Book("Tiga Penulis", "Zaenal", ("T1",)))
        ledger.run("INSERT INTO mst_author (author_name) VALUES ('Amir')")
        ledger.run(
            "INSERT INTO biblio_author SELECT 7, author_id, 2 FROM mst_author"
            " WHERE author_name='Amir'"
        )
        assert only(library.find(Find("amir zaenal tiga"))).author == "Zaenal; Amir"


def test_a_copy_that_somebody_booked_at_inlislite_is_not_there_until_that_is_over(
    mariadb: MariadbServer,
) -> None:
    with inlislite(mariadb) as (library, ledger):
        booked = "UPDATE collections SET BookingExpiredDate=:until WHERE NomorBarcode='ID000003'"
        ledger.run(booked, until=TODAY + timedelta(days=1))
        assert only(library.find(CAFE)).available == 0
        ledger.run(booked, until=TODAY)
        assert only(library.find(CAFE)).available == 1


def test_a_renewal_at_inlislite_moves_the_day_on_which_it_comes_back(
    mariadb: MariadbServer,
) -> None:
    with inlislite(mariadb) as (library, ledger):
        before = only(library.find(Find("pemimpi"))).due
        later = TODAY + timedelta(days=60)
        ledger.run(
            "INSERT INTO collectionloanextends (CollectionLoanItem_id, DueDateExtend)"
            " SELECT ID, :later FROM collectionloanitems",
            later=later,
        )
        assert before is not None
        assert only(library.find(Find("pemimpi"))).due == later > before


@pytest.mark.parametrize(
    ("kind", "lacking"),
    [("slims", "biblio.opac_hide"), ("inlislite", "collections.BookingExpiredDate")],
)
def test_a_database_that_cannot_be_searched_can_still_be_lent_by(
    mariadb: MariadbServer, kind: str, lacking: str
) -> None:
    with SYSTEMS[kind](mariadb) as (library, ledger):
        table, column = lacking.split(".")
        ledger.run(f"ALTER TABLE {table} DROP COLUMN {column}")
        with pytest.raises(UnknownSchema, match=lacking):
            library.find(CAFE)
        assert isinstance(library.lend(SITI, FREE, ACT, NOW, DUE), Lent)


def test_a_search_cannot_write_whatever_its_account_may(
    slims_desk: tuple[SlimsLedger, MariaDbSearch],
) -> None:
    ledger, search = slims_desk
    with pytest.raises(NothingSent), search.reading() as connection:
        connection.execute(insert(author).values(author_name="Siapa"))
    assert ledger.rows("SELECT * FROM mst_author") == []


def test_a_search_that_hangs_ends_in_time_and_no_loan_waits_for_it(mariadb: MariadbServer) -> None:
    with slims(mariadb) as (library, ledger), ledger.engine.connect() as desk:
        ended: list[float] = []

        def search() -> None:
            with pytest.raises(NothingSent):
                library.find(CAFE)
            ended.append(time.monotonic())

        desk.execute(text("LOCK TABLES mst_author WRITE"))
        began = time.monotonic()
        searching = threading.Thread(target=search)
        searching.start()
        assert isinstance(library.lend(SITI, FREE, ACT, NOW, DUE), Lent)
        assert not ended
        searching.join()
        assert ended[0] - began < STATION_WAITS
        waiting = "SELECT * FROM information_schema.processlist WHERE info LIKE '%mst_author.%'"
        assert [row for row in ledger.rows(waiting) if "processlist" not in row.INFO] == []
        desk.execute(text("UNLOCK TABLES"))
        assert isinstance(library.find(CAFE), Found)


def test_a_silent_database_is_given_up_while_the_station_waits(mariadb: MariadbServer) -> None:
    with slims(mariadb) as (_, ledger):
        proxy = WeatherProxy()
        port = proxy.route("127.0.0.1", mariadb.port)
        name = str(ledger.engine.url.database)
        search = MariaDbSearch(mariadb.address(name, port), SEARCHED)
        proxy.become(0, Weather(silent=True))
        began = time.monotonic()
        with pytest.raises(NothingSent), search.reading():
            pass
        assert time.monotonic() - began < STATION_WAITS
        search.close()
        proxy.close()


@pytest.mark.parametrize("mishap", [Mishap.SILENT_AFTER, Mishap.HTML, Mishap.CUT_AFTER])
def test_a_koha_that_does_not_answer_is_given_up_while_the_station_waits(mishap: Mishap) -> None:
    with koha() as (library, _, rest):
        assert isinstance(library.find(CAFE), Found)
        rest.mishap, rest.method = mishap, "GET"
        began = time.monotonic()
        with pytest.raises(NothingSent):
            library.find(CAFE)
        assert time.monotonic() - began < STATION_WAITS


def test_a_koha_search_is_three_questions_and_none_for_no_words() -> None:
    with koha() as (library, _, rest):
        assert library.find(Find("% _ '")) == Found(0, ())
        assert rest.asked == []
        assert only(library.find(Find("pemimpi"))).due is not None
        paths = [path for method, path in rest.asked if method == "GET"]
        assert paths == ["/biblios", "/items", "/checkouts"]


def test_a_record_of_which_nobody_tells_a_copy_is_not_said_to_be_away() -> None:
    told = hit("Buku Elektronik", "", ())
    assert (told.copies, told.known) == (0, False)


def test_how_many_are_there_is_told_only_when_every_copy_is() -> None:
    here = ShelfCopy(ItemState.AVAILABLE, None, "813", "Lantai 1")
    nobody_knows = ShelfCopy(ItemState.NOT_TOLD, None, "813 c.2", "Lantai 2")
    told = hit("Bumi Manusia", "", (here, nobody_knows))
    shelf = "813, Lantai 1, Lantai 2"
    assert told == Hit("Bumi Manusia", "", shelf, 2, 0, None, known=False)
    assert hit("Bumi Manusia", "", (here,)).available == 1
