"""Technicians are told how a station is: since when, on change, and once a minute."""

from collections.abc import Callable
from functools import partial

from broker.telemetry import Birth, Component, Extent, Health, Kind, Mode, State
from broker.topics import Channel
from broker.vocabulary import DeviceId, SiteId
from broker.wire import decode_snapshot
from kiosk.condition import Condition, finding
from kiosk.report import EVERY_SECONDS, Reporter, next_state
from tests.kiosk.clocks import HandClock

WELL = finding("pad", healthy=True, code="unplugged")
ILL = finding("pad", healthy=False, code="unplugged")
SERVING = Condition(Mode.IN_SERVICE, "", (WELL,))
BROKEN = Condition(Mode.OUT_OF_SERVICE, "reader does not answer", (ILL,))


def test_the_first_snapshot_begins_everything_now() -> None:
    state = next_state(None, SERVING, (0, None), "boot", 10.0)
    assert state == State(
        boot="boot",
        at=10.0,
        mode=Mode.IN_SERVICE,
        mode_since=10.0,
        reason="",
        components=(Component("pad", Health.OK, "", 10.0),),
        unsent=0,
        oldest_unsent=None,
    )


def test_what_did_not_change_keeps_its_since() -> None:
    first = next_state(None, SERVING, (0, None), "boot", 10.0)
    later = next_state(first, SERVING, (3, 11.0), "boot", 20.0)
    assert (later.at, later.mode_since, later.components) == (20.0, 10.0, first.components)
    assert (later.unsent, later.oldest_unsent) == (3, 11.0)


def test_what_changed_begins_now() -> None:
    first = next_state(None, SERVING, (0, None), "boot", 10.0)
    later = next_state(first, BROKEN, (0, None), "boot", 20.0)
    assert later.mode_since == 20.0
    assert later.components == (Component("pad", Health.ERROR, "unplugged", 20.0),)


def test_a_new_component_begins_now_beside_the_old_ones() -> None:
    first = next_state(None, SERVING, (0, None), "boot", 10.0)
    warned = finding("server", healthy=False, code="silent", health=Health.WARNING)
    more = Condition(Mode.IN_SERVICE, "", (WELL, warned))
    later = next_state(first, more, (0, None), "boot", 20.0)
    assert [(one.name, one.since) for one in later.components] == [("pad", 10.0), ("server", 20.0)]


class Told:
    """Everything a reporter sent."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.sent: list[tuple[Channel, bytes, bool]] = []
        identity = (SiteId("binjai"), DeviceId("kios-01"), Kind.KIOSK)
        self.reporter = Reporter(identity, self.clock, self._send)

    def _send(self, channel: Channel, payload: bytes, *, retain: bool) -> None:
        self.sent.append((channel, payload, retain))

    def channels(self, act: Callable[[], None]) -> list[Channel]:
        """What `act` makes it send."""
        before = len(self.sent)
        act()
        return [channel for channel, _, _ in self.sent[before:]]


def test_a_connection_is_answered_with_presence_birth_and_state_all_retained() -> None:
    told = Told()
    connected = partial(told.reporter.connected, "install", Extent(3, 9, 7))
    assert told.channels(connected) == [Channel.STATUS, Channel.BIRTH]
    assert told.channels(lambda: told.reporter.tell(SERVING, (0, None))) == [Channel.STATE]
    assert all(retain for _, _, retain in told.sent)
    birth = decode_snapshot(told.sent[1][1], Birth)
    assert (birth.kind, birth.install, birth.boot) == (Kind.KIOSK, "install", "boot-1")
    assert birth.ledger == Extent(3, 9, 7)


def test_a_birth_is_said_again_when_the_server_is_back_and_for_a_new_install() -> None:
    told = Told()

    def introduced(install: str, coming: int | None) -> list[Channel]:
        held = Extent(1, 0, 0)
        return told.channels(lambda: told.reporter.introduce(install, held, coming))

    assert introduced("one", None) == []
    assert introduced("one", 1) == [Channel.BIRTH]
    assert introduced("one", 1) == []
    assert introduced("two", 1) == [Channel.BIRTH]
    assert introduced("two", None) == []
    assert introduced("two", 1) == [Channel.BIRTH]
    assert introduced("two", 2) == [Channel.BIRTH]


def test_the_state_is_sent_on_change_and_once_a_minute_only() -> None:
    told = Told()
    assert told.channels(lambda: told.reporter.tell(SERVING, (0, None))) == [Channel.STATE]
    told.clock.wait(EVERY_SECONDS - 1)
    assert told.channels(lambda: told.reporter.tell(SERVING, (0, None))) == []
    assert told.channels(lambda: told.reporter.tell(SERVING, (1, 5.0))) == [Channel.STATE]
    assert told.channels(lambda: told.reporter.tell(BROKEN, (1, 5.0))) == [Channel.STATE]
    told.clock.wait(EVERY_SECONDS)
    assert told.channels(lambda: told.reporter.tell(BROKEN, (1, 5.0))) == [Channel.STATE]


def test_a_new_connection_hears_the_state_though_nothing_changed() -> None:
    told = Told()
    told.reporter.tell(SERVING, (0, None))
    told.reporter.connected()
    assert told.channels(lambda: told.reporter.tell(SERVING, (0, None))) == [Channel.STATE]


def test_what_was_ignored_is_told_with_the_next_word_and_causes_none_itself() -> None:
    told = Told()
    told.reporter.tell(SERVING, (0, None), 1)
    assert told.channels(lambda: told.reporter.tell(SERVING, (0, None), 5_000)) == []
    assert told.channels(lambda: told.reporter.tell(BROKEN, (0, None), 6_000)) == [Channel.STATE]
    assert [decode_snapshot(one[1], State).ignored for one in told.sent] == [1, 6_000]
