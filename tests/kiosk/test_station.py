"""The station over a real ledger: loans, returns, outages, failing disks, power cuts anywhere."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

import pytest

from broker.appearance import Appearance, InWords
from broker.facts import (
    Acknowledgement,
    ItemLent,
    ItemReturned,
    LoanAbandoned,
    LoanUnconfirmed,
    UnknownItemDropped,
)
from broker.requests import Answer, Expired, Lend, Question
from broker.telemetry import OfflinePolicy, Presence, SettingsReported
from broker.topics import Channel, Topic, parse, server_status
from broker.vocabulary import ClockState, PatronId, Reason, Refusal
from broker.wire import decode_ask, decode_snapshot, encode_snapshot
from kiosk.book import Stage
from kiosk.courier import ANSWER_SECONDS
from kiosk.discretion import Discretion
from kiosk.happenings import (
    Button,
    CardArrived,
    PadChanged,
    Problem,
    TagArrived,
    TagLeft,
    TagWritten,
    Touched,
)
from kiosk.ledger import Ledger
from kiosk.offline import due_date
from kiosk.pad_seen import SETTLE_SECONDS
from kiosk.station import PROBE_SECONDS
from kiosk.visit import Page, Screen, screen
from tests.keys import SEALING
from tests.kiosk.bench import KIOSK, POLICY, SITE, Bench, Mains, PowerCut, Things, always_yes
from tests.kiosk.things import BUDI, DUE, SITI, item, uid

LENT = ItemLent(item(1), SITI, DUE, provisional=False)
RETURNED = ItemReturned(item(1), secured=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@contextmanager
def standing_ready(path: Path, *, in_bin: bool = False, prompt: bool = False) -> Iterator[Bench]:
    """A station in service, with settings and the server in reach."""
    bench = Bench(path, in_bin=in_bin, prompt=prompt)
    bench.start().connect().order()
    yield bench
    bench.cut()


@pytest.fixture
def bench(path: Path) -> Iterator[Bench]:
    with standing_ready(path) as bench:
        yield bench


@pytest.fixture
def box(path: Path) -> Iterator[Bench]:
    with standing_ready(path, in_bin=True) as box:
        yield box


def touch(bench: Bench, *buttons: Button) -> None:
    for button in buttons:
        bench.station.hear(Touched(button))


def identify(bench: Bench, *numbers: int) -> None:
    """A known patron has laid books on the pad."""
    touch(bench, Button.BORROW)
    bench.station.hear(CardArrived(SITI))
    bench.serve()
    bench.lay(*numbers)
    bench.serve()


def borrow(bench: Bench, *numbers: int) -> None:
    identify(bench, *numbers)
    touch(bench, Button.CONFIRM)
    bench.serve().work()


def give_back(bench: Bench, *numbers: int) -> None:
    touch(bench, Button.RETURN)
    bench.lay(*numbers).work()


def stages(bench: Bench) -> list[Stage]:
    return [book.stage for book in bench.kiosk.visit.books]


def shown(bench: Bench) -> Screen:
    return screen(bench.kiosk.visit)


def settled(bench: Bench) -> None:
    """Nothing is open, every act has one fact, and every released tag has its reason."""
    assert bench.ledger.open_acts() == ()
    acts = Counter(entry.act for entry in bench.entries())
    assert all(times == 1 for times in acts.values())
    for tag in bench.things.released:
        number = int.from_bytes(tag.raw[3:], "big")
        about = [fact for fact in bench.facts() if getattr(fact, "item", None) == item(number)]
        if tag in bench.things.lent_before and not about:
            continue
        last = about[-1]
        assert isinstance(last, ItemLent | LoanUnconfirmed) or (
            isinstance(last, LoanAbandoned) and not last.secured
        ), last


# All goes well ------------------------------------------------------------------------------------


def test_a_whole_loan(bench: Bench) -> None:
    borrow(bench, 1)
    assert stages(bench) == [Stage.LENT]
    assert bench.facts() == [LENT]
    assert bench.things.released == {uid(1)}
    bench.serve()
    assert not bench.ledger.owes
    settled(bench)


def test_the_ask_and_the_fact_carry_the_same_id(bench: Bench) -> None:
    identify(bench, 1)
    asked: list[Question] = []

    def listen(question: Question) -> Answer:
        asked.append(question)
        return always_yes(question)

    touch(bench, Button.CONFIRM)
    bench.serve(listen).work()
    (entry,) = bench.entries()
    assert [question.act for question in asked if isinstance(question, Lend)] == [entry.act]


def test_a_whole_return_needs_no_server(bench: Bench) -> None:
    borrow(bench, 1)
    touch(bench, Button.DONE, Button.BACK)
    bench.lift(1).disconnect()
    give_back(bench, 1)
    assert stages(bench) == [Stage.RETURNED]
    assert bench.facts() == [LENT, RETURNED]
    assert bench.things.released == set()
    bench.connect().serve()
    assert not bench.ledger.owes


def test_several_books_at_once(bench: Bench) -> None:
    borrow(bench, 1, 2, 3)
    assert stages(bench) == [Stage.LENT] * 3
    assert len(bench.facts()) == 3
    settled(bench)


def test_a_pad_that_answers_at_once_is_heard_in_order(path: Path) -> None:
    with standing_ready(path, prompt=True) as bench:
        borrow(bench, 1, 2, 3)
        assert stages(bench) == [Stage.LENT] * 3
        settled(bench)


def test_a_refused_loan_leaves_the_tag_alone(bench: Bench) -> None:
    identify(bench, 1)
    touch(bench, Button.CONFIRM)
    bench.serve(lambda _: Refusal(Reason.LOAN_LIMIT)).work()
    assert stages(bench) == [Stage.REFUSED]
    assert bench.facts() == [LoanAbandoned(item(1), SITI, Reason.LOAN_LIMIT, secured=True)]
    assert bench.things.released == set()


def test_a_tag_that_does_not_take_the_release_is_not_lent(bench: Bench) -> None:
    bench.pad_fails = lambda _: True
    borrow(bench, 1)
    assert stages(bench) == [Stage.REFUSED]
    assert bench.facts() == [LoanAbandoned(item(1), SITI, Reason.TAG_NOT_WRITTEN, secured=False)]
    settled(bench)


def test_a_book_lifted_before_it_was_secured_is_not_returned(bench: Bench) -> None:
    touch(bench, Button.RETURN)
    bench.lay(1).lift(1).work()
    assert stages(bench) == [Stage.REFUSED]
    assert bench.facts() == []
    settled(bench)


def test_a_question_whose_reply_the_disk_refused_ends_all_the_same(bench: Bench) -> None:
    bench.wait(120)
    touch(bench, Button.BORROW)
    bench.station.hear(CardArrived(SITI))
    assert screen(bench.kiosk.visit) is Screen.IDENTIFYING
    bench.ledger.refuses = lambda what: what == "remember"
    bench.serve()
    bench.heal().wait(ANSWER_SECONDS)
    assert screen(bench.kiosk.visit) is not Screen.IDENTIFYING


# The box ------------------------------------------------------------------------------------------


def test_a_drop_is_a_return(box: Bench) -> None:
    box.lay(1).work()
    assert box.facts() == [RETURNED]
    settled(box)


def test_a_foreign_thing_in_the_bin_is_recorded_by_its_tag(box: Bench) -> None:
    box.things.present.add(uid(1))
    box.station.hear(TagArrived(uid(1), None, Problem.UNREADABLE, secured=False))
    assert box.facts() == [UnknownItemDropped(str(uid(1)))]


def test_many_drops_while_the_disk_refuses_are_all_returned_once(box: Bench) -> None:
    box.ledger.refuses = lambda _: True
    box.lay(1, 2, 3).lift(2).work()
    assert box.facts() == []
    box.heal()
    assert Counter(getattr(fact, "item", None) for fact in box.facts()) == {
        item(1): 1,
        item(2): 1,
        item(3): 1,
    }
    settled(box)


@pytest.mark.parametrize("refused", range(1, 9))
def test_a_disk_that_refuses_one_write_doubles_no_drop(box: Bench, refused: int) -> None:
    """Each of the first writes of three drops that begin together, in turn."""
    box.ledger.refuses = lambda what: what != "open_acts"
    box.lay(1, 2, 3)
    box.ledger.refuses = nth(refused, "intend", "record")
    box.wait(PROBE_SECONDS).work()
    box.heal()
    assert Counter(getattr(fact, "item", None) for fact in box.facts()) == {
        item(1): 1,
        item(2): 1,
        item(3): 1,
    }
    settled(box)


def nth(number: int, *kinds: str) -> Callable[[str], bool]:
    """Refuses the n-th write of these kinds and no other."""
    seen = 0

    def refuses(what: str) -> bool:
        nonlocal seen
        seen += what in kinds
        return what in kinds and seen == number

    return refuses


# Without the server -------------------------------------------------------------------------------


def test_loans_without_the_server_are_limited_per_card_and_provisional(bench: Bench) -> None:
    bench.disconnect()
    borrow(bench, 1, 2, 3)
    assert sorted(stage.name for stage in stages(bench)) == ["LENT", "LENT", "REFUSED"]
    lent = [fact for fact in bench.facts() if isinstance(fact, ItemLent)]
    assert all(fact.provisional for fact in lent)
    assert len(lent) == POLICY.loans_per_card
    refused = [fact for fact in bench.facts() if isinstance(fact, LoanAbandoned)]
    assert [fact.reason for fact in refused] == [Reason.OFFLINE_LIMIT]
    settled(bench)


def test_the_limit_survives_a_restart_and_is_each_cards_own(path: Path) -> None:
    first = Bench(path)
    first.start().connect().order().disconnect()
    borrow(first, 1, 2)
    again = Bench(path, things=first.cut(), life=2)
    again.things.present.clear()
    again.start()
    touch(again, Button.BORROW)
    again.station.hear(CardArrived(SITI))
    assert again.kiosk.visit.reason is Reason.OFFLINE_LIMIT
    again.station.hear(CardArrived(BUDI))
    assert shown(again) is Screen.PAD
    again.cut()


def test_a_new_contact_begins_a_new_outage(bench: Bench) -> None:
    bench.disconnect()
    borrow(bench, 1, 2)
    touch(bench, Button.DONE, Button.BACK)
    bench.lift(1, 2).wait(1).connect().serve().disconnect()
    borrow(bench, 3)
    assert stages(bench) == [Stage.LENT]


def test_a_station_that_never_met_its_server_lends_nothing(path: Path) -> None:
    bench = Bench(path)
    bench.start()
    touch(bench, Button.BORROW)
    bench.station.hear(CardArrived(SITI))
    assert shown(bench) is Screen.CARD_REFUSED
    assert bench.kiosk.visit.reason is Reason.INTERRUPTED
    bench.cut()


def test_after_too_long_a_silence_nothing_is_lent(bench: Bench) -> None:
    bench.disconnect().wait(73 * 3600)
    touch(bench, Button.BORROW)
    bench.station.hear(CardArrived(SITI))
    assert bench.kiosk.visit.reason is Reason.OFFLINE_TOO_LONG


@pytest.mark.parametrize("days", [-200, 3])
def test_a_due_date_decided_alone_is_by_the_servers_time_not_the_walls(
    path: Path, days: int
) -> None:
    bench = Bench(path)
    noon = bench.clock.wall()
    bench.clock.offset += days * 86_400
    bench.clock.state = ClockState.UNKNOWN
    bench.start().connect().order(server_time=noon).disconnect()
    borrow(bench, 1, 2, 3)
    lent = [fact for fact in bench.facts() if isinstance(fact, ItemLent)]
    assert [fact.due for fact in lent] == [due_date(POLICY, noon)] * POLICY.loans_per_card
    bench.cut()


def test_nothing_is_lent_alone_by_a_clock_that_nobody_set(path: Path) -> None:
    first = Bench(path)
    first.start().connect().order()
    again = Bench(path, things=first.cut(), life=2)
    again.clock.state = ClockState.UNKNOWN
    again.start()
    again.station.hear(CardArrived(SITI))
    assert again.kiosk.visit.reason is Reason.OFFLINE_TOO_LONG
    again.cut()


def test_a_pad_that_came_back_is_told_once_what_lies_there(box: Bench) -> None:
    box.lay(1).work()
    box.station.hear(PadChanged(healthy=False))
    box.station.hear(TagLeft(uid(1)))
    box.start()
    box.wait(1)
    assert box.facts() == [RETURNED]
    box.lift(1).lay(1).work()
    assert box.facts() == [RETURNED, RETURNED]


def test_silence_is_decided_alone_and_a_late_yes_doubles_nothing(bench: Bench) -> None:
    identify(bench, 1)
    touch(bench, Button.CONFIRM)
    bench.wait(ANSWER_SECONDS).work()
    assert [type(fact) for fact in bench.facts()] == [ItemLent]
    bench.serve().work()
    assert stages(bench) == [Stage.LENT]
    assert [type(fact) for fact in bench.facts()] == [ItemLent]


def test_an_expired_ask_is_decided_alone(bench: Bench) -> None:
    identify(bench, 1)
    touch(bench, Button.CONFIRM)
    bench.serve(lambda _: Expired()).work()
    (fact,) = bench.facts()
    assert isinstance(fact, ItemLent)
    assert fact.provisional


def test_a_lost_connection_is_decided_alone_at_once(bench: Bench) -> None:
    identify(bench, 1)
    touch(bench, Button.CONFIRM)
    bench.disconnect().work()
    assert stages(bench) == [Stage.LENT]


# What the server says -----------------------------------------------------------------------------


def test_settings_are_taken_reported_and_survive(path: Path) -> None:
    first = Bench(path)
    first.start().connect().order(in_service=False)
    assert shown(first) is Screen.OUT_OF_SERVICE
    again = Bench(path, things=first.cut(), life=2)
    assert shown(again.start()) is Screen.OUT_OF_SERVICE
    assert again.station.orders.policy == POLICY
    again.cut()


def reported(bench: Bench) -> SettingsReported:
    found = [p for t, p in bench.published if parse(t).channel is Channel.SETTINGS_REPORTED]
    return decode_snapshot(found[-1], SettingsReported)


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        (OfflinePolicy(5, 72, 7, "Mars/Olympus", (), ()), "no time zone 'Mars/Olympus'"),
        (OfflinePolicy(5, 72, 7, "../passwd", (), ()), "no time zone"),
        (OfflinePolicy(5, 72, 7, "Asia", (), ()), "no time zone 'Asia'"),
        (OfflinePolicy(5, 72, 7, "", (), ()), "no time zone ''"),
        (OfflinePolicy(5, 72, 10**9, "Asia/Jakarta", (), ()), "0 to 10000"),
        (OfflinePolicy(-1, 72, 7, "Asia/Jakarta", (), ()), "0 to 10000"),
        (OfflinePolicy(5, 10**400, 7, "Asia/Jakarta", (), ()), "0 to 10000"),
    ],
)
def test_settings_that_cannot_be_followed_are_reported_and_not_taken(
    bench: Bench, policy: OfflinePolicy, problem: str
) -> None:
    assert reported(bench) == SettingsReported(1, "")
    bench.order(policy)
    assert problem in reported(bench).problem
    assert bench.station.orders.policy == POLICY
    bench.disconnect()
    borrow(bench, 1)
    assert stages(bench) == [Stage.LENT]


def test_settings_of_an_earlier_program_are_forgotten(path: Path) -> None:
    first = Bench(path)
    first.ledger.remember("settings-desired", b'{"v":1,"data":{"version":1}}')
    again = Bench(path, things=first.cut(), life=2)
    assert again.station.orders.desired is None
    assert shown(again.start()) is Screen.WELCOME
    again.cut()


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("nonsense", b""),
        (str(Topic(SITE, KIOSK, Channel.ACK)), b"{"),
        (str(Topic(SITE, KIOSK, Channel.REPLY)), b'{"v":2,"data":{}}'),
        (str(Topic(SITE, KIOSK, Channel.SETTINGS_DESIRED)), b'{"v":1,"data":{}}'),
        (str(Topic(SITE, KIOSK, Channel.FACT)), b"{}"),
        ("sirkula/v1/binjai/_server/status", b"perhaps"),
    ],
)
def test_what_is_not_of_the_contract_is_ignored(bench: Bench, topic: str, payload: bytes) -> None:
    before = bench.kiosk.visit
    bench.station.receive(topic, payload)
    assert bench.kiosk.visit == before
    borrow(bench, 1)
    assert stages(bench) == [Stage.LENT]


def everything_kept(bench: Bench) -> Acknowledgement:
    return Acknowledgement(bench.ledger.install, 10_000, 0, resend=False, server_time=1.8e9)


@pytest.mark.parametrize("topic", ["kios-02/ack", "_server/ack", "kios-02/settings/desired"])
def test_what_is_anothers_is_ignored_and_counted(bench: Bench, topic: str) -> None:
    borrow(bench, 1)
    owed = bench.station.debt
    word = encode_snapshot(everything_kept(bench))
    for site in ("binjai", "medan"):
        bench.station.receive(f"sirkula/v1/{site}/{topic}", word)
    assert (bench.station.debt, bench.station.ignored) == (owed, 2)


@pytest.mark.parametrize("channel", [Channel.ACK, Channel.REPLY])
def test_what_the_broker_remembers_neither_answers_nor_acknowledges(
    bench: Bench, channel: Channel
) -> None:
    """Nothing of ours is retained there: somebody put it there, or it is from another life."""
    borrow(bench, 1)
    owed = bench.station.debt
    word = encode_snapshot(everything_kept(bench))
    for number in range(1, 1001):
        bench.station.receive(str(Topic(SITE, KIOSK, channel)), word, retained=True)
        assert (bench.station.debt, bench.station.ignored) == (owed, number)


def test_what_the_broker_shall_remember_is_believed(bench: Bench) -> None:
    bench.station.receive(server_status(SITE), b"offline", retained=True)
    bench.wait(0.2)
    assert not bench.kiosk.visit.online
    assert bench.station.ignored == 0


def test_a_server_that_goes_away_takes_the_station_off_line(bench: Bench) -> None:
    bench.server_says(Presence.OFFLINE)
    bench.wait(0.2)
    assert not bench.kiosk.visit.online


def test_technicians_are_told_what_is_owed(bench: Bench) -> None:
    assert bench.station.debt == (0, None)
    bench.disconnect()
    give_back(bench, 1)
    owed, since = bench.station.debt
    assert (owed, since is not None) == (1, True)


# The disk -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["intend", "releasing", "record"])
def test_a_disk_that_refuses_confirms_nothing_and_recovers_by_itself(
    bench: Bench, what: str
) -> None:
    bench.ledger.refuses = lambda asked: asked in {what, "remember"}
    borrow(bench, 1)
    bench.work()
    assert stages(bench) == [Stage.REFUSED]
    assert shown(bench) is Screen.OUT_OF_SERVICE
    assert not any(isinstance(fact, ItemLent) for fact in bench.facts())
    bench.wait(PROBE_SECONDS)
    assert shown(bench) is Screen.OUT_OF_SERVICE
    bench.heal()
    assert bench.kiosk.visit.ledger_healthy
    assert bench.things.released == set()
    settled(bench)


def test_a_loan_the_disk_did_not_take_whose_book_is_gone_is_unconfirmed(bench: Bench) -> None:
    identify(bench, 1)
    touch(bench, Button.CONFIRM)
    bench.serve()
    bench.ledger.refuses = lambda what: what in {"record", "remember"}
    (job,) = bench.to_write
    bench.things.released.add(job[1])
    bench.to_write.clear()
    bench.lift(1)
    bench.station.hear(TagWritten(job[0]))
    bench.heal()
    assert bench.facts() == [LoanUnconfirmed(item(1), SITI, DUE)]
    settled(bench)


@pytest.mark.parametrize("online", [True, False])
@pytest.mark.parametrize("refused", range(1, 7))
def test_a_disk_that_refuses_one_write_tells_no_lie_about_the_other_book(
    path: Path, refused: int, *, online: bool
) -> None:
    """Decided alone, with a pad that answers at once, two books' happenings lie side by side."""
    with standing_ready(path, prompt=True) as bench:
        identify(bench, 1, 2)
        if not online:
            bench.disconnect()
        bench.ledger.refuses = nth(refused, "intend", "releasing", "record")
        touch(bench, Button.CONFIRM)
        bench.serve().work()
        lent = {book.item for book in bench.kiosk.visit.books if book.stage is Stage.LENT}
        assert lent == {fact.item for fact in bench.facts() if isinstance(fact, ItemLent)}
        bench.heal()
        settled(bench)
        assert len(bench.things.released) == len(lent)


