"""A PIN proves a card, is guessed five times at most in the whole library, and is kept nowhere."""

import logging
import sqlite3
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from broker import topics, wire
from broker.requests import Account, AccountOf, Answer, Ask, Find, Identify, Standing, with_pin
from broker.telemetry import PinAsked
from broker.topics import Channel, Topic
from broker.vocabulary import ActId, DeviceId, PatronId, Reason, Refusal, Secret
from server import pins
from server.circulation.pins import Guesses, PinPolicy, after_wrong, is_locked
from server.circulation.rules import Policy
from server.heard import Heard
from server.ils.builtin import BuiltInLibrary
from server.ils.port import Ability, PatronRecord, Refused
from server.intake import Intake
from server.journal.database import open_engine, transaction
from server.journal.tables import pin, pin_guess, quarantine
from server.library import Library
from server.migrations import migrate
from server.settings import Branch
from tests.keys import OPENING, SEALING, sealed_question
from tests.server.stories import BUDI, KIOSK, MEDAN, NOON, SITE, SITI, STRANGER, asked, stock

OTHER_KIOSK = DeviceId("kios-02")
PIN = Secret("271828")
WRONG = Secret("314159")
MINUTE = 60.0
NEEDS, IS_WRONG, LOCKED, UNKNOWN = (
    Refusal(reason)
    for reason in (Reason.NEEDS_PIN, Reason.WRONG_PIN, Reason.PIN_LOCKED, Reason.UNKNOWN_CARD)
)
MAY_BORROW = Standing(0, 3)


