"""The small library of the other systems, in SLiMS' tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, text

from server.ils.slims.library import SlimsLibrary
from tests.ils.cases import JAKARTA, NOW
from tests.ils.ledger import LOAN_DAYS, MAILS, TITLES, TODAY, Book
from tests.ils.row_ledger import RowLedger
from tests.ils.slims_schema import install
from tests.mariadb import MariadbServer
from tests.weather_proxy.proxy import WeatherProxy

UID = 7
# bcrypt hashes of 1234 and 4321 as PHP writes them, with the least work.
_HASHES = {
    "P00001": "$2y$04$7f40NAcwxCFKW.JPQSOLhO0yJqTrPGrdK/pNlB3dZyqF2e0PQyaMm",
    "P00002": "$2y$04$QW7h15DGcFQDF3x8FchIWuvEfhar/rSl.iD1H3dsdNT/LuuxxxPva",
}


class SlimsLedger(RowLedger):
    open_loans = (
        "SELECT item_code AS item, member_id AS patron, due_date AS due FROM loan"
        " WHERE is_lent=1 AND is_return=0 ORDER BY loan_id"
    )
    every_loan = (
        "SELECT item_code AS item, member_id AS patron, renewed, is_return AS back FROM loan"
        " ORDER BY loan_id"
    )
    exhausting = "UPDATE loan SET renewed=:number WHERE item_code=:item"
    blocking = "UPDATE member SET is_pending=1 WHERE member_id=:patron"

    def shelve(self, book: Book) -> None:
        with self.engine.connect() as connection:
            shelve(connection, book)


@contextmanager
def slims(
    mariadb: MariadbServer, *, engine: str = "MyISAM", triggers: bool = False
) -> Iterator[tuple[SlimsLibrary, SlimsLedger]]:
    """The library reaches its database by way of a proxy that ends with it."""
    name = mariadb.create()
    ledger = SlimsLedger(mariadb.engine(name))
    with ledger.engine.connect() as connection:
        install(connection, engine=engine, triggers=triggers)
        fill(connection)
    proxy = WeatherProxy()
    port = proxy.route("127.0.0.1", mariadb.port)
    library = SlimsLibrary(mariadb.address(name, port), JAKARTA, UID, lambda: NOW)
    yield library, ledger
    library.close()
    proxy.close()


def fill(connection: Connection) -> None:
    """One member type with renewals that lead as far as the other systems' do."""
    said = connection.execute
    said(
        text(
            "INSERT INTO mst_member_type (member_type_name, loan_limit, loan_periode,"
            " member_periode, reborrow_limit, fine_each_day, input_date)"
            " VALUES ('Standard', 2, :period, 365, 2, 500, '2026-01-01')"
        ),
        {"period": 2 * LOAN_DAYS},
    )
    for number, password in _HASHES.items():
        said(
            text(
                "INSERT INTO member (member_id, member_name, member_type_id, expire_date, mpasswd,"
                " member_email) VALUES (:number, 'Anggota', 1, '2027-12-31', :password, :mail)"
            ),
            {"number": number, "password": password, "mail": MAILS[number]},
        )
    for at, title in enumerate(TITLES, 1):
        shelve(connection, Book(title, "", (f"ID00000{at}",)))
    said(text("INSERT INTO holiday (holiday_dayname) VALUES ('sun')"))
    said(
        text(
            "INSERT INTO loan (item_code, member_id, loan_date, due_date, is_lent)"
            " VALUES ('ID000006', 'P00002', :made, :due, 1)"
        ),
        {"made": TODAY - timedelta(days=LOAN_DAYS), "due": TODAY + timedelta(days=LOAN_DAYS)},
    )


def shelve(connection: Connection, book: Book) -> None:
    """A title with its author, and a row for each copy."""
    said = connection.execute
    row = {"title": book.title, "shelf": book.call_number or None, "hide": int(book.hidden)}
    number = said(
        text(
            "INSERT INTO biblio (title, gmd_id, call_number, opac_hide)"
            " VALUES (:title, 1, :shelf, :hide)"
        ),
        row,
    ).lastrowid
    if book.author:
        name = {"name": book.author, "of": number}
        said(text("INSERT IGNORE INTO mst_author (author_name) VALUES (:name)"), name)
        said(
            text(
                "INSERT INTO biblio_author (biblio_id, author_id)"
                " SELECT :of, author_id FROM mst_author WHERE author_name=:name"
            ),
            name,
        )
    place = {"id": book.place[:3], "name": book.place}
    if book.place:
        said(text("INSERT IGNORE INTO mst_location VALUES (:id, :name)"), place)
    for code in book.items:
        said(
            text(
                "INSERT INTO item (biblio_id, item_code, coll_type_id, item_status_id, location_id)"
                " VALUES (:of, :code, 1, '0', :place)"
            ),
            {"of": number, "code": code, "place": place["id"]},
        )