def test_a_disk_that_cannot_be_read_at_the_start_is_waited_for(path: Path) -> None:
    bench = Bench(path)
    bench.ledger.refuses = lambda what: what == "open_acts"
    bench.start()
    assert shown(bench) is Screen.OUT_OF_SERVICE
    bench.heal()
    assert shown(bench) is Screen.WELCOME
    bench.cut()


def test_a_disk_that_came_back_before_the_start_guesses_nothing(path: Path) -> None:
    """What lies on the pad is not known yet: a book that is there must not count as gone."""
    bench = Bench(path)
    things = left_open_with_the_tag_released(bench)
    again = Bench(path, things=things, life=2)
    again.ledger.refuses = lambda what: what == "remember"
    again.connect().order()
    again.ledger.refuses = lambda _: False
    again.wait(PROBE_SECONDS)
    assert again.facts() == []
    again.start()
    assert again.facts() == [LoanAbandoned(item(1), SITI, Reason.INTERRUPTED, secured=True)]
    settled(again)
    again.cut()


def left_open_with_the_tag_released(bench: Bench) -> Things:
    """A station that lost its power after it had released the tag."""
    bench.start().connect().order()
    identify(bench, 1)
    touch(bench, Button.CONFIRM)
    bench.mains.cut_at = "the tag is written"
    with pytest.raises(PowerCut):
        bench.serve().work()
    assert bench.things.released == {uid(1)}
    return bench.cut()


