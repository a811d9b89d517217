"""A library in the middle of its day, told through the server's own ear, and its web server."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert

from broker import wire
from broker.facts import (
    Entry,
    Fact,
    ItemLent,
    ItemReturned,
    LoanAbandoned,
    LoanUnconfirmed,
    UnknownItemDropped,
)
from broker.telemetry import Birth, Component, Health, Kind, Mode, State
from broker.topics import Channel, Topic
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, PatronId, Reason, SiteId
from server.heard import Heard
from server.intake import Intake
from server.journal.database import transaction
from server.journal.tables import item, marker, member, title
from server.library import Library
from server.settings import Branch
from server.web.app import create_app
from server.web.serve import WebServer
from tests.keys import OPENING, sealed

ZONE: Final = ZoneInfo("Asia/Jakarta")
SITE: Final = SiteId("binjai")
NOON: Final = 1_795_496_400.0  # Tue 24 Nov 2026, 05.00 UTC, 12.00 WIB
DUE: Final = date(2026, 12, 1)
KIOSK: Final = DeviceId("kios-01")
OTHER_KIOSK: Final = DeviceId("kios-02")
CLOSED_KIOSK: Final = DeviceId("kios-03")
DROP_BOX: Final = DeviceId("kotak-01")
CARD: Final = PatronId("1275016512090003")
STRANGER: Final = PatronId("04A1B2C3D4E5F6")
NAME: Final = "Nurhaliza"
SECRETS: Final = (CARD.reveal(), STRANGER.reveal(), NAME, "KTA-4711", "E0049A3300017788")
LONG_TITLE: Final = (
    "Mempertanggungjawabkanketidaksinambungan perpustakaan: sebuah telaah yang sangat panjang "
    "tentang layanan sirkulasi mandiri di kota-kota kecil Sumatera Utara sejak 1945"
)


def entry(
    seq: int, fact: Fact, device: DeviceId = KIOSK, clock: ClockState = ClockState.SYNCHRONISED
) -> Entry:
    """The seq-th fact of a device's ledger, as many minutes before noon as hundred less seq."""
    when = NOON - 60.0 * (100 - seq)
    at = Moment("boot-1", 60.0 * seq, when, clock)
    return Entry(ActId(f"{device}-{seq}"), SITE, device, f"install-{device}", seq, at, fact)


def heard(one: Entry) -> Heard:
    topic = Topic(one.site, one.device, Channel.FACT)
    return Heard(str(topic), wire.encode_entry(sealed(one)))


def says(device: DeviceId, channel: Channel, payload: bytes) -> Heard:
    return Heard(str(Topic(SITE, device, channel)), payload)


def state(
    device: DeviceId,
    mode: Mode = Mode.IN_SERVICE,
    *ill: Component,
    reason: str = "",
    unsent: int = 0,
    oldest: float | None = None,
) -> Heard:
    """The device's own account of itself just before noon."""
    whole = State("boot-1", NOON - 5, mode, NOON - 14_400, reason, ill, unsent, oldest)
    return says(device, Channel.STATE, wire.encode_snapshot(whole))


def arrives(device: DeviceId, kind: Kind) -> tuple[Heard, ...]:
    """What a device says when it connects."""
    birth = Birth(SITE, device, kind, "0.1.0", "boot-1", f"install-{device}", NOON - 14_500)
    return (
        says(device, Channel.STATUS, b"online"),
        says(device, Channel.BIRTH, wire.encode_snapshot(birth)),
    )


def lent(book: str, patron: PatronId = CARD, *, provisional: bool = False) -> ItemLent:
    return ItemLent(ItemId(book), patron, DUE, provisional)


def returned(book: str, *, secured: bool = True) -> ItemReturned:
    return ItemReturned(ItemId(book), secured)


def tell(engine: Engine, *messages: Heard, now: float = NOON) -> None:
    """The server hears these messages at `now` and commits."""
    with transaction(engine) as connection:
        Intake(Library(Branch(ZONE), SITE), SITE, OPENING).digest(connection, messages, now)


