"""Words for telling what happened in a library: entries, their bytes, and a small stock."""

from dataclasses import replace
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from broker import wire
from broker.facts import (
    Entry,
    Fact,
    ItemLent,
    ItemReturned,
    LoanAbandoned,
    LoanRenewed,
    LoanUnconfirmed,
    UnknownItemDropped,
)
from broker.kinds import kind_of
from broker.requests import Ask, Identify, Lend, Question
from broker.topics import Channel, Topic
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, PatronId, Reason, SiteId
from server.heard import Heard
from server.intake import Intake
from server.journal.journal import Received
from server.journal.tables import item, loan_rule, member, title
from server.library import Library
from server.settings import Branch
from tests.keys import OPENING, sealed, sealed_question

SITE: Final = SiteId("binjai")
KIOSK: Final = DeviceId("kios-01")
DROP_BOX: Final = DeviceId("kotak-01")
INSTALL: Final = "install-1"
NOON: Final = 1_795_500_000.0  # Tue 24 Nov 2026, 05.00 UTC, 12.00 WIB
DUE: Final = date(2026, 12, 1)
MEDAN: Final = Branch(ZoneInfo("Asia/Jakarta"))
BOOK: Final = ItemId("B00001")
OTHER_BOOK: Final = ItemId("B00002")
SITI: Final = PatronId("KTA-1")
BUDI: Final = PatronId("KTA-2")
STRANGER: Final = PatronId("04AABBCCDDEEFF")


def entry(seq: int, fact: Fact, device: DeviceId = KIOSK, install: str = INSTALL) -> Entry:
    """The seq-th entry of a ledger, seq minutes after noon by a good clock."""
    at = Moment("boot-1", 60.0 * seq, NOON + 60.0 * seq, ClockState.SYNCHRONISED)
    return Entry(ActId(f"{device}/{install}/{seq}"), SITE, device, install, seq, at, fact)


def at(one: Entry, moment: Moment) -> Entry:
    return replace(one, at=moment)


def lent(patron: PatronId = SITI, book: ItemId = BOOK, *, provisional: bool = False) -> ItemLent:
    return ItemLent(book, patron, DUE, provisional)


def unconfirmed(patron: PatronId = SITI, book: ItemId = BOOK) -> LoanUnconfirmed:
    return LoanUnconfirmed(book, patron, DUE)


def renewed(
    patron: PatronId = SITI, book: ItemId = BOOK, due: date = date(2026, 12, 8)
) -> LoanRenewed:
    return LoanRenewed(book, patron, due)


def returned(book: ItemId = BOOK, *, secured: bool = True) -> ItemReturned:
    return ItemReturned(book, secured)


def dropped(tag: str = "E004010203040506") -> UnknownItemDropped:
    return UnknownItemDropped(tag)


def abandoned(
    patron: PatronId = SITI, book: ItemId = BOOK, *, secured: bool = True
) -> LoanAbandoned:
    return LoanAbandoned(book, patron, Reason.CANCELLED, secured)


def heard(one: Entry) -> Heard:
    """The entry as the broker delivers it."""
    return Heard(str(Topic(one.site, one.device, Channel.FACT)), wire.encode_entry(sealed(one)))


def received(one: Entry) -> Received:
    """The entry as intake hands it to the journal: opened, with the bytes that said it."""
    return Received(one, heard(one).topic, heard(one).payload)


def asked(question: Question, *, expires: float = NOON + 3600, device: DeviceId = KIOSK) -> Heard:
    """The question as the broker delivers it."""
    topic = Topic(SITE, device, Channel.ASK, kind_of(question))
    return Heard(str(topic), wire.encode_ask(Ask("c1", expires, sealed_question(question))))


def lend(act: str, patron: PatronId = SITI, book: ItemId = BOOK) -> Lend:
    return Lend(ActId(act), book, patron)


def identify(patron: PatronId = SITI) -> Identify:
    return Identify(patron)


def intake() -> Intake:
    return Intake(Library(MEDAN, SITE), SITE, OPENING)


def stock(connection: Connection) -> None:
    """Two members and a handful of books: B00001 to B00005, B00008 reference, B00009 withdrawn."""
    connection.execute(
        insert(member),
        [
            {"number": number, "card": card, "name": name, "kind": "umum", "expires": expires,
             "blocked": blocked}
            for number, card, name, expires, blocked in (
                ("KTA-1", "0411223344AA80", "Siti", date(2027, 1, 1), None),
                ("KTA-2", None, "Budi", date(2027, 1, 1), None),
                ("KTA-3", None, "Rina", date(2026, 11, 23), None),
                ("KTA-4", None, "Togar", date(2027, 1, 1), "book not replaced"),
            )
        ],
    )  # fmt: skip
    connection.execute(
        insert(title),
        [{"id": 1, "title": "Laskar Pelangi", "author": "Andrea Hirata", "publisher": "Bentang",
          "year": 2005, "call_number": "899.221 3 HIR l"}],
    )  # fmt: skip
    connection.execute(
        insert(item),
        [
            {
                "barcode": f"B0000{number}",
                "title": 1,
                "collection": "reference" if number == 8 else "circulating",
                "state": "withdrawn" if number == 9 else "present",
            }
            for number in (1, 2, 3, 4, 5, 8, 9)
        ],
    )
    connection.execute(
        insert(loan_rule),
        [
            {"member_kind": "umum", "collection": "*", "item_limit": 3, "days": 7},
            {"member_kind": "umum", "collection": "reference", "item_limit": 0, "days": 0},
        ],
    )