def test_a_recovery_that_is_still_going_on_is_not_begun_again(path: Path) -> None:
    things = left_open_with_the_tag_released(Bench(path))
    again = Bench(path, things=things, life=2)
    again.station.hear(PadChanged(healthy=True))
    again.station.hear(TagArrived(uid(1), item(1), None, secured=False))
    again.wait(SETTLE_SECONDS)
    assert len(again.to_write) == 1
    again.ledger.refuses = lambda what: what == "remember"
    again.connect().order()
    again.ledger.refuses = lambda _: False
    again.wait(PROBE_SECONDS)
    assert len(again.to_write) == 1
    again.work()
    assert len(again.facts()) == 1
    assert again.kiosk.visit.ledger_healthy
    again.cut()


def test_a_disk_that_refuses_while_recovering_is_tried_again(path: Path) -> None:
    things = left_open_with_the_tag_released(Bench(path))
    again = Bench(path, things=things, life=2)
    again.ledger.refuses = lambda what: what in {"record", "remember"}
    again.start()
    assert shown(again) is Screen.OUT_OF_SERVICE
    again.heal()
    assert again.facts() == [LoanAbandoned(item(1), SITI, Reason.INTERRUPTED, secured=True)]
    settled(again)
    again.cut()


def test_a_disk_that_cannot_be_read_takes_the_station_out_of_service(bench: Bench) -> None:
    give_back(bench, 1)
    bench.ledger.refuses = lambda what: what in {"owed", "debt", "remember"}
    bench.wait(0.2)
    assert shown(bench) is Screen.OUT_OF_SERVICE
    assert bench.station.debt == (1, None)
    bench.heal().serve()
    assert not bench.ledger.owes


