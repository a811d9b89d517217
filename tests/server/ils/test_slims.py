"""What SLiMS' own tables hold after what a station did."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from broker.vocabulary import ActId, ItemId, PatronId, Reason
from server.ils.port import (
    Alert,
    ItemRecord,
    ItemState,
    Lent,
    NothingSent,
    OutcomeUnknown,
    Refused,
    Renewed,
    Returned,
)
from server.ils.schema import UnknownSchema
from server.ils.slims.library import SlimsLibrary
from tests.ils.cases import ACT, BUDI, DUE, FREE, JAKARTA, NOW, SITI, TAKEN
from tests.ils.ledger import LOAN_DAYS, TODAY
from tests.ils.slims_library import UID, SlimsLedger, slims
from tests.mariadb import MariadbServer

Slims = tuple[SlimsLibrary, SlimsLedger]
WRITTEN = datetime.fromtimestamp(int(NOW), JAKARTA).replace(tzinfo=None)
SLOW = (
    "CREATE TRIGGER slow BEFORE INSERT ON loan FOR EACH ROW IF NEW.uid = 7 THEN DO SLEEP(2); END IF"
)
DESK_LENDS = (
    "INSERT INTO loan (item_code, member_id, loan_date, due_date, is_lent, uid)"
    " VALUES ('ID000003', 'P00002', '2026-11-23', '2026-12-20', 1, 1)"
)


@pytest.fixture
def on_myisam(mariadb: MariadbServer) -> Iterator[Slims]:
    with slims(mariadb) as standing:
        yield standing


@pytest.fixture
def on_innodb(mariadb: MariadbServer) -> Iterator[Slims]:
    with slims(mariadb, engine="InnoDB") as standing:
        yield standing


def lend(library: SlimsLibrary, patron: PatronId = SITI, item: ItemId = FREE) -> Any:
    return library.lend(patron, item, ACT, NOW, DUE)


def test_a_loan_is_written_as_the_desk_writes_it(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    assert isinstance(lend(library), Lent)
    row = ledger.rows("SELECT * FROM loan WHERE item_code='ID000003'")[0]
    due = TODAY + timedelta(2 * LOAN_DAYS)
    assert (row.member_id, row.loan_date, row.due_date) == ("P00001", TODAY, due)
    assert (row.is_lent, row.is_return, row.renewed, row.loan_rules_id) == (1, 0, 0, 0)
    assert (row.input_date, row.last_update, row.uid) == (WRITTEN, WRITTEN, UID)


def test_the_history_is_the_same_by_us_and_by_a_trigger(mariadb: MariadbServer) -> None:
    told = []
    for triggers in (False, True):
        with slims(mariadb, triggers=triggers) as (library, ledger):
            assert isinstance(lend(library), Lent)
            assert isinstance(library.renew(SITI, FREE), Renewed)
            assert isinstance(library.take_back(FREE, NOW), Returned)
            rows = ledger.rows("SELECT * FROM loan_history WHERE item_code='ID000003'")
            assert len(rows) == 1
            told.append({**rows[0]._mapping})
    ours, theirs = told
    # The tests' trigger writes fewer of the words that describe the book and the member.
    assert (ours.pop("member_name"), theirs.pop("member_name")) == ("Anggota", None)
    assert (ours.pop("member_type_name"), theirs.pop("member_type_name")) == ("Standard", None)
    assert ours == theirs
    assert (ours["is_return"], ours["renewed"], ours["return_date"]) == (1, 1, TODAY)


def test_a_history_that_was_never_written_is_made_good(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    assert ledger.rows("SELECT * FROM loan_history") == []
    assert isinstance(library.take_back(TAKEN, NOW), Returned)
    history = ledger.rows("SELECT item_code, is_return, return_date FROM loan_history")
    assert [tuple(row) for row in history] == [("ID000006", 1, TODAY)]


def test_a_late_return_is_booked_with_the_day_of_its_drop(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    due = TODAY + timedelta(LOAN_DAYS)
    dropped = datetime(due.year, due.month, due.day, 23, 30, tzinfo=JAKARTA) + timedelta(3)
    assert isinstance(library.take_back(TAKEN, dropped.timestamp()), Returned)
    loan = ledger.rows("SELECT return_date, last_update FROM loan")[0]
    assert tuple(loan) == (due + timedelta(3), WRITTEN)
    booked = ledger.rows("SELECT member_id, debet, credit, fines_date, description FROM fines")
    assert [tuple(row)[:4] for row in booked] == [("P00002", 1500, 0, due + timedelta(3))]
    assert "ID000006" in booked[0].description


def test_what_is_back_in_time_costs_nothing(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    assert isinstance(library.take_back(TAKEN, NOW), Returned)
    assert ledger.rows("SELECT * FROM fines") == []


def test_a_rule_of_its_own_gives_a_loan_its_number(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    ledger.run(
        "INSERT INTO mst_loan_rules (loan_rules_id, member_type_id, coll_type_id, gmd_id,"
        " loan_limit, loan_periode) VALUES (5, 1, 1, 0, 1, 6)"
    )
    lent = lend(library)
    assert lent.due == TODAY + timedelta(7)  # six days lead to a Sunday
    assert ledger.rows("SELECT loan_rules_id FROM loan WHERE loan_id=2")[0][0] == 5
    assert lend(library, item=ItemId("ID000001")).reason is Reason.LOAN_LIMIT


def test_a_reserved_item_is_kept_for_the_first_who_waits(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    for patron, day in (("P00002", "2026-11-02"), ("P00001", "2026-11-03")):
        ledger.run(
            "INSERT INTO reserve (member_id, biblio_id, item_code, reserve_date)"
            " VALUES (:patron, 3, 'ID000003', :day)",
            patron=patron,
            day=day,
        )
    record = library.item(FREE)
    assert isinstance(record, ItemRecord)
    assert (record.state, record.holds) == (ItemState.ON_HOLD_SHELF, 2)
    assert lend(library).reason is Reason.ON_HOLD
    assert isinstance(lend(library, BUDI), Lent)
    assert [row.member_id for row in ledger.rows("SELECT member_id FROM reserve")] == ["P00001"]


def test_a_return_that_somebody_waits_for_is_told(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    ledger.run(
        "INSERT INTO reserve (member_id, biblio_id, item_code, reserve_date)"
        " VALUES ('P00001', 6, 'ID000006', NOW())"
    )
    assert library.renew(BUDI, TAKEN) == Refused(Reason.ON_HOLD)
    returned = library.take_back(TAKEN, NOW)
    assert isinstance(returned, Returned)
    assert returned.alert is Alert.HOLD_HERE


def test_a_late_renewal_is_charged_and_moves_on_from_today(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    ledger.run("UPDATE loan SET due_date=:due", due=TODAY - timedelta(2))
    renewed = library.renew(BUDI, TAKEN)
    assert isinstance(renewed, Renewed)
    assert renewed.due == TODAY + timedelta(2 * LOAN_DAYS)
    assert ledger.rows("SELECT debet FROM fines")[0][0] == 1000
    row = ledger.rows("SELECT renewed, is_return, return_date, last_update FROM loan")[0]
    assert tuple(row) == (1, 0, TODAY, WRITTEN)
    assert library.renew(BUDI, TAKEN) == Refused(Reason.NOT_RENEWABLE)


def test_a_database_without_a_column_is_refused_by_name(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    ledger.run("ALTER TABLE loan DROP COLUMN renewed")
    ledger.run("DROP TABLE holiday")
    for act in (lambda: library.item(FREE), lambda: lend(library)):
        with pytest.raises(UnknownSchema, match=r"holiday\.holiday_date.*loan\.renewed"):
            act()
    assert ledger.rows("SELECT COUNT(*) FROM loan")[0][0] == 1


def test_a_loan_without_a_due_date_goes_to_the_desk(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    ledger.run("SET STATEMENT sql_mode='' FOR UPDATE loan SET due_date='0000-00-00'")
    for act in (lambda: library.item(TAKEN), lambda: library.take_back(TAKEN, NOW)):
        with pytest.raises(NothingSent, match="at the desk"):
            act()


def test_a_member_of_no_type_may_have_nothing(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    ledger.run("UPDATE member SET member_type_id=NULL")
    assert lend(library).reason is Reason.LOAN_LIMIT


def test_a_membership_that_ends_at_zeros_never_began(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    ledger.run("SET STATEMENT sql_mode='' FOR UPDATE member SET expire_date='0000-00-00'")
    assert lend(library).reason is Reason.MEMBERSHIP_EXPIRED


def test_two_open_loans_by_the_desk_both_end_with_a_return(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    ledger.run(
        "INSERT INTO loan (item_code, member_id, loan_date, due_date, is_lent)"
        " VALUES ('ID000006', 'P00001', '2026-11-20', '2026-12-20', 1)"
    )
    assert isinstance(library.take_back(TAKEN, NOW), Returned)
    assert ledger.loans == {}


@pytest.mark.parametrize("standing", ["on_myisam", "on_innodb"])
def test_two_stations_never_lend_one_item(
    request: pytest.FixtureRequest, mariadb: MariadbServer, standing: str
) -> None:
    library, ledger = request.getfixturevalue(standing)
    address = mariadb.address(str(ledger.engine.url.database))
    other = SlimsLibrary(address, JAKARTA, UID, lambda: NOW)
    for number in range(10):
        at_once = threading.Barrier(2)
        outcomes: list[Any] = []

        def ask(station: SlimsLibrary, patron: PatronId) -> None:
            at_once.wait(10)  # noqa: B023 - joined before the next round
            act = ActId(f"act-{number}")  # noqa: B023
            outcomes.append(station.lend(patron, FREE, act, NOW, DUE))  # noqa: B023

        asking = [
            threading.Thread(target=ask, args=pair) for pair in ((library, SITI), (other, BUDI))
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Lent", "Refused"]
        open_rows = "SELECT * FROM loan WHERE item_code='ID000003' AND is_return=0"
        assert len(ledger.rows(open_rows)) == 1
        assert isinstance(library.take_back(FREE, NOW), Returned)
    other.close()


def test_a_loan_the_desk_made_since_we_looked_is_not_doubled(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    outcomes: list[Any] = []
    with ledger.engine.connect() as holding:
        # Our station has looked at the item when it reads the holidays.
        holding.exec_driver_sql("LOCK TABLES holiday WRITE")
        asking = threading.Thread(target=lambda: outcomes.append(lend(library)))
        asking.start()
        wait_until(lambda: ledger.rows(_IN_STATE, state="Waiting for table metadata lock"))
        ledger.run(DESK_LENDS)
        holding.exec_driver_sql("UNLOCK TABLES")
    asking.join()
    assert outcomes == [Refused(Reason.ON_LOAN_TO_OTHER)]
    assert [row.loan_id for row in ledger.rows("SELECT loan_id FROM loan")] == [1, 2]
    ledger.run(DESK_LENDS)
    assert ledger.rows("SELECT MAX(loan_id) FROM loan")[0][0] == 3  # ours was never written


def test_a_station_waits_for_its_turn_and_no_longer(mariadb: MariadbServer) -> None:
    with slims(mariadb) as (_, ledger):
        name = str(ledger.engine.url.database)
        library = SlimsLibrary(mariadb.address(name, answer_within=1.0), JAKARTA, UID, lambda: NOW)
        with ledger.engine.connect() as other:
            other.exec_driver_sql(f"SELECT GET_LOCK('sirkula {name}', 1)")
            with pytest.raises(NothingSent, match="lock"):
                lend(library)
        assert ledger.effects == []
        ledger.engine.dispose()
        assert isinstance(lend(library), Lent)
        library.close()


def test_a_loan_the_desk_made_in_the_same_moment_stands_alone(on_innodb: Slims) -> None:
    library, ledger = on_innodb
    ledger.run(SLOW)
    outcomes: list[Any] = []
    asking = threading.Thread(target=lambda: outcomes.append(lend(library)))
    asking.start()
    wait_for_sleep(ledger)
    ledger.run(DESK_LENDS)
    asking.join()
    assert outcomes[0].reason is Reason.ON_LOAN_TO_OTHER
    assert [loan.patron for loan in ledger.loans.values()] == ["P00002", "P00002"]
    assert len(ledger.rows("SELECT * FROM loan WHERE item_code='ID000003'")) == 1


def test_a_line_that_breaks_while_a_loan_is_written_leaves_its_fate_open(
    mariadb: MariadbServer,
) -> None:
    with slims(mariadb) as (_, ledger):
        ledger.run(SLOW)
        address = mariadb.address(str(ledger.engine.url.database), answer_within=1.0)
        library = SlimsLibrary(address, JAKARTA, UID, lambda: NOW)
        with pytest.raises(OutcomeUnknown) as told:
            lend(library)
        assert SITI.reveal() not in str(told.value)
        wait_until(lambda: len(ledger.loans) == 2)
        library.close()


def test_a_connection_that_is_killed_before_the_write_has_sent_nothing(on_myisam: Slims) -> None:
    library, ledger = on_myisam
    assert isinstance(library.item(FREE), ItemRecord)
    held = ledger.engine.connect()
    held.exec_driver_sql(f"SELECT GET_LOCK('sirkula {ledger.engine.url.database}', 1)")
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            lend(library)
        except NothingSent as error:
            failed.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    kill(ledger, "User lock")
    asking.join()
    held.close()
    assert len(failed) == 1
    assert ledger.effects == []


def wait_until(true: Any) -> None:
    for _ in range(100):
        if true():
            return
        threading.Event().wait(0.1)
    raise AssertionError("it never came true")


def wait_for_sleep(ledger: SlimsLedger) -> None:
    wait_until(lambda: ledger.rows(_IN_STATE, state="User sleep"))


def kill(ledger: SlimsLedger, state: str) -> None:
    wait_until(lambda: ledger.rows(_IN_STATE, state=state))
    for row in ledger.rows(_IN_STATE, state=state):
        try:
            ledger.run(f"KILL {row.id}")
        except OperationalError:  # it has ended
            continue


_IN_STATE = "SELECT id FROM information_schema.processlist WHERE state=:state AND db=DATABASE()"
