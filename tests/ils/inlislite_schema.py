"""INLISLite 3.3's tables, as far as a loan or a search touches them.

Columns are those that the controllers of 3.3 read and write and that the model classes of 3.2
declare (see server.ils.inlislite); ids are doubles there. The engine is InnoDB. No database that
INLISLite made itself was at hand.
"""

from sqlalchemy import Connection, text

_MADE = "CreateBy int(11), CreateDate datetime, CreateTerminal varchar(100)"
_CHANGED = "UpdateBy int(11), UpdateDate datetime, UpdateTerminal varchar(100)"
_LIMITS = "MaxPinjamKoleksi int(11), MaxLoanDays int(11)"
_RENEWALS = "DayPerpanjang int(11), CountPerpanjang int(11)"
_NUMBERED = "ID double NOT NULL AUTO_INCREMENT, PRIMARY KEY (ID)"
TABLES = {
    "members": f"{_NUMBERED}, MemberNo varchar(50) NOT NULL, Fullname varchar(255),"
    " JenisAnggota_id int(11), StatusAnggota_id int(11), EndDate datetime, Branch_id int(11),"
    " Email varchar(255), UNIQUE KEY MemberNo (MemberNo)",
    "jenis_anggota": "id int(11) NOT NULL AUTO_INCREMENT, jenisanggota varchar(255),"
    f" {_LIMITS}, {_RENEWALS}, PRIMARY KEY (id)",
    "collections": f"{_NUMBERED}, NomorBarcode varchar(50), NoInduk varchar(50), RFID varchar(50),"
    " CallNumber varchar(255), Catalog_id double, Location_id int(11), Location_Library_id int(11),"
    f" Rule_id int(11), Category_id int(11), Status_id int(11), Branch_id int(11),"
    f" BookingMemberID varchar(50), BookingExpiredDate datetime, {_CHANGED},"
    " KEY Catalog_id (Catalog_id)",
    "catalogs": f"{_NUMBERED}, Title text, Author text, IsOPAC tinyint(1) DEFAULT 1,"
    " Worksheet_id int(11)",
    "worksheets": f"ID int(11) NOT NULL AUTO_INCREMENT, Name varchar(255), {_LIMITS}, {_RENEWALS},"
    " PRIMARY KEY (ID)",
    "locations": "ID int(11) NOT NULL AUTO_INCREMENT, Name varchar(255),"
    " LocationLibrary_id int(11), PRIMARY KEY (ID)",
    "peraturan_peminjaman_hari": "ID int(11) NOT NULL AUTO_INCREMENT, DayIndex int(11),"
    f" active int(1), {_LIMITS}, {_RENEWALS}, PRIMARY KEY (ID)",
    "peraturan_peminjaman_tanggal": "ID int(11) NOT NULL AUTO_INCREMENT, TanggalAwal date,"
    f" TanggalAkhir date, active int(1), {_LIMITS}, {_RENEWALS}, PRIMARY KEY (ID)",
    "memberloanauthorizecategory": "ID int(11) NOT NULL AUTO_INCREMENT, Member_id double,"
    " CategoryLoan_id int(11), PRIMARY KEY (ID)",
    "memberloanauthorizelocation": "ID int(11) NOT NULL AUTO_INCREMENT, Member_id double,"
    " LocationLoan_id int(11), PRIMARY KEY (ID)",
    "settingparameters": "ID int(11) NOT NULL AUTO_INCREMENT, Name varchar(100), Value text,"
    " PRIMARY KEY (ID)",
    "collectionloans": "ID varchar(255) NOT NULL, CollectionCount int(11), LateCount int(11),"
    " ExtendCount int(11), LoanCount int(11), ReturnCount int(11), Member_id double NOT NULL,"
    f" LocationLibrary_id int(11), Branch_id int(11), {_MADE}, {_CHANGED}, PRIMARY KEY (ID)",
    "collectionloanitems": f"{_NUMBERED}, CollectionLoan_id varchar(255), LoanDate datetime,"
    " DueDate datetime, ActualReturn datetime, LateDays int(11), LoanStatus varchar(50),"
    f" Collection_id double, member_id double, Branch_id int(11), {_MADE}, {_CHANGED},"
    " KEY Collection_id (Collection_id), KEY member_id (member_id)",
    "collectionloanextends": "ID int(11) NOT NULL AUTO_INCREMENT, CollectionLoan_id varchar(255),"
    " CollectionLoanItem_id double, Collection_id double, Member_id double, DateExtend datetime,"
    f" DueDateExtend datetime, Branch_id int(11), {_MADE}, {_CHANGED}, PRIMARY KEY (ID)",
}


def install(connection: Connection) -> None:
    """An INLISLite without anything in it."""
    for name, columns in TABLES.items():
        connection.execute(
            text(f"CREATE TABLE {name} ({columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4")
        )