def test_a_card_is_not_served_alone_when_its_loans_cannot_be_counted(bench: Bench) -> None:
    bench.disconnect()
    bench.ledger.refuses = lambda what: what == "loans_decided_alone"
    touch(bench, Button.BORROW)
    bench.station.hear(CardArrived(SITI))
    assert bench.kiosk.visit.patron is None
    assert shown(bench) is Screen.OUT_OF_SERVICE


def test_a_word_of_the_server_that_cannot_be_stored_comes_again(bench: Bench) -> None:
    give_back(bench, 1)
    bench.ledger.refuses = lambda what: what == "remember"
    bench.clock.wait(60)
    bench.order(in_service=False).wait(0.2)
    assert shown(bench) is Screen.OUT_OF_SERVICE
    assert kept_service(bench)
    bench.heal().order(in_service=False)
    assert not kept_service(bench)


def kept_service(bench: Bench) -> bool:
    desired = bench.station.orders.desired
    return desired is None or desired.in_service


def test_what_the_server_wanted_last_holds_in_a_start_without_a_network(path: Path) -> None:
    look = Appearance("Perpustakaan Kota Binjai", welcome=InWords("Pinjam sendiri."))
    first = Bench(path).start().connect().order(look=look)
    again = Bench(path, things=first.cut(), life=2).start()
    assert again.kiosk.visit.house.called == look.name
    assert again.kiosk.visit.house.welcome("id") == "Pinjam sendiri."
    again.connect().order(in_service=False)
    last = Bench(path, things=again.cut(), life=3).start()
    assert shown(last) is Screen.OUT_OF_SERVICE
    last.cut()


