# ruff: noqa: SIM300 - it takes the columns in capitals for constants
"""INLISLite's rows, read into the values that its rules speak of."""

from datetime import date, datetime, time
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    func,
    or_,
    select,
)

from server.ils.inlislite.rules import (
    Copy,
    DateRule,
    Limits,
    Member,
    OpenLoan,
    RuleBook,
)
from server.ils.inlislite.tables import (
    catalogs,
    collections,
    date_rules,
    day_rules,
    extensions,
    jenis_anggota,
    loan_items,
    loans,
    locations,
    members,
    own_categories,
    own_places,
    settings,
    worksheets,
)
from server.ils.port import NothingSent, address_in

# Part of INLISLite writes and asks for the one, part for the other.
ON_LOAN: Final = ("Loan", "Dipinjam")
OPEN: Final = and_(loan_items.c.LoanStatus.in_(ON_LOAN), loan_items.c.ActualReturn.is_(None))
_BY_NUMBER: Final = "No. Induk"


def member_of(connection: Connection, number: str) -> Member | None:
    found = connection.execute(
        select(members, jenis_anggota)
        .select_from(
            members.outerjoin(jenis_anggota, members.c.JenisAnggota_id == jenis_anggota.c.id)
        )
        .where(members.c.MemberNo == number)
    ).first()
    if found is None:
        return None
    categories = select(own_categories.c.CategoryLoan_id).where(
        own_categories.c.Member_id == found.ID
    )
    places = select(own_places.c.LocationLoan_id).where(own_places.c.Member_id == found.ID)
    return Member(
        int(found.ID),
        found.StatusAnggota_id or 0,
        _day(found.EndDate),
        found.Branch_id,
        _limits(found),
        frozenset(connection.scalars(categories)),
        frozenset(connection.scalars(places)),
        address_in(found.Email),
    )


def _day(told: object) -> date | None:
    """Of a column of dates or of times; a date of zeros comes as text."""
    if isinstance(told, datetime):
        return told.date()
    return told if isinstance(told, date) else None


def _moment(told: date) -> datetime:
    """A day begins at midnight, as MariaDB compares it."""
    return told if isinstance(told, datetime) else datetime.combine(told, time())


def _limits(row: Row[Any]) -> Limits:
    told = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    return Limits(
        row.MaxPinjamKoleksi,
        row.MaxLoanDays,
        told.get("CountPerpanjang"),
        told.get("DayPerpanjang"),
    )


def copies_of(connection: Connection, number: str) -> list[Copy]:
    """The copies that a number may mean.

    A tag holds `RFID`, a barcode `NomorBarcode`. They differ where the library makes the one of its
    accession number and the other of the item's; then the tag's goes before.
    """
    found = connection.execute(
        select(
            collections,
            catalogs.c.Title,
            locations.c.Name,
            worksheets.c.ID.label("worksheet"),
            worksheets.c.MaxPinjamKoleksi,
            worksheets.c.MaxLoanDays,
        )
        .select_from(
            collections.outerjoin(catalogs, catalogs.c.ID == collections.c.Catalog_id)
            .outerjoin(worksheets, worksheets.c.ID == catalogs.c.Worksheet_id)
            .outerjoin(locations, locations.c.ID == collections.c.Location_id)
        )
        .where(or_(collections.c.RFID == number, collections.c.NomorBarcode == number))
    ).all()
    if len(found) > 1:
        column = "RFID" if _formats_differ(connection) else "NomorBarcode"
        meant = [row for row in found if str(row._mapping[column]).casefold() == number.casefold()]  # noqa: SLF001
        found = meant or found
    return [_copy(row) for row in found]


def _copy(row: Row[Any]) -> Copy:
    return Copy(
        int(row.ID),
        row.Title or "",
        row.CallNumber or "",
        row.Name or "",
        row.Location_Library_id,
        row.Rule_id or 0,
        row.Category_id,
        row.Status_id or 0,
        None if row.worksheet is None else _limits(row),
    )


def _formats_differ(connection: Connection) -> bool:
    """Whether tag and barcode hold different numbers; both are the accession number unless set."""
    names = ("FormatNomorRFID", "FormatNomorBarcode")
    rows = connection.execute(select(settings).where(settings.c.Name.in_(names)))
    formats = {row.Name: row.Value for row in rows}
    tag, barcode = (formats.get(name, _BY_NUMBER) for name in names)
    return bool(tag != barcode)


def loans_of_copy(connection: Connection, copy: int) -> list[OpenLoan]:
    return _loans(connection, select(loan_items).where(OPEN, loan_items.c.Collection_id == copy))


def loans_of_member(connection: Connection, member: int) -> list[OpenLoan]:
    return _loans(connection, select(loan_items).where(OPEN, loan_items.c.member_id == member))


def _loans(connection: Connection, chosen: Select[Any]) -> list[OpenLoan]:
    """A renewal of version 3.3 leaves the loan's own due date as it was: the later one holds."""
    found = connection.execute(chosen.order_by(loan_items.c.ID)).all()
    until: dict[float, list[datetime]] = {row.ID: [] for row in found}
    for row in connection.execute(
        select(extensions).where(extensions.c.CollectionLoanItem_id.in_(until))
    ):
        if isinstance(row.DueDateExtend, date):
            until[row.CollectionLoanItem_id].append(_moment(row.DueDateExtend))
    return [
        OpenLoan(
            int(row.ID),
            row.CollectionLoan_id,
            int(row.Collection_id),
            int(row.member_id),
            max((_due(row), *until[row.ID])),
            len(until[row.ID]),
        )
        for row in found
    ]


def _due(row: Row[Any]) -> datetime:
    """Raises NothingSent for none, or zeros, which nothing can be decided by."""
    if isinstance(row.DueDate, date):
        return _moment(row.DueDate)
    raise NothingSent(f"loan {row.CollectionLoan_id} has no due date: put it right at the desk")


def numbers_on_loan(connection: Connection, member: int) -> tuple[str, ...]:
    """As their tags say."""
    number: ColumnElement[Any] = collections.c.NomorBarcode
    if _formats_differ(connection):
        number = func.coalesce(func.nullif(collections.c.RFID, ""), number)
    joined = loan_items.join(collections, collections.c.ID == loan_items.c.Collection_id)
    chosen = (
        select(number)
        .select_from(joined)
        .where(OPEN, loan_items.c.member_id == member)
        .order_by(loan_items.c.ID)
    )
    return tuple(connection.scalars(chosen))


def rule_book(connection: Connection) -> RuleBook:
    days = connection.execute(
        select(day_rules).where(day_rules.c.active == 1).order_by(day_rules.c.ID)
    )
    dates = connection.execute(
        select(date_rules).where(date_rules.c.active == 1).order_by(date_rules.c.ID)
    )
    return RuleBook(
        [(row.DayIndex, _limits(row)) for row in days],
        [
            DateRule(_moment(row.TanggalAwal), _moment(row.TanggalAkhir), _limits(row))
            for row in dates
            if isinstance(row.TanggalAwal, date) and isinstance(row.TanggalAkhir, date)
        ],
    )


def newest_group(connection: Connection, now: datetime) -> str | None:
    """Today's newest number of a group of loans, of those that are numbers."""
    today = f"{now:%y%m%d}"
    number = and_(loans.c.ID.like(f"{today}%"), loans.c.ID.regexp_match(f"^{today}[0-9]{{5}}$"))
    newest: str | None = connection.scalar(select(func.max(loans.c.ID)).where(number))
    return newest
