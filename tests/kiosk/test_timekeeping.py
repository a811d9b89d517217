"""A boot keeps the best it learns of the time; a step of the wall clock moves nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.facts import UnknownItemDropped
from broker.kernel_clock import discipline
from broker.telemetry import Birth, Kind, Mode, State
from broker.topics import Channel
from broker.vocabulary import (
    Anchor,
    BootClock,
    ClockState,
    DeviceId,
    Moment,
    SiteId,
    TimeSource,
)
from broker.wire import decode_entry, decode_snapshot
from kiosk.clock import SystemClock
from kiosk.condition import Condition
from kiosk.happenings import Button, CardArrived, PadChanged, Touched
from kiosk.ledger import Ledger
from kiosk.ledger.boots import EVERY_SECONDS, KEPT
from kiosk.pad_seen import SETTLE_SECONDS
from kiosk.report import Reporter
from kiosk.timekeeping import TOLERANCE_SECONDS, WORTH_SECONDS, heard, judged, seen
from kiosk.visit import GOODBYE_SECONDS, IDLE_SECONDS, screen
from tests.kiosk.bench import Bench
from tests.kiosk.clocks import NOON, HandClock
from tests.kiosk.things import SITI, act, item, uid

SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
EMPTY = BootClock(1, "boot-1", 0.0, ())


def moment(monotonic: float, wall: float = NOON, clock: ClockState = ClockState.COASTING) -> Moment:
    return Moment("boot-1", monotonic, wall, clock, 0.1)


def word(monotonic: float, wall: float) -> Anchor:
    return Anchor(monotonic, wall, TimeSource.SERVER, 0.0)


# What is learnt -----------------------------------------------------------------------------------


def test_the_servers_word_is_an_anchor() -> None:
    assert heard(EMPTY, moment(10.0), NOON).anchors == (word(10.0, NOON),)


def test_of_the_servers_words_the_least_delayed_is_kept() -> None:
    late = heard(EMPTY, moment(10.0), NOON - 5)
    prompt = heard(late, moment(20.0), NOON + 10)
    assert prompt.anchors == (word(20.0, NOON + 10),)
    assert heard(prompt, moment(90.0), NOON + 60) is prompt


def test_a_word_that_is_hardly_better_is_not_worth_a_write() -> None:
    first = heard(EMPTY, moment(10.0), NOON)
    assert heard(first, moment(20.0), NOON + 10 + WORTH_SECONDS) is first


def test_the_first_ntp_time_is_kept_beside_the_servers_word() -> None:
    clock = heard(EMPTY, moment(10.0), NOON)
    synchronised = moment(30.0, NOON + 20, ClockState.SYNCHRONISED)
    clock = seen(clock, synchronised)
    assert clock.anchors == (Anchor(30.0, NOON + 20, TimeSource.NTP, 0.1), word(10.0, NOON))
    assert seen(clock, replace(synchronised, monotonic=40.0, wall=NOON + 30)) is clock


@pytest.mark.parametrize("clock", [ClockState.COASTING, ClockState.UNKNOWN])
def test_a_clock_that_nobody_keeps_teaches_nothing(clock: ClockState) -> None:
    assert seen(EMPTY, moment(10.0, NOON, clock)) is EMPTY


def test_a_clock_behind_the_servers_word_is_set_wrong_whoever_set_it() -> None:
    clock = heard(EMPTY, moment(10.0), NOON)
    wrong = moment(70.0, NOON + 60 - TOLERANCE_SECONDS - 1, ClockState.SYNCHRONISED)
    assert judged(clock, wrong).clock is ClockState.UNKNOWN
    assert seen(clock, wrong) is clock
    right = replace(wrong, wall=NOON + 60 - TOLERANCE_SECONDS)
    assert judged(clock, right) == right


# What the disk keeps ------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def open_ledger(path: Path) -> Iterator[Callable[[], Ledger]]:
    opened: list[Ledger] = []

    def again() -> Ledger:
        for ledger in opened:
            ledger.close()
        opened.append(Ledger.open(path, SITE, KIOSK, "life-1"))
        return opened[-1]

    yield again
    opened[-1].close()


def test_what_a_boot_learnt_survives_its_end(open_ledger: Callable[[], Ledger]) -> None:
    open_ledger().boots.told(moment(10.0), NOON)
    assert open_ledger().boots.known == (BootClock(1, "boot-1", 10.0, (word(10.0, NOON),)),)


def test_a_boot_is_remembered_to_the_minute_and_by_its_acts(
    open_ledger: Callable[[], Ledger],
) -> None:
    ledger = open_ledger()
    ledger.boots.look(moment(10.0))
    ledger.boots.look(moment(10.0 + EVERY_SECONDS - 1))
    ledger = open_ledger()
    assert ledger.boots.known[-1].monotonic == 10.0
    ledger.boots.look(moment(10.0 + EVERY_SECONDS))
    ledger = open_ledger()
    assert ledger.boots.known[-1].monotonic == 10.0 + EVERY_SECONDS
    ledger.intend(act(1), uid(1), item(1), None, moment(95.0))
    assert open_ledger().boots.known[-1].monotonic == 95.0


def test_a_program_started_again_in_the_same_boot_goes_on(
    open_ledger: Callable[[], Ledger],
) -> None:
    open_ledger().boots.told(moment(10.0), NOON)
    ledger = open_ledger()
    ledger.boots.look(moment(80.0))
    assert ledger.boots.known == (BootClock(1, "boot-1", 80.0, (word(10.0, NOON),)),)


def test_boots_are_numbered_on_and_only_the_latest_are_kept(
    open_ledger: Callable[[], Ledger],
) -> None:
    for number in range(1, KEPT + 4):
        open_ledger().boots.told(replace(moment(10.0), boot=f"boot-{number}"), NOON)
    known = open_ledger().boots.known
    assert [one.number for one in known] == list(range(4, KEPT + 4))
    assert all(one.anchors for one in known)


def test_a_fact_keeps_the_bound_of_its_clock(open_ledger: Callable[[], Ledger]) -> None:
    ledger = open_ledger()
    at = moment(5.0, NOON, ClockState.SYNCHRONISED)
    ledger.intend(act(1), uid(1), None, None, at)
    ledger = open_ledger()
    (open_act,) = ledger.open_acts()
    ledger.record(open_act.act, UnknownItemDropped("E00401"))
    (owed,) = ledger.owed(1)
    assert decode_entry(owed.payload).at == at


# What the server is told --------------------------------------------------------------------------


def test_birth_tells_of_every_boot_and_state_of_this_one(
    open_ledger: Callable[[], Ledger],
) -> None:
    open_ledger().boots.told(moment(10.0), NOON)
    boots = open_ledger().boots
    clock = HandClock("boot-2")
    boots.look(clock.moment())
    sent: list[tuple[Channel, bytes]] = []

    def send(channel: Channel, payload: bytes, *, retain: bool) -> None:
        assert retain
        sent.append((channel, payload))

    reporter = Reporter((SITE, KIOSK, Kind.KIOSK), clock, send, lambda: boots.known)
    reporter.connected("life-1")
    birth = decode_snapshot(sent[-1][1], Birth)
    assert [one.boot for one in birth.boots] == ["boot-1", "boot-2"]
    serving = Condition(Mode.IN_SERVICE, "", ())
    reporter.tell(serving, (0, None))
    before = len(sent)
    reporter.tell(serving, (0, None))
    assert len(sent) == before
    boots.told(clock.moment(), NOON)
    reporter.tell(serving, (0, None))
    state = decode_snapshot(sent[-1][1], State)
    assert (state.monotonic, len(sent)) == (clock.seconds, before + 1)
    assert word(clock.seconds, NOON) in state.anchors


def test_a_drop_box_learns_the_time_from_what_it_is_acknowledged(path: Path) -> None:
    box = Bench(path, in_bin=True).start().connect()
    box.lay(1).work().serve()
    (_, server) = box.ledger.boots.known[-1].anchors
    assert (server.source, server.wall) == (TimeSource.SERVER, box.clock.wall())
    box.cut()


# What a step of the wall clock moves: nothing -----------------------------------------------------

STEPS = st.lists(
    st.sampled_from((-200 * 86_400.0, -3600.0, -1.0, 0.0, 1.0, 3600.0, 200 * 86_400.0)),
    min_size=12,
    max_size=12,
)


def visit_of(path: Path, steps: list[float]) -> list[object]:
    """What the kiosk shows and records in one visit, its wall clock stepping before each act."""
    bench = Bench(path).order()
    acts: list[Callable[[], object]] = [
        lambda: bench.station.hear(PadChanged(healthy=True)),
        lambda: bench.wait(SETTLE_SECONDS - 1).connect(),
        lambda: bench.wait(1),
        lambda: bench.station.hear(Touched(Button.BORROW)),
        lambda: bench.station.hear(CardArrived(SITI)),
        lambda: bench.serve().lay(1, 2).serve(),
        lambda: bench.wait(IDLE_SECONDS - 1),
        lambda: bench.station.hear(Touched(Button.CONFIRM)),
        lambda: bench.serve().work().serve(),
        lambda: bench.lift(1, 2).wait(1),
        lambda: bench.station.hear(Touched(Button.DONE)),
        lambda: bench.wait(GOODBYE_SECONDS),
    ]
    shown: list[object] = []
    for step, happen in zip(steps, acts, strict=True):
        bench.clock.offset += step
        happen()
        shown.append((screen(bench.kiosk.visit), [book.stage for book in bench.kiosk.visit.books]))
    shown.append(bench.facts())
    bench.cut()
    path.unlink()
    return shown


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_a_step_of_the_wall_clock_changes_nothing_in_a_visit(
    path: Path, steps: list[float]
) -> None:
    assert visit_of(path, steps) == visit_of(path, [0.0] * len(steps))


# The machine's own clocks -------------------------------------------------------------------------


def test_the_kernel_says_whether_anybody_keeps_its_clock() -> None:
    kept = discipline()
    assert kept.synchronised is (kept.bound > 0)
    assert 0 <= kept.bound < 16


def test_the_system_clock_tells_what_the_kernel_vouches_for() -> None:
    clock = SystemClock()
    first, second = clock.moment(), clock.moment()
    assert first.boot == second.boot
    assert first.monotonic <= second.monotonic
    assert (first.clock is ClockState.SYNCHRONISED) is discipline().synchronised
