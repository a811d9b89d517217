"""A fact is sent until the server has it; an ask ends in an answer or in nobody knows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from broker.facts import Acknowledgement, Entry, ItemReturned, Kept
from broker.places import fingerprint
from broker.requests import Answer, Ask, Expired, Identify, Reply, Standing
from broker.telemetry import Presence
from broker.vocabulary import ClockState, DeviceId, SiteId
from broker.wire import decode_ask, decode_entry
from kiosk.courier import (
    ANSWER_SECONDS,
    KEEP_SECONDS,
    LONGEST_RESEND_SECONDS,
    OVERTAKEN_SECONDS,
    RESEND_SECONDS,
    UNSAVED_SECONDS,
    WINDOW,
    Courier,
    Settled,
)
from kiosk.ledger import Ledger
from tests.kiosk.clocks import HandClock
from tests.kiosk.things import BUDI_SEALED as BUDI
from tests.kiosk.things import SITI_SEALED as SITI
from tests.kiosk.things import act, item, uid

SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
FACT, ASK = "sirkula/v1/binjai/kios-01/fact", "sirkula/v1/binjai/kios-01/ask/identify"
YES = Standing(on_loan=0, remaining=3)


class Post:
    """One courier with its ledger, a clock moved by hand, and everything it published."""

    def __init__(self, path: Path) -> None:
        self.clock = HandClock()
        self.ledger = Ledger.open(path, SITE, KIOSK, "life-1")
        self.sent: list[tuple[str, bytes, bool]] = []
        self.ids = 0
        self.courier = Courier((SITE, KIOSK), self.ledger, self.clock, self._publish, self._new_id)

    def _publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        self.sent.append((topic, payload, retain))

    def _new_id(self) -> str:
        self.ids += 1
        return f"c-{self.ids}"

    def online(self) -> "Post":
        self.courier.connection(up=True)
        self.courier.server(Presence.ONLINE)
        return self

    def write(self, *numbers: int) -> None:
        for number in numbers:
            self.ledger.intend(act(number), uid(number), item(number), None, self.clock.moment())
            self.ledger.record(act(number), ItemReturned(item(number), secured=True))

    def delivered(self) -> list[int]:
        """The numbers of the facts that one `deliver` sends."""
        before = len(self.sent)
        self.courier.deliver()
        sent = self.sent[before:]
        assert all(topic == FACT and not retain for topic, _, retain in sent)
        return [decode_entry(payload).seq for _, payload, _ in sent]

    def acknowledge(
        self,
        through: int,
        install: str = "life-1",
        *,
        saved: int = 0,
        resend: bool = False,
        ahead: float = 0.0,
        kept: Kept | None = None,
    ) -> None:
        now = self.clock.wall() + ahead
        word = Acknowledgement(install, through, saved, resend, now, (kept,) if kept else ())
        self.courier.acknowledged(word)

    def entries_of(self, deliver: Callable[[], object]) -> list[Entry]:
        """The facts that are sent meanwhile."""
        before = len(self.sent)
        deliver()
        return [decode_entry(payload) for _, payload, _ in self.sent[before:]]

    def asks(self) -> list[Ask]:
        return [decode_ask(payload) for topic, payload, _ in self.sent if topic == ASK]

    def reply(self, correlation: str, answer: Answer, ahead: float = 0.0) -> Settled | None:
        return self.courier.replied(Reply(correlation, self.clock.wall() + ahead, answer))


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    post = Post(tmp_path / "ledger.db")
    yield post
    post.ledger.close()


# Facts --------------------------------------------------------------------------------------------


def test_nothing_leaves_while_the_server_is_away(post: Post) -> None:
    post.write(1)
    assert post.delivered() == []
    post.courier.connection(up=True)
    assert post.delivered() == []
    post.courier.server(Presence.ONLINE)
    assert post.delivered() == [1]
    post.courier.server(Presence.OFFLINE)
    post.write(2)
    assert post.delivered() == []


def test_a_server_that_begins_anew_before_it_was_missed_has_come_again(post: Post) -> None:
    def after(presence: Presence, *, retained: bool = False) -> int | None:
        post.courier.server(presence, retained=retained)
        return post.courier.coming

    post.courier.connection(up=True)
    first = after(Presence.ONLINE, retained=True)
    assert first is not None
    assert after(Presence.ONLINE, retained=True) == first
    assert after(Presence.ONLINE) not in {None, first}
    assert after(Presence.OFFLINE) is None


def test_each_fact_leaves_once_while_the_server_keeps_up(post: Post) -> None:
    post.online().write(1, 2)
    assert post.delivered() == [1, 2]
    assert post.delivered() == []
    post.write(3)
    assert post.delivered() == [3]
    post.acknowledge(3)
    post.clock.wait(10 * RESEND_SECONDS)
    assert post.delivered() == []


def test_silence_is_answered_by_sending_the_oldest_again(post: Post) -> None:
    post.online().write(1, 2)
    post.delivered()
    post.clock.wait(RESEND_SECONDS)
    assert post.delivered() == []
    post.clock.wait(0.1)
    assert post.delivered() == [1]
    post.acknowledge(1)
    assert post.delivered() == [2]


def test_a_long_silence_is_answered_ever_more_rarely(post: Post) -> None:
    """Hundreds of stations that send everything again would keep a slow server busy for ever."""
    post.online().write(*range(1, WINDOW + 1))
    post.delivered()
    again: list[int] = []
    for _ in range(int(LONGEST_RESEND_SECONDS)):
        post.clock.wait(1.0)
        again += post.delivered()
    assert again == [1, 1, 1]
    post.clock.wait(LONGEST_RESEND_SECONDS)
    assert post.delivered() == [1]


def test_after_a_silence_what_is_on_its_way_doubles_with_each_step(post: Post) -> None:
    post.online().write(*range(1, 3 * WINDOW))
    post.delivered()
    post.clock.wait(RESEND_SECONDS + 0.1)
    assert post.delivered() == [1]
    steps: list[int] = []
    for _ in range(7):
        last = sum(steps, 1)
        post.acknowledge(last)
        steps.append(len(post.delivered()))
    assert steps == [2, 4, 8, 16, 32, WINDOW, 3 * WINDOW - 1 - 63 - WINDOW]


def test_what_the_server_has_is_not_sent_again(post: Post) -> None:
    post.online().write(1, 2, 3)
    post.delivered()
    post.clock.wait(RESEND_SECONDS - 1)
    post.acknowledge(2)
    assert post.delivered() == []
    post.clock.wait(RESEND_SECONDS)
    assert post.delivered() == []
    post.clock.wait(0.1)
    assert post.delivered() == [3]


def test_a_lost_fact_is_sent_again_though_new_ones_keep_coming(post: Post) -> None:
    """The server acknowledges the same place again and again: that is not progress."""
    post.online().write(1)
    post.delivered()
    again: list[int] = []
    for number in range(2, 10):
        post.clock.wait(RESEND_SECONDS / 2)
        post.write(number)
        again += post.delivered()
        post.acknowledge(0)
    assert again.count(1) >= 2


def test_an_acknowledgement_of_another_life_is_no_progress(post: Post) -> None:
    post.online().write(1)
    post.delivered()
    post.clock.wait(RESEND_SECONDS)
    post.acknowledge(1, install="life-0")
    post.clock.wait(0.1)
    assert post.delivered() == [1]


def test_a_restored_server_is_sent_all_it_lacks_again_archive_included(post: Post) -> None:
    post.online().write(1, 2, 3)
    assert post.delivered() == [1, 2, 3]
    post.acknowledge(3)
    post.write(4)
    assert post.delivered() == [4]
    post.acknowledge(1, resend=True)
    assert post.delivered() == [2, 3, 4]
    assert post.delivered() == []
    post.acknowledge(4)
    assert not post.ledger.owes


def test_a_server_that_knows_less_than_it_said_is_sent_that_again_though_it_asks_for_nothing(
    post: Post,
) -> None:
    post.online().write(1, 2, 3)
    post.delivered()
    post.acknowledge(3)
    post.clock.wait(1)
    post.acknowledge(1)
    assert post.delivered() == [2, 3]


def test_what_a_server_said_before_it_was_restored_is_void_when_it_comes_late(post: Post) -> None:
    post.online().write(1, 2, 3)
    post.delivered()
    post.clock.wait(60)
    post.acknowledge(1)
    post.acknowledge(3, ahead=-30.0)
    post.courier.send_again()
    assert post.delivered() == [2, 3]


def test_a_servers_clock_that_was_set_back_far_makes_no_word_void(post: Post) -> None:
    post.online().write(1, 2)
    post.delivered()
    post.acknowledge(1, ahead=OVERTAKEN_SECONDS)
    post.acknowledge(2)
    assert not post.ledger.owes


def test_another_lifes_ledger_is_not_sent_again(post: Post) -> None:
    post.online().write(1)
    post.delivered()
    post.acknowledge(1)
    post.acknowledge(0, install="life-0", resend=True)
    assert post.delivered() == []


@pytest.mark.parametrize("seq", [2, 9])
def test_a_disk_that_was_put_back_begins_a_new_life_and_sends_everything(
    post: Post, seq: int
) -> None:
    """Whether it has written less since than the server keeps, or more."""
    post.online().write(1, 2)
    before = {entry.act: entry for entry in post.entries_of(post.delivered)}
    post.acknowledge(2, kept=Kept(seq, "0" * 64))
    after = {entry.act: entry for entry in post.entries_of(post.delivered)}
    assert post.ledger.install == "c-1"
    assert {a: replace(e, install="life-1") for a, e in after.items()} == before
    post.acknowledge(2)
    assert post.ledger.owes
    post.acknowledge(2, install="c-1")
    assert not post.ledger.owes


def test_a_word_about_another_disk_that_is_not_true_changes_nothing(post: Post) -> None:
    """As one that was on its way while the station went on."""
    post.online().write(1, 2)
    post.delivered()
    (first, _) = post.ledger.owed(2)
    post.acknowledge(1, kept=Kept(1, fingerprint(first.payload)))
    assert post.ledger.install == "life-1"
    assert post.ledger.owed_count == 1


def test_the_archive_is_kept_for_thirty_days_by_the_servers_clock(post: Post) -> None:
    post.online().write(1, 2)
    post.acknowledge(1, saved=9)
    post.clock.wait(KEEP_SECONDS)
    post.acknowledge(2, saved=9)
    assert post.ledger.extent.oldest == 1
    post.clock.wait(3700)
    post.clock.offset += 1e9  # the station's own clock went mad
    post.acknowledge(2, saved=9, ahead=-1e9)
    assert post.ledger.extent.oldest == 2


def test_what_no_backup_holds_is_kept_for_ninety_days(post: Post) -> None:
    post.online().write(1)
    post.acknowledge(1)
    post.clock.wait(UNSAVED_SECONDS)
    post.acknowledge(1)
    assert post.ledger.extent.oldest == 1
    post.clock.wait(3700)
    post.acknowledge(1)
    assert post.ledger.extent.oldest == 2


def test_silence_is_counted_only_while_the_server_is_away(post: Post) -> None:
    assert post.courier.silence == 0.0
    post.online().acknowledge(0)
    post.clock.wait(500)
    assert post.courier.silence == 0.0
    post.courier.server(Presence.OFFLINE)
    assert post.courier.silence == 500.0
    post.clock.offset -= 10_000
    assert post.courier.silence == 500.0


def test_no_more_than_a_window_is_on_its_way(post: Post) -> None:
    post.online().write(*range(1, WINDOW + 11))
    assert post.delivered() == list(range(1, WINDOW + 1))
    assert post.delivered() == []
    post.acknowledge(4)
    assert post.delivered() == list(range(WINDOW + 1, WINDOW + 5))


def test_a_new_connection_is_told_everything_owed(post: Post) -> None:
    post.online().write(1, 2)
    post.delivered()
    post.courier.connection(up=False)
    assert not post.courier.online
    post.online()
    assert post.delivered() == [1, 2]


def test_a_server_that_came_back_is_told_everything_owed(post: Post) -> None:
    post.online().write(1, 2)
    post.delivered()
    post.courier.server(Presence.OFFLINE)
    post.courier.server(Presence.ONLINE)
    assert post.delivered() == [1, 2]


def test_a_connection_lost_forgets_that_the_server_was_there(post: Post) -> None:
    post.online().courier.connection(up=False)
    post.courier.connection(up=True)
    assert not post.courier.online


def test_the_archive_of_a_long_outage_drains_in_order(post: Post) -> None:
    total = 2 * WINDOW + 7
    post.write(*range(1, total + 1))
    post.online()
    arrived: list[int] = []
    while sent := post.delivered():
        arrived += sent
        post.acknowledge(arrived[-1])
    assert arrived == list(range(1, total + 1))


# Asks ---------------------------------------------------------------------------------------------


def test_an_answer_settles_its_ask(post: Post) -> None:
    post.online().courier.ask(Identify(SITI))
    (ask,) = post.asks()
    assert ask.question == Identify(SITI)
    assert ask.expires == post.clock.wall() + ANSWER_SECONDS
    assert post.reply(ask.correlation, YES) == Settled(Identify(SITI), YES)
    assert post.courier.unanswered() == ()


def test_an_ask_in_the_air_waits_its_time_and_is_then_unknown(post: Post) -> None:
    post.online().courier.ask(Identify(SITI))
    post.clock.wait(ANSWER_SECONDS - 0.1)
    assert post.courier.unanswered() == ()
    post.clock.wait(0.1)
    assert post.courier.unanswered() == (Settled(Identify(SITI), None),)
    assert post.courier.unanswered() == ()


def test_a_late_reply_settles_nothing(post: Post) -> None:
    post.online().courier.ask(Identify(SITI))
    post.clock.wait(ANSWER_SECONDS)
    post.courier.unanswered()
    assert post.reply("c-1", YES) is None


def test_a_reply_that_comes_twice_settles_once(post: Post) -> None:
    post.online().courier.ask(Identify(SITI))
    assert post.reply("c-1", YES) is not None
    assert post.reply("c-1", YES) is None


def test_a_reply_to_nobody_settles_nothing(post: Post) -> None:
    post.online().courier.ask(Identify(SITI))
    assert post.reply("c-9", YES) is None
    assert post.reply("c-1", YES) is not None


def test_two_asks_are_answered_in_any_order(post: Post) -> None:
    post.online().courier.ask(Identify(SITI))
    post.courier.ask(Identify(BUDI))
    assert post.reply("c-2", YES) == Settled(Identify(BUDI), YES)
    assert post.reply("c-1", YES) == Settled(Identify(SITI), YES)


def test_an_expired_answer_is_no_answer(post: Post) -> None:
    post.online().courier.ask(Identify(SITI))
    assert post.reply("c-1", Expired()) == Settled(Identify(SITI), None)


def test_a_lost_connection_leaves_nobody_waiting(post: Post) -> None:
    post.online().courier.ask(Identify(SITI))
    post.courier.connection(up=False)
    assert post.courier.unanswered() == (Settled(Identify(SITI), None),)


def test_an_ask_expires_by_the_servers_clock(post: Post) -> None:
    """A station an hour behind would otherwise ask what is void on arrival."""
    post.online().courier.ask(Identify(SITI))
    post.reply("c-1", YES, ahead=3600.0)
    post.courier.ask(Identify(SITI))
    assert post.asks()[-1].expires == post.clock.wall() + 3600.0 + ANSWER_SECONDS


def test_a_word_that_was_long_on_its_way_does_not_set_the_time_back(post: Post) -> None:
    post.online().acknowledge(0)
    post.courier.ask(Identify(SITI))
    post.acknowledge(0, ahead=-300.0)
    post.reply("c-9", YES, ahead=-300.0)
    assert post.courier.now == post.clock.wall()
    post.reply("c-1", YES, ahead=-60.0)
    assert post.courier.now == post.clock.wall() - 60.0


def test_a_word_from_before_a_power_cut_tells_no_time_after_it(post: Post) -> None:
    post.online().acknowledge(0)
    post.clock.state = ClockState.UNKNOWN
    post.courier = Courier((SITE, KIOSK), post.ledger, post.clock, post._publish, post._new_id)
    post.online().acknowledge(0, ahead=-600.0)
    assert post.courier.now is None
    post.acknowledge(0)
    assert post.courier.now == post.clock.wall()


# The last contact ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Restarted:
    """What a courier over the same ledger remembers."""

    last_contact: float | None


def restarted(post: Post) -> Restarted:
    def nowhere(topic: str, payload: bytes, *, retain: bool) -> None:
        raise AssertionError((topic, payload, retain))

    again = Courier((SITE, KIOSK), post.ledger, post.clock, nowhere, post._new_id)
    return Restarted(again.last_contact)


def test_the_last_contact_survives_a_restart(post: Post) -> None:
    assert restarted(post).last_contact is None
    post.online().acknowledge(0)
    assert post.courier.last_contact == post.clock.wall()
    assert restarted(post).last_contact == post.clock.wall()


def test_the_last_contact_is_not_written_with_every_word(post: Post) -> None:
    post.online().acknowledge(0)
    first = post.clock.wall()
    post.clock.wait(1)
    post.acknowledge(0)
    assert post.courier.last_contact == first + 1
    assert restarted(post).last_contact == first


def test_a_clock_that_was_set_back_does_not_keep_a_contact_of_the_future(post: Post) -> None:
    post.online().acknowledge(0)
    post.clock.offset -= 86_400
    post.acknowledge(0)
    assert restarted(post).last_contact == post.clock.wall()
