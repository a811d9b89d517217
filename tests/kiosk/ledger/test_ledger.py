"""What was written survives, what cannot be trusted is refused, and a full disk says so."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from broker.errors import SirkulaError
from broker.facts import ItemLent, ItemReturned, Kept
from broker.telemetry import Extent
from broker.vocabulary import ClockState, DeviceId, Moment, SiteId
from broker.wire import decode_entry
from kiosk.discretion import Bearer
from kiosk.ledger import Age, Ledger, LedgerDamaged, LedgerUnusable
from kiosk.ledger.sqlite import open_database
from kiosk.ledger.tables import APPLICATION_ID, SCHEMA_VERSION
from kiosk.recovery import OpenAct
from tests.kiosk.clocks import NOON
from tests.kiosk.ledger.disk import engine_of
from tests.kiosk.things import BUDI_SEALED, DUE, SITI, SITI_SEALED, act, item, uid

SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
AT = Moment("boot-1", 5.0, NOON, ClockState.COASTING)
SITIS = Bearer(SITI_SEALED, "5171")
BUDIS = Bearer(BUDI_SEALED, "b0d1")
RETURNED = ItemReturned(item(1), secured=True)


def opened(path: Path, install: str = "life-1") -> Ledger:
    return Ledger.open(path, SITE, KIOSK, install)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    ledger = opened(path)
    yield ledger
    ledger.close()


def returned(ledger: Ledger, *numbers: int) -> list[int]:
    """Records returns and gives their numbers in the ledger."""
    found = []
    for number in numbers:
        ledger.intend(act(number), uid(number), item(number), None, AT)
        fact = ItemReturned(item(number), secured=True)
        found.append(ledger.record(act(number), fact).seq)
    return found


def owed(ledger: Ledger, limit: int = 50) -> list[int]:
    return [entry.seq for entry in ledger.owed(limit)]


def pragma(ledger: Ledger, text: str) -> object:
    with engine_of(ledger).connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {text}").scalar()


# What survives ------------------------------------------------------------------------------------


def test_an_intent_survives_reopening(path: Path) -> None:
    first = opened(path)
    first.intend(act(1), uid(1), item(1), SITIS, AT)
    first.intend(act(2), uid(2), item(2), None, replace(AT, wall=NOON + 1))
    first.intend(act(3), uid(3), None, None, replace(AT, wall=NOON + 2))
    first.releasing(act(1), DUE, provisional=True)
    first.close()
    again = opened(path)
    assert again.open_acts() == (
        OpenAct(act(1), uid(1), item(1), SITIS.patron, DUE),
        OpenAct(act(2), uid(2), item(2), None, None),
        OpenAct(act(3), uid(3), None, None, None),
    )
    again.close()


def test_a_fact_survives_reopening_byte_for_byte(path: Path) -> None:
    first = opened(path)
    first.intend(act(1), uid(1), item(1), SITIS, AT)
    entry = first.record(act(1), ItemLent(item(1), SITI, DUE, provisional=False))
    before = first.owed(1)
    first.close()
    again = opened(path)
    assert again.open_acts() == ()
    assert again.owes
    assert again.owed(1) == before
    assert decode_entry(before[0].payload) == entry
    again.close()


def test_a_fact_happened_at_its_intent(ledger: Ledger) -> None:
    ledger.intend(act(1), uid(1), item(1), None, AT)
    ledger.releasing(act(1), DUE, provisional=False)
    entry = ledger.record(act(1), RETURNED)
    assert (entry.at, entry.site, entry.device, entry.install) == (AT, SITE, KIOSK, "life-1")


def test_the_ledger_keeps_its_life_whatever_is_offered_later(path: Path) -> None:
    opened(path).close()
    again = opened(path, "life-2")
    assert again.install == "life-1"
    again.close()


def test_a_new_file_is_a_new_life(path: Path) -> None:
    opened(path).close()
    path.unlink()
    again = opened(path, "life-2")
    assert again.install == "life-2"
    again.close()


def test_what_is_remembered_is_the_last_word_and_survives(path: Path) -> None:
    first = opened(path)
    assert first.recall("settings") is None
    first.remember("settings", b"one")
    first.remember("settings", b"two")
    first.close()
    again = opened(path)
    assert again.recall("settings") == b"two"
    again.close()


def test_a_forgotten_act_is_over_and_owes_nothing(ledger: Ledger) -> None:
    ledger.intend(act(1), uid(1), item(1), None, AT)
    ledger.forget(act(1))
    assert ledger.open_acts() == ()
    assert not ledger.owes


# Numbers ------------------------------------------------------------------------------------------


def test_numbers_count_from_one_without_a_gap(ledger: Ledger) -> None:
    assert returned(ledger, 1, 2, 3) == [1, 2, 3]


def test_no_number_is_used_twice_even_when_all_rows_were_dropped(path: Path) -> None:
    first = opened(path)
    returned(first, 1, 2, 3)
    first.acknowledge("life-1", 3, NOON)
    first.prune(Age(NOON + 1, NOON + 1, 3))
    first.close()
    again = opened(path)
    assert again.extent == Extent(4, 3, 3)
    assert returned(again, 4) == [4]
    again.close()


def test_an_act_is_recorded_once(ledger: Ledger) -> None:
    returned(ledger, 1)
    with pytest.raises(LedgerUnusable, match="UNIQUE"):
        ledger.record(act(1), RETURNED)
    assert owed(ledger) == [1]
    assert returned(ledger, 2) == [2]


# What is owed -------------------------------------------------------------------------------------


def test_what_is_owed_comes_oldest_first_and_a_window_at_a_time(ledger: Ledger) -> None:
    returned(ledger, 1, 2, 3)
    assert owed(ledger) == [1, 2, 3]
    assert owed(ledger, 2) == [1, 2]
    assert ledger.debt() == (3, NOON)


def test_what_is_acknowledged_is_owed_no_more(path: Path) -> None:
    first = opened(path)
    returned(first, 1, 2, 3)
    first.acknowledge("life-1", 2, NOON)
    assert owed(first) == [3]
    first.acknowledge("life-1", 3, NOON)
    assert owed(first) == []
    assert not first.owes
    assert first.debt() == (0, None)
    first.close()
    again = opened(path)
    assert not again.owes
    again.close()


def test_an_acknowledgement_of_another_life_counts_nothing(ledger: Ledger) -> None:
    returned(ledger, 1)
    ledger.acknowledge("life-0", 1, NOON)
    assert owed(ledger) == [1]
    assert ledger.owes


def test_an_older_acknowledgement_takes_nothing_back(ledger: Ledger) -> None:
    returned(ledger, 1, 2)
    ledger.acknowledge("life-1", 2, NOON)
    ledger.acknowledge("life-1", 1, NOON)
    assert not ledger.owes


@pytest.mark.parametrize("through", [7, 2**63, 2**100])
def test_an_acknowledgement_of_what_does_not_exist_yet_hides_nothing_later(
    ledger: Ledger, through: int
) -> None:
    """As after an older image of the disk was put back: what follows must still be sent."""
    returned(ledger, 1)
    ledger.acknowledge("life-1", through, NOON)
    assert owed(ledger) == []
    returned(ledger, 2)
    assert ledger.owes
    assert owed(ledger) == [2]


def test_what_was_acknowledged_stays_in_the_archive(ledger: Ledger, path: Path) -> None:
    returned(ledger, 1)
    ledger.acknowledge("life-1", 1, NOON)
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT count(*) FROM entry").fetchone() == (1,)
    raw.close()


def test_only_this_cards_own_loans_are_counted(ledger: Ledger) -> None:
    for number, bearer, provisional in ((1, SITIS, True), (2, SITIS, False), (3, BUDIS, True)):
        ledger.intend(act(number), uid(number), item(number), bearer, AT)
        ledger.releasing(act(number), DUE, provisional=provisional)
    ledger.intend(act(4), uid(4), item(4), SITIS, AT)
    assert ledger.loans_decided_alone(SITIS.card) == 1
    assert ledger.loans_decided_alone(BUDIS.card) == 1


def test_a_loan_asked_for_before_the_last_word_counts_if_it_is_decided_after_it(
    ledger: Ledger,
) -> None:
    ledger.intend(act(1), uid(1), item(1), SITIS, AT)
    ledger.acknowledge("life-1", 0, NOON)
    ledger.releasing(act(1), DUE, provisional=True)
    assert ledger.loans_decided_alone(SITIS.card) == 1


def lent_alone(ledger: Ledger, number: int, bearer: Bearer) -> None:
    ledger.intend(act(number), uid(number), item(number), bearer, AT)
    ledger.releasing(act(number), DUE, provisional=True)
    ledger.record(act(number), ItemLent(item(number), bearer.patron, DUE, provisional=True))


def test_loans_whose_card_cannot_be_told_any_more_count_for_every_card(ledger: Ledger) -> None:
    lent_alone(ledger, 1, SITIS)
    ledger.forget_cards()
    lent_alone(ledger, 2, BUDIS)
    assert ledger.loans_decided_alone(SITIS.card) == 1
    assert ledger.loans_decided_alone(BUDIS.card) == 2


def test_returns_and_loans_of_an_outage_that_is_over_are_nobodys(ledger: Ledger) -> None:
    lent_alone(ledger, 1, SITIS)
    returned(ledger, 2)
    ledger.acknowledge("life-1", 0, NOON)
    ledger.forget_cards()
    assert ledger.loans_decided_alone(SITIS.card) == 0
    with engine_of(ledger).connect() as connection:
        cards = connection.exec_driver_sql("SELECT DISTINCT card FROM act").scalars().all()
    assert cards == [""]


def test_counting_looks_only_at_the_loans_of_this_outage(ledger: Ledger) -> None:
    """However long the ledger: `WHERE card <> ''` has an index of its own."""
    with engine_of(ledger).connect() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT count(*) FROM act WHERE card <> '' AND card IN ('a', '?')"
        ).all()
    assert "ix_act_card" in str(plan)


def test_a_fact_is_written_with_the_patron_sealed_at_its_intent(ledger: Ledger) -> None:
    ledger.intend(act(1), uid(1), item(1), SITIS, AT)
    entry = ledger.record(act(1), ItemLent(item(1), SITI, DUE, provisional=False))
    assert entry.fact == ItemLent(item(1), SITIS.patron, DUE, provisional=False)
    assert decode_entry(ledger.owed(1)[0].payload) == entry


# The disk -----------------------------------------------------------------------------------------


def test_sqlite_was_asked_to_mean_a_commit_and_agreed(ledger: Ledger) -> None:
    assert pragma(ledger, "journal_mode") == "wal"
    assert pragma(ledger, "synchronous") == 2
    assert pragma(ledger, "foreign_keys") == 1
    assert pragma(ledger, "secure_delete") == 1
    assert pragma(ledger, "application_id") == APPLICATION_ID
    assert pragma(ledger, "user_version") == SCHEMA_VERSION


def test_a_setting_that_did_not_take_refuses_the_file() -> None:
    """A database in memory has no write-ahead log; a network disk answers the same way."""
    with pytest.raises(LedgerUnusable, match="journal_mode = memory, wanted wal; use a local disk"):
        open_database(Path(":memory:"))


def of_another_program(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE recipe (name TEXT)")
        raw.execute("PRAGMA application_id = 77")
    raw.close()


def of_another_program_without_a_name(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE recipe (name TEXT)")
    raw.close()


def of_another_station(path: Path) -> None:
    Ledger.open(path, SITE, DeviceId("kios-02"), "life-1").close()


def with_a_fact_missing(path: Path) -> None:
    filled(path)
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM entry WHERE seq = 7")
    raw.close()


def with_the_last_facts_missing(path: Path) -> None:
    filled(path)
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM entry WHERE seq > 190")
    raw.close()


def emptied_beside_its_log(path: Path) -> None:
    """As after a crash of the file system: the log still holds all that was committed."""
    ledger = opened(path)
    returned(ledger, 1, 2, 3)
    log = path.with_name("ledger.db-wal")
    held = log.read_bytes()
    ledger.close()
    log.write_bytes(held)
    path.write_bytes(b"")


def of_another_version(path: Path) -> None:
    opened(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    raw.close()


def no_database(path: Path) -> None:
    path.write_bytes(b"this is not a database, it is a letter to the librarian " * 99)


def cut_short(path: Path) -> None:
    filled(path)
    os.truncate(path, path.stat().st_size // 2)


def overwritten(path: Path) -> None:
    filled(path)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def one_page_lost(path: Path) -> None:
    filled(path)
    pages = path.stat().st_size // 4096
    with path.open("r+b") as file:
        file.seek((pages - 2) * 4096)
        file.write(b"\x00" * 4096)


def a_folder(path: Path) -> None:
    path.mkdir()


def filled(path: Path) -> None:
    ledger = opened(path)
    returned(ledger, *range(1, 200))
    ledger.close()


DAMAGED = (
    of_another_program,
    of_another_program_without_a_name,
    of_another_station,
    with_a_fact_missing,
    with_the_last_facts_missing,
    emptied_beside_its_log,
    no_database,
    cut_short,
    overwritten,
    one_page_lost,
)


@pytest.mark.parametrize("spoil", [of_another_version, a_folder], ids=lambda one: one.__name__)
def test_a_file_that_may_be_good_is_refused_by_name_and_stays(
    path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(path)
    for start in (opened, opened_or_replaced):
        with pytest.raises(LedgerUnusable, match=r"ledger\.db: ") as refused:
            start(path)
        assert not isinstance(refused.value, LedgerDamaged)
    assert path.exists()


@pytest.mark.parametrize("spoil", DAMAGED, ids=lambda one: one.__name__)
def test_a_damaged_or_foreign_file_is_refused_by_name(
    path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(path)
    with pytest.raises(LedgerDamaged, match=r"ledger\.db: "):
        opened(path)


def test_a_refused_file_is_left_as_it_was(path: Path) -> None:
    of_another_program(path)
    before = path.read_bytes()
    with pytest.raises(LedgerDamaged, match="not a ledger"):
        opened(path)
    assert path.read_bytes() == before


# A damaged file is put aside ----------------------------------------------------------------------


def opened_or_replaced(path: Path, install: str = "life-2") -> Ledger:
    return Ledger.open_or_replace(path, SITE, KIOSK, install)


def files(folder: Path) -> dict[str, bytes]:
    """Whatever lies in a folder but SQLite's index of its log, which is made anew at will."""
    found = (file for file in folder.iterdir() if file.is_file())
    return {file.name: file.read_bytes() for file in found if not file.name.endswith("-shm")}


