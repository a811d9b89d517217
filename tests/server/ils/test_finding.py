"""A station's search where the library has a system of its own: who answers, who never waits."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, insert

from broker.requests import Answer, Ask, Describe, Description, Find, Found, Hit, Question
from broker.vocabulary import DeviceId, ItemId, Reason, Refusal
from server import search
from server.ils.clerk import Clerk
from server.ils.finding import Finding
from server.ils.library import SystemLibrary
from server.ils.port import Ability, Capabilities, ItemRecord, NothingSent, Refused
from server.ils.worker import Records, Worker
from server.journal.database import transaction
from server.journal.tables import item, title
from tests.ils.cases import FREE, NOW
from tests.ils.ledger import LOAN_DAYS, TITLES, TODAY, small_library
from tests.ils.shelf import Shelf
from tests.ils.wild import Koha
from tests.server.ils.house import house
from tests.server.stories import KIOSK, MEDAN, SITE

OTHER_KIOSK = DeviceId("kiosk-02")
UNTIL = TODAY.replace(month=12, day=7)
assert (UNTIL - TODAY).days == LOAN_DAYS


def bring_in(connection: Connection) -> None:
    """As `sirkula-server import` does it: the same items that the system has."""
    words = {"author": "Penulis", "publisher": "", "year": None, "call_number": "813"}
    for number, name in enumerate(TITLES, 1):
        connection.execute(insert(title), {"id": number, "title": name, **words})
        copy = {"barcode": f"ID00000{number}", "collection": "umum", "state": "present"}
        connection.execute(insert(item), copy | {"title": number})
    search.index(connection, range(1, len(TITLES) + 1))


def test_what_was_imported_is_found_with_what_the_system_says_of_it_now(engine: Engine) -> None:
    with transaction(engine) as connection:
        bring_in(connection)
    with house(engine, Koha) as one:
        here = Hit("Café di Ujung Jalan", "Penulis", "813, umum", 1, 1, None)
        away = Hit("Sang Pemimpi", "Penulis", "813, umum", 1, 0, UNTIL)
        assert one.ask(Find("cafe")) == Found(1, (here,))
        assert one.ask(Find("pemimpi")) == Found(1, (away,))
        one.ledger.take_back("ID000006")
        back = replace(away, available=1, due=None)
        assert one.ask(Find("pemimpi")) == Found(1, (back,))


def test_where_nothing_was_imported_the_desk_is_asked(engine: Engine) -> None:
    with house(engine, Koha) as one:
        assert one.ask(Find("cafe")) == Refusal(Reason.ASK_STAFF)


class Away(Shelf):
    """It is not searched, and after so many items it tells of none any more."""

    told = 3

    def capabilities(self) -> Capabilities:
        able = super().capabilities().able - {Ability.SEARCH}
        return Capabilities(able, frozenset())

    def item(self, item: ItemId) -> ItemRecord | Refused:
        self.told -= 1
        if self.told < 0:
            raise NothingSent("the library has closed")
        return super().item(item)


@pytest.mark.parametrize(
    ("pressing_after", "told"), [(9, 3), (1, 1), (0, 0)], ids=["broken off", "one", "at once"]
)
def test_of_what_was_not_asked_it_is_said_that_nobody_knows(
    engine: Engine, pressing_after: int, told: int
) -> None:
    with transaction(engine) as connection:
        bring_in(connection)
    shelf = Away(small_library())
    asked = iter(range(100))
    finding = Finding(engine, shelf, lambda: next(asked) >= pressing_after, lambda: NOW)
    found = finding.find(Find("penulis"))
    assert isinstance(found, Found)
    assert [hit.known for hit in found.hits] == [True] * told + [False] * (6 - told)
    assert {hit.available for hit in found.hits[told:]} == {0}


class SlowCatalogue(Shelf):
    """A search lasts until it is let go; `at_once` is how many there ever were at the same time."""

    def __init__(self) -> None:
        super().__init__(small_library())
        self.begun, self.let_go = threading.Semaphore(0), threading.Semaphore(0)
        self.words: list[str] = []
        self.now, self.at_once = 0, 0

    def find(self, asked: Find) -> Found | Refused:
        self.words.append(asked.words)
        self.now += 1
        self.at_once = max(self.at_once, self.now)
        self.begun.release()
        self.let_go.acquire()
        self.now -= 1
        return super().find(asked)


class Stations:
    """One thread for all but searches; what each station heard, by correlation."""

    def __init__(self, engine: Engine, shelf: Shelf) -> None:
        self.library = SystemLibrary(MEDAN, SITE, 7)
        self.heard: dict[str, Answer] = {}
        self._start, self._changed = time.monotonic(), threading.Condition()
        records = Records(engine, Clerk(), self.library)
        self.worker = Worker(records, shelf, self._say, self.now, threading.Event())

    def now(self) -> float:
        return NOW + time.monotonic() - self._start

    def ask(
        self, correlation: str, question: Question, device: DeviceId = KIOSK, within: float = 3.0
    ) -> None:
        ask = Ask(correlation, self.now() + within, question)
        self.library.asks.add(device, ask, self.now())
        self.worker.stir()

    def hears(self, correlation: str) -> Answer | None:
        with self._changed:
            self._changed.wait_for(lambda: correlation in self.heard, 5.0)
            return self.heard.get(correlation)

    def _say(self, _: DeviceId, correlation: str, answer: Answer, __: float) -> None:
        with self._changed:
            self.heard[correlation] = answer
            self._changed.notify_all()


@contextmanager
def stations(engine: Engine, shelf: SlowCatalogue) -> Iterator[Stations]:
    one = Stations(engine, shelf)
    one.worker.start(1)
    yield one
    for _ in range(20):
        shelf.let_go.release()
    one.worker.join()


def test_nobody_waits_for_a_search_but_who_asked_for_it(engine: Engine) -> None:
    shelf = SlowCatalogue()
    with stations(engine, shelf) as one:
        one.ask("search", Find("cafe"))
        assert shelf.begun.acquire(timeout=5)
        one.ask("item", Describe(FREE), OTHER_KIOSK)
        assert isinstance(one.hears("item"), Description)
        assert "search" not in one.heard
        shelf.let_go.release()
        assert isinstance(one.hears("search"), Found)


def test_there_is_one_search_at_a_time_and_each_station_has_one_waiting(engine: Engine) -> None:
    shelf = SlowCatalogue()
    with stations(engine, shelf) as one:
        one.ask("first", Find("cafe"))
        assert shelf.begun.acquire(timeout=5)
        for number in range(5):
            one.ask(f"typed-{number}", Find(f"kata {number}"))
            one.ask(f"other-{number}", Find(f"lain {number}"), OTHER_KIOSK)
        for _ in range(3):
            shelf.let_go.release()
        assert isinstance(one.hears("typed-4"), Found)
        assert isinstance(one.hears("other-4"), Found)
        assert shelf.words == ["cafe", "kata 4", "lain 4"]
        assert shelf.at_once == 1


def test_who_waits_no_more_is_not_searched_for(engine: Engine) -> None:
    shelf = SlowCatalogue()
    with stations(engine, shelf) as one:
        one.ask("first", Find("cafe"))
        assert shelf.begun.acquire(timeout=5)
        one.ask("late", Find("bumi"), within=0.2)
        one.ask("next", Find("laskar"), OTHER_KIOSK)
        threading.Event().wait(0.3)
        shelf.let_go.release()
        assert shelf.begun.acquire(timeout=5)
        shelf.let_go.release()
        assert isinstance(one.hears("next"), Found)
        assert shelf.words == ["cafe", "laskar"]
        assert "late" not in one.heard


def test_a_system_that_fails_is_a_refusal_for_who_waits(engine: Engine) -> None:
    shelf = Shelf(small_library())
    shelf.closed = True
    finding = Finding(engine, shelf, lambda: False, lambda: NOW)
    assert finding.find(Find("cafe")) == Refusal(Reason.ASK_STAFF)
