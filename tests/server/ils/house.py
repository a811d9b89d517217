"""A server with a library's own system behind it: real database, worker, sockets, simulated ILS."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import count

from sqlalchemy import Engine, select

from broker.facts import Fact, ItemLent
from broker.kinds import kind_of
from broker.requests import Answer, Ask, Lend, Question
from broker.topics import Channel, Topic
from broker.vocabulary import ActId, DeviceId, ItemId, PatronId
from broker.wire import decode_reply, encode_ask
from server.catalogue import keep_elsewhere
from server.circulation.outcomes import WhenLentToAnother
from server.desk.settling import found, open_tasks
from server.desk.task import DeskTask
from server.desk.telling import whole
from server.heard import Heard
from server.ils.clerk import Clerk
from server.ils.library import SystemLibrary
from server.ils.worker import Records, Worker
from server.intake import Intake
from server.journal.database import reading, transaction
from server.journal.tables import errand, loan
from server.mail.letterbox import Letterbox
from server.web.languages import LANGUAGES, read_texts
from server.web.times import Wall
from tests.ils.accidents import UNDISTURBED, Plan
from tests.ils.cases import opened
from tests.ils.ledger import Ledger, small_library
from tests.ils.personality import Strict
from tests.ils.server import IlsServer
from tests.keys import OPENING, sealed_question
from tests.server.stories import KIOSK, MEDAN, NOON, SITE, entry, heard

PATIENCE = 20.0
BEGUN = NOON + 3600.0


class House:
    """`worker` is at work between `begin` and `end`; time goes on from an hour after noon."""

    def __init__(
        self,
        engine: Engine,
        system: Strict,
        plan: Plan,
        conflict: WhenLentToAnother,
        letterbox: Letterbox | None,
    ) -> None:
        self.engine, self.ledger = engine, system.ledger
        self.ils = IlsServer(system, plan)
        lines = 1 if system.one_connection else 2
        self.client = opened(self.ils.port, system.profile, lines, answer_within=0.5)
        self.library = SystemLibrary(MEDAN, SITE, 7, letterbox=letterbox)
        self.clerk = Clerk(conflict)
        self.intake = Intake(self.library, SITE, OPENING)
        self.told: dict[str, Answer] = {}
        self._heard = threading.Condition()
        # There is one ingest.
        self._ingest = threading.Lock()
        self._asked = count(1)
        self._start = time.monotonic()
        with transaction(engine) as connection:
            keep_elsewhere(connection, elsewhere=True)

    def now(self) -> float:
        return BEGUN + time.monotonic() - self._start

    def begin(self) -> None:
        records = Records(self.engine, self.clerk, self.library)
        self.worker = Worker(records, self.client, self._say, self.now, threading.Event())
        self.worker.start(2)

    def end(self) -> None:
        self.worker.join()

    def close(self) -> None:
        self.client.close()
        self.ils.close()

    def ask(self, question: Question, within: float = 3.0) -> Answer | None:
        """What a station hears while it waits."""
        correlation = f"c{next(self._asked)}"
        ask = Ask(correlation, self.now() + within, sealed_question(question))
        topic = Topic(SITE, KIOSK, Channel.ASK, kind_of(question))
        self._take_in(Heard(str(topic), encode_ask(ask)))
        with self._heard:
            self._heard.wait_for(lambda: correlation in self.told, within + 0.5)
            return self.told.get(correlation)

    def tell(self, act: str, seq: int, fact: Fact, ago: float = 0.0) -> None:
        """A station's fact, so many seconds old."""
        one = entry(seq, fact)
        moment = replace(one.at, wall=self.now() - ago)
        self._take_in(heard(replace(one, act=ActId(act), at=moment)))

    def lent(self, act: str, seq: int, item: ItemId, patron: PatronId, due: date) -> None:
        self.tell(act, seq, ItemLent(item, patron, due, provisional=False))

    def due(self, item: ItemId) -> date | None:
        """Until when the item is on loan by our records."""
        with reading(self.engine) as connection:
            this = (loan.c.item == str(item), loan.c.returned_at.is_(None))
            return connection.scalar(select(loan.c.due).where(*this))

    def quiet(self) -> None:
        """Nothing is left to do but what was refused, or waits for its fact."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with reading(self.engine) as connection:
                soon = errand.c.not_before < self.now() + 300
                busy = select(errand.c.act).where(soon | (errand.c.stage == "sending"))
                if connection.execute(busy).first() is None:
                    return
            threading.Event().wait(0.05)
        raise AssertionError(self.stages())

    def stages(self) -> dict[tuple[str, str], str]:
        with reading(self.engine) as connection:
            rows = connection.execute(select(errand.c.act, errand.c.change, errand.c.stage))
            return {(act, change): stage for act, change, stage in rows}

    def tasks(self) -> list[DeskTask]:
        with reading(self.engine) as connection:
            return list(open_tasks(connection))

    def read(self, key: str) -> tuple[DeskTask, str]:
        """The task, and all that staff read of it in both languages."""
        with reading(self.engine) as connection:
            shown = found(connection, key)
        texts = read_texts()
        walls = tuple(Wall(MEDAN.zone, self.now(), texts[language]) for language in LANGUAGES)
        return shown, "\n".join(whole(shown, walls))

    def effects(self) -> list[str]:
        return [effect.kind for effect in self.ledger.effects]

    def _take_in(self, *messages: Heard) -> None:
        with self._ingest:
            with transaction(self.engine) as connection:
                outgoing = self.intake.digest(connection, messages, self.now())
            self.library.asks.stir()
        for said in outgoing:
            if said.topic.endswith("/reply"):
                reply = decode_reply(said.payload)
                self._say(KIOSK, reply.correlation, reply.answer, reply.server_time)

    def _say(self, device: DeviceId, correlation: str, answer: Answer, now: float) -> None:
        assert device == KIOSK
        assert now <= self.now()
        with self._heard:
            self.told[correlation] = answer
            self._heard.notify_all()


@contextmanager
def house(
    engine: Engine,
    kind: type[Strict],
    plan: Plan = UNDISTURBED,
    conflict: WhenLentToAnother = WhenLentToAnother.STAFF,
    ledger: Ledger | None = None,
    letterbox: Letterbox | None = None,
) -> Iterator[House]:
    """At work until the end of the test."""
    one = House(engine, kind(ledger or small_library()), plan, conflict, letterbox)
    one.begin()
    try:
        yield one
    finally:
        one.end()
        one.close()


def lending(act: str, patron: PatronId, item: ItemId) -> Lend:
    return Lend(ActId(act), item, patron)