@pytest.mark.parametrize("spoil", DAMAGED, ids=lambda one: one.__name__)
def test_a_damaged_file_is_put_aside_whole_and_a_new_life_begins(
    path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(path)
    before = files(path.parent)
    ledger = opened_or_replaced(path)
    assert (ledger.install, ledger.replaced, ledger.extent) == ("life-2", True, Extent(1, 0, 0))
    assert files(path.parent / "damaged-1") == before
    assert returned(ledger, 1) == [1]
    ledger.close()


def test_the_alarm_lasts_until_somebody_took_the_damaged_file(path: Path) -> None:
    no_database(path)
    opened_or_replaced(path).close()
    again = opened_or_replaced(path, "life-3")
    assert (again.install, again.replaced) == ("life-2", True)
    again.close()
    shutil.rmtree(path.parent / "damaged-1")
    after = opened_or_replaced(path, "life-4")
    assert (after.install, after.replaced) == ("life-2", False)
    after.close()


def test_a_second_damaged_file_does_not_take_the_place_of_the_first(path: Path) -> None:
    for letter in (b"a", b"b"):
        path.write_bytes(letter * 5000)
        opened_or_replaced(path).close()
    assert (path.parent / "damaged-1" / "ledger.db").read_bytes() == b"a" * 5000
    assert (path.parent / "damaged-2" / "ledger.db").read_bytes() == b"b" * 5000


@pytest.mark.parametrize("moved", [(), ("-wal",), ("-wal", "-shm"), ("-wal", "-shm", "")])
def test_a_power_cut_while_putting_aside_is_carried_on_from(
    path: Path, moved: tuple[str, ...]
) -> None:
    parts = {"ledger.db-wal": b"log" * 900, "ledger.db-shm": b"index" * 9, "ledger.db": b"x" * 900}
    for name, content in parts.items():
        path.with_name(name).write_bytes(content)
    moving = path.parent / "damaged-1.moving"
    moving.mkdir()
    for part in moved:
        path.with_name(f"ledger.db{part}").rename(moving / f"ledger.db{part}")
    ledger = opened_or_replaced(path)
    assert (ledger.install, ledger.replaced) == ("life-2", True)
    aside = path.parent / "damaged-1"
    assert {file.name: file.read_bytes() for file in aside.iterdir()} == parts
    ledger.close()


def test_a_disk_that_cannot_put_a_file_aside_says_so(path: Path) -> None:
    no_database(path)
    (path.parent / "damaged-1.moving").write_text("a file where a folder belongs")
    with pytest.raises(LedgerUnusable, match="not put aside"):
        opened_or_replaced(path)
    assert path.exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnusable, match=r"nowhere/ledger\.db"):
        opened(tmp_path / "nowhere" / "ledger.db")


