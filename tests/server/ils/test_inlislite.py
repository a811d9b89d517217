"""What INLISLite's own tables hold after what a station did."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from broker.vocabulary import ItemId, Reason
from server.ils.inlislite.library import InlisliteLibrary
from server.ils.port import (
    ItemRecord,
    ItemState,
    Lent,
    NothingSent,
    PatronRecord,
    Refused,
    Renewed,
    Returned,
)
from server.ils.schema import UnknownSchema
from tests.ils.cases import ACT, BUDI, DUE, FREE, JAKARTA, NOW, SITI, TAKEN
from tests.ils.inlislite_library import USER, InlisliteLedger, inlislite
from tests.ils.ledger import LOAN_DAYS, TODAY
from tests.mariadb import MariadbServer

Inlislite = tuple[InlisliteLibrary, InlisliteLedger]
MADE = datetime.fromtimestamp(int(NOW), JAKARTA).replace(tzinfo=None)
FIRST = "26112300001"


@pytest.fixture
def installed(mariadb: MariadbServer) -> Iterator[Inlislite]:
    with inlislite(mariadb) as standing:
        yield standing


def lend(library: InlisliteLibrary, item: ItemId = FREE) -> Any:
    return library.lend(SITI, item, ACT, NOW, DUE)


def test_a_loan_is_written_in_three_tables(installed: Inlislite) -> None:
    library, ledger = installed
    assert isinstance(lend(library), Lent)
    group = ledger.rows("SELECT * FROM collectionloans WHERE Member_id=1")[0]
    assert (group.ID, group.CollectionCount, group.LoanCount, group.ReturnCount) == (FIRST, 1, 1, 0)
    loan = ledger.rows("SELECT * FROM collectionloanitems WHERE Collection_id=3")[0]
    assert (loan.CollectionLoan_id, loan.LoanStatus, loan.member_id) == (FIRST, "Loan", 1)
    assert (loan.LoanDate, loan.DueDate) == (MADE, MADE + timedelta(LOAN_DAYS))
    assert (loan.CreateBy, loan.CreateTerminal) == (USER, "sirkula")
    copy = ledger.rows("SELECT Status_id, UpdateDate FROM collections WHERE ID=3")[0]
    assert tuple(copy) == (5, MADE)


def test_a_return_tells_how_late_it_was(installed: Inlislite) -> None:
    library, ledger = installed
    late = NOW + timedelta(LOAN_DAYS + 2).total_seconds()
    assert isinstance(library.take_back(TAKEN, late), Returned)
    loan = ledger.rows("SELECT LoanStatus, ActualReturn, LateDays FROM collectionloanitems")[0]
    assert tuple(loan) == ("Return", MADE + timedelta(LOAN_DAYS + 2), 2)
    assert ledger.rows("SELECT ReturnCount FROM collectionloans")[0][0] == 1
    assert ledger.rows("SELECT Status_id FROM collections WHERE ID=6")[0][0] == 1


def test_a_copy_that_staff_set_aside_stays_so_when_it_is_back(installed: Inlislite) -> None:
    library, ledger = installed
    ledger.run("UPDATE collections SET Status_id=3 WHERE ID=6")
    assert isinstance(library.take_back(TAKEN, NOW), Returned)
    assert ledger.rows("SELECT Status_id FROM collections WHERE ID=6")[0][0] == 3


def test_a_number_that_was_taken_meanwhile_is_not_used(installed: Inlislite) -> None:
    library, ledger = installed
    outcomes: list[Any] = []
    with ledger.engine.connect().execution_options(isolation_level="READ COMMITTED") as desk:
        # A page that takes no lock has read the newest number, too, and is about to commit.
        taking = text("INSERT INTO collectionloans (ID, Member_id) VALUES (:number, 2)")
        desk.execute(taking, {"number": FIRST})
        asking = threading.Thread(target=lambda: outcomes.append(lend(library)))
        asking.start()
        waits = "SELECT * FROM information_schema.innodb_trx WHERE trx_state='LOCK WAIT'"
        for _ in range(20):
            if ledger.rows(waits):
                break
            threading.Event().wait(0.2)  # the view is made anew when unread for 0.1 s
        desk.commit()
    asking.join()
    assert isinstance(outcomes[0], Lent)
    numbers = ledger.rows("SELECT ID FROM collectionloans WHERE ID LIKE '261123%' ORDER BY ID")
    assert [row.ID for row in numbers] == [FIRST, "26112300002"]


def test_a_number_that_is_none_is_passed_over(installed: Inlislite) -> None:
    library, ledger = installed
    ledger.run(
        "INSERT INTO collectionloans (ID, Member_id) VALUES ('261123X', 2), ('26112400009', 2)"
    )
    assert isinstance(lend(library), Lent)
    assert len(ledger.rows("SELECT * FROM collectionloans WHERE ID='26112300001'")) == 1


def test_a_renewal_by_inlislite_itself_is_seen(installed: Inlislite) -> None:
    """Version 3.3 writes it beside the loan, and leaves the loan's own date."""
    library, ledger = installed
    ledger.run(
        "INSERT INTO collectionloanextends (CollectionLoanItem_id, Collection_id, Member_id,"
        " DueDateExtend) VALUES (1, 6, 2, '2026-12-24')"
    )
    record = library.item(TAKEN)
    assert isinstance(record, ItemRecord)
    assert str(record.due) == "2026-12-24"