def branch(asking: PinAsked, tries: int = 5, seconds: float = 900.0) -> Branch:
    return replace(MEDAN, policy=Policy(pins=PinPolicy(asking, tries, seconds)))


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Siti has a PIN, Budi has none."""
    with transaction(engine) as opened:
        stock(opened)
        pins.set_pin(opened, "KTA-1", PIN, NOON)
        yield opened


def answer(
    connection: Connection,
    question: Identify | AccountOf,
    asking: PinAsked = PinAsked.ACCOUNT,
    now: float = NOON,
) -> Answer:
    return Library(branch(asking), SITE).answer(connection, question, KIOSK, now)


def is_told(connection: Connection, patron: PatronId, asking: PinAsked, said: Secret | None) -> str:
    """What comes of showing a card and then asking for the account, in two words."""
    told = []
    for question in (Identify(patron, said), AccountOf(patron, said)):
        came = answer(connection, question, asking)
        told.append(came.reason.value if isinstance(came, Refusal) else "yes")
    return " ".join(told)


@pytest.mark.parametrize(
    ("asking", "patron", "said", "expected"),
    [
        (PinAsked.NEVER, SITI, None, "yes yes"),
        (PinAsked.NEVER, SITI, WRONG, "yes yes"),
        (PinAsked.NEVER, STRANGER, WRONG, "unknown-card unknown-card"),
        (PinAsked.ACCOUNT, SITI, None, "yes needs-pin"),
        (PinAsked.ACCOUNT, SITI, PIN, "yes yes"),
        (PinAsked.ACCOUNT, SITI, WRONG, "wrong-pin wrong-pin"),
        (PinAsked.ACCOUNT, BUDI, None, "yes yes"),
        (PinAsked.ACCOUNT, BUDI, WRONG, "yes yes"),
        (PinAsked.ACCOUNT, STRANGER, None, "unknown-card needs-pin"),
        (PinAsked.ACCOUNT, STRANGER, WRONG, "wrong-pin wrong-pin"),
        (PinAsked.ALWAYS, SITI, None, "needs-pin needs-pin"),
        (PinAsked.ALWAYS, SITI, PIN, "yes yes"),
        (PinAsked.ALWAYS, SITI, WRONG, "wrong-pin wrong-pin"),
        (PinAsked.ALWAYS, BUDI, None, "needs-pin needs-pin"),
        (PinAsked.ALWAYS, BUDI, WRONG, "wrong-pin wrong-pin"),
        (PinAsked.ALWAYS, STRANGER, None, "needs-pin needs-pin"),
        (PinAsked.ALWAYS, STRANGER, WRONG, "wrong-pin wrong-pin"),
    ],
)
def test_the_branch_says_for_what_a_pin_is_asked(
    connection: Connection, asking: PinAsked, patron: PatronId, said: Secret | None, expected: str
) -> None:
    assert is_told(connection, patron, asking, said) == expected


def ask_of(
    connection: Connection, question: Identify | AccountOf, device: DeviceId, now: float = NOON
) -> Answer:
    """Sealed by a station, opened by the server, answered."""
    heard = asked(question, device=device, expires=now + 3)
    (out,) = Intake(Library(MEDAN, SITE), SITE, OPENING).digest(connection, [heard], now)
    return wire.decode_reply(out.payload).answer


@pytest.mark.parametrize("patron", [SITI, STRANGER])
def test_five_wrong_pins_lock_a_card_at_every_station(
    connection: Connection, patron: PatronId
) -> None:
    wrong = AccountOf(patron, WRONG)
    for turn in range(4):
        station = (KIOSK, OTHER_KIOSK)[turn % 2]
        assert ask_of(connection, wrong, station, NOON + turn) == IS_WRONG
    assert ask_of(connection, wrong, OTHER_KIOSK, NOON + 4) == LOCKED
    for station in (KIOSK, OTHER_KIOSK):
        assert ask_of(connection, AccountOf(patron, PIN), station, NOON + 14 * MINUTE) == LOCKED
        assert ask_of(connection, AccountOf(patron), station, NOON + 14 * MINUTE) == LOCKED
    assert ask_of(connection, AccountOf(BUDI), KIOSK, NOON + 5) == Account((), (), 3, "", None)
    after = ask_of(connection, wrong, KIOSK, NOON + 4 + 15 * MINUTE)
    assert after == IS_WRONG


def test_a_card_that_was_locked_opens_with_its_pin_a_quarter_of_an_hour_later(
    connection: Connection,
) -> None:
    for _ in range(5):
        answer(connection, AccountOf(SITI, WRONG))
    right = AccountOf(SITI, PIN)
    assert answer(connection, right, now=NOON + 15 * MINUTE - 1) == LOCKED
    assert isinstance(answer(connection, right, now=NOON + 15 * MINUTE), Account)


def test_number_and_card_of_a_member_are_guessed_together(connection: Connection) -> None:
    for said in ("KTA-1", "kta-1", "0411223344AA80", "0411223344aa80"):
        assert answer(connection, AccountOf(PatronId(said), WRONG)) == IS_WRONG
    assert answer(connection, AccountOf(SITI, WRONG)) == LOCKED


def test_a_right_pin_begins_the_count_anew(connection: Connection) -> None:
    for _ in range(2):
        for _ in range(4):
            assert answer(connection, AccountOf(SITI, WRONG)) == IS_WRONG
        assert isinstance(answer(connection, AccountOf(SITI, PIN)), Account)
    assert connection.scalars(select(pin_guess.c.number)).all() == []


def test_guesses_outlive_the_server(engine: Engine) -> None:
    with transaction(engine) as connection:
        stock(connection)
        pins.set_pin(connection, "KTA-1", PIN, NOON)
        for _ in range(5):
            answer(connection, AccountOf(SITI, WRONG))
    again = open_engine(engine.url.render_as_string(hide_password=False))
    with transaction(again) as connection:
        assert answer(connection, AccountOf(SITI, PIN)) == LOCKED
    again.dispose()


def test_a_branch_may_lock_sooner_and_longer(connection: Connection) -> None:
    strict = Library(branch(PinAsked.ACCOUNT, tries=2, seconds=3600), SITE)
    told = [strict.answer(connection, AccountOf(SITI, WRONG), KIOSK, NOON) for _ in range(2)]
    assert told == [IS_WRONG, LOCKED]
    assert strict.answer(connection, AccountOf(SITI, PIN), KIOSK, NOON + 3599) == LOCKED
    assert isinstance(strict.answer(connection, AccountOf(SITI, PIN), KIOSK, NOON + 3600), Account)


def test_guesses_that_count_no_more_are_not_kept(connection: Connection) -> None:
    for number in range(3):
        answer(connection, AccountOf(PatronId(f"X-{number}"), WRONG))
    answer(connection, AccountOf(SITI, WRONG), now=NOON + 15 * MINUTE)
    assert connection.scalars(select(pin_guess.c.number)).all() == ["KTA-1"]


@given(st.lists(st.floats(0, 3600), max_size=30), st.integers(1, 9))
def test_no_quarter_of_an_hour_has_more_looked_at_guesses_than_tries(
    waits: list[float], tries: int
) -> None:
    policy, guesses, now = PinPolicy(tries=tries), Guesses(), NOON
    looked_at: list[float] = []
    for wait in waits:
        now += wait
        if not is_locked(guesses, policy, now):
            guesses = after_wrong(guesses, policy, now)
            looked_at.append(now)
    runs = zip(looked_at, looked_at[tries:], strict=False)
    assert all(later - first >= policy.locked_seconds for first, later in runs)


def seconds(act: Callable[[], object]) -> float:
    """Of this thread's own work, whatever else the machine does."""
    begun = time.thread_time()
    act()
    return time.thread_time() - begun


