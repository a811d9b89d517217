"""The small library of the other systems, in INLISLite's tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, text

from server.ils.inlislite.library import InlisliteLibrary, Place
from tests.ils.cases import JAKARTA, NOW
from tests.ils.inlislite_schema import install
from tests.ils.ledger import LOAN_DAYS, MAILS, TITLES, TODAY, Book
from tests.ils.row_ledger import RowLedger
from tests.mariadb import MariadbServer
from tests.weather_proxy.proxy import WeatherProxy

USER = 33
_LOANS = (
    " FROM collectionloanitems i JOIN collections c ON c.ID=i.Collection_id"
    " JOIN members m ON m.ID=i.member_id"
)
_RENEWED = "(SELECT COUNT(*) FROM collectionloanextends e WHERE e.CollectionLoanItem_id=i.ID)"


class InlisliteLedger(RowLedger):
    open_loans = (
        "SELECT c.NomorBarcode AS item, m.MemberNo AS patron, DATE(i.DueDate) AS due"
        f"{_LOANS} WHERE i.ActualReturn IS NULL ORDER BY i.ID"
    )
    every_loan = (
        "SELECT c.NomorBarcode AS item, m.MemberNo AS patron, i.ActualReturn IS NOT NULL AS back,"
        f" {_RENEWED} AS renewed{_LOANS} ORDER BY i.ID"
    )
    exhausting = (
        "INSERT INTO collectionloanextends (CollectionLoanItem_id, Collection_id, DueDateExtend)"
        " SELECT i.ID, c.ID, i.DueDate FROM collectionloanitems i JOIN collections c"
        " ON c.ID=i.Collection_id JOIN (SELECT 1 UNION ALL SELECT 1) twice"
        " WHERE c.NomorBarcode=:item AND :number=2"
    )
    blocking = "UPDATE members SET StatusAnggota_id=2 WHERE MemberNo=:patron"

    def shelve(self, book: Book) -> None:
        with self.engine.connect() as connection:
            shelve(connection, book)


@contextmanager
def inlislite(mariadb: MariadbServer) -> Iterator[tuple[InlisliteLibrary, InlisliteLedger]]:
    """The library reaches its database by way of a proxy that ends with it."""
    name = mariadb.create()
    ledger = InlisliteLedger(mariadb.engine(name))
    with ledger.engine.connect() as connection:
        install(connection)
        fill(connection)
    proxy = WeatherProxy()
    port = proxy.route("127.0.0.1", mariadb.port)
    place = Place(JAKARTA, USER)
    library = InlisliteLibrary(mariadb.address(name, port), place, lambda: NOW)
    yield library, ledger
    library.close()
    proxy.close()


def fill(connection: Connection) -> None:
    """One member type with renewals that lead as far as the other systems' do."""
    said = connection.execute
    said(
        text(
            "INSERT INTO jenis_anggota (jenisanggota, MaxPinjamKoleksi, MaxLoanDays,"
            " DayPerpanjang, CountPerpanjang) VALUES ('Umum', 2, :days, :more, 2)"
        ),
        {"days": LOAN_DAYS, "more": 2 * LOAN_DAYS},
    )
    said(text("INSERT INTO worksheets (Name) VALUES ('Monograf')"))
    for number in ("P00001", "P00002"):
        said(
            text(
                "INSERT INTO members (MemberNo, JenisAnggota_id, StatusAnggota_id, EndDate,"
                " Branch_id, Email) VALUES (:number, 1, 3, '2027-12-31', 1, :mail)"
            ),
            {"number": number, "mail": MAILS[number]},
        )
    for at, title in enumerate(TITLES, 1):
        shelve(connection, Book(title, "", (f"ID00000{at}",)))
    said(text("UPDATE collections SET Status_id=5 WHERE NomorBarcode='ID000006'"))
    made = {"made": TODAY - timedelta(days=LOAN_DAYS), "due": TODAY + timedelta(days=LOAN_DAYS)}
    said(
        text(
            "INSERT INTO collectionloans (ID, CollectionCount, LoanCount, ReturnCount, Member_id)"
            " VALUES ('26110900001', 1, 1, 0, 2)"
        )
    )
    said(
        text(
            "INSERT INTO collectionloanitems (CollectionLoan_id, LoanDate, DueDate, LoanStatus,"
            " Collection_id, member_id) VALUES ('26110900001', :made, :due, 'Dipinjam', 6, 2)"
        ),
        made,
    )


def shelve(connection: Connection, book: Book) -> None:
    """A title, and a row for each copy."""
    said = connection.execute
    row = {"title": book.title, "author": book.author or None, "shown": int(not book.hidden)}
    number = said(
        text(
            "INSERT INTO catalogs (Title, Author, IsOPAC, Worksheet_id)"
            " VALUES (:title, :author, :shown, 1)"
        ),
        row,
    ).lastrowid
    place = None
    if book.place:
        named = text("INSERT INTO locations (Name) VALUES (:name)")
        place = said(named, {"name": book.place}).lastrowid
    for code in book.items:
        said(
            text(
                "INSERT INTO collections (NomorBarcode, RFID, Catalog_id, Rule_id, Category_id,"
                " Status_id, Location_Library_id, CallNumber, Location_id)"
                " VALUES (:code, :code, :of, 1, 1, 1, 1, :shelf, :place)"
            ),
            {"code": code, "of": number, "shelf": book.call_number or None, "place": place},
        )