def test_a_renewal_is_written_where_both_versions_look(installed: Inlislite) -> None:
    library, ledger = installed
    renewed = library.renew(BUDI, TAKEN)
    assert isinstance(renewed, Renewed)
    written = ledger.rows("SELECT DueDateExtend, Member_id FROM collectionloanextends")
    assert [(row.DueDateExtend.date(), row.Member_id) for row in written] == [(renewed.due, 2)]
    own = ledger.rows("SELECT DueDate FROM collectionloanitems")[0][0]
    assert own.date() == renewed.due == TODAY + timedelta(2 * LOAN_DAYS)


def test_a_rule_of_the_weekday_is_for_loans_and_renewals(installed: Inlislite) -> None:
    library, ledger = installed
    ledger.run(
        "INSERT INTO peraturan_peminjaman_hari (DayIndex, active, MaxPinjamKoleksi, MaxLoanDays,"
        " DayPerpanjang, CountPerpanjang) VALUES (1, 1, 1, 2, 4, 1), (1, 0, 9, 9, 9, 9)"
    )
    assert lend(library).due == TODAY + timedelta(2)
    assert lend(library, ItemId("ID000001")).reason is Reason.LOAN_LIMIT
    renewed = library.renew(BUDI, TAKEN)
    assert isinstance(renewed, Renewed)
    assert renewed.due == TODAY + timedelta(LOAN_DAYS)  # the later of the two holds


def test_rows_that_are_half_filled_in_are_told_or_passed_over(installed: Inlislite) -> None:
    library, ledger = installed
    ledger.run("INSERT INTO collectionloanextends (CollectionLoanItem_id) VALUES (1)")
    ledger.run("INSERT INTO peraturan_peminjaman_tanggal (active) VALUES (1)")
    assert isinstance(lend(library), Lent)
    assert isinstance(library.item(TAKEN), ItemRecord)
    ledger.run("UPDATE collectionloanitems SET DueDate=NULL WHERE ID=1")
    with pytest.raises(NothingSent, match="at the desk"):
        library.item(TAKEN)


def test_a_rule_for_dates_counts_from_midnight(installed: Inlislite) -> None:
    """As INLISLite asks: its last day is over as it begins."""
    library, ledger = installed
    rule = (
        "INSERT INTO peraturan_peminjaman_tanggal (TanggalAwal, TanggalAkhir, active, MaxLoanDays,"
        " MaxPinjamKoleksi) VALUES ('2026-11-01', :last, 1, 1, 5)"
    )
    ledger.run(rule, last="2026-11-23")
    assert lend(library).due == TODAY + timedelta(LOAN_DAYS)
    ledger.run(rule, last="2026-11-24")
    assert lend(library, ItemId("ID000001")).due == TODAY + timedelta(1)


@pytest.mark.parametrize("number", ["ID000003", "T-0003"])
def test_an_item_is_found_by_its_tag_and_by_its_barcode(installed: Inlislite, number: str) -> None:
    library, ledger = installed
    ledger.run("UPDATE collections SET RFID='T-0003' WHERE ID=3")
    record = library.item(ItemId(number))
    assert isinstance(record, ItemRecord)
    assert record.title == "Café di Ujung Jalan"


@pytest.mark.parametrize(
    ("rfid", "title"), [("Item ID", "Café di Ujung Jalan"), ("No. Induk", "Laskar Pelangi")]
)
def test_a_number_of_two_items_is_read_as_the_library_numbers_its_tags(
    installed: Inlislite, rfid: str, title: str
) -> None:
    library, ledger = installed
    ledger.run("UPDATE collections SET RFID='ID000001' WHERE ID=3")
    ledger.run("UPDATE collections SET RFID='T-0001' WHERE ID=1")
    ledger.run(
        "INSERT INTO settingparameters (Name, Value) VALUES ('FormatNomorRFID', :it)", it=rfid
    )
    record = library.item(ItemId("ID000001"))
    assert isinstance(record, ItemRecord)
    assert record.title == title


def test_a_number_that_stays_of_two_items_goes_to_the_desk(installed: Inlislite) -> None:
    library, ledger = installed
    ledger.run("UPDATE collections SET NomorBarcode='ID000001' WHERE ID=2")
    refused = lend(library, ItemId("ID000001"))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.ASK_STAFF
    assert ledger.effects == []


def test_loans_are_listed_by_what_their_tags_hold(installed: Inlislite) -> None:
    library, ledger = installed
    ledger.run("UPDATE collections SET RFID='T-0006' WHERE ID=6")
    ledger.run("INSERT INTO settingparameters (Name, Value) VALUES ('FormatNomorRFID', 'Item ID')")
    record = library.patron(BUDI)
    assert isinstance(record, PatronRecord)
    assert record.loans == ("T-0006",)


def test_an_item_that_may_not_be_lent_is_not_said_to_be_free(installed: Inlislite) -> None:
    library, ledger = installed
    ledger.run("UPDATE collections SET Rule_id=2 WHERE ID=3")
    record = library.item(FREE)
    assert isinstance(record, ItemRecord)
    assert record.state is ItemState.OTHER
    assert lend(library).reason is Reason.NOT_FOR_LOAN


def test_version_3_2_is_refused_by_what_it_lacks(installed: Inlislite) -> None:
    library, ledger = installed
    ledger.run("ALTER TABLE peraturan_peminjaman_hari DROP COLUMN active")
    with pytest.raises(UnknownSchema, match=r"peraturan_peminjaman_hari\.active"):
        library.item(FREE)
