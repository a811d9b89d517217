"""A whole station without threads: real ledger file and courier, a pad and a server by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from broker.appearance import PLAIN, Appearance
from broker.facts import Acknowledgement, Entry, Fact
from broker.fault_points import fault_point
from broker.requests import (
    Answer,
    Describe,
    Description,
    Grant,
    Identify,
    Lend,
    Question,
    Reply,
    Standing,
)
from broker.telemetry import OfflinePolicy, Presence, SettingsDesired
from broker.topics import Channel, Topic, parse, server_status
from broker.vocabulary import ActId, DeviceId, ItemId, Moment, SiteId
from broker.wire import decode_ask, decode_entry, encode_reply, encode_snapshot
from devices.capabilities import TagUid
from kiosk.courier import Courier
from kiosk.discretion import Bearer, Discretion
from kiosk.dropbox.box import BoxConduct
from kiosk.equipment import Equipment
from kiosk.happenings import PadChanged, TagArrived, TagLeft, TagNotWritten, TagWritten
from kiosk.ledger import Ledger, LedgerUnusable, Owed
from kiosk.pad_seen import SETTLE_SECONDS
from kiosk.recovery import OpenAct
from kiosk.serving import KioskConduct
from kiosk.station import PROBE_SECONDS, Station
from tests.keys import SEALING, opened, opened_question
from tests.kiosk.clocks import HandClock
from tests.kiosk.things import DUE, item, uid

SITE, KIOSK = SiteId("binjai"), DeviceId("kios-01")
CARD_KEY = b"only in memory".ljust(32)
POLICY = OfflinePolicy(2, 72, 7, "Asia/Jakarta", (), ())


class PowerCut(Exception):
    """The station lost its power at this very point."""


@dataclass
class Mains:
    """Cuts the power at the n-th point where it matters, or at one by name."""

    cut_at: int | str = 0
    passed: int = 0

    def point(self, name: str) -> None:
        self.passed += 1
        if self.cut_at in {self.passed, name}:
            raise PowerCut


@dataclass
class Things:
    """What no power cut changes: which tags lie there, and which are released.

    `lent_before` were released in an earlier week.
    """

    present: set[TagUid] = field(default_factory=set)
    released: set[TagUid] = field(default_factory=set)
    lent_before: frozenset[TagUid] = frozenset()


class BenchLedger(Ledger):
    """The real ledger; power may go on either side of a commit, and writes may be refused."""

    mains: Mains
    refuses: Callable[[str], bool]

    def intend(
        self, act: ActId, uid: TagUid, item: ItemId | None, bearer: Bearer | None, at: Moment
    ) -> None:
        self._before("intend")
        super().intend(act, uid, item, bearer, at)
        self.mains.point("intended")

    def releasing(self, act: ActId, due: date, *, provisional: bool) -> None:
        self._before("releasing")
        super().releasing(act, due, provisional=provisional)
        self.mains.point("releasing")

    def record(self, act: ActId, fact: Fact) -> Entry:
        self._before("record")
        entry = super().record(act, fact)
        self.mains.point("recorded")
        return entry

    def tell(self, act: ActId, fact: Fact, at: Moment) -> Entry:
        self._before("tell")
        entry = super().tell(act, fact, at)
        self.mains.point("told")
        return entry

    def forget(self, act: ActId) -> None:
        self._before("forget")
        super().forget(act)
        self.mains.point("forgotten")

    def remember(self, name: str, value: bytes) -> None:
        self._before("remember")
        super().remember(name, value)

    def open_acts(self) -> tuple[OpenAct, ...]:
        self._before("open_acts")
        return super().open_acts()

    def owed(self, limit: int) -> tuple[Owed, ...]:
        self._before("owed")
        return super().owed(limit)

    def debt(self) -> tuple[int, float | None]:
        self._before("debt")
        return super().debt()

    def loans_decided_alone(self, card: str) -> int:
        self._before("loans_decided_alone")
        return super().loans_decided_alone(card)

    def _before(self, what: str) -> None:
        self.mains.point(f"before {what}")
        if self.refuses(what):
            raise LedgerUnusable(f"the ledger was not written: {what}")


class Bench:
    """One life of a station; `Bench(..., things=old.things)` is the next life on the same disk.

    The pad answers in `work`, or at once when `prompt`; the server answers in `serve`.
    """

    def __init__(
        self,
        path: Path,
        *,
        things: Things | None = None,
        mains: Mains | None = None,
        life: int = 1,
        in_bin: bool = False,
        prompt: bool = False,
    ) -> None:
        self.path = path
        self.things = things or Things()
        self.mains = mains or Mains()
        self.life = life
        self.prompt = prompt
        self.clock = HandClock(f"boot-{life}")
        self.clock.seconds += 1000.0 * life
        self.ledger = BenchLedger.open_or_replace(path, SITE, KIOSK, f"install-{life}")
        self.ledger.mains = self.mains
        self.ledger.refuses = lambda _: False
        self.published: list[tuple[str, bytes]] = []
        self.unserved = 0
        self.ids = 0
        self.to_write: list[tuple[ActId, TagUid, bool]] = []
        self.pad_fails: Callable[[TagUid], bool] = lambda _: False
        self.courier = Courier((SITE, KIOSK), self.ledger, self.clock, self._publish, self._new_id)
        self.kiosk = KioskConduct()
        self.box = BoxConduct()
        conduct = self.box if in_bin else self.kiosk
        discretion = Discretion(SEALING, CARD_KEY)
        equipment = Equipment(self.ledger, self.courier, discretion, self, self.clock, self._new_id)
        self.station = Station(conduct, equipment, in_bin=in_bin)

    def _publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        del retain
        self.published.append((topic, payload))

    def _new_id(self) -> str:
        self.ids += 1
        return f"life-{self.life}-{self.ids}"

    # The pad ----------------------------------------------------------------------------------

    def secure(self, act: ActId, uid: TagUid) -> None:
        self._write(act, uid, released=False)

    def release(self, act: ActId, uid: TagUid) -> None:
        self._write(act, uid, released=True)

    def _write(self, act: ActId, uid: TagUid, *, released: bool) -> None:
        self.to_write.append((act, uid, released))
        if self.prompt:
            self.work()

    def work(self) -> "Bench":
        """The pad writes what it was asked to, and says how that went."""
        while self.to_write:
            act, tag, released = self.to_write.pop(0)
            self.mains.point("before the tag is written")
            fault_point("K5", "R2", "D4")
            if tag not in self.things.present or self.pad_fails(tag):
                lifted = tag not in self.things.present
                self.station.hear(TagNotWritten(act, lifted=lifted))
                continue
            (self.things.released.add if released else self.things.released.discard)(tag)
            self.mains.point("the tag is written")
            fault_point("K6", "R3")
            self.station.hear(TagWritten(act))
        return self

    def lay(self, *numbers: int) -> "Bench":
        for number in numbers:
            tag = uid(number)
            self.things.present.add(tag)
            secured = tag not in self.things.released
            self.station.hear(TagArrived(tag, item(number), None, secured))
        return self

    def lift(self, *numbers: int) -> "Bench":
        for number in numbers:
            self.things.present.discard(uid(number))
            self.station.hear(TagLeft(uid(number)))
        return self

    # Time and the server ------------------------------------------------------------------------

    def wait(self, seconds: float) -> "Bench":
        self.clock.wait(seconds)
        self.station.tick()
        return self

    def start(self) -> "Bench":
        """The pad is there and shows what lies on it; what was left open is settled."""
        self.station.hear(PadChanged(healthy=True))
        for tag in sorted(self.things.present):
            secured = tag not in self.things.released
            number = int.from_bytes(tag.raw[3:], "big")
            self.station.hear(TagArrived(tag, item(number), None, secured))
        self.wait(SETTLE_SECONDS)
        return self.work()

    def heal(self) -> "Bench":
        """The disk takes writes again, and the station has noticed."""
        self.ledger.refuses = lambda _: False
        return self.wait(PROBE_SECONDS).work().wait(PROBE_SECONDS).work()

    def say(self, channel: Channel, payload: bytes) -> None:
        self.station.receive(str(Topic(SITE, KIOSK, channel)), payload)

    def server_says(self, presence: Presence) -> None:
        self.station.receive(server_status(SITE), presence.value.encode())

    def connect(self) -> "Bench":
        self.courier.connection(up=True)
        self.server_says(Presence.ONLINE)
        self.station.tick()
        return self

    def disconnect(self) -> "Bench":
        self.courier.connection(up=False)
        self.station.tick()
        return self

    def order(
        self,
        policy: OfflinePolicy = POLICY,
        *,
        in_service: bool = True,
        look: Appearance = PLAIN,
        server_time: float | None = None,
    ) -> "Bench":
        """The server's settings, retained; a contact as well, by our clock or another."""
        settings = SettingsDesired(1, in_service, "", policy, house=look)
        self.say(Channel.SETTINGS_DESIRED, encode_snapshot(settings))
        now = self.clock.wall() if server_time is None else server_time
        word = Acknowledgement("nobody", 0, 0, resend=False, server_time=now)
        self.say(Channel.ACK, encode_snapshot(word))
        return self

    def serve(self, answer: Callable[[Question], Answer] | None = None) -> "Bench":
        """The server answers every ask and acknowledges every fact it has not seen to yet."""
        self.station.tick()
        while self.unserved < len(self.published):
            topic, payload = self.published[self.unserved]
            self.unserved += 1
            match parse(topic).channel:
                case Channel.ASK:
                    ask = decode_ask(payload)
                    said = (answer or always_yes)(opened_question(ask.question))
                    reply = Reply(ask.correlation, self.clock.wall(), said)
                    self.say(Channel.REPLY, encode_reply(reply))
                case Channel.FACT:
                    fault_point("K12", "R7")  # the broker's own receipt comes first
                    self.acknowledge(decode_entry(payload))
                case _:
                    pass
        return self

    def acknowledge(self, entry: Entry) -> None:
        """The server has committed all up to this entry."""
        now = self.clock.wall()
        word = Acknowledgement(entry.install, entry.seq, 0, resend=False, server_time=now)
        self.say(Channel.ACK, encode_snapshot(word))

    # What came of it ----------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """Every fact the station ever wrote, acknowledged or not."""
        with self.ledger._engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT payload FROM entry ORDER BY seq")
            return [decode_entry(payload) for (payload,) in rows]

    def facts(self) -> list[Fact]:
        """As the server reads them."""
        return [opened(entry).fact for entry in self.entries()]

    def cut(self) -> Things:
        """The power is gone: nothing is closed properly, and only disk and tags remain."""
        self.ledger.close()
        return self.things


def always_yes(question: Question) -> Answer:
    match question:
        case Identify():
            return Standing(on_loan=0, remaining=3)
        case Describe(number):
            return Description(number, "Laskar Pelangi", "Andrea Hirata")
        case Lend(number):
            return Grant(number, DUE)
        case _:
            raise AssertionError(f"a visit asks no {question}")
