"""Whatever stations say, in whatever order and however often, the records come out the same."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select

from broker import topics, wire
from broker.facts import Acknowledgement, Entry, Fact
from broker.requests import Expired, Grant, Reply
from broker.sealing import OpeningKey
from broker.telemetry import (
    Birth,
    Component,
    Health,
    Kind,
    Mode,
    SettingsReported,
    State,
)
from broker.topics import Channel, Topic
from broker.vocabulary import (
    BEGINNING,
    ActId,
    Anchor,
    BootClock,
    ClockState,
    DeviceId,
    ItemId,
    Moment,
    Reason,
    Refusal,
    TimeSource,
)
from server.enrolment.register import lift, revoke
from server.heard import Heard
from server.intake import Outgoing
from server.journal.database import transaction
from server.journal.tables import boot, device, fact, grant, loan, quarantine, refused, task
from server.projection import dump, rebuild
from tests.keys import seal
from tests.server.stories import (
    BOOK,
    BUDI,
    DROP_BOX,
    DUE,
    INSTALL,
    KIOSK,
    NOON,
    OTHER_BOOK,
    SITE,
    SITI,
    STRANGER,
    abandoned,
    asked,
    at,
    dropped,
    entry,
    heard,
    identify,
    intake,
    lend,
    lent,
    renewed,
    returned,
    stock,
    unconfirmed,
)

LATER = NOON + 86_400
BIRTH = Birth(SITE, KIOSK, Kind.KIOSK, "0.1.0", "boot-1", INSTALL, NOON)
STATE = State(
    "boot-1",
    NOON,
    Mode.DEGRADED,
    NOON - 60,
    "printer",
    (Component("printer", Health.ERROR, "paper-out", NOON - 60),),
    2,
    NOON - 30,
)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A writer's transaction in a library with a few books and members."""
    with transaction(engine) as opened:
        stock(opened)
        yield opened


def digest(connection: Connection, *batch: Heard, now: float = LATER) -> tuple[Outgoing, ...]:
    return intake().digest(connection, batch, now)


def on(channel: Channel, payload: bytes, *, retained: bool = False) -> Heard:
    return Heard(str(Topic(SITE, KIOSK, channel)), payload, retained)


def acknowledgements(out: Sequence[Outgoing]) -> list[tuple[str, str, int]]:
    found = []
    for one in out:
        topic = topics.parse(one.topic)
        if topic.channel is Channel.ACK:
            said = wire.decode_snapshot(one.payload, Acknowledgement)
            found.append((str(topic.device), said.install, said.through))
    return found


def replies(out: Sequence[Outgoing]) -> list[Reply]:
    return [
        wire.decode_reply(one.payload)
        for one in out
        if topics.parse(one.topic).channel is Channel.REPLY
    ]


def reasons(connection: Connection) -> list[str]:
    return list(connection.scalars(select(quarantine.c.reason).order_by(quarantine.c.id)))


def test_each_ledger_gets_one_acknowledgement_per_batch(connection: Connection) -> None:
    batch = [heard(entry(seq, returned())) for seq in (1, 2, 3)]
    batch += [heard(entry(1, returned(), DROP_BOX)), heard(entry(1, returned(), KIOSK, "i2"))]
    out = digest(connection, *batch)
    expected = [("kios-01", INSTALL, 3), ("kotak-01", INSTALL, 1), ("kios-01", "i2", 1)]
    assert acknowledgements(out) == expected
    assert not any(one.retain for one in out)


def test_what_is_heard_again_is_acknowledged_again(connection: Connection) -> None:
    first = heard(entry(1, lent()))
    assert digest(connection, first) == digest(connection, first, first)


def test_an_ask_is_answered_knowing_the_facts_beside_it(connection: Connection) -> None:
    out = digest(connection, asked(lend("a1")), heard(entry(1, lent(BUDI))), now=NOON + 120)
    assert replies(out) == [Reply("c1", NOON + 120, Refusal(Reason.ON_LOAN_TO_OTHER))]


