"""A station that owes too much, or whose ledger was damaged, stops loans before returns."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.facts import Acknowledgement
from broker.telemetry import Health, Mode
from broker.topics import Channel
from broker.vocabulary import Reason
from broker.wire import encode_snapshot
from kiosk.book import Stage
from kiosk.bounds import MOST_OWED, Capacity
from kiosk.condition import Finding
from kiosk.happenings import Button, CardArrived
from kiosk.ledger import LedgerDamaged
from kiosk.serving import condition
from kiosk.visit import Outage, Screen
from tests.kiosk.bench import Bench
from tests.kiosk.test_station import (
    RETURNED,
    give_back,
    identify,
    shown,
    stages,
    standing_ready,
    touch,
)
from tests.kiosk.things import SITI


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def bench(path: Path) -> Iterator[Bench]:
    with standing_ready(path) as bench:
        yield bench


@pytest.fixture
def box(path: Path) -> Iterator[Bench]:
    with standing_ready(path, in_bin=True) as box:
        yield box


# Bounds -------------------------------------------------------------------------------------------


def owing(bench: Bench, count: int) -> None:
    """So many facts were written while the server was away; only their number matters here."""
    with bench.ledger._engine.begin() as connection:
        for seq in range(bench.ledger._newest + 1, count + 1):
            connection.exec_driver_sql(
                "INSERT INTO entry (act, payload, wall) VALUES (?, x'7b7d', 0)", (f"old-{seq}",)
            )
    bench.ledger._newest = count


def test_loans_stop_at_half_of_the_bound_and_returns_go_on(bench: Bench) -> None:
    bench.disconnect()
    owing(bench, MOST_OWED // 2)
    bench.wait(1)
    touch(bench, Button.BORROW)
    bench.station.hear(CardArrived(SITI))
    assert (shown(bench), bench.kiosk.visit.reason) == (Screen.CARD_REFUSED, Reason.STATION_FULL)
    touch(bench, Button.BACK)
    give_back(bench, 1)
    assert stages(bench) == [Stage.RETURNED]


def test_a_full_outbox_takes_the_kiosk_out_of_service_until_it_is_sent(bench: Bench) -> None:
    owing(bench, MOST_OWED)
    bench.wait(1)
    assert shown(bench) is Screen.OUT_OF_SERVICE
    assert bench.kiosk.visit.outage is Outage.FULL
    touch(bench, Button.RETURN)
    bench.lay(1).work()
    assert bench.ledger.owed_count == MOST_OWED
    now = bench.clock.wall()
    word = Acknowledgement("install-1", MOST_OWED, 0, resend=False, server_time=now)
    bench.say(Channel.ACK, encode_snapshot(word))
    bench.wait(1)
    assert shown(bench) is Screen.WELCOME


def test_a_restored_server_that_asks_for_much_again_stops_nothing(bench: Bench) -> None:
    owing(bench, MOST_OWED)
    now = bench.clock.wall()
    for through, resend in ((MOST_OWED, False), (0, True)):
        word = Acknowledgement("install-1", through, 0, resend, now)
        bench.say(Channel.ACK, encode_snapshot(word))
    bench.wait(1)
    assert bench.ledger.owed_count == MOST_OWED
    assert shown(bench) is Screen.WELCOME


def test_a_loan_in_the_patrons_hands_when_half_is_reached_is_refused(bench: Bench) -> None:
    identify(bench, 1)
    owing(bench, MOST_OWED // 2)
    bench.wait(1)
    touch(bench, Button.CONFIRM)
    bench.work()
    assert [book.reason for book in bench.kiosk.visit.books] == [Reason.STATION_FULL]
    assert bench.things.released == set()


@pytest.mark.parametrize(
    ("days", "screen_then", "reason"),
    [(7, Screen.CARD_REFUSED, Reason.STATION_FULL), (14, Screen.OUT_OF_SERVICE, None)],
)
def test_a_long_silence_stops_loans_and_then_everything(
    bench: Bench, days: int, screen_then: Screen, reason: Reason | None
) -> None:
    bench.disconnect().wait(days * 86_400)
    touch(bench, Button.BORROW)
    bench.station.hear(CardArrived(SITI))
    assert (shown(bench), bench.kiosk.visit.reason) == (screen_then, reason)
    bench.connect().order().wait(1)
    assert bench.kiosk.visit.capacity is Capacity.LOANS_AND_RETURNS


def test_a_full_box_takes_what_fell_meanwhile_once_there_is_room(box: Bench) -> None:
    owing(box, MOST_OWED)
    box.wait(1).lay(1).work()
    assert box.things.present
    assert box.ledger.owed_count == MOST_OWED
    now = box.clock.wall()
    word = Acknowledgement("install-1", MOST_OWED, 0, resend=False, server_time=now)
    box.say(Channel.ACK, encode_snapshot(word))
    box.wait(1).work()
    assert box.ledger.owed_count == 1


# A damaged ledger ---------------------------------------------------------------------------------


def test_a_damaged_ledger_at_the_start_means_returns_only_and_an_alarm(path: Path) -> None:
    path.write_bytes(b"this was a ledger once " * 500)
    bench = Bench(path)
    bench.start().connect().order()
    assert condition(bench.kiosk.visit).mode is Mode.DEGRADED
    assert (
        Finding("ledger", Health.ERROR, "ledger-replaced") in condition(bench.kiosk.visit).findings
    )
    bench.station.hear(CardArrived(SITI))
    assert bench.kiosk.visit.reason is Reason.STATION_UNCHECKED
    touch(bench, Button.BACK)
    give_back(bench, 1)
    assert bench.facts() == [RETURNED]
    again = Bench(path, things=bench.cut(), life=2)
    again.start().connect().order()
    assert again.kiosk.visit.capacity is Capacity.UNCHECKED
    (path.parent / "damaged-1").rename(path.parent / "taken by the technician")
    third = Bench(path, things=again.cut(), life=3)
    third.start().connect().order()
    assert third.kiosk.visit.capacity is Capacity.LOANS_AND_RETURNS
    third.cut()


def test_a_ledger_that_turns_out_damaged_ends_the_program_for_a_new_start(
    bench: Bench, path: Path
) -> None:
    bench.disconnect()
    give_back(bench, *range(1, 4))
    bench.ledger.close()
    with path.open("r+b") as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)
    with pytest.raises(LedgerDamaged):
        bench.connect()
