"""One example of every message of the contract, made by `wire` itself: for documents and tests."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from broker.appearance import Appearance, InWords
from broker.facts import (
    Acknowledgement,
    Entry,
    Fact,
    FeedbackGiven,
    ItemLent,
    ItemReturned,
    LoanAbandoned,
    LoanRenewed,
    LoanUnconfirmed,
    Mark,
    MarkCount,
    Marked,
    Rating,
    ShelfWalked,
    StaffCalled,
    Topic,
    UnknownItemDropped,
)
from broker.receipts import ReceiptLine, ReceiptSent, SendReceipt, Transaction
from broker.requests import (
    Account,
    AccountOf,
    Answer,
    Ask,
    Borrowed,
    Describe,
    Description,
    Expired,
    Find,
    Found,
    Grant,
    Hit,
    Identify,
    Lend,
    Question,
    Renew,
    Reply,
    Standing,
    Waiting,
)
from broker.shelves import (
    Listed,
    ListShelf,
    ListShelves,
    ShelfList,
    ShelfSize,
    Shelves,
    Whereabouts,
)
from broker.staff_keys import StaffCards, card_hash
from broker.telemetry import (
    Birth,
    Component,
    Extent,
    Health,
    Kind,
    Mode,
    OfflinePolicy,
    PinAsked,
    Presence,
    SettingsDesired,
    SettingsReported,
    State,
)
from broker.topics import Channel
from broker.vocabulary import (
    ActId,
    Anchor,
    BootClock,
    ClockState,
    DeviceId,
    ItemId,
    Moment,
    PatronId,
    Reason,
    Refusal,
    SealedPatron,
    SealedSecret,
    SiteId,
    TimeSource,
)
from broker.wire import Snapshot, encode_ask, encode_entry, encode_reply, encode_snapshot

_STAFF_KEY: Final = bytes(range(16))
SITE: Final = SiteId("binjai")
DEVICE: Final = DeviceId("kios-01")
_INSTALL: Final = "4f1c9a52"
_BOOT: Final = "0d7c6a3e"
_NOON: Final = 1_790_000_000.0
_ACT: Final = ActId("kios-01-4f1c9a52-17")
_CORRELATION: Final = "5b0a77"
_ITEM: Final = ItemId("B00012")
_SHELF: Final = "circulating 800-899"
# KTA-0007, sealed to the key pair whose private half is the bytes 0, 1, 2 ... 31.
_PATRON: Final = SealedPatron(
    "sealed:wC8FxLO7SA5EYGy8LMWRim-UDmggIsoFIHjtK6pArVMYaa485Gdp3Sbpy6jKf8awoQ-AXOzc3e26iscR2q9V"
    "Dwu5AHSQ3S94mH_3xzfN1WsCegIsKfMmz-tpHUDRAwnyZxXFqxr1iYXDpPnyWIviHA"
)
# 1234, sealed to the same key.
_PIN: Final = SealedSecret(
    "secret:LdamacxEQtSGcX3LxNt0zwyW4MMXDY84r8pN6oOrd04rIotlM4j5Rb7SX_so1RidKbYKlSXMNnkvbrOMSmJt"
    "noGPVq7jGQ8lj8r_jwuWgB2E9ggWO64q8-68X1xv4e39Q_VlApSdlwehcC0FgyzUzrRqeB661N6AzpgPaTL9Wr1BxIE4"
    "x5gmoIHv20cGodgpGEolnLVDEgNmfBVYEZjNeK0X-T6dotD5Oi7ufvrusYkc6zG3OT12cP_fnMcYMxy9crJn-_dpbyrx"
    "40QmLlAqfNW7XJJqIiXwMu4Eqloa9P2VbVmRkhnvDqxWZmEOIEdbPZc3-vP-AccCp_2JqDlZ_8i5CbX4wC4Cr8qH0XJP"
    "1sTl_fX4qHZZkx17tyv0_YziG1oNVG2UJZDKeJJeGzaxJA"
)
_DUE: Final = date(2026, 9, 28)
_ANCHOR: Final = Anchor(62.5, _NOON - 9058, TimeSource.NTP, 0.04)

_FACTS: Final[tuple[Fact, ...]] = (
    ItemLent(_ITEM, _PATRON, _DUE, provisional=False),
    LoanAbandoned(_ITEM, _PATRON, Reason.TAG_NOT_WRITTEN, secured=True),
    LoanUnconfirmed(_ITEM, _PATRON, _DUE),
    LoanRenewed(_ITEM, _PATRON, _DUE),
    ItemReturned(_ITEM, secured=True),
    UnknownItemDropped("E004010203040506"),
    FeedbackGiven(Rating.GOOD, Topic.SPEED, "Cepat sekali."),
    StaffCalled("borrow"),
    ShelfWalked(
        walk=ActId("kios-01-4f1c9a52-w3"),
        shelf=_SHELF,
        part=1,
        parts=1,
        counts=(
            MarkCount(Mark.MISSING, 1),
            MarkCount(Mark.MISPLACED, 1),
            MarkCount(Mark.FOUND, 215),
        ),
        marked=(
            Marked(_ITEM, (Mark.MISSING,)),
            Marked(ItemId("B00090"), (Mark.MISPLACED,), ItemId("B00019")),
        ),
    ),
)
_QUESTIONS: Final[tuple[Question, ...]] = (
    Identify(_PATRON),
    AccountOf(_PATRON, _PIN),
    Describe(_ITEM),
    Lend(_ACT, _ITEM, _PATRON),
    Renew(_ACT, _ITEM, _PATRON),
    Find("laskar hirata"),
    SendReceipt(_ACT, _PATRON, "id", (ReceiptLine(_ITEM, Transaction.LENT, _DUE),)),
    ListShelves(),
    ListShelf(_SHELF, ItemId("B00011")),
)
_ANSWERS: Final[tuple[Answer, ...]] = (
    Standing(on_loan=1, remaining=2, ready=1, mailable=True),
    Account(
        loans=(Borrowed(_ITEM, "Laskar Pelangi", _DUE, overdue=False, no_renewal=Reason.ON_HOLD),),
        holds=(Waiting("Bumi Manusia", 1, _DUE),),
        remaining=2,
        owed="Rp 5.000",
        bar=None,
    ),
    Description(_ITEM, "Laskar Pelangi", "Andrea Hirata", on_hold=True),
    Grant(_ACT, _DUE),
    Found(1, (Hit("Laskar Pelangi", "Andrea Hirata", "813 HIR l, umum", 2, 0, _DUE),)),
    ReceiptSent(_ACT),
    Shelves(12, (ShelfSize(_SHELF, 217),)),
    ShelfList(217, (Listed(_ITEM, "813 HIR l", "Laskar Pelangi", Whereabouts.ON_LOAN),)),
    Refusal(Reason.LOAN_LIMIT),
    Expired(),
)
_SNAPSHOTS: Final[tuple[tuple[Channel, Snapshot], ...]] = (
    (
        Channel.BIRTH,
        Birth(
            SITE,
            DEVICE,
            Kind.KIOSK,
            "0.1.0",
            _BOOT,
            _INSTALL,
            _NOON,
            Extent(3, 19, 17),
            (BootClock(7, "91e5d0aa", 30400.0, ()), BootClock(8, _BOOT, 9080.5, (_ANCHOR,))),
        ),
    ),
    (
        Channel.STATE,
        State(
            boot=_BOOT,
            at=_NOON,
            mode=Mode.DEGRADED,
            mode_since=_NOON - 300,
            reason="",
            components=(
                Component("pad", Health.OK, "", _NOON - 9000),
                Component("card-reader", Health.ERROR, "unplugged", _NOON - 300),
            ),
            unsent=2,
            oldest_unsent=_NOON - 40,
            monotonic=9120.5,
            anchors=(_ANCHOR,),
        ),
    ),
    (Channel.ACK, Acknowledgement(_INSTALL, 17, 12, resend=False, server_time=_NOON)),
    (
        Channel.SETTINGS_DESIRED,
        SettingsDesired(
            version=3,
            in_service=True,
            reason="",
            offline=OfflinePolicy(5, 72, 7, "Asia/Jakarta", (6,), (date(2026, 8, 17),)),
            pin=PinAsked.ACCOUNT,
            staff=StaffCards(_STAFF_KEY.hex(), (card_hash(PatronId("PTG-01"), _STAFF_KEY),)),
            house=Appearance(
                "Perpustakaan Kota Binjai",
                "12483F",
                InWords("Pinjam sendiri, cepat dan mudah."),
                InWords("Taruh di rak reservasi.", "Put it on the hold shelf."),
            ),
        ),
    ),
    (Channel.SETTINGS_REPORTED, SettingsReported(3, "")),
)


@dataclass(frozen=True, slots=True)
class Example:
    """`message` as it travels on `channel`; presence is plain text, all else JSON."""

    channel: Channel
    message: Fact | Question | Answer | Snapshot | Presence
    payload: bytes


def examples() -> tuple[Example, ...]:
    """Every message once, in the order of a station's day."""
    at = Moment(_BOOT, 9120.5, _NOON, ClockState.SYNCHRONISED, 0.04)
    entries = [Entry(_ACT, SITE, DEVICE, _INSTALL, 17, at, fact) for fact in _FACTS]
    asks = [Ask(_CORRELATION, _NOON + 3.0, question) for question in _QUESTIONS]
    replies = [Reply(_CORRELATION, _NOON, answer) for answer in _ANSWERS]
    return (
        Example(Channel.STATUS, Presence.ONLINE, Presence.ONLINE.value.encode()),
        *(Example(on, snapshot, encode_snapshot(snapshot)) for on, snapshot in _SNAPSHOTS),
        *(Example(Channel.ASK, ask.question, encode_ask(ask)) for ask in asks),
        *(Example(Channel.REPLY, reply.answer, encode_reply(reply)) for reply in replies),
        *(Example(Channel.FACT, entry.fact, encode_entry(entry)) for entry in entries),
    )