def test_a_grant_is_kept_before_it_is_told(connection: Connection) -> None:
    out = digest(connection, asked(lend("a1")), now=NOON)
    assert replies(out) == [Reply("c1", NOON, Grant(ActId("a1"), DUE))]
    assert connection.scalars(select(grant.c.act)).all() == ["a1"]


def test_an_ask_that_comes_too_late_is_not_carried_out(connection: Connection) -> None:
    out = digest(connection, asked(lend("a1"), expires=NOON - 1), now=NOON)
    assert replies(out) == [Reply("c1", NOON, Expired())]
    assert connection.scalars(select(grant.c.act)).all() == []


def test_the_device_row_has_the_stations_latest_words(connection: Connection) -> None:
    out = digest(
        connection,
        on(Channel.STATUS, b"online"),
        on(Channel.BIRTH, wire.encode_snapshot(BIRTH)),
        on(Channel.STATE, wire.encode_snapshot(STATE)),
        on(Channel.SETTINGS_REPORTED, wire.encode_snapshot(SettingsReported(7, "zone"))),
        now=NOON,
    )
    assert acknowledgements(out) == [("kios-01", INSTALL, 0)]
    row = connection.execute(select(device)).one()
    assert (row.status, row.status_since, row.kind, row.install) == (
        "online",
        NOON,
        "kiosk",
        INSTALL,
    )
    assert (row.mode, row.unsent, row.oldest_unsent) == ("degraded", 2, NOON - 30)
    assert row.components[0]["code"] == "paper-out"
    assert (row.settings_reported_version, row.settings_reported_problem) == (7, "zone")
    assert row.last_heard == NOON


def test_online_since_survives_hearing_it_again(connection: Connection) -> None:
    digest(connection, on(Channel.STATUS, b"online"), now=NOON)
    digest(connection, on(Channel.STATUS, b"online"), now=NOON + 9)
    assert connection.scalar(select(device.c.status_since)) == NOON
    digest(connection, on(Channel.STATUS, b"offline"), now=NOON + 20)
    assert connection.execute(select(device.c.status, device.c.status_since)).one() == (
        "offline",
        NOON + 20,
    )


def test_what_the_broker_remembers_was_not_said_just_now(connection: Connection) -> None:
    state = wire.encode_snapshot(STATE)
    digest(connection, on(Channel.STATE, state, retained=True), on(Channel.STATUS, b"offline"))
    assert connection.scalar(select(device.c.last_heard)) is None
    digest(connection, on(Channel.STATE, state), now=NOON)
    digest(connection, on(Channel.STATE, state), now=NOON - 5)
    assert connection.scalar(select(device.c.last_heard)) == NOON


def test_a_device_speaks_only_for_itself(connection: Connection) -> None:
    forged = heard(entry(1, lent()))
    stolen = Heard(forged.topic.replace("kios-01", "kios-02"), forged.payload)
    born = Heard(stolen.topic.replace("fact", "birth"), wire.encode_snapshot(BIRTH))
    out = digest(connection, stolen, born)
    assert acknowledgements(out) == [("kios-02", INSTALL, 1)]
    assert reasons(connection) == [
        "the fact is from /binjai/kios-01",
        "the birth is of /binjai/kios-01",
    ]
    assert connection.scalars(select(fact.c.act)).all() == []


def test_a_fact_of_a_newer_program_holds_nothing_up(connection: Connection) -> None:
    newer = heard(entry(2, returned()))
    payload = newer.payload.replace(b"item-returned", b"item-weighed")
    batch = (heard(entry(1, lent())), Heard(newer.topic, payload), heard(entry(3, returned())))
    assert acknowledgements(digest(connection, *batch)) == [("kios-01", INSTALL, 3)]
    assert reasons(connection)[0].startswith("unknown kind 'item-weighed'")
    assert connection.scalars(select(quarantine.c.seq)).all() == [2]


SEALED_SITI = str(seal(SITI)).encode()


def blind(seq: int, one: Fact, boot: str = "b", monotonic: float = 100.0) -> Entry:
    """A fact of a station whose clock nobody had set."""
    return at(entry(seq, one), Moment(boot, monotonic, 0.0, ClockState.UNKNOWN))


