"""However wrong a station's clocks were, the true time lies in the interval that is proved."""

from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.facts import Entry, Fact
from broker.vocabulary import BEGINNING, Anchor, BootClock, ClockState, Moment, TimeSource
from kiosk.timekeeping import heard, judged, seen
from server.circulation.boots import (
    DRIFT,
    Boot,
    Mark,
    Placed,
    Span,
    joined,
    placed,
    told,
)
from server.circulation.timeline import (
    CLOCK_TOLERANCE_SECONDS,
    Happened,
    happened,
    in_order,
    span,
)
from tests.server.stories import NOON, at, entry, lent, returned

YEAR = 365.25 * 86_400
WEEK = 7 * 86_400.0
EXACT = 0.001  # seconds are floats


@dataclass(frozen=True)
class TrueFact:
    """What a station wrote down, when it really happened, and when the server heard of it."""

    entry: Entry
    true: float
    received_at: float


@dataclass(frozen=True)
class Life:
    """Some boots of one station: its facts, and what it told the server of each boot."""

    facts: list[TrueFact]
    reports: list[tuple[BootClock, float]]


def moments_in(draw: st.DrawFn, lasted: float, most: int) -> list[float]:
    return sorted(draw(st.lists(st.floats(0.0, lasted), max_size=most)))


FACTS: st.SearchStrategy[Fact] = st.sampled_from((returned(), lent()))