def test_an_unknown_card_is_refused_as_slowly_as_a_wrong_pin(connection: Connection) -> None:
    """Both hash once, by far the most of it; without a hash it would be a hundredth."""
    policy = PinPolicy(PinAsked.ALWAYS, tries=1_000)

    def told(patron: PatronId) -> float:
        def ask() -> None:
            refused = pins.objection(connection, AccountOf(patron, WRONG), policy, NOON)
            assert refused == IS_WRONG

        return min(seconds(ask) for _ in range(9))

    known, unknown, without = told(SITI), told(STRANGER), told(BUDI)
    assert 0.5 < unknown / known < 2
    assert 0.5 < without / known < 2
    assert unknown > 0.01


def test_a_pin_can_be_compared_with_and_not_read(connection: Connection) -> None:
    pins.set_pin(connection, "KTA-2", PIN, NOON)
    hashes = connection.scalars(select(pin.c.hash)).all()
    assert len(set(hashes)) == 2
    assert all(kept.startswith("scrypt$") and PIN.reveal() not in kept for kept in hashes)


@pytest.mark.parametrize(
    "said", ["123", "1234567890123", "12a4", "\uff11\uff12\uff13\uff14", "12 34"]
)
def test_what_no_pad_can_type_is_no_pin(connection: Connection, said: str) -> None:
    with pytest.raises(pins.UnfitPin, match="4 to 12 digits") as refused:
        pins.set_pin(connection, "KTA-1", Secret(said), NOON)
    assert said not in str(refused.value)
    assert isinstance(answer(connection, AccountOf(SITI, PIN)), Account)


def test_a_new_pin_takes_the_place_of_the_old_and_opens_a_locked_card(
    connection: Connection,
) -> None:
    for _ in range(5):
        answer(connection, AccountOf(SITI, WRONG))
    pins.set_pin(connection, "KTA-1", WRONG, NOON)
    assert isinstance(answer(connection, AccountOf(SITI, WRONG)), Account)
    assert answer(connection, AccountOf(SITI, PIN)) == IS_WRONG
    pins.remove_pin(connection, "KTA-1")
    assert isinstance(answer(connection, AccountOf(SITI)), Account)


def test_what_nobody_opened_is_no_pin(connection: Connection) -> None:
    question = with_pin(AccountOf(SITI, PIN), SEALING.seal_secret(PIN))
    assert isinstance(question, AccountOf)
    assert answer(connection, question) == IS_WRONG


def test_the_port_checks_pins_and_counts_with_the_stations(engine: Engine) -> None:
    with transaction(engine) as connection:
        stock(connection)
        pins.set_pin(connection, "KTA-1", PIN, NOON)
    library = BuiltInLibrary(engine, Library(MEDAN, SITE), lambda: NOON, lambda: ActId("never"))
    assert Ability.CHECK_PIN in library.capabilities().able
    record = library.patron(SITI, PIN)
    assert isinstance(record, PatronRecord)
    assert record.pin_checked
    for _ in range(4):
        assert library.patron(SITI, WRONG) == Refused(Reason.WRONG_PIN)
    with transaction(engine) as connection:
        assert answer(connection, AccountOf(SITI, WRONG)) == LOCKED
    assert library.patron(SITI, PIN) == Refused(Reason.PIN_LOCKED)
    without = library.patron(BUDI, PIN)
    assert isinstance(without, PatronRecord)
    assert not without.pin_checked
    never = BuiltInLibrary(
        engine, Library(branch(PinAsked.NEVER), SITE), lambda: NOON, lambda: ActId("never")
    )
    assert Ability.CHECK_PIN not in never.capabilities().able
    assert isinstance(never.patron(SITI, WRONG), PatronRecord)


