"""What is fuzzed of the server: spoilt messages under spoilt topics, beside good ones, on SQLite.

Each batch is taken in by the real intake in one transaction; whatever else is in it, its one good
fact must be recorded and acknowledged, and at the end the loans must be what the journal says.
"""

import tempfile
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, select

from broker.facts import (
    Acknowledgement,
    Entry,
    Fact,
    FeedbackGiven,
    ItemLent,
    ItemReturned,
    LoanAbandoned,
    LoanUnconfirmed,
    Rating,
    StaffCalled,
    UnknownItemDropped,
)
from broker.kinds import kind_of
from broker.requests import AccountOf, Ask, Describe, Find, Identify, Lend, Question, Renew
from broker.telemetry import Birth, Component, Health, Kind, Mode, Presence, SettingsReported, State
from broker.topics import Channel, Topic
from broker.vocabulary import (
    ActId,
    ClockState,
    DeviceId,
    ItemId,
    Moment,
    PatronId,
    Reason,
    Secret,
    SiteId,
)
from broker.wire import decode_snapshot, encode_ask, encode_entry, encode_snapshot
from server.heard import Heard
from server.intake import Intake, Outgoing
from server.journal.database import transaction
from server.journal.tables import fact
from server.library import Library
from server.projection import dump, rebuild
from tests.fuzz.targets import HOSTILE, Target
from tests.keys import OPENING, sealed, sealed_question
from tests.simulation.limits import BRANCH
from tests.simulation.stock import opened_library

SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
GOOD = DeviceId("baik-01")
BOOKS = 50
MESSAGES_IN_A_BATCH = 20
BATCHES_IN_A_LIFE = 100
AT = Moment("boot", 1.5, 1.79e9, ClockState.SYNCHRONISED)
NOW = AT.wall + 60
BORROWER = PatronId("KTA-0007")
LENT = ItemLent(ItemId("B00012"), BORROWER, date(2026, 12, 1), provisional=False)
LEND = Lend(ActId("act-1"), LENT.item, BORROWER)
BIRTH = Birth(SITE, KIOSK, Kind.KIOSK, "0.1.0", "boot", "life", 1.0)
WELL = Component("pad", Health.OK, "", 1.0)
STATE = State("boot", 1.0, Mode.IN_SERVICE, 1.0, "", (WELL,), 0, None)
MEMORY = Path("/dev/shm")  # noqa: S108 a private folder is made below it


class Ear:
    """A server's intake, with a new library for every so many batches."""

    def __init__(self) -> None:
        self._batch: list[Heard] = []
        self._engine: Engine | None = None
        # One place for every life: the engine of each path is kept.
        self._folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self._said = 0

    def feed(self, data: bytes) -> None:
        topic, _, payload = data.partition(b"\n")
        retained = len(data) % 5 == 0
        self._batch.append(Heard(topic.decode("utf-8", "surrogateescape"), payload, retained))
        if len(self._batch) >= MESSAGES_IN_A_BATCH:
            self._take_in()

    def _take_in(self) -> None:
        engine = self._engine or self._opened()
        self._said += 1
        good = Heard(str(Topic(SITE, GOOD, Channel.FACT)), encode_entry(sealed(_good(self._said))))
        batch = [*self._batch[::2], good, *self._batch[1::2]]
        self._batch = []
        with transaction(engine) as connection:
            outgoing = Intake(Library(BRANCH, SITE), SITE, OPENING).digest(connection, batch, NOW)
        told = [_through(message) for message in outgoing if f"/{GOOD}/ack" in message.topic]
        assert told == [self._said], f"{told} acknowledged of {self._said}"
        if self._said == BATCHES_IN_A_LIFE:
            self._close(engine)

    def _opened(self) -> Engine:
        items = [ItemId(f"B{number:05}") for number in range(1, BOOKS + 1)]
        path = Path(self._folder.name) / "server.db"
        self._engine = opened_library(path, items, [BORROWER])
        self._said = 0
        return self._engine

    def _close(self, engine: Engine) -> None:
        with transaction(engine) as connection:
            acts = connection.scalars(select(fact.c.act).where(fact.c.device == str(GOOD)))
            assert len(acts.all()) == self._said
            live = dump(connection)
            rebuild(connection)
            assert dump(connection) == live, "the loans are not what the journal says"
        engine.dispose()
        self._engine = None


def _good(number: int) -> Entry:
    book = ItemId(f"B{number % BOOKS + 1:05}")
    said: Fact = ItemReturned(book, secured=True)
    if number % 3:
        said = ItemLent(book, LENT.patron, date(2026, 12, 1), provisional=True)
    return Entry(ActId(f"good-{number}"), SITE, GOOD, "life", number, AT, said)


def _through(message: Outgoing) -> int:
    return decode_snapshot(message.payload, Acknowledgement).through


def _sample(channel: Channel, payload: bytes, kind: str = "") -> bytes:
    return f"{Topic(SITE, KIOSK, channel, kind)}\n".encode() + payload


def _said(number: int, what: Fact) -> bytes:
    entry = Entry(ActId(f"act-{number}"), SITE, KIOSK, "life", number, AT, what)
    return _sample(Channel.FACT, encode_entry(sealed(entry)))


def _asked(question: Question) -> bytes:
    return _sample(
        Channel.ASK, encode_ask(Ask("c", 2e9, sealed_question(question))), kind_of(question)
    )


_BOOK, _PATRON = ItemId("B00002"), PatronId("KTA-0007")
SAMPLES = (
    _said(1, LENT),
    _said(2, ItemReturned(_BOOK, secured=False)),
    _said(3, LoanAbandoned(_BOOK, _PATRON, Reason.CANCELLED, secured=True)),
    _said(4, LoanUnconfirmed(_BOOK, _PATRON, date(2026, 12, 1))),
    _said(5, UnknownItemDropped("E004010000000001")),
    _said(6, FeedbackGiven(Rating.GOOD, None, "Cepat")),
    _said(7, StaffCalled("borrow")),
    _asked(LEND),
    _asked(Identify(_PATRON)),
    _asked(Describe(_BOOK)),
    _asked(AccountOf(_PATRON, Secret("1234"))),
    _asked(Renew(ActId("act-9"), _BOOK, _PATRON)),
    _asked(Find("laskar pelangi")),
    _sample(Channel.STATUS, Presence.ONLINE.value.encode()),
    _sample(Channel.BIRTH, encode_snapshot(BIRTH)),
    _sample(Channel.STATE, encode_snapshot(STATE)),
    _sample(Channel.SETTINGS_REPORTED, encode_snapshot(SettingsReported(1, ""))),
    _sample(Channel.ACK, b"{}"),
    b"sirkula/v1/sim/_server/status\nonline",
)
TARGETS: dict[str, Target] = {
    "intake": Target(
        Ear().feed, SAMPLES, (*HOSTILE, b"#", b"+", b"/", b"\n", b"_server", b"\x00", b"9" * 40)
    )
}
