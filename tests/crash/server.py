"""A server's day over its real SQLite journal, seen by a witness.

    python -m tests.crash.server FOLDER WITNESS --acts N --seed S [--careless LEVEL]

Migration, intake and the ingest loop are the product's; what stations say comes from a list, and
the line to them is not connected: what the loop would publish goes to the witness.
"""

import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

from sqlalchemy import Connection, insert

from broker.facts import (
    Acknowledgement,
    Entry,
    Fact,
    ItemLent,
    ItemReturned,
    LoanAbandoned,
    UnknownItemDropped,
)
from broker.mqtt import Address, Line, Received, Will
from broker.requests import Ask, Grant, Lend
from broker.telemetry import Birth, Kind
from broker.topics import Channel, Topic, parse
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, PatronId, Reason, SiteId
from broker.wire import decode_reply, decode_snapshot, encode_ask, encode_entry, encode_snapshot
from server.heard import Heard
from server.ingest import Ingest
from server.intake import Intake
from server.journal.database import open_engine, transaction
from server.journal.tables import item, loan_rule, member, title
from server.library import Library
from server.migrations import migrate
from tests.crash.station import be_careless
from tests.crash.witness import Witness
from tests.keys import OPENING, sealed, sealed_question
from tests.simulation.limits import BRANCH

SITE = SiteId("binjai")
DEVICES = tuple(DeviceId(name) for name in ("kios-01", "kios-02", "boks-01"))
PATRONS = tuple(PatronId(f"KTA-{number:04}") for number in range(1, 8))
ITEMS = tuple(ItemId(f"B{number:05}") for number in range(1, 60))
BEGINNING = 1_795_500_000.0
SPOILT = b'{"specversion": "1.0", "seq": %d, "install": "life"}'


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'server.db'}"


def intake() -> Intake:
    return Intake(Library(BRANCH, SITE), SITE, OPENING)


def furnish(connection: Connection) -> None:
    """Members, copies and rules, in the caller's transaction."""
    row = {"title": "Laskar Pelangi", "author": "Andrea Hirata", "publisher": "Bentang"}
    connection.execute(insert(title), [row | {"id": 1, "year": 2005, "call_number": "899.2"}])
    copy = {"title": 1, "collection": "circulating", "state": "present"}
    connection.execute(insert(item), [copy | {"barcode": str(barcode)} for barcode in ITEMS])
    person = {"card": None, "name": "Contoh", "kind": "umum", "expires": date(2030, 1, 1)}
    people = [person | {"number": patron.reveal(), "blocked": None} for patron in PATRONS]
    connection.execute(insert(member), people)
    rule = {"member_kind": "umum", "collection": "*", "item_limit": 50, "days": 7}
    connection.execute(insert(loan_rule), [rule])