class Machine:
    """A station in one boot: its monotonic clock runs a little wrong, its wall clock anyhow."""

    def __init__(self, draw: st.DrawFn, number: int, begun: float) -> None:
        self.begun = begun
        self.lasted = draw(st.floats(10.0, 72_000.0))
        self._rate = 1.0 + draw(st.floats(-0.9 * DRIFT, 0.9 * DRIFT))
        self._offsets = [
            (at, draw(st.floats(-30 * YEAR, 7200.0)))
            for at in [0.0, *moments_in(draw, self.lasted, 2)]
        ]
        self._ntp = draw(st.none() | st.floats(0.0, self.lasted))
        self._error = draw(st.floats(-0.5, 0.5))
        self.clock = BootClock(number, f"boot-{number}", 0.0, ())

    def true(self, monotonic: float) -> float:
        return self.begun + monotonic * self._rate

    @property
    def ended(self) -> float:
        return self.true(self.lasted)

    def moment(self, monotonic: float) -> Moment:
        """What the machine's clocks say."""
        boot, true = self.clock.boot, self.true(monotonic)
        if self._ntp is not None and monotonic >= self._ntp:
            wall, bound = true + self._error, abs(self._error) + EXACT
            return Moment(boot, monotonic, wall, ClockState.SYNCHRONISED, bound)
        offset = [offset for at, offset in self._offsets if at <= monotonic][-1]
        return Moment(boot, monotonic, true + offset, ClockState.COASTING)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Power comes and goes; now and then the station hears the server, or is heard by it."""
    facts: list[tuple[Entry, float]] = []
    reports: list[tuple[BootClock, float]] = []
    boots: list[BootClock] = []
    now = NOON
    for number in range(1, draw(st.integers(1, 4)) + 1):
        machine = Machine(draw, number, now + draw(st.floats(1.0, WEEK)))
        events = [
            (at, kind)
            for kind, most in (("fact", 3), ("word", 2), ("state", 2), ("look", 2))
            for at in moments_in(draw, machine.lasted, most)
        ]
        for at_second, kind in sorted(events):
            moment, true = machine.moment(at_second), machine.true(at_second)
            late = draw(st.floats(0.0, 60.0))
            match kind:
                case "fact":
                    fact = draw(FACTS)
                    written = judged(machine.clock, moment)
                    facts.append((at(entry(len(facts) + 1, fact), written), true))
                case "word":
                    machine.clock = heard(machine.clock, moment, true - late)
                case "state":
                    said = BootClock(0, moment.boot, at_second, machine.clock.anchors)
                    reports.append((said, true + late))
                case _:
                    machine.clock = seen(machine.clock, moment)
        # What a power cut leaves is at most a minute old.
        kept = machine.lasted - draw(st.floats(0.0, min(60.0, machine.lasted)))
        boots.append(BootClock(number, machine.clock.boot, kept, machine.clock.anchors))
        now = machine.ended
    if draw(st.booleans()):
        reports += [(boot, now + draw(st.floats(0.0, 60.0))) for boot in boots]
    delivered = now + draw(st.floats(0.01, WEEK))
    return Life([TrueFact(one, true, delivered) for one, true in facts], reports)


def known(life: Life) -> dict[str, Placed]:
    """What the server makes of the reports, in the order in which they came."""
    boots: dict[str, Boot] = {}
    for clock, received_at in sorted(life.reports, key=lambda report: report[1]):
        said = told(clock, received_at)
        boots[clock.boot] = joined(boots[clock.boot], said) if clock.boot in boots else said
    names = sorted(boots)
    return dict(zip(names, placed([[boots[name]] for name in names]), strict=True))


def corrected(life: Life) -> list[Happened]:
    boots = known(life)
    return [
        happened(one.entry, one.received_at, boots.get(one.entry.at.boot)) for one in life.facts
    ]


@settings(max_examples=500, deadline=None)
@given(lives())
def test_the_true_time_lies_in_the_interval(life: Life) -> None:
    for one, event in zip(life.facts, corrected(life), strict=True):
        assert event.span.earliest - EXACT <= one.true <= event.span.latest + EXACT


@settings(max_examples=300, deadline=None)
@given(lives())
def test_corrected_times_never_go_back_in_a_ledger_and_stay_true(life: Life) -> None:
    ordered = in_order(corrected(life))
    assert [event.seq for event in ordered] == [one.entry.seq for one in life.facts]
    for before, after in pairwise(ordered):
        assert before.span.earliest <= after.span.earliest
        assert before.span.latest <= after.span.latest
    for one, event in zip(life.facts, ordered, strict=True):
        assert event.span.earliest - EXACT <= one.true <= event.span.latest + EXACT


@settings(max_examples=300, deadline=None)
@given(lives())
def test_in_doubt_the_patron_wins(life: Life) -> None:
    for one, event in zip(life.facts, corrected(life), strict=True):
        if one.entry.fact == returned():
            assert event.time <= one.true + EXACT
            assert event.time < one.received_at, "credited when it was received"
        else:
            assert event.time >= one.true - EXACT


def blind(monotonic: float, wall: float = 0.0) -> Moment:
    return Moment("boot", monotonic, wall, ClockState.UNKNOWN)


def test_without_any_word_a_fact_lies_between_the_beginning_and_its_receipt() -> None:
    assert span(blind(5.0), NOON, None) == Span(BEGINNING, NOON)


def test_a_boot_that_heard_the_server_and_was_heard_is_known_to_the_second() -> None:
    boot = Placed(Boot(600.0, after=Mark(100.0, NOON), before=Mark(100.0, NOON + 0.2)))
    when = span(blind(130.0), NOON + 86_400, boot)
    assert NOON + 29.9 < when.earliest < when.latest < NOON + 30.3


def test_a_boot_that_ended_unknown_lies_between_its_neighbours() -> None:
    first = Boot(3600.0, ntp=Anchor(0.0, NOON, TimeSource.NTP, 0.0))
    dark = Boot(600.0)
    third = Boot(60.0, ntp=Anchor(0.0, NOON + 86_400, TimeSource.NTP, 0.0))
    _, between, _ = placed([[first], [dark], [third]])
    when = span(blind(200.0), NOON + 100_000, between)
    assert abs(when.earliest - (NOON + 3600 + 200)) < 5
    assert abs(when.latest - (NOON + 86_400 - 400)) < 5


def test_of_two_boots_with_one_number_nobody_knows_which_was_followed_by_the_next() -> None:
    """A disk that was put back has counted twice."""
    day = 86_400.0
    first, dark = Boot(60.0, ntp=Anchor(0.0, NOON, TimeSource.NTP, 0.0)), Boot(600.0)
    early = Boot(60.0, ntp=Anchor(0.0, NOON + day, TimeSource.NTP, 0.0))
    last = Boot(60.0, ntp=Anchor(0.0, NOON + 2 * day, TimeSource.NTP, 0.0))
    _, one, other, then = placed([[first], [dark, early], [last]])
    assert abs(one.begun_after - (NOON + 60)) < 5
    assert one.ended_before == other.ended_before == inf
    assert abs(then.begun_after - (NOON + 60 + 600)) < 5


def test_ntp_that_contradicts_the_server_is_dismissed() -> None:
    after, before = Mark(100.0, NOON), Mark(100.0, NOON + 1)
    liar = Anchor(100.0, NOON - 86_400, TimeSource.NTP, 0.1)
    with_liar, without = (
        Placed(Boot(600.0, after, before, liar)),
        Placed(Boot(600.0, after, before)),
    )
    assert span(blind(130.0), NOON + 99, with_liar) == span(blind(130.0), NOON + 99, without)


def test_a_clock_far_in_the_servers_future_is_not_believed() -> None:
    ahead = NOON + CLOCK_TOLERANCE_SECONDS
    usual = Moment("boot", 1.0, ahead, ClockState.SYNCHRONISED, 0.1)
    assert span(usual, NOON, None).latest == ahead + 0.1 - 0.1
    beyond = Moment("boot", 1.0, ahead + 10, ClockState.SYNCHRONISED, 0.1)
    assert span(beyond, NOON, None) == Span(BEGINNING, NOON)


BOOTS = st.builds(
    Boot,
    st.floats(0, 1e5),
    st.none() | st.builds(Mark, st.floats(0, 1e5), st.floats(NOON, NOON + 1e5)),
    st.none() | st.builds(Mark, st.floats(0, 1e5), st.floats(NOON, NOON + 1e5)),
    st.none()
    | st.builds(
        Anchor,
        st.floats(0, 1e5),
        st.floats(NOON, NOON + 1e5),
        st.just(TimeSource.NTP),
        st.floats(0, 9),
    ),
)


@given(st.lists(BOOTS, min_size=1, max_size=5))
def test_hearing_the_same_again_teaches_nothing(boots: list[Boot]) -> None:
    once = reduce(joined, boots)
    assert reduce(joined, (*boots, once), once) == once