def birth(*boots: BootClock) -> Heard:
    told = replace(BIRTH, boot=boots[-1].boot, boots=boots)
    return on(Channel.BIRTH, wire.encode_snapshot(told))


def rebuilds(connection: Connection) -> bool:
    before = dump(connection)
    rebuild(connection)
    return dump(connection) == before


def lent_and_returned(connection: Connection) -> tuple[float, float | None]:
    row = connection.execute(select(loan.c.lent_at, loan.c.returned_at)).one()
    return row.lent_at, row.returned_at


def test_what_a_station_learns_later_corrects_what_it_sent_before(connection: Connection) -> None:
    digest(connection, heard(blind(1, lent())), now=LATER)
    assert lent_and_returned(connection) == (LATER, None)
    word = Anchor(400.0, NOON + 600, TimeSource.SERVER, 0.0)
    said = replace(STATE, boot="b", monotonic=400.5, anchors=(word,))
    digest(connection, on(Channel.STATE, wire.encode_snapshot(said)), now=NOON + 601)
    lent_at, _ = lent_and_returned(connection)
    assert NOON + 300 < lent_at < NOON + 302
    assert rebuilds(connection)


def test_a_boot_that_ended_in_the_dark_is_placed_by_its_neighbours(connection: Connection) -> None:
    digest(connection, heard(blind(1, lent())), heard(blind(2, returned(), "b", 160.0)))
    ntp = Anchor(10.0, NOON + 3600, TimeSource.NTP, 0.1)
    before = BootClock(1, "a", 3600.0, (replace(ntp, wall=NOON - 3590),))
    dark, now = BootClock(2, "b", 200.0, ()), BootClock(3, "c", 20.0, (ntp,))
    digest(connection, birth(before, dark, now), now=LATER)
    lent_at, returned_at = lent_and_returned(connection)
    assert returned_at is not None
    # Lent 100 s after a boot that began when the one before had ended, about noon, and returned
    # 40 s before it ended, an hour later: the patron wins.
    assert abs(returned_at - (NOON + 160)) < 5
    assert lent_at == returned_at
    assert rebuilds(connection)


def test_a_number_that_two_boots_have_says_nothing_of_their_order(connection: Connection) -> None:
    """A disk that was put back counts its boots from there again."""
    ntp = Anchor(10.0, NOON + 3600, TimeSource.NTP, 0.1)
    first, dark = BootClock(1, "a", 60.0, ()), BootClock(2, "b", 200.0, ())
    digest(connection, birth(first, BootClock(2, "gone", 9.0, ()), BootClock(3, "c", 20.0, (ntp,))))
    digest(connection, heard(blind(1, lent())), birth(first, dark), now=NOON + 7200)
    lent_at, _ = lent_and_returned(connection)
    assert abs(lent_at - (NOON + 7200 - 100)) < 5
    assert rebuilds(connection)


def test_a_loan_still_out_of_a_dark_boot_is_dated_late(connection: Connection) -> None:
    digest(connection, heard(blind(1, lent())))
    ntp = Anchor(10.0, NOON + 3600, TimeSource.NTP, 0.1)
    digest(connection, birth(BootClock(2, "b", 200.0, ()), BootClock(3, "c", 20.0, (ntp,))))
    lent_at, _ = lent_and_returned(connection)
    assert abs(lent_at - (NOON + 3590 - 100)) < 5
    assert rebuilds(connection)


def test_what_a_station_said_earlier_and_comes_later_is_no_news(connection: Connection) -> None:
    early, late = replace(STATE, monotonic=60.0, unsent=7), replace(STATE, monotonic=120.0)
    for said in (late, early):
        digest(connection, on(Channel.STATE, wire.encode_snapshot(said)))
    assert connection.scalars(select(device.c.unsent)).all() == [late.unsent]