def test_a_full_disk_says_so_and_the_ledger_works_again_afterwards(ledger: Ledger) -> None:
    returned(ledger, 1)
    pages = pragma(ledger, "page_count")
    assert isinstance(pages, int)
    pragma(ledger, f"max_page_count = {pages}")
    with pytest.raises(LedgerUnusable, match=r"not written: .*full"):
        returned(ledger, *range(2, 1000))
    written = len(owed(ledger, 1000))
    assert owed(ledger, 1000) == list(range(1, written + 1))
    pragma(ledger, "max_page_count = 1000000")
    assert returned(ledger, 2000) == [written + 1]
    assert owed(ledger, 1000) == list(range(1, written + 2))


def test_every_writer_and_reader_translates_the_disks_errors(ledger: Ledger) -> None:
    returned(ledger, 7)
    with engine_of(ledger).begin() as connection:
        for table in ("act", "entry", "memory"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
    for use in (
        lambda: ledger.intend(act(1), uid(1), item(1), None, AT),
        lambda: ledger.releasing(act(1), DUE, provisional=False),
        lambda: ledger.record(act(1), RETURNED),
        lambda: ledger.forget(act(1)),
        lambda: ledger.acknowledge("life-1", 1, NOON),
        lambda: ledger.remember("a", b"b"),
        lambda: ledger.loans_decided_alone(SITIS.card),
        ledger.forget_cards,
        lambda: ledger.recall("a"),
        lambda: ledger.owed(1),
        lambda: ledger.owe_again(0),
        lambda: ledger.prune(Age(NOON, NOON, 0)),
        lambda: ledger.differs([Kept(1, "")]),
        lambda: ledger.begin_again("life-2"),
        ledger.open_acts,
        ledger.debt,
    ):
        with pytest.raises(SirkulaError, match="no such table"):
            use()


def test_an_unknown_act_cannot_be_closed(ledger: Ledger) -> None:
    with pytest.raises(SirkulaError):
        ledger.record(act(9), RETURNED)
    with pytest.raises(SirkulaError):
        ledger.forget(act(9))


def test_no_error_of_the_disk_repeats_a_patron_number(ledger: Ledger) -> None:
    ledger.intend(act(1), uid(1), item(1), SITIS, AT)
    with pytest.raises(LedgerUnusable) as refused:
        ledger.intend(act(1), uid(1), item(1), SITIS, AT)
    for word in (SITI.reveal(), str(SITIS.patron), SITIS.card):
        assert word not in str(refused.value)
