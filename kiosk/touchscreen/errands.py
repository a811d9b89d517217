"""States of everything a patron comes for besides borrowing and returning. Pure."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from broker.facts import FeedbackGiven, Rating, Topic
from broker.requests import Account, AccountOf, Borrowed, Find, Found, Hit, Waiting
from broker.vocabulary import ItemId, PatronId, Reason
from kiosk.happenings import Barcode
from kiosk.house import House
from kiosk.renewal import Renewal, Stage
from kiosk.visit import Call, Page, Visit

_DAY: Final = date(2026, 11, 30)
_LONG: Final = (
    "Sejarah Kota Binjai dan Kesultanan Deli dari Abad Ketujuh Belas sampai Masa Kini: "
    "Sebuah Bunga Rampai Penelitian, Jilid Kedua, Edisi Revisi"
)
FOREIGN: Final = ("红楼梦", "Tafsir الجلالين jilid 2")
"""Titles in letters of which the screen has none, or some."""

_LOANS: Final = tuple(
    Borrowed(ItemId(f"B{at:05}"), title, _DAY + timedelta(at), overdue=late, no_renewal=reason)
    for at, (title, late, reason) in enumerate(
        (
            ("Laskar Pelangi", True, None),
            ("Bumi Manusia", False, None),
            (_LONG, False, None),
            ("Cantik Itu Luka", False, Reason.ON_HOLD),
            ("Ronggeng Dukuh Paruk", False, Reason.NOT_RENEWABLE),
        )
    )
)
_HOLDS: Final = (
    Waiting("Ensiklopedia Burung Sumatra", 1, _DAY + timedelta(3)),
    Waiting("Pemrograman Python", 4, None),
)
_ACCOUNT: Final = Account(_LOANS, _HOLDS, 1, "", None)
_UNTITLED: Final = Account(
    tuple(replace(loan, title=title) for loan, title in zip(_LOANS, ("", *FOREIGN), strict=False)),
    (replace(_HOLDS[0], title=FOREIGN[0]),),
    1,
    "",
    None,
)
_BLOCKED: Final = Account(_LOANS[:2], (), 0, "Rp 5.000", Reason.PATRON_BLOCKED)
_NOTHING: Final = Account((), (), 5, "", None)
_HITS: Final = (
    Hit("Laskar Pelangi", "Andrea Hirata", "899.221 AND l · Lantai 2", 3, 2, None),
    Hit("Bumi Manusia", "Pramoedya Ananta Toer", "899.221 PRA b · Lantai 2", 2, 0, _DAY),
    Hit(_LONG, "", "959.812 SEJ s · Deposit", 1, 0, None),
)
_UNKNOWN: Final = replace(_HITS[0], available=0, known=False)
_FOREIGN: Final = replace(_UNKNOWN, title=FOREIGN[0], author="曹雪芹")
_MANY: Final = Found(52, (*_HITS, *_HITS, *_HITS, *_HITS, *_HITS, *_HITS, *_HITS[:2]))
_OPINION: Final = FeedbackGiven(Rating.GOOD, Topic.BOOKS, "")
_RENEWALS: Final = (
    Renewal(_LOANS[0].item, _DAY + timedelta(14), Stage.RENEWED),
    Renewal(_LOANS[1].item, _LOANS[1].due, Stage.REFUSED, Reason.ON_HOLD),
    Renewal(_LOANS[2].item, _LOANS[2].due, Stage.UNKNOWN),
)


def states(ready: Visit, named: Visit, house: House) -> dict[str, Visit]:
    """The table, from a machine that is `ready` and a patron who is `named`."""
    return _cards(replace(ready, house=house)) | _accounts(named) | _others(ready)


def _cards(ready: Visit) -> dict[str, Visit]:
    pin = replace(ready, page=Page.PIN, patron=PatronId("KTA-0007"))
    refused = replace(ready, page=Page.CARD_REFUSED)
    return {
        "card-for-account": replace(ready, page=Page.CARD, wish=Page.ACCOUNT),
        "number": replace(ready, page=Page.NUMBER),
        "number-typed": replace(ready, page=Page.NUMBER, typed="KTA-00"),
        "pin": pin,
        "pin-typed": replace(pin, typed="250912"),
        "pin-wrong": replace(pin, reason=Reason.WRONG_PIN),
        "pin-offline": replace(pin, online=False),
        "card-refused-pin-locked": replace(refused, reason=Reason.PIN_LOCKED),
    } | {f"card-refused-{kind.value}": replace(refused, barcode=kind) for kind in Barcode}


def _accounts(named: Visit) -> dict[str, Visit]:
    page = replace(named, page=Page.ACCOUNT, standing=None)
    account = replace(page, account=_ACCOUNT)
    asking = tuple(Renewal(loan.item, loan.due) for loan in _LOANS[:3])
    looking = AccountOf(PatronId("KTA-0007"))
    return {
        "account": account,
        "account-inside": replace(account, standing=named.standing),
        "account-offline": replace(account, online=False),
        "account-covered": replace(account, since=account.since - 40),
        "account-blocked": replace(page, account=_BLOCKED),
        "account-untitled": replace(page, account=_UNTITLED),
        "account-nothing": replace(page, account=_NOTHING),
        "account-renewing": replace(account, renewals=asking),
        "account-renewed": replace(account, renewals=_RENEWALS),
        "account-looking": replace(account, renewals=_RENEWALS, asked=looking),
        "goodbye-renewed": replace(account, page=Page.GOODBYE, renewals=_RENEWALS),
        "no-account": replace(page, reason=Reason.INTERRUPTED),
        "no-account-offline": replace(page, reason=Reason.INTERRUPTED, online=False),
    }


def _others(ready: Visit) -> dict[str, Visit]:
    typing = replace(ready, page=Page.SEARCH, typed="sejarah binjai")
    found = replace(typing, page=Page.FOUND, found=_MANY)
    opinion = replace(ready, opinion=_OPINION)
    called = replace(ready, helping=True, call=Call.STORED)
    return {
        "search": replace(ready, page=Page.SEARCH),
        "search-typed": typing,
        "search-offline": replace(typing, online=False, reason=Reason.INTERRUPTED),
        "search-elsewhere": replace(typing, reason=Reason.ASK_STAFF),
        "searching": replace(typing, asked=Find("sejarah binjai")),
        "found-3": replace(found, found=Found(3, _HITS)),
        "found-unknown": replace(found, found=Found(2, (_UNKNOWN, _FOREIGN))),
        "found-first": found,
        "found-last": replace(found, first=40, found=Found(52, _MANY.hits[:12])),
        "found-none": replace(found, found=Found(0, ())),
        "rate": replace(ready, page=Page.RATE),
        "topic": replace(opinion, page=Page.TOPIC),
        "words": replace(opinion, page=Page.WORDS),
        "words-typed": replace(opinion, page=Page.WORDS, typed="Buku anak ditambah, ya"),
        "help-calling": called,
        "help-reached": replace(called, call=Call.REACHED),
        "help-not-reached": replace(called, online=False),
        "help-lost": replace(called, call=Call.LOST),
    }