def test_a_new_look_is_there_at_once_and_stays_for_the_next_patron(bench: Bench) -> None:
    bench.order(look=Appearance("Perpustakaan Kota Binjai"))
    give_back(bench, 1)
    assert bench.kiosk.visit.house.called == "Perpustakaan Kota Binjai"
    bench.order(look=Appearance("Perpustakaan Umum"))
    assert bench.kiosk.visit.house.called == "Perpustakaan Umum"


# Power --------------------------------------------------------------------------------------------


def lend_two(bench: Bench) -> None:
    bench.start().connect().order()
    borrow(bench, 1, 2)
    bench.serve()


def lend_two_alone(bench: Bench) -> None:
    bench.start().connect().order().disconnect()
    borrow(bench, 1, 2)


def return_two(bench: Bench) -> None:
    bench.start()
    bench.things.lent_before = frozenset({uid(1), uid(2)})
    bench.things.released |= bench.things.lent_before
    give_back(bench, 1, 2)


def refuse_one(bench: Bench) -> None:
    bench.start().connect().order()
    identify(bench, 1)
    touch(bench, Button.CONFIRM)
    bench.serve(lambda _: Refusal(Reason.LOAN_LIMIT)).work()


def drop_two(bench: Bench) -> None:
    bench.start()
    bench.things.lent_before = frozenset({uid(1), uid(2)})
    bench.things.released |= bench.things.lent_before
    bench.lay(1, 2).work()


