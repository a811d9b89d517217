"""One life of a station over its real ledger, seen by a witness.

The station core, courier and ledger are the product's; pad, patrons and server are played by hand
in one thread.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from broker.facts import Acknowledgement
from broker.requests import Answer, Describe, Description, Grant, Identify, Lend, Question, Reply
from broker.requests import Standing as MayBorrow
from broker.telemetry import OfflinePolicy, Presence, SettingsDesired
from broker.topics import Channel, Topic, parse, server_status
from broker.vocabulary import ActId, DeviceId, PatronId, Reason, Refusal, SiteId
from broker.wire import decode_ask, decode_entry, encode_reply, encode_snapshot
from devices.capabilities import TagUid
from kiosk.actions import Action
from kiosk.book import Book, Stage
from kiosk.courier import ANSWER_SECONDS, Courier
from kiosk.discretion import Discretion
from kiosk.dropbox.box import BoxConduct
from kiosk.equipment import Equipment
from kiosk.happenings import (
    Button,
    CardArrived,
    Happening,
    PadChanged,
    Problem,
    TagArrived,
    TagLeft,
    TagNotWritten,
    TagWritten,
    Touched,
)
from kiosk.ledger import Ledger
from kiosk.pad_seen import SETTLE_SECONDS
from kiosk.serving import KioskConduct
from kiosk.settings import ledger_path
from kiosk.station import Station
from tests.crash.witness import Witness
from tests.keys import SEALING
from tests.kiosk.clocks import HandClock
from tests.kiosk.things import DUE, item, uid

SITE, DEVICE = SiteId("binjai"), DeviceId("kios-01")
POLICY = OfflinePolicy(1000, 72, 7, "Asia/Jakarta", (6,), ())
DAY_SECONDS = 86_400.0
CARD_KEY = b"only in memory".ljust(32)
OWN = "station"  # the station's own folder, made at its first start
PATRONS = tuple(PatronId(f"KTA-{number:04}") for number in range(1, 8))


@dataclass
class Things:
    """What no power cut changes: where each tag lies, and which are released."""

    present: set[TagUid] = field(default_factory=set)
    released: set[TagUid] = field(default_factory=set)

    def hear(self, what: dict[str, Any]) -> None:
        """Takes in the witness's word about a tag."""
        if "tag" in what:
            tag = TagUid(bytes.fromhex(what["tag"]))
            for name, tags in (("lies", self.present), ("released", self.released)):
                if name in what:
                    (tags.add if what[name] else tags.discard)(tag)


class Watched:
    """A conduct whose every yes is seen at once: from here on a patron may have read it."""

    def __init__(self, conduct: KioskConduct | BoxConduct, witness: Witness) -> None:
        self.conduct = conduct
        self._witness = witness
        self._shown: set[ActId] = set()

    @property
    def busy(self) -> bool:
        return self.conduct.busy

    @property
    def books(self) -> tuple[Book, ...]:
        if isinstance(self.conduct, KioskConduct):
            return self.conduct.visit.books
        return self.conduct.box.books

    def hear(self, happening: Happening, now: float) -> tuple[Action, ...]:
        actions = self.conduct.hear(happening, now)
        for book in self.books:
            yes = book.stage in {Stage.LENT, Stage.RETURNED}
            if yes and book.act is not None and book.act not in self._shown:
                self._shown.add(book.act)
                self._witness.saw(shown=str(book.act))
        return actions