def test_what_comes_late_out_of_an_earlier_boot_is_no_news(connection: Connection) -> None:
    before, now = BootClock(1, "a", 60.0, ()), BootClock(2, "b", 5.0, ())
    digest(connection, birth(before))
    early, first = (replace(STATE, boot=one.boot, monotonic=90.0) for one in (before, now))
    digest(connection, on(Channel.STATE, wire.encode_snapshot(first)), birth(before, now))
    digest(connection, on(Channel.STATE, wire.encode_snapshot(replace(early, unsent=7))))
    assert connection.execute(select(device.c.boot, device.c.unsent)).all() == [("b", first.unsent)]


def test_a_boot_that_merely_goes_on_moves_nothing(connection: Connection) -> None:
    word = Anchor(10.0, NOON, TimeSource.SERVER, 0.0)
    digest(connection, birth(BootClock(1, "b", 50.0, (word,))), now=NOON + 40)
    for minute in range(1, 5):
        said = replace(STATE, boot="b", monotonic=50.0 + 60 * minute, anchors=(word,))
        state = on(Channel.STATE, wire.encode_snapshot(said))
        digest(connection, state, now=NOON + 40.5 + 60 * minute)
    row = connection.execute(select(boot)).one()
    assert (row.monotonic, row.before_monotonic) == (290.0, 50.0)


def test_a_time_in_the_servers_future_never_counts_and_staff_are_told(
    connection: Connection,
) -> None:
    facts: tuple[Fact, ...] = (lent(), lent(BUDI, OTHER_BOOK), returned(OTHER_BOOK))
    tomorrow = Moment("b", 60.0, LATER + 86_400, ClockState.SYNCHRONISED, 0.1)
    digest(connection, *(heard(at(entry(n, one), tomorrow)) for n, one in enumerate(facts, 1)))
    times = select(loan.c.lent_at, loan.c.returned_at).order_by(loan.c.act)
    assert connection.execute(times).all() == [(LATER, None), (BEGINNING, BEGINNING)]
    row = connection.execute(select(task)).one()
    assert (row.kind, row.device, row.opened_at) == ("clock-ahead", "kios-01", LATER)
    assert row.evidence["seconds"] == 86_400
    assert rebuilds(connection)


def test_a_birth_with_endless_boots_is_set_aside(connection: Connection) -> None:
    digest(connection, birth(*(BootClock(n, f"b{n}", 1.0, ()) for n in range(201))))
    assert reasons(connection) == ["201 boots; at most 200"]


def test_a_fact_that_cannot_be_used_is_a_task_and_noise_is_none(connection: Connection) -> None:
    newer = heard(entry(2, returned()))
    unusable = Heard(newer.topic, newer.payload.replace(b"item-returned", b"item-weighed"))
    digest(connection, unusable, unusable, on(Channel.STATUS, b"?"), on(Channel.FACT, b"{"))
    row = connection.execute(select(task)).one()
    assert (row.kind, row.device, row.item) == ("quarantine", "kios-01", None)
    assert (row.evidence["seqs"], row.evidence["install"]) == ([2], INSTALL)
    (number,) = row.evidence["messages"]
    assert connection.scalar(select(quarantine.c.seq).where(quarantine.c.id == number)) == 2
    assert rebuilds(connection)


