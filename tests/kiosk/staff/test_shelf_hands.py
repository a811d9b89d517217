"""What an inventory decided is done: on a real disk, and by a station with a real ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.facts import Mark, ShelfWalked
from broker.shelves import ListShelves
from devices.catalogue import open_reader
from devices.pad import Pad
from devices.settings import FeigSettings
from kiosk.staff.at_work import AtWork
from kiosk.staff.deeds import Ask, BeginWalk, KeepList, KeepRead, TellShelves, WriteReport
from kiosk.staff.heard import (
    NotKept,
    ReportWritten,
    ServerTold,
    ShelvesTold,
    StaffHeard,
    WalkBegun,
    WalkRefused,
)
from kiosk.staff.inventory import Entry, Read, Shelf, outcome
from kiosk.staff.shelf_hands import ShelfHands
from kiosk.staff.shelves import Shelves
from tests.devices.tags_in_hand import OURS
from tests.kiosk.bench import Bench
from tests.kiosk.things import item

SHELF = Shelf("800", (Entry(item(1), "800 A", "Satu"), Entry(item(2), "800 B", "Dua")))
FOUND = outcome(SHELF, (Read(item(1), 0, secured=True),))


class Desk:
    """Hands with nobody at the other end of the line."""

    def __init__(self, folder: Path) -> None:
        self.heard: list[StaffHeard] = []
        self.folder = folder
        self.hands = ShelfHands(Shelves(folder, lambda: "20261126-100000"), self.heard.append)


def test_before_the_station_has_started_nobody_is_asked_and_no_walk_is_ended(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    desk.hands.do(Ask(ListShelves()), None)
    desk.hands.do(KeepList(SHELF), None)
    desk.hands.do(KeepRead("800", Read(item(1), 0, secured=True)), None)
    desk.hands.do(WriteReport(SHELF, FOUND), None)
    assert desk.heard[0] == ServerTold(ListShelves(), None)
    assert desk.heard[1] == WalkBegun(SHELF, ())
    assert desk.heard[3] == NotKept()
    desk.hands.do(TellShelves(), None)
    told = desk.heard[4]
    assert isinstance(told, ShelvesTold)
    assert [(one.name, one.reads, one.from_server) for one in told.lists] == [("800", 1, True)]


def test_a_list_that_is_none_and_a_disk_that_refuses_are_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.hands.do(BeginWalk("900"), None)
    assert desk.heard == [WalkRefused(0)]
    (tmp_path / "fetched" / "800.json").mkdir()
    desk.hands.do(KeepList(SHELF), None)
    assert desk.heard[1:] == [NotKept()]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "ledger.sqlite")
    bench.start().connect()
    yield bench
    bench.cut()


def at_work(bench: Bench) -> AtWork:
    """At a pad that nobody has switched on."""
    pad = Pad(lambda: open_reader(FeigSettings("nowhere")), OURS, lambda _: None)
    return AtWork(pad, bench.courier, bench.station)


def test_a_finished_walk_is_owed_to_the_server_and_reported(tmp_path: Path, bench: Bench) -> None:
    desk = Desk(tmp_path / "inventory")
    desk.hands.do(WriteReport(SHELF, FOUND), at_work(bench))
    assert desk.heard == [ReportWritten("800-20261126-100000.csv")]
    (fact,) = bench.facts()
    assert isinstance(fact, ShelfWalked)
    assert (fact.shelf, fact.part, fact.parts) == ("800", 1, 1)
    assert [(one.item, one.marks) for one in fact.marked] == [(item(2), (Mark.MISSING,))]


def test_a_walk_that_the_ledger_does_not_take_goes_on(tmp_path: Path, bench: Bench) -> None:
    desk = Desk(tmp_path / "inventory")
    desk.hands.do(KeepRead("800", Read(item(1), 0, secured=True)), None)
    bench.ledger.refuses = lambda what: what == "tell"
    desk.hands.do(WriteReport(SHELF, FOUND), at_work(bench))
    assert desk.heard[-1] == NotKept()
    assert (desk.folder / "walks" / "800.csv").exists()
    assert list((desk.folder / "reports").iterdir()) == []
    bench.ledger.refuses = lambda _: False
    desk.hands.do(WriteReport(SHELF, FOUND), at_work(bench))
    assert isinstance(desk.heard[-1], ReportWritten)
    assert len(bench.facts()) == 1


def test_the_server_is_asked_over_the_line(tmp_path: Path, bench: Bench) -> None:
    desk = Desk(tmp_path / "inventory")
    before = len(bench.published)
    desk.hands.do(Ask(ListShelves()), at_work(bench))
    ((topic, _),) = bench.published[before:]
    assert topic.endswith("/ask/list-shelves")
    assert desk.heard == []