def stock(engine: Engine) -> None:
    """One member and five copies, B00001 to B00005; B00003 has a title without end."""
    names = ("Laskar Pelangi", "Bumi Manusia", LONG_TITLE, "Cantik Itu Luka", "حكايات من آچيه")
    words = {"author": "A", "publisher": "P", "year": 2005, "call_number": "899"}
    with transaction(engine) as connection:
        connection.execute(
            insert(member).values(
                number="KTA-4711",
                card=CARD.reveal(),
                name=f"Siti {NAME}",
                kind="umum",
                expires=date(2028, 1, 1),
            )
        )
        for number, name in enumerate(names, 1):
            connection.execute(insert(title).values(id=number, title=name, **words))
            copy = {"barcode": f"B0000{number}", "title": number}
            connection.execute(insert(item).values(**copy, collection="c", state="present"))


def mark_as_sample(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(marker).values(name="sample", content="loaded"))


def busy_day(engine: Engine) -> None:
    """Four devices, one of each status; every kind of fact; tasks, and messages set aside."""
    stock(engine)
    mark_as_sample(engine)
    tell(engine, *arrives(KIOSK, Kind.KIOSK), now=NOON - 14_500)
    tell(engine, *arrives(OTHER_KIOSK, Kind.KIOSK), now=NOON - 14_400)
    tell(engine, *arrives(CLOSED_KIOSK, Kind.KIOSK), now=NOON - 14_300)
    tell(engine, *arrives(DROP_BOX, Kind.DROP_BOX), now=NOON - 14_200)
    tell(engine, *map(heard, MORNING), now=NOON - 60)
    tell(engine, says(DROP_BOX, Channel.STATUS, b"offline"), now=NOON - 1800)
    pad = Component("pad", Health.ERROR, "unplugged", NOON - 900)
    link = Component("server", Health.WARNING, "silent", NOON - 900)
    gripper = Component("sorter-arm", Health.WARNING, "stiff", NOON - 900)
    tell(
        engine,
        state(KIOSK, Mode.IN_SERVICE),
        state(OTHER_KIOSK, Mode.DEGRADED, link, gripper, unsent=12, oldest=NOON - 1200),
        state(CLOSED_KIOSK, Mode.OUT_OF_SERVICE, pad, reason="reader does not answer"),
        says(KIOSK, Channel.FACT, b'{"specversion": "2.0", "id": "1275016512090003"}'),
        says(OTHER_KIOSK, Channel.STATUS, CARD.reveal().encode()),
        Heard("sirkula/v1/medan/kios-09/status", b"online"),
    )


MORNING: Final = (
    entry(1, lent("B00001")),
    entry(2, lent("B00002", provisional=True)),
    entry(3, lent("B00003", STRANGER)),
    entry(4, LoanAbandoned(ItemId("B00004"), CARD, Reason.TAG_NOT_WRITTEN, secured=False)),
    entry(5, LoanAbandoned(ItemId("B00004"), CARD, Reason.PATRON_BLOCKED, secured=True)),
    entry(6, LoanUnconfirmed(ItemId("B00005"), CARD, DUE)),
    entry(7, returned("B00001")),
    entry(1, returned("B00002", secured=False), DROP_BOX),
    entry(2, UnknownItemDropped("E0049A3300017788"), DROP_BOX),
    entry(3, returned("B99999"), DROP_BOX, ClockState.UNKNOWN),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the web server said; header names in small letters."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a browser, more or less."""

    port: int

    def get(self, path: str, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(
                "GET",
                path,
                headers={name.replace("_", "-"): text for name, text in headers.items()},
            )
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, fields, response.read().decode())
        finally:
            connection.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Open:
    """A running web server: whom to ask, and how to end it."""

    visitor: Visitor
    server: WebServer
    thread: threading.Thread


@contextmanager
def opened(engine: Engine, port: int = 0) -> Iterator[Open]:
    """A real web server on a free loopback port, at noon for ever."""
    server = WebServer(create_app(engine, ZONE, lambda: NOON), "127.0.0.1", port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Open(Visitor(server.port), server, thread)
    finally:
        server.stop()
        thread.join(timeout=10)
        assert not thread.is_alive(), "the web server did not end"