GOOD_FACT = heard(entry(1, lent()))
BAD = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b"\xff\xfe",
    "too deep": b'{"data":' * 20_000,
    "too long": b" " * 70_000,
    "a huge seq": GOOD_FACT.payload.replace(b'"seq":1', b'"seq":99999999999999999999'),
    "seq 0": GOOD_FACT.payload.replace(b'"seq":1', b'"seq":0'),
    "a NUL": GOOD_FACT.payload.replace(b"install-1", b"install\\u0000"),
    "an endless install": GOOD_FACT.payload.replace(b"install-1", b"i" * 5000),
    "half a surrogate": GOOD_FACT.payload.replace(b"install-1", b"\\ud800"),
    "no patron": GOOD_FACT.payload.replace(SEALED_SITI, b"; DROP TABLE loan"),
    "a patron for all to read": GOOD_FACT.payload.replace(SEALED_SITI, b"KTA-1"),
    "a patron nobody sealed": GOOD_FACT.payload.replace(SEALED_SITI, b"sealed:" + b"A" * 150),
    "an erased patron": GOOD_FACT.payload.replace(SEALED_SITI, b"erased:"),
    "an impossible day": GOOD_FACT.payload.replace(b"2026-12-01", b"2026-02-30"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("channel", [channel for channel in Channel if channel is not Channel.ASK])
def test_a_poisonous_message_leaves_its_neighbours_alone(
    connection: Connection, name: str, channel: Channel
) -> None:
    bad = on(channel, BAD[name])
    out = digest(connection, bad, GOOD_FACT, bad)
    assert ("kios-01", INSTALL, 1) in acknowledgements(out)
    assert connection.scalars(select(loan.c.act)).all() == [str(entry(1, lent()).act)]
    assert len(reasons(connection)) == 1


@pytest.mark.parametrize(
    "topic",
    ["", "other/topic", "sirkula/v1/medan/kios-01/fact", "sirkula/v1/binjai/_server/status", "\0"],
)
def test_a_foreign_topic_is_set_aside(connection: Connection, topic: str) -> None:
    assert digest(connection, Heard(topic, GOOD_FACT.payload)) == ()
    assert len(reasons(connection)) == 1


def test_a_question_on_anothers_topic_is_set_aside(connection: Connection) -> None:
    ask = asked(identify())
    assert digest(connection, Heard(ask.topic.replace("identify", "lend"), ask.payload)) == ()
    assert reasons(connection) == ["a question 'identify' on another's topic"]


def counted(connection: Connection) -> dict[tuple[str, str], int]:
    rows = connection.execute(select(refused.c.cause, refused.c.device, refused.c.messages))
    return {(row.cause, row.device): row.messages for row in rows}


def test_from_the_next_batch_on_nothing_of_a_revoked_device_counts(
    connection: Connection,
) -> None:
    before = digest(connection, heard(entry(1, lent())))
    assert acknowledgements(before) == [("kios-01", INSTALL, 1)]
    revoke(connection, KIOSK, NOON)
    after = digest(
        connection,
        heard(entry(2, lent(BUDI, OTHER_BOOK))),
        asked(lend("a1")),
        on(Channel.STATE, wire.encode_snapshot(STATE)),
        on(Channel.BIRTH, wire.encode_snapshot(BIRTH)),
        heard(entry(1, returned(), DROP_BOX)),
    )
    assert acknowledgements(after) == [("kotak-01", INSTALL, 1)]
    assert replies(after) == []
    assert connection.scalars(select(loan.c.item)).all() == [str(BOOK)]
    assert connection.scalars(select(grant.c.act)).all() == []
    assert set(reasons(connection)) == {"the device is revoked"}
    assert counted(connection) == {("revoked", "kios-01"): 4}


def test_every_refused_message_is_counted_and_each_kept_once(connection: Connection) -> None:
    revoke(connection, KIOSK, NOON)
    for _ in range(3):
        digest(connection, heard(entry(1, lent())))
    assert counted(connection) == {("revoked", "kios-01"): 3}
    assert len(reasons(connection)) == 1


def test_that_a_revoked_device_is_still_on_line_can_be_seen(connection: Connection) -> None:
    revoke(connection, KIOSK, NOON)
    digest(connection, on(Channel.STATUS, b"online"))
    row = connection.execute(select(device.c.status, device.c.last_heard)).one()
    assert row == ("online", None)


def test_a_replaced_device_speaks_again_and_loses_nothing(connection: Connection) -> None:
    """What the dead one had acknowledged stays; what was refused meanwhile counts when resent."""
    digest(connection, heard(entry(1, lent())))
    revoke(connection, KIOSK, NOON)
    kept = heard(entry(2, returned()))
    digest(connection, kept, heard(entry(1, lent(BUDI, OTHER_BOOK), KIOSK, "install-2")))
    lift(connection, KIOSK, NOON)
    out = digest(connection, heard(entry(1, lent(BUDI, OTHER_BOOK), KIOSK, "install-2")), kept)
    assert acknowledgements(out) == [("kios-01", "install-2", 1), ("kios-01", INSTALL, 2)]
    assert connection.scalar(select(func.count()).select_from(fact)) == 3


def test_a_message_refused_and_later_unreadable_still_holds_nothing_up(
    connection: Connection,
) -> None:
    newer = heard(entry(1, returned()))
    newer = Heard(newer.topic, newer.payload.replace(b"item-returned", b"item-weighed"))
    revoke(connection, KIOSK, NOON)
    assert digest(connection, newer) == ()
    lift(connection, KIOSK, NOON)
    assert acknowledgements(digest(connection, newer)) == [("kios-01", INSTALL, 1)]


def test_what_the_broker_remembers_commands_nothing(connection: Connection) -> None:
    ask, one = asked(lend("a1")), heard(entry(1, lent()))
    stale = [Heard(said.topic, said.payload, retained=True) for said in (ask, one)]
    assert digest(connection, *stale) == ()
    assert connection.scalars(select(grant.c.act)).all() == []
    assert connection.scalars(select(fact.c.act)).all() == []
    assert counted(connection) == {("retained", "kios-01"): 2}
    assert acknowledgements(digest(connection, one)) == [("kios-01", INSTALL, 1)]


def test_what_is_said_on_a_wrong_topic_is_counted(connection: Connection) -> None:
    forged = heard(entry(1, lent()))
    ask = asked(identify())
    digest(
        connection,
        Heard(forged.topic.replace("kios-01", "kios-02"), forged.payload),
        Heard(forged.topic.replace("fact", "birth"), wire.encode_snapshot(BIRTH)),
        Heard(ask.topic.replace("identify", "lend"), ask.payload),
        on(Channel.ACK, b"{}"),
        Heard(forged.topic.replace("binjai", "medan"), forged.payload),
        Heard("$SYS/broker", b""),
    )
    assert counted(connection) == {
        ("wrong-topic", "kios-02"): 1,
        ("wrong-topic", "kios-01"): 2,
        ("wrong-topic", ""): 2,
    }


def test_a_seal_of_another_servers_is_set_aside_with_words_a_technician_understands(
    connection: Connection,
) -> None:
    """As after the keys folder was lost: nothing is guessed, nothing holds its neighbours up."""
    strange = str(OpeningKey.new().sealing.seal(SITI)).encode()
    batch = [
        Heard(one.topic, one.payload.replace(SEALED_SITI, strange))
        for one in (GOOD_FACT, asked(identify()))
    ]
    out = digest(connection, *batch)
    assert acknowledgements(out) == [("kios-01", INSTALL, 1)]
    assert replies(out) == []
    assert [reason.partition(":")[0] for reason in reasons(connection)] == [
        "a patron sealed to another key than this server's"
    ] * 2
    assert connection.scalars(select(fact.c.act)).all() == []


def test_what_is_set_aside_for_its_patron_names_nobody(connection: Connection) -> None:
    digest(connection, on(Channel.FACT, GOOD_FACT.payload.replace(SEALED_SITI, b"KTA-1")))
    (reason,) = reasons(connection)
    assert "not a valid SealedPatron" in reason
    assert "KTA-1" not in reason


PATRONS = st.sampled_from((SITI, BUDI, STRANGER))
BOOKS = st.sampled_from((BOOK, OTHER_BOOK, ItemId("X-1")))
FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(lent, PATRONS, BOOKS),
    st.builds(unconfirmed, PATRONS, BOOKS),
    st.builds(abandoned, PATRONS, BOOKS),
    st.builds(renewed, PATRONS, BOOKS),
    st.builds(returned, BOOKS),
    st.just(dropped()),
)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Heard], list[list[Heard]]]:
    """What two stations recorded, and batches that deliver it in any order, with repetitions."""
    recorded = []
    for station in (KIOSK, DROP_BOX):
        for seq in range(1, draw(st.integers(0, 5)) + 1):
            moment = Moment(
                draw(st.sampled_from(("b1", "b2"))),
                float(draw(st.integers(0, 2000))),
                NOON + draw(st.integers(-2000, 2000)),
                draw(st.sampled_from(ClockState)),
            )
            recorded.append(heard(at(entry(seq, draw(FACTS), station), moment)))
    again = draw(st.lists(st.sampled_from(recorded), max_size=4)) if recorded else []
    shuffled = draw(st.permutations(recorded + again))
    size = draw(st.integers(1, 4))
    return recorded, [shuffled[at : at + size] for at in range(0, len(shuffled), size)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(delivery=deliveries())
def test_any_order_and_any_repetition_give_the_same_records(
    engine: Engine, delivery: tuple[list[Heard], list[list[Heard]]]
) -> None:
    recorded, batches = delivery
    dumps = []
    for told in ([recorded], batches):
        with engine.connect() as connection, connection.begin() as trial:
            stock(connection)
            for batch in told:
                out = digest(connection, *batch)
            dumps.append(dump(connection))
            rebuild(connection)
            dumps.append(dump(connection))
            trial.rollback()
    assert len(set(dumps)) == 1
    assert out if recorded else True


@st.composite
def rumours(draw: st.DrawFn) -> list[Heard]:
    """Facts of boots that nobody had set the clock of, and reports about those boots, mixed."""
    told: list[Heard] = []
    for seq in range(1, draw(st.integers(1, 6)) + 1):
        boot_name = draw(st.sampled_from(("b1", "b2", "b3")))
        fact_told = blind(seq, draw(FACTS), boot_name, draw(st.floats(0, 3000)))
        told.append(heard(fact_told))
    anchors = st.builds(
        Anchor,
        st.floats(0, 3000),
        st.floats(NOON - 9000, NOON + 9000),
        st.sampled_from(TimeSource),
        st.floats(0, 5),
    )
    clocks = st.builds(
        BootClock,
        st.just(0),
        st.sampled_from(("b1", "b2", "b3")),
        st.floats(0, 3000),
        st.lists(anchors, max_size=2).map(tuple),
    )
    for clock in draw(st.lists(clocks, max_size=4)):
        number = int(clock.boot[1:])
        if draw(st.booleans()):
            told.append(birth(replace(clock, number=number)))
        else:
            said = replace(STATE, boot=clock.boot, monotonic=clock.monotonic)
            said = replace(said, anchors=clock.anchors)
            told.append(on(Channel.STATE, wire.encode_snapshot(said)))
    return draw(st.permutations(told))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=rumours())
