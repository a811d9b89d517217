"""A table of visits that shows every screen, full, empty and in trouble: for gallery and tests.

Pure. `NOW` is the monotonic second at which the table is looked at.
"""

from dataclasses import replace
from datetime import date
from typing import Final

from broker.appearance import Appearance, InWords
from broker.requests import Standing
from broker.vocabulary import ActId, ItemId, PatronId, Reason
from devices.capabilities import TagUid
from kiosk.book import Book, Stage
from kiosk.bounds import Capacity
from kiosk.happenings import Problem
from kiosk.house import House
from kiosk.touchscreen import errands, seldom
from kiosk.visit import IDLE_SECONDS, Letter, Page, Paper, Visit

NOW: Final = 1000.0
DUE: Final = date(2026, 11, 30)
LATER: Final = date(2026, 12, 7)
PATRON: Final = PatronId("KTA-0007")
_LONG_TITLE: Final = (
    "Sejarah Kota Binjai dan Kesultanan Deli dari Abad Ketujuh Belas sampai Masa Kini: "
    "Sebuah Bunga Rampai Penelitian, Jilid Kedua, Edisi Revisi"
)
TITLES: Final = (
    "Laskar Pelangi",
    "Bumi Manusia",
    _LONG_TITLE,
    "Cantik Itu Luka",
    "Ensiklopedia Burung Sumatra Bergambar untuk Anak",
    "Ronggeng Dukuh Paruk",
    "Al-Arba'in an-Nawawiyyah",
    "Pemrograman Python",
)
_READY: Final = Visit(
    since=NOW,
    started=True,
    pad_healthy=True,
    card_reader_healthy=True,
    online=True,
)
_NAMED: Final = replace(_READY, patron=PATRON, standing=Standing(on_loan=1, remaining=4))


def _uid(at: int) -> TagUid:
    return TagUid(bytes.fromhex("E004010015000000")[:7] + bytes([at]))


def _book(at: int, stage: Stage, **more: object) -> Book:
    plain = Book(
        _uid(at), ItemId(f"B{at + 12:05}"), stage, title=TITLES[at % len(TITLES)], patron=PATRON
    )
    return replace(plain, act=ActId(f"act-{at}"), **more)  # type: ignore[arg-type]  # its own fields


def _books(count: int, stage: Stage, **more: object) -> tuple[Book, ...]:
    return tuple(_book(at, stage, **more) for at in range(count))


_PROBLEMS: Final = (
    _book(0, Stage.STAFF, problem=Problem.UNREADABLE, item=None, title=""),
    _book(1, Stage.STAFF, problem=Problem.FOREIGN, item=None, title=""),
    _book(2, Stage.STAFF, problem=Problem.NOT_A_BOOK, item=None, title=""),
    _book(3, Stage.STAFF, problem=Problem.NOT_FOR_LOAN),
    _book(4, Stage.STAFF, problem=Problem.INCOMPLETE, missing=(2, 3), parts=3),
)
_REFUSED: Final = tuple(_book(at, Stage.REFUSED, reason=reason) for at, reason in enumerate(Reason))
_BORROW: Final = replace(_NAMED, page=Page.BORROW)
_RETURN: Final = replace(_READY, page=Page.RETURN)
_MIXED: Final = (
    _book(0, Stage.LENT, due=DUE, on_pad=False),
    _book(1, Stage.LENT, due=LATER),
    _book(2, Stage.REFUSED, reason=Reason.ON_LOAN_TO_OTHER),
    _PROBLEMS[0],
)


def _offline(visit: Visit) -> Visit:
    return replace(visit, online=False)


def _ending(visit: Visit, seconds: float) -> Visit:
    return replace(visit, since=NOW - IDLE_SECONDS + seconds)


def _holding(visit: Visit, *books: Book) -> Visit:
    return replace(visit, books=books)


_LENT: Final = _holding(_BORROW, *_books(3, Stage.LENT, due=DUE))
_LENT_OFFLINE: Final = _holding(
    _offline(_BORROW), *_books(3, Stage.LENT, due=DUE, provisional=True)
)

