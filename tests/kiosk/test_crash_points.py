"""A station that crashes at any named point is back by itself, and every act ends in one fact."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from broker.facts import Entry, Fact, ItemLent, ItemReturned, LoanAbandoned, LoanUnconfirmed
from broker.fault_points import FAULT_POINTS, FaultPoint, arm
from kiosk.book import Stage
from kiosk.happenings import Button
from tests.kiosk.bench import Bench, PowerCut, Things
from tests.kiosk.test_station import (
    asked_acts,
    borrow,
    drop_two,
    left_open_with_the_tag_released,
    lend_two,
    lend_two_alone,
    refuse_one,
    return_two,
    settled,
    touch,
)
from tests.kiosk.things import item, uid

PROMISED_SECONDS = 90.0


@dataclass(frozen=True)
class Scene:
    """What happens until the crash."""

    play: Callable[[Bench], None]
    in_bin: bool = False


def lend_and_give_back(bench: Bench) -> None:
    """The whole day of one book, with everything acknowledged on the way."""
    bench.start().connect().order()
    borrow(bench, 1)
    touch(bench, Button.DONE, Button.BACK)
    bench.serve().lift(1)
    touch(bench, Button.RETURN)
    bench.lay(1).work().serve()


def and_served(play: Callable[[Bench], None]) -> Callable[[Bench], None]:
    """Afterwards the server answers everything."""

    def whole(bench: Bench) -> None:
        play(bench)
        bench.connect().order().serve()

    return whole


SCENES = {
    "two loans": Scene(and_served(lend_two)),
    "two loans without the server": Scene(and_served(lend_two_alone)),
    "a refused loan": Scene(and_served(refuse_one)),
    "two returns": Scene(and_served(return_two)),
    "a loan and its return": Scene(lend_and_give_back),
    "two drops": Scene(and_served(drop_two), in_bin=True),
}


@contextmanager
def armed(fire: Callable[[FaultPoint], None]) -> Iterator[None]:
    arm(fire)
    try:
        yield
    finally:
        arm(None)


def passed(path: Path, scene: Scene) -> Counter[FaultPoint]:
    """Every point that the scene passes, and how often."""
    points: Counter[FaultPoint] = Counter()
    with armed(lambda name: points.update([name])):
        bench = Bench(path, in_bin=scene.in_bin)
        scene.play(bench)
    settled(bench)
    bench.cut()
    return points


@dataclass
class Crash:
    """What is left when the power is gone at the n-th passing of a point."""

    things: Things
    told: set[tuple[Stage, str]]
    asked: set[str]


def crash(path: Path, scene: Scene, name: FaultPoint, time: int) -> Crash:
    left = time

    def fire(point: FaultPoint) -> None:
        nonlocal left
        left -= point == name
        if left == 0:
            raise PowerCut

    things, bench = Things(), None
    with suppress(PowerCut), armed(fire):
        bench = Bench(path, things=things, in_bin=scene.in_bin)
        scene.play(bench)
    assert left == 0
    if bench is None:  # cut while the ledger was made
        return Crash(things, set(), set())
    books = bench.box.box.books if scene.in_bin else bench.kiosk.visit.books
    told = {(book.stage, str(book.item)) for book in books}
    bench.cut()
    return Crash(things, told, asked_acts(bench))


def back(path: Path, crashed: Crash, scene: Scene) -> Bench:
    """The next life, as far as it comes by itself and within the promised time."""
    again = Bench(path, things=crashed.things, life=2, in_bin=scene.in_bin)
    began = again.clock.seconds
    again.start().connect().order().serve()
    assert again.clock.seconds - began <= PROMISED_SECONDS
    return again


def check(again: Bench, crashed: Crash) -> None:
    settled(again)
    assert not again.ledger.owes
    facts = again.facts()
    lent = {str(fact.item) for fact in facts if isinstance(fact, ItemLent)}
    returned = {str(fact.item) for fact in facts if isinstance(fact, ItemReturned)}
    assert {book for stage, book in crashed.told if stage is Stage.LENT} <= lent
    assert {book for stage, book in crashed.told if stage is Stage.RETURNED} <= returned
    assert crashed.asked <= {str(entry.act) for entry in again.entries()}
    last = {str(entry.fact.item): entry for entry in again.entries() if hasattr(entry.fact, "item")}
    for entry in last.values():
        assert allowed(entry, again.things), entry


def allowed(entry: Entry, things: Things) -> bool:
    """Whether the last fact about an item agrees with its tag."""
    fact: Fact = entry.fact
    tag = next(uid(number) for number in range(1, 9) if item(number) == getattr(fact, "item", None))
    released = tag in things.released
    match fact:
        case ItemLent():
            # Whoever walks away with a return that was never confirmed still has the loan.
            return released or tag not in things.present
        case LoanUnconfirmed():
            return tag not in things.present
        case LoanAbandoned(secured=secured):
            return released is not secured
        case ItemReturned(secured=secured):
            return not (secured and released)
        case _:
            return False


@pytest.mark.parametrize("taken_away", [False, True], ids=["left lying", "taken away"])
@pytest.mark.parametrize("name", SCENES)
def test_a_crash_at_any_point_is_recovered_from(
    tmp_path: Path, name: str, *, taken_away: bool
) -> None:
    scene = SCENES[name]
    for point, times in sorted(passed(tmp_path / "whole.db", scene).items()):
        for time in range(1, times + 1):
            path = tmp_path / f"{point}-{time}" / "ledger.db"
            path.parent.mkdir()
            crashed = crash(path, scene, point, time)
            if taken_away and not scene.in_bin:
                crashed.things.present.clear()
            again = back(path, crashed, scene)
            check(again, crashed)
            again.cut()


def test_a_crash_at_any_point_of_recovery_is_recovered_from(tmp_path: Path) -> None:
    def resume(path: Path) -> Crash:
        return Crash(left_open_with_the_tag_released(Bench(path)), set(), set())

    points: Counter[FaultPoint] = Counter()
    first = resume(tmp_path / "whole.db")
    with armed(lambda name: points.update([name])):
        back(tmp_path / "whole.db", first, SCENES["two loans"]).cut()
    assert points.total() > 5
    for point in sorted(points):
        path = tmp_path / f"{point}.db"
        left = resume(path)
        with suppress(PowerCut), armed(cut_once(point)):
            back(path, left, SCENES["two loans"])
        third = back(path, left, SCENES["two loans"])
        assert [type(fact) for fact in third.facts()] == [LoanAbandoned]
        check(third, left)
        third.cut()


def cut_once(name: FaultPoint) -> Callable[[FaultPoint], None]:
    def fire(point: FaultPoint) -> None:
        if point == name:
            raise PowerCut

    return fire


def test_every_point_of_a_station_is_passed(tmp_path: Path) -> None:
    seen: set[FaultPoint] = set()
    for number, scene in enumerate(SCENES.values()):
        seen |= set(passed(tmp_path / f"{number}.db", scene))
    assert seen == {name for name in FAULT_POINTS if not name.startswith("S")}