class Life:
    """One life of a station: from its start until the power goes or the day ends."""

    def __init__(
        self, folder: Path, things: Things, witness: Witness, life: int, *, in_bin: bool
    ) -> None:
        self.things = things
        self.witness = witness
        self.life = life
        self.clock = HandClock(f"boot-{life}")
        self.clock.wait(DAY_SECONDS * life)
        self.ledger = Ledger.open(ledger_path(str(folder)), SITE, DEVICE, f"install-{life}")
        self.courier = Courier((SITE, DEVICE), self.ledger, self.clock, self._publish, self._new_id)
        self.watched = Watched(BoxConduct() if in_bin else KioskConduct(), witness)
        discretion = Discretion(SEALING, CARD_KEY)
        equipment = Equipment(self.ledger, self.courier, discretion, self, self.clock, self._new_id)
        self.station = Station(self.watched, equipment, in_bin=in_bin)
        self.writes_fail = False
        self.answers: Callable[[Question], Answer | None] = yes_to_all
        self._ids = 0
        self._to_write: list[tuple[ActId, TagUid, bool]] = []
        self._unserved: list[tuple[str, bytes]] = []

    def start(self) -> None:
        """The pad shows what lies on it, and what an earlier life left open is settled."""
        self.station.hear(PadChanged(healthy=True))
        for tag in sorted(self.things.present):
            self._arrives(tag)
        self.wait(SETTLE_SECONDS)
        self.work()

    def connect(self, *, up: bool) -> None:
        self.courier.connection(up=up)
        if up:
            self._say_presence(Presence.ONLINE)
            settings = encode_snapshot(
                SettingsDesired(1, in_service=True, reason="", offline=POLICY)
            )
            self._say(Channel.SETTINGS_DESIRED, settings)
        self.station.tick()

    def wait(self, seconds: float) -> None:
        self.clock.wait(seconds)
        self.station.tick()

    def touch(self, *buttons: Button) -> None:
        for button in buttons:
            self.station.hear(Touched(button))

    def tap(self, patron: PatronId) -> None:
        self.station.hear(CardArrived(patron))

    def lay(self, number: int) -> None:
        self._now(tag=str(uid(number)), lies=True)
        self._arrives(uid(number))

    def drop(self, number: int) -> None:
        """A book that was borrowed elsewhere falls into the bin."""
        self._now(tag=str(uid(number)), lies=True, released=True)
        self._arrives(uid(number))

    def drop_nameless(self, number: int) -> None:
        tag = uid(number)
        self.station.hear(TagArrived(tag, None, Problem.UNREADABLE, secured=True))
        self.station.hear(TagLeft(tag))

    def lift(self, number: int) -> None:
        self._now(tag=str(uid(number)), lies=False)
        self.station.hear(TagLeft(uid(number)))

    def _now(self, **what: object) -> None:
        """So it is from here on, whatever the station knows of it."""
        self.things.hear(what)
        self.witness.saw(**what)

    def _arrives(self, tag: TagUid) -> None:
        number = int.from_bytes(tag.raw[3:], "big")
        secured = tag not in self.things.released
        self.station.hear(TagArrived(tag, item(number), None, secured))

    # The pad ------------------------------------------------------------------------------------

    def secure(self, act: ActId, uid: TagUid) -> None:
        self._to_write.append((act, uid, False))

    def release(self, act: ActId, uid: TagUid) -> None:
        self._to_write.append((act, uid, True))

    def work(self) -> None:
        """The pad writes what it was asked to, and says how that went."""
        while self._to_write:
            act, tag, released = self._to_write.pop(0)
            lies = tag in self.things.present
            if not lies or self.writes_fail:
                self.station.hear(TagNotWritten(act, lifted=not lies))
                continue
            self._now(tag=str(tag), released=released)
            self.station.hear(TagWritten(act))

    # The server ---------------------------------------------------------------------------------

    def serve(self) -> None:
        """Answers every ask and acknowledges every fact that was not seen to yet."""
        self.station.tick()
        while self._unserved:
            topic, payload = self._unserved.pop(0)
            match parse(topic).channel:
                case Channel.ASK:
                    self._reply(payload)
                case Channel.FACT:
                    entry = decode_entry(payload)
                    word = Acknowledgement(
                        entry.install, entry.seq, 0, resend=False, server_time=self.clock.wall()
                    )
                    self._say(Channel.ACK, encode_snapshot(word))
                case _:
                    pass

    def _reply(self, payload: bytes) -> None:
        ask = decode_ask(payload)
        answer = self.answers(ask.question)
        if answer is None:
            self.wait(ANSWER_SECONDS + 1)
        else:
            reply = Reply(ask.correlation, self.clock.wall(), answer)
            self._say(Channel.REPLY, encode_reply(reply))

    def _say(self, channel: Channel, payload: bytes) -> None:
        self.station.receive(str(Topic(SITE, DEVICE, channel)), payload)

    def _say_presence(self, presence: Presence) -> None:
        self.station.receive(server_status(SITE), presence.value.encode())

    def _publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        del retain
        match parse(topic).channel:
            case Channel.FACT:
                entry = decode_entry(payload)
                self.witness.saw(sent=str(entry.act), seq=entry.seq, payload=payload.decode())
            case Channel.ASK if isinstance(question := decode_ask(payload).question, Lend):
                self.witness.saw(asked=str(question.act))
            case _:
                pass
        self._unserved.append((topic, payload))

    def _new_id(self) -> str:
        self._ids += 1
        return f"life-{self.life}-{self._ids}"


def be_careless(engine: Engine, level: str) -> None:
    """From here on a COMMIT no longer waits for the disk: the control, which must lose."""
    pragma = f"PRAGMA synchronous = {level}"
    event.listen(engine, "checkout", lambda connection, *_: connection.execute(pragma))


def yes_to_all(question: Question) -> Answer:
    match question:
        case Identify():
            return MayBorrow(on_loan=0, remaining=3)
        case Describe(number):
            return Description(number, "Laskar Pelangi", "Andrea Hirata")
        case Lend(act):
            return Grant(act, DUE)
        case _:
            raise AssertionError(f"no station here asks {question}")


def no_loan(question: Question) -> Answer:
    return Refusal(Reason.LOAN_LIMIT) if isinstance(question, Lend) else yes_to_all(question)


def silence(question: Question) -> Answer | None:
    return None if isinstance(question, Lend) else yes_to_all(question)