# An open book on a disc, 96 by 96 pixels.
_LOGO: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAAGAAAABgCAMAAADVRocKAAADAFBMVEX28OZ6H6L///8AAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAC9CzVfAAAAAXRSTlMAQObYZgAAAQ1JREFUeNrt2sEOgyAQRVEu///RTZMuqhUY1IuN"
    "MlvHOQuTNrwhpecUizJnn61QLXn8UYJgyeP3EqAKdJc9v0tgZ9nzowK4ArgCuAK4ArgCuAK4AsiCDYArgCzYALgC"
    "yIINgCwMBvLOkbkIrBvf1Tv8950GEFdK7eUvkBcVHL7RGgSKSLOtA1i/3u74BggCnxH1p1vCBC4H8AAmMIEJTOA5"
    "wPzDeQKQLCDdB0gOkAYCyQDShUD9BND3Q1c/xwaBYyf9BnBOWFEATo5bFoCVF+VoDnBFpHaD1NEPZv1o2Q/H/Xjf"
    "X1D4KxZ/SeSvufxFnb9qHLAs9de9AxbW/sp9wKWBEdceBlzcGHH15K/rBWWwIY9gmlkkAAAAAElFTkSuQmCC"
)
_GREETING: Final = InWords(
    "Pinjam sendiri, cepat dan mudah. Petugas kami siap membantu Anda.",
    "Borrow in a minute. Our staff are here to help you.",
)
# As long as the settings allow.
_LONGEST_NAME: Final = "Perpustakaan Umum Kabupaten Pangkajene Kepulauan"
_LOOK: Final = Appearance(
    _LONGEST_NAME,
    "7A1FA2",
    logo=_LOGO,
)
HOUSE: Final = House(
    "Perpustakaan Kota Binjai",
    (("id", "rak reservasi"), ("en", "the hold shelf")),
    typed_numbers=True,
    prints=True,
)
_PRINTS: Final = replace(_LENT, house=HOUSE, printer_healthy=True)
_MAILS: Final = replace(_PRINTS, standing=Standing(on_loan=1, remaining=4, mailable=True))
_LENDING: Final[dict[str, Visit]] = {
    "starting": Visit(),
    "welcome": _READY,
    "welcome-offline": _offline(_READY),
    "welcome-books": _holding(_READY, *_books(3, Stage.LISTED)),
    "welcome-leftovers": replace(_READY, leftovers=frozenset({_uid(1), _uid(2)})),
    "welcome-no-card-reader": replace(_offline(_READY), card_reader_healthy=False),
    "welcome-half-full": replace(
        _offline(_READY),
        capacity=Capacity.HALF_FULL,
        house=House(look=Appearance(_LONGEST_NAME)),
    ),
    "welcome-unchecked": replace(_READY, capacity=Capacity.UNCHECKED),
    "welcome-house": replace(_READY, house=House(look=_LOOK)),
    "welcome-words": replace(_READY, house=House(look=replace(_LOOK, welcome=_GREETING))),
    "card": replace(_READY, page=Page.CARD),
    "card-ending-offline": _ending(_offline(replace(_READY, page=Page.CARD)), 10),
    "card-no-reader": replace(_READY, page=Page.CARD, card_reader_healthy=False),
    "identifying": replace(_READY, page=Page.IDENTIFYING, patron=PATRON),
    "pad-empty": _BORROW,
    "pad-empty-leftovers": replace(_offline(_BORROW), leftovers=frozenset({_uid(1)})),
    "pad-1": _holding(_BORROW, *_books(1, Stage.LISTED)),
    "pad-3": _holding(_BORROW, *_books(3, Stage.LISTED)),
    "pad-8-over": _holding(_BORROW, *_books(8, Stage.LISTED)),
    "pad-3-ending-offline": _ending(_offline(_holding(_BORROW, *_books(3, Stage.LISTED))), 25),
    "pad-full": _holding(
        replace(_BORROW, standing=Standing(on_loan=5, remaining=0)), *_books(1, Stage.LISTED)
    ),
    "pad-untitled": _holding(
        _BORROW,
        _book(0, Stage.LISTED, title=""),
        *(_book(at, Stage.LISTED, title=title) for at, title in enumerate(errands.FOREIGN, 1)),
    ),
    "pad-problems": _holding(_BORROW, *_PROBLEMS[:-1]),
    "pad-incomplete": _holding(_BORROW, _PROBLEMS[-1], _book(0, Stage.LISTED)),
    "pad-more-after-lent": _holding(_BORROW, _book(0, Stage.LENT, due=DUE), _book(1, Stage.LISTED)),
    "lending": _holding(
        _BORROW,
        _book(0, Stage.LENT, due=DUE),
        _book(1, Stage.RELEASING, due=DUE),
        _book(2, Stage.ASKING),
    ),
    "put-back": _holding(
        _BORROW,
        *_books(2, Stage.LENT, due=DUE),
        _book(2, Stage.PUT_BACK, due=DUE, on_pad=False),
    ),
    "put-back-ending": _ending(
        _holding(_BORROW, _book(1, Stage.PUT_BACK, due=DUE, on_pad=False)), 25
    ),
    "result-3": _LENT,
    "result-1": _holding(_BORROW, *_books(1, Stage.LENT, due=DUE)),
    "result-8": _holding(_BORROW, *_books(8, Stage.LENT, due=DUE)),
    "result-offline": _LENT_OFFLINE,
    "result-mixed": _holding(_BORROW, *_MIXED),
    "result-mixed-ending": _ending(_holding(_BORROW, *_MIXED), 9),
    "result-refused": _holding(_BORROW, *_REFUSED),
    "return-empty": _RETURN,
    "return-empty-offline": replace(_offline(_RETURN), leftovers=frozenset({_uid(1)})),
    "return-busy": _holding(
        _RETURN, _book(0, Stage.RETURNED, patron=None), _book(1, Stage.SECURING, patron=None)
    ),
    "return-3": _holding(_RETURN, *_books(3, Stage.RETURNED, patron=None)),
    "return-8-offline": _holding(_offline(_RETURN), *_books(8, Stage.RETURNED, patron=None)),
    "return-lifted": _holding(
        _RETURN,
        _book(0, Stage.REFUSED, patron=None, problem=Problem.LIFTED),
        _book(1, Stage.RETURNED, patron=None, secured=False),
        _PROBLEMS[1],
    ),
    "return-foreign": _holding(_RETURN, _PROBLEMS[1]),
    "goodbye-3": replace(_LENT, page=Page.GOODBYE),
    "goodbye-mixed": _holding(replace(_BORROW, page=Page.GOODBYE), *_MIXED),
    "goodbye-returned": _holding(
        replace(_RETURN, page=Page.GOODBYE), *_books(2, Stage.RETURNED, patron=None)
    ),
    "goodbye-nothing": replace(_RETURN, page=Page.GOODBYE),
    "return-hold": replace(
        _holding(
            _RETURN,
            _book(0, Stage.RETURNED, patron=None, on_hold=True),
            _book(1, Stage.RETURNED, patron=None),
        ),
        house=HOUSE,
    ),
    "result-put-back": _holding(
        _BORROW,
        _book(0, Stage.LENT, due=DUE),
        _book(1, Stage.REFUSED, reason=Reason.TAG_NOT_WRITTEN, secured=False),
    ),
    "result-covered": _ending(_LENT, 20),
    "pad-hold-ready": replace(_BORROW, standing=Standing(on_loan=1, remaining=4, ready=2)),
    "welcome-card-left": replace(_READY, card_here=True),
    "goodbye-card-left": replace(_LENT, page=Page.GOODBYE, card_here=True),
    "goodbye-printing": replace(_LENT, page=Page.GOODBYE, house=HOUSE, paper=Paper.PRINTING),
    "goodbye-not-printed": replace(_PRINTS, page=Page.GOODBYE, paper=Paper.NOT_PRINTED),
    "goodbye-prints": replace(_PRINTS, page=Page.GOODBYE),
    "goodbye-no-printer": replace(_LENT, page=Page.GOODBYE, house=HOUSE),
    "goodbye-thanked": replace(_READY, page=Page.GOODBYE, thanked=True),
    "goodbye-mail": replace(_MAILS, page=Page.GOODBYE),
    "goodbye-sending": replace(_MAILS, page=Page.GOODBYE, letter=Letter.SENDING),
    "goodbye-sent": replace(
        _MAILS, page=Page.GOODBYE, paper=Paper.PRINTED, letter=Letter.SENT, thanked=True
    ),
    "goodbye-not-sent": replace(
        _MAILS, page=Page.GOODBYE, paper=Paper.NOT_PRINTED, letter=Letter.NOT_SENT
    ),
    "goodbye-no-address": replace(_MAILS, page=Page.GOODBYE, letter=Letter.NO_ADDRESS),
    "goodbye-sent-unknown": replace(_MAILS, page=Page.GOODBYE, letter=Letter.UNKNOWN),
    "code-3": replace(_LENT, page=Page.CODE),
    "code-8": replace(_holding(_BORROW, *_books(8, Stage.LENT, due=DUE)), page=Page.CODE),
    "out-ledger": _offline(replace(_READY, ledger_healthy=False)),
    "out-pad": replace(_READY, pad_healthy=False),
    "out-pad-after-lent": replace(_LENT, pad_healthy=False),
    "out-full": _offline(replace(_READY, capacity=Capacity.FULL)),
    "out-technician": replace(_READY, in_service=False),
} | {
    f"card-refused-{reason.value}": replace(_READY, page=Page.CARD_REFUSED, reason=reason)
    for reason in (
        Reason.UNKNOWN_CARD,
        Reason.MEMBERSHIP_EXPIRED,
        Reason.PATRON_BLOCKED,
        Reason.PATRON_SUSPENDED,
        Reason.OFFLINE_LIMIT,
        Reason.STATION_FULL,
        Reason.INTERRUPTED,
    )
}
_USUAL: Final = _LENDING | errands.states(_READY, _NAMED, HOUSE)
STATES: Final = _USUAL | seldom.states(_USUAL)
