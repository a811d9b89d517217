"""The columns of INLISLite 3.3 that are used, and no others.

A database that lacks one of them is another version, and is refused by name: 3.2 has no `active`
in its day and date rules, and no branch in its loans. Ids are doubles there, and whole.
"""

from typing import Any, Final

from sqlalchemy import Column, DateTime, Double, Integer, MetaData, String, Table
from sqlalchemy.types import TypeEngine

METADATA: Final = MetaData()
# Those of a search: without them it can still be lent by.
SEARCHED: Final = MetaData()
_LIMITS: Final = {"MaxPinjamKoleksi": Integer, "MaxLoanDays": Integer}
_RENEWALS: Final = {"DayPerpanjang": Integer, "CountPerpanjang": Integer}
_MADE: Final = {"CreateBy": Integer, "CreateDate": DateTime, "CreateTerminal": String}
_CHANGED: Final = {"UpdateBy": Integer, "UpdateDate": DateTime, "UpdateTerminal": String}


def _table(name: str, **columns: type[TypeEngine[Any]]) -> Table:
    return Table(name, METADATA, *(Column(key, kind) for key, kind in columns.items()))


def _searched(name: str, **columns: type[TypeEngine[Any]]) -> Table:
    return Table(name, SEARCHED, *(Column(key, kind) for key, kind in columns.items()))


members: Final = _table(
    "members",
    ID=Double,
    MemberNo=String,
    JenisAnggota_id=Integer,
    StatusAnggota_id=Integer,
    EndDate=DateTime,
    Branch_id=Integer,
    Email=String,
)
jenis_anggota: Final = _table("jenis_anggota", id=Integer, **_LIMITS, **_RENEWALS)
collections: Final = _table(
    "collections",
    ID=Double,
    NomorBarcode=String,
    RFID=String,
    CallNumber=String,
    Catalog_id=Double,
    Location_id=Integer,
    Location_Library_id=Integer,
    Rule_id=Integer,
    Category_id=Integer,
    Status_id=Integer,
    **_CHANGED,
)
catalogs: Final = _table("catalogs", ID=Double, Title=String, Worksheet_id=Integer)
worksheets: Final = _table("worksheets", ID=Integer, **_LIMITS)
locations: Final = _table("locations", ID=Integer, Name=String)
day_rules: Final = _table(
    "peraturan_peminjaman_hari",
    ID=Integer,
    DayIndex=Integer,
    active=Integer,
    **_LIMITS,
    **_RENEWALS,
)
date_rules: Final = _table(
    "peraturan_peminjaman_tanggal",
    ID=Integer,
    TanggalAwal=DateTime,
    TanggalAkhir=DateTime,
    active=Integer,
    **_LIMITS,
    **_RENEWALS,
)
own_categories: Final = _table(
    "memberloanauthorizecategory", Member_id=Double, CategoryLoan_id=Integer
)
own_places: Final = _table("memberloanauthorizelocation", Member_id=Double, LocationLoan_id=Integer)
settings: Final = _table("settingparameters", Name=String, Value=String)
loans: Final = _table(
    "collectionloans",
    ID=String,
    CollectionCount=Integer,
    LateCount=Integer,
    ExtendCount=Integer,
    LoanCount=Integer,
    ReturnCount=Integer,
    Member_id=Double,
    LocationLibrary_id=Integer,
    Branch_id=Integer,
    **_MADE,
    **_CHANGED,
)
loan_items: Final = _table(
    "collectionloanitems",
    ID=Double,
    CollectionLoan_id=String,
    LoanDate=DateTime,
    DueDate=DateTime,
    ActualReturn=DateTime,
    LateDays=Integer,
    LoanStatus=String,
    Collection_id=Double,
    member_id=Double,
    Branch_id=Integer,
    **_MADE,
    **_CHANGED,
)
extensions: Final = _table(
    "collectionloanextends",
    CollectionLoan_id=String,
    CollectionLoanItem_id=Double,
    Collection_id=Double,
    Member_id=Double,
    DateExtend=DateTime,
    DueDateExtend=DateTime,
    Branch_id=Integer,
    **_MADE,
)

searched: Final = _searched("catalogs", ID=Double, Title=String, Author=String, IsOPAC=Integer)
copies: Final = _searched(
    "collections",
    ID=Double,
    Catalog_id=Double,
    CallNumber=String,
    Location_id=Integer,
    Rule_id=Integer,
    Status_id=Integer,
    BookingExpiredDate=DateTime,
)

WRITTEN: Final = ("collections", "collectionloans", "collectionloanitems", "collectionloanextends")