def bad_asks(question: AccountOf) -> list[Heard]:
    """A question with a PIN, spoilt in every way that a station or a line might."""
    good = asked(question)
    text = good.payload.decode()
    plain = text.replace(_sealed_in(text), PIN.reveal())
    fact = str(Topic(SITE, KIOSK, Channel.FACT))
    return [
        Heard(good.topic, plain.encode()),
        Heard(good.topic, plain[: plain.index(PIN.reveal()) + 6].encode()),
        Heard(good.topic, f'{{"pin":{PIN.reveal()}}}'.encode()),
        Heard(good.topic, PIN.reveal().encode()),
        Heard(good.topic, text[:-20].encode()),
        Heard(good.topic, text.replace('"v":1', '"v":2').encode()),
        Heard(good.topic, text.replace("secret:", "secret:AAAA").encode()),
        Heard(good.topic.replace("account-of", "identify"), good.payload),
        Heard(good.topic.replace("binjai", "medan"), good.payload),
        Heard(good.topic.replace("/ask/", "/asks/"), good.payload),
        Heard(good.topic, good.payload, retained=True),
        Heard(fact, good.payload),
        Heard(fact, plain.replace("{", '{"seq":1,"install":"i",', 1).encode()),
        Heard("anything", plain.encode()),
    ]


def _sealed_in(text: str) -> str:
    begun = text.index("secret:")
    return text[begun : text.index('"', begun)]


def test_a_pin_is_written_nowhere_whatever_becomes_of_its_question(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    state = tmp_path / "state"
    state.mkdir()
    migrate(f"sqlite:///{state / 'server.db'}")
    engine = open_engine(f"sqlite:///{state / 'server.db'}")
    question = sealed_question(AccountOf(SITI, PIN))
    assert isinstance(question, AccountOf)
    good, bad = asked(question), bad_asks(question)
    sealed = _sealed_in(good.payload.decode())
    with transaction(engine) as connection:
        stock(connection)
        pins.set_pin(connection, "KTA-1", PIN, NOON)
    with transaction(engine) as connection:
        ear = Intake(Library(MEDAN, SITE), SITE, OPENING)
        replies = [
            out
            for out in ear.digest(connection, [good, *bad], NOON)
            if topics.parse(out.topic).channel is Channel.REPLY
        ]
        assert len(replies) == 1
        aside = connection.execute(select(quarantine.c.payload, quarantine.c.reason)).all()
    assert len(aside) >= 8
    # The WAL and the file are both looked at before and after the database is closed.
    hidden = (PIN.reveal().encode(), sealed[20:60].encode(), urlsafe_b64decode(sealed[7:47]))
    for closed in (False, True):
        if closed:
            engine.dispose()
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert files
        for path in files:
            held = path.read_bytes()
            assert not [one for one in hidden if one in held], path
    said = "".join((caplog.text, *capfd.readouterr(), *(row.reason for row in aside)))
    assert PIN.reveal() not in said
    assert sealed[20:60] not in said


def test_the_search_for_a_pin_would_find_one(tmp_path: Path) -> None:
    """The control of the test above."""
    with sqlite3.connect(tmp_path / "server.db") as connection:
        connection.execute("CREATE TABLE quarantine (payload BLOB)")
        row = (asked(AccountOf(SITI, PIN)).payload,)
        connection.execute("INSERT INTO quarantine VALUES (?)", row)
    sealed = _sealed_in(row[0].decode())
    assert sealed[20:60].encode() in (tmp_path / "server.db").read_bytes()


def test_other_messages_are_set_aside_whole(connection: Connection) -> None:
    odd = Heard(str(Topic(SITE, KIOSK, Channel.STATE)), b'{"v":2,"data":{"pinned":"pin"}}')
    Intake(Library(MEDAN, SITE), SITE, OPENING).digest(connection, [odd], NOON)
    assert connection.scalars(select(quarantine.c.payload)).all() == [odd.payload]


def test_a_question_that_is_late_is_no_guess(connection: Connection) -> None:
    late = asked(AccountOf(SITI, WRONG), expires=NOON - 1)
    for _ in range(9):
        Intake(Library(MEDAN, SITE), SITE, OPENING).digest(connection, [late], NOON)
    assert isinstance(answer(connection, AccountOf(SITI, PIN)), Account)


def test_a_question_prints_no_pin() -> None:
    shown = repr(Ask("c1", NOON, AccountOf(SITI, PIN))) + repr(Find("buku"))
    assert PIN.reveal() not in shown