class Correspondence:
    """What the stations of one day say, by chance, in the order the broker brings it."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._seqs = dict.fromkeys(DEVICES, 0)
        self._acts = 0

    def messages(self, acts: int) -> Iterator[Heard]:
        for device in DEVICES:
            birth = Birth(SITE, device, Kind.KIOSK, "0.1.0", "boot", "life", BEGINNING)
            yield Heard(str(Topic(SITE, device, Channel.BIRTH)), encode_snapshot(birth))
        for _ in range(acts):
            yield from self._act(self._random.choice(DEVICES))

    def _act(self, device: DeviceId) -> Iterator[Heard]:
        random = self._random
        self._acts += 1
        act = ActId(f"act-{self._acts}")
        copy, patron = random.choice(ITEMS), random.choice(PATRONS)
        due = date(2026, 12, 1)
        match random.randrange(8):
            case 0 | 1 | 2:
                yield self._ask(device, Lend(act, copy, patron))
                yield self._fact(device, act, ItemLent(copy, patron, due, provisional=False))
            case 3:
                yield self._ask(device, Lend(act, copy, patron))
                gave_up = LoanAbandoned(copy, patron, Reason.CANCELLED, secured=True)
                yield self._fact(device, act, gave_up)
            case 4:
                yield self._fact(device, act, ItemLent(copy, patron, due, provisional=True))
            case 5 | 6:
                yield self._fact(device, act, ItemReturned(copy, secured=random.random() < 0.9))
            case _ if random.random() < 0.3:
                self._seqs[device] += 1
                topic = str(Topic(SITE, device, Channel.FACT))
                yield Heard(topic, SPOILT % self._seqs[device])
            case _:
                yield self._fact(device, act, UnknownItemDropped(f"E0040100{self._acts:08X}"))

    def _fact(self, device: DeviceId, act: ActId, fact: Fact) -> Heard:
        self._seqs[device] += 1
        clock = self._random.choice((ClockState.SYNCHRONISED, ClockState.COASTING))
        at = Moment("boot", 60.0 * self._acts, BEGINNING + 60.0 * self._acts, clock)
        entry = Entry(act, SITE, device, "life", self._seqs[device], at, fact)
        return Heard(str(Topic(SITE, device, Channel.FACT)), encode_entry(sealed(entry)))

    def _ask(self, device: DeviceId, question: Lend) -> Heard:
        topic = str(Topic(SITE, device, Channel.ASK, "lend"))
        return Heard(
            topic, encode_ask(Ask(str(question.act), BEGINNING * 2, sealed_question(question)))
        )


class SeenLine(Line):
    """The ingest's line, seen by the witness instead of the stations."""

    witness: Witness
    messages: list[list[Heard]]
    taking: Ingest
    stop: threading.Event

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        del retain
        match parse(topic).channel:
            case Channel.ACK:
                word = decode_snapshot(payload, Acknowledgement)
                device = str(parse(topic).device)
                self.witness.saw(told=device, install=word.install, through=word.through)
            case Channel.REPLY:
                answer = decode_reply(payload).answer
                if isinstance(answer, Grant):
                    self.witness.saw(granted=str(answer.act))
            case _:
                pass

    def acknowledge(self, receipt: tuple[int, int, int]) -> None:
        _, left, _ = receipt
        if left == 0:
            self.next_batch()

    def next_batch(self) -> None:
        """The broker brings more, once all it brought before is acknowledged."""
        if not self.messages:
            self.stop.set()
            return
        batch = self.messages.pop(0)
        for left, heard in zip(reversed(range(len(batch))), batch, strict=True):
            receipt = (0, left, 1)
            self.taking.tell(Received(heard.topic, heard.payload, heard.retained, receipt))


def serve(folder: Path, witness: Witness, batches: list[list[Heard]], careless: str | None) -> None:
    """One start of the server, until everything was taken in."""
    engine = open_engine(database(folder))
    if careless:
        be_careless(engine, careless)
    stop = threading.Event()
    taking = Ingest(engine, intake(), lambda *_: b"", stop)
    nowhere = Address("127.0.0.1", 1)
    line = SeenLine(nowhere, "server", Will("none", b""), taking.tell, Random(1))
    line.witness, line.messages, line.taking, line.stop = witness, batches, taking, stop
    line.next_batch()
    taking.run(line, lambda: BEGINNING)
    engine.dispose()


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("witness", type=Path)
    parser.add_argument("--acts", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--careless", choices=["NORMAL", "OFF"], help="PRAGMA synchronous")
    options = parser.parse_args()
    random, witness = Random(options.seed), Witness(options.witness)
    migrate(database(options.folder))
    engine = open_engine(database(options.folder))
    with transaction(engine) as connection:
        furnish(connection)
    engine.dispose()
    witness.saw(furnished=True)
    messages = list(Correspondence(random).messages(options.acts))
    batches = []
    while messages:
        size = random.randint(1, 6)
        batches.append(messages[:size])
        del messages[:size]
    # A long life, so that the log of the database is folded back while it serves; and a short one.
    middle = len(batches) * 4 // 5
    for life in (batches[:middle], batches[middle:]):
        serve(options.folder, witness, life, options.careless)


if __name__ == "__main__":
    main()