SCENES: dict[str, tuple[Callable[[Bench], None], bool]] = {
    "two loans": (lend_two, False),
    "two loans without the server": (lend_two_alone, False),
    "a refused loan": (refuse_one, False),
    "two returns": (return_two, False),
    "two drops": (drop_two, True),
}


def points_of(scene: str, folder: Path) -> int:
    play, in_bin = SCENES[scene]
    whole = Bench(folder / "whole.db", in_bin=in_bin)
    play(whole)
    settled(whole)
    whole.cut()
    return whole.mains.passed


@pytest.mark.parametrize("taken_away", [False, True], ids=["left lying", "taken away"])
@pytest.mark.parametrize("scene", SCENES)
def test_a_power_cut_at_any_point_leaves_exactly_one_fact_per_act(
    tmp_path: Path, scene: str, *, taken_away: bool
) -> None:
    play, in_bin = SCENES[scene]
    points = points_of(scene, tmp_path)
    assert points > 2
    for point in range(1, points + 1):
        path = tmp_path / f"{point}.db"
        first = Bench(path, mains=Mains(cut_at=point), in_bin=in_bin)
        with suppress(PowerCut):
            play(first)
        told_lent = {book.item for book in first.kiosk.visit.books if book.stage is Stage.LENT}
        asked = asked_acts(first)
        things = first.cut()
        if taken_away and not in_bin:
            things.present.clear()
        again = Bench(path, things=things, life=2, in_bin=in_bin)
        again.start().connect().order().serve()
        settled(again)
        assert not again.ledger.owes
        assert told_lent <= {fact.item for fact in again.facts() if isinstance(fact, ItemLent)}
        # Every ask for a loan that left the station ends in a fact of its own.
        assert asked <= {str(entry.act) for entry in again.entries()}
        if in_bin:
            assert things.released & things.present == set()
            assert len(again.facts()) == len(things.present)
        again.cut()