def test_whatever_is_learnt_of_the_time_a_rebuild_comes_to_the_same(
    engine: Engine, told: list[Heard]
) -> None:
    with engine.connect() as connection, connection.begin() as trial:
        stock(connection)
        for number, message in enumerate(told):
            digest(connection, message, now=LATER + number)
            assert rebuilds(connection)
        trial.rollback()


WORDS = st.one_of(
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.none(),
    st.just("2026-12-01"),
    st.booleans(),
)


@st.composite
def poison(draw: st.DrawFn) -> Heard:
    """A real message with one value replaced by something else."""
    ask = asked(lend("a1"))
    samples = [
        GOOD_FACT,
        ask,
        on(Channel.BIRTH, wire.encode_snapshot(BIRTH)),
        on(Channel.STATE, wire.encode_snapshot(STATE)),
        on(Channel.SETTINGS_REPORTED, wire.encode_snapshot(SettingsReported(7, ""))),
    ]
    sample = draw(st.sampled_from(samples))
    content = json.loads(sample.payload)
    place = draw(st.sampled_from((content, content["data"])))
    place[draw(st.sampled_from(sorted(place)))] = draw(WORDS)
    return Heard(sample.topic, json.dumps(content).encode())


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(poison(), min_size=1, max_size=5))
def test_no_message_can_make_the_database_fail(engine: Engine, batch: list[Heard]) -> None:
    with engine.connect() as connection, connection.begin() as trial:
        stock(connection)
        digest(connection, *batch)
        through = digest(connection, heard(entry(1, returned(), DeviceId("lain"))))
        assert acknowledgements(through) == [("lain", INSTALL, 1)]
        trial.rollback()
