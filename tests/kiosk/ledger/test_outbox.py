"""What the server has is kept a while, sent again on request, and numbered anew in a new life."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from broker.facts import ItemReturned, Kept
from broker.places import fingerprint
from broker.telemetry import Extent
from broker.vocabulary import ClockState, DeviceId, Moment, SiteId
from broker.wire import decode_entry
from kiosk.discretion import Bearer
from kiosk.ledger import Age, Ledger, LedgerUnusable
from tests.kiosk.clocks import NOON
from tests.kiosk.ledger.disk import engine_of
from tests.kiosk.things import SITI_SEALED, act, item, uid

SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
AT = Moment("boot-1", 5.0, NOON, ClockState.SYNCHRONISED)
HUGE = 2**100
SITIS = Bearer(SITI_SEALED, "5171")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    ledger = opened(path)
    yield ledger
    ledger.close()


def opened(path: Path) -> Ledger:
    return Ledger.open(path, SITE, KIOSK, "life-1")


def returned(ledger: Ledger, *numbers: int) -> None:
    for number in numbers:
        ledger.intend(act(number), uid(number), item(number), SITIS, AT)
        ledger.record(act(number), ItemReturned(item(number), secured=True))


def owed(ledger: Ledger) -> list[int]:
    return [entry.seq for entry in ledger.owed(99)]


# Kept ---------------------------------------------------------------------------------------------


def test_what_was_acknowledged_before_the_given_day_is_dropped(ledger: Ledger) -> None:
    returned(ledger, 1, 2, 3, 4)
    ledger.acknowledge("life-1", 2, NOON)
    ledger.acknowledge("life-1", 3, NOON + 50)
    ledger.prune(Age(NOON + 1, NOON, backed_up_through=4))
    assert ledger.extent == Extent(3, 4, 3)
    assert owed(ledger) == [4]


def test_what_is_owed_is_never_dropped_however_old_it_is(ledger: Ledger) -> None:
    returned(ledger, 1, 2)
    ledger.prune(Age(NOON * 2, NOON * 2, backed_up_through=HUGE))
    assert owed(ledger) == [1, 2]


def test_what_no_backup_holds_stays_longer(ledger: Ledger) -> None:
    returned(ledger, 1, 2, 3)
    ledger.acknowledge("life-1", 3, NOON)
    ledger.prune(Age(NOON + 1, NOON, backed_up_through=1))
    assert ledger.extent == Extent(2, 3, 3)
    ledger.prune(Age(NOON + 2, NOON + 1, backed_up_through=1))
    assert ledger.extent == Extent(4, 3, 3)


def test_an_act_is_dropped_with_its_fact_and_an_open_one_never(path: Path) -> None:
    first = opened(path)
    returned(first, 1)
    first.intend(act(2), uid(2), item(2), SITIS, AT)
    first.acknowledge("life-1", 1, NOON)
    first.prune(Age(NOON + 1, NOON + 1, backed_up_through=1))
    first.close()
    again = opened(path)
    assert [one.act for one in again.open_acts()] == [act(2)]
    again.intend(act(1), uid(1), item(1), None, AT)
    again.close()


# Sent again ---------------------------------------------------------------------------------------


def test_what_a_restored_server_lacks_is_owed_again_and_survives_a_restart(path: Path) -> None:
    first = opened(path)
    returned(first, 1, 2, 3)
    before = first.owed(99)
    first.acknowledge("life-1", 3, NOON)
    first.owe_again(1)
    first.close()
    again = opened(path)
    assert again.owed(99) == before[1:]
    assert (again.owed_count, again.extent) == (2, Extent(1, 3, 1))
    again.close()


def test_what_is_asked_for_again_is_not_unheard_of(path: Path) -> None:
    first = opened(path)
    returned(first, 1, 2, 3)
    first.acknowledge("life-1", 2, NOON)
    assert first.unheard_count == 1
    first.owe_again(0)
    assert (first.owed_count, first.unheard_count) == (3, 1)
    first.begin_again("life-2")
    first.close()
    again = opened(path)
    assert (again.owed_count, again.unheard_count) == (3, 1)
    again.acknowledge("life-2", 3, NOON)
    assert (again.owed_count, again.unheard_count) == (0, 0)
    again.close()


def test_a_disk_that_refuses_to_note_what_is_asked_for_again_does_not_keep_it_back(
    ledger: Ledger,
) -> None:
    returned(ledger, 1, 2, 3)
    ledger.acknowledge("life-1", 3, NOON)
    with engine_of(ledger).connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = 1")
    with pytest.raises(LedgerUnusable):
        ledger.owe_again(1)
    assert owed(ledger) == [2, 3]


@pytest.mark.parametrize(("through", "left"), [(-HUGE, [3, 4]), (0, [3, 4]), (9, []), (HUGE, [])])
def test_nothing_is_owed_that_was_dropped_or_never_written(
    ledger: Ledger, through: int, left: list[int]
) -> None:
    returned(ledger, 1, 2, 3, 4)
    ledger.acknowledge("life-1", 2, NOON)
    ledger.acknowledge("life-1", 4, NOON + 9)
    ledger.prune(Age(NOON + 1, NOON + 1, backed_up_through=9))
    ledger.owe_again(through)
    assert owed(ledger) == left


# A disk that was put back -------------------------------------------------------------------------


def kept(ledger: Ledger, seq: int) -> Kept:
    return next(Kept(seq, fingerprint(one.payload)) for one in ledger.owed(99) if one.seq == seq)


def test_the_server_keeping_the_very_entry_is_no_difference(ledger: Ledger) -> None:
    returned(ledger, 1, 2)
    assert not ledger.differs([kept(ledger, 2)])


@pytest.mark.parametrize("seq", [1, 3, HUGE])
def test_another_entry_or_one_never_written_is_a_difference(ledger: Ledger, seq: int) -> None:
    returned(ledger, 1, 2)
    assert ledger.differs([Kept(seq, "0" * 64)])


@pytest.mark.parametrize("seq", [1, 0, -HUGE])
def test_what_was_dropped_long_ago_is_not_doubted(ledger: Ledger, seq: int) -> None:
    returned(ledger, 1, 2)
    ledger.acknowledge("life-1", 1, NOON)
    ledger.prune(Age(NOON + 1, NOON + 1, backed_up_through=1))
    assert not ledger.differs([Kept(seq, "0" * 64)])


def test_a_new_life_numbers_everything_anew_and_changes_no_fact(path: Path) -> None:
    first = opened(path)
    returned(first, 1, 2, 3)
    said = {seq: decode_entry(one.payload) for seq, one in enumerate(first.owed(99), 1)}
    first.acknowledge("life-1", 1, NOON)
    first.prune(Age(NOON + 1, NOON + 1, backed_up_through=1))
    first.begin_again("life-2")
    first.close()
    again = opened(path)
    assert (again.install, again.extent) == ("life-2", Extent(1, 2, 0))
    assert [decode_entry(one.payload) for one in again.owed(99)] == [
        replace(said[2], install="life-2", seq=1),
        replace(said[3], install="life-2", seq=2),
    ]
    returned(again, 4)
    assert owed(again) == [1, 2, 3]
    assert decode_entry(again.owed(99)[-1].payload).install == "life-2"
    again.close()


def test_a_new_life_of_an_empty_ledger_counts_from_one(ledger: Ledger) -> None:
    ledger.begin_again("life-2")
    returned(ledger, 1)
    assert owed(ledger) == [1]