def asked_acts(bench: Bench) -> set[str]:
    asks = [decode_ask(p) for t, p in bench.published if parse(t).channel is Channel.ASK]
    return {str(ask.question.act) for ask in asks if isinstance(ask.question, Lend)}


def test_a_power_cut_during_recovery_is_recovered_from(tmp_path: Path) -> None:
    for point in range(1, 12):
        path = tmp_path / f"{point}.db"
        things = left_open_with_the_tag_released(Bench(path))
        second = Bench(path, things=things, mains=Mains(cut_at=point), life=2)
        with suppress(PowerCut):
            second.start()
        third = Bench(path, things=second.cut(), life=3)
        third.start()
        assert third.facts() == [LoanAbandoned(item(1), SITI, Reason.INTERRUPTED, secured=True)]
        settled(third)
        third.cut()


def test_no_patron_number_is_in_what_a_station_logs(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    borrow(bench, 1)
    bench.ledger.refuses = lambda _: True
    give_back(bench, 2)
    bench.heal()
    said = capsys.readouterr()
    assert "recorded" in said.out
    assert SITI.reveal() not in said.out + said.err
    assert bench.kiosk.visit.page in Page


# A thief ------------------------------------------------------------------------------------------


def stolen(folder: Path) -> bytes:
    """Every byte of the station's folder: database, log and all."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def visits(folder: Path) -> Path:
    """Loans with the server, without it, and one that a power cut left open."""
    path = folder / "ledger.db"
    bench = Bench(path)
    bench.start().connect().order()
    borrow(bench, 1)
    touch(bench, Button.DONE, Button.BACK)
    bench.lift(1).disconnect()
    borrow(bench, 2)
    touch(bench, Button.DONE, Button.BACK)
    bench.lift(2)
    identify(bench, 3)
    bench.mains.cut_at = "the tag is written"
    touch(bench, Button.CONFIRM)
    with pytest.raises(PowerCut):
        bench.work()
    return path


def test_no_patron_number_is_in_the_stations_folder(tmp_path: Path) -> None:
    path = visits(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} >= {"ledger.db", "ledger.db-wal"}
    found = stolen(tmp_path)
    assert b"B00002" in found
    assert SITI.reveal().encode() not in found
    again = Bench(path, life=2)
    again.start().connect().order().serve()
    assert SITI.reveal().encode() not in stolen(tmp_path)
    assert [type(fact) for fact in again.facts()] == [ItemLent, ItemLent, LoanUnconfirmed]
    assert all(getattr(fact, "patron", None) == SITI for fact in again.facts())
    again.cut()


def test_who_has_the_folder_can_confirm_no_number_by_trying_them_all(tmp_path: Path) -> None:
    path = visits(tmp_path)
    held = stolen(tmp_path)
    thief = Discretion(SEALING, secrets.token_bytes(32))
    ledger = Ledger.open(path, SITE, KIOSK, "thief")
    counts = set()
    for number in range(10_000):
        guess = PatronId(f"KTA-{number:04}")
        bearer = thief.bearer(guess)
        unkeyed = blake2b(guess.reveal().encode(), digest_size=16).hexdigest()
        for told in (str(bearer.patron), bearer.card, unkeyed):
            assert told.encode() not in held
        counts.add(ledger.loans_decided_alone(bearer.card))
    assert counts == {0}
    ledger.close()


def test_after_a_power_cut_an_outages_loans_count_for_every_card(tmp_path: Path) -> None:
    again = Bench(visits(tmp_path), life=2)
    again.ledger.forget_cards()
    again.start()
    counted = [again.ledger.loans_decided_alone(card) for card in ("any", "other")]
    assert counted == [2, 2]
    touch(again, Button.BORROW)
    again.station.hear(CardArrived(BUDI))
    assert again.kiosk.visit.reason is Reason.OFFLINE_LIMIT
    again.cut()
