"""What every searched catalogue owes a patron who types words, whatever keeps it."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Final

import pytest

from broker.requests import Find, Found, Hit
from broker.vocabulary import ItemId
from server.ils.port import Ability, Lent, NothingSent, Refused, Returned
from tests.contract.test_library_system import SYSTEMS, Desk
from tests.ils.cases import ACT, DUE, NOW, SITI
from tests.ils.ledger import TODAY, Book

# SIP2 has no question for it.
SEARCHED: Final = [name for name in SYSTEMS if "sip2" not in name]
BOOKS: Final = (
    Book("Jejak Laskar", "Andrea Hirata", ("C1", "C2"), "813 HIR j", "Lantai 2"),
    Book("Orang-Orang Jejak: sekuel", "Hirata, Andrea", ("C3",)),
    Book("Al-Qur'an dan Sains", "Élan Vital", ("C4",)),
    Book("Do\u2019a Ibu 100% (edisi_baru)", "Jejak, Pramoedya", ("C5",)),
    Book("Jejak Rahasia", "Andrea Hirata", ("C6",), hidden=True),
)
WORDS: Final[tuple[tuple[str, list[str]], ...]] = (
    ("jejak", ["Jejak Laskar", "Orang-Orang Jejak: sekuel", "Do\u2019a Ibu 100% (edisi_baru)"]),
    ("JEJAK laskar", ["Jejak Laskar"]),
    ("laskar hirata jejak", ["Jejak Laskar"]),
    ("hirata, andrea", ["Jejak Laskar", "Orang-Orang Jejak: sekuel"]),
    ("jej las", ["Jejak Laskar"]),
    ("je", []),
    ("ejak", []),
    ("jejak zzz", []),
    ("jejak rahasia", []),
    ("orang", ["Orang-Orang Jejak: sekuel"]),
    ("al quran", ["Al-Qur'an dan Sains"]),
    ("qur\u2019an", ["Al-Qur'an dan Sains"]),
    ("alquran", []),
    ("ÉLAN", ["Al-Qur'an dan Sains"]),
    ("elan", ["Al-Qur'an dan Sains"]),
    ("cafe", ["Café di Ujung Jalan"]),
    ("doa ibu", ["Do\u2019a Ibu 100% (edisi_baru)"]),
    ("ibu 100% edisi_baru", ["Do\u2019a Ibu 100% (edisi_baru)"]),
    ("%", []),
    ("_", []),
    ("j%k", []),
    ("jeja_", ["Jejak Laskar", "Orang-Orang Jejak: sekuel", "Do\u2019a Ibu 100% (edisi_baru)"]),
    ("' OR 1=1 -- ", []),
    ("jejak\\", ["Jejak Laskar", "Orang-Orang Jejak: sekuel", "Do\u2019a Ibu 100% (edisi_baru)"]),
    ('"jejak laskar"', ["Jejak Laskar"]),
    ("C1", []),
    (" ".join(f"{one}x" for one in "abcdefghijklmnopqrstuvwxyz"), []),
)


@pytest.fixture(params=SEARCHED)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    with ExitStack() as standing:
        library, ledger = standing.enter_context(SYSTEMS[request.param](request))
        for book in BOOKS:
            ledger.shelve(book)
        yield Desk(library, ledger, standing)


def found(desk: Desk, words: str, start: int = 0) -> Found:
    answer = desk.library.find(Find(words, start))
    assert isinstance(answer, Found)
    return answer


def test_all_the_words_must_be_there_in_any_order_and_any_writing(desk: Desk) -> None:
    for words, expected in WORDS:
        titles = [hit.title for hit in found(desk, words).hits]
        assert (words, titles) == (words, expected)
        assert found(desk, words).total == len(expected)


def test_a_hit_tells_where_it_stands_and_how_many_are_there(desk: Desk) -> None:
    shown = ("Jejak Laskar", "Andrea Hirata", "813 HIR j, Lantai 2", 2)
    assert found(desk, "laskar jejak").hits == (Hit(*shown, 2, None),)
    lent = desk.library.lend(SITI, ItemId("C1"), ACT, NOW, DUE)
    assert isinstance(lent, Lent)
    assert found(desk, "laskar jejak").hits == (Hit(*shown, 1, None),)
    assert isinstance(desk.library.take_back(ItemId("C1"), NOW), Returned)
    assert found(desk, "laskar jejak").hits == (Hit(*shown, 2, None),)


def test_what_is_away_is_told_with_the_day_on_which_it_comes_back(desk: Desk) -> None:
    lent = desk.library.lend(SITI, ItemId("C4"), ACT, NOW, DUE)
    assert isinstance(lent, Lent)
    (hit,) = found(desk, "sains").hits
    assert (hit.copies, hit.available, hit.due) == (1, 0, lent.due)
    assert hit.due is not None
    assert hit.due > TODAY + timedelta(days=1)


def test_more_than_twenty_are_shown_twenty_at_a_time(desk: Desk) -> None:
    for number in range(100, 145):
        desk.ledger.shelve(Book(f"Kamus {number}", "", (f"K{number}",)))
    pages = [found(desk, "kamus", start) for start in (0, 20, 40, 60, 9_999)]
    assert [one.total for one in pages] == [45] * 5
    assert [len(one.hits) for one in pages] == [20, 20, 5, 0, 0]
    shown = [hit.title for one in pages for hit in one.hits]
    assert shown == [f"Kamus {number}" for number in range(100, 145)]


def test_a_search_changes_nothing(desk: Desk) -> None:
    before = dict(desk.ledger.loans)
    found(desk, "jejak")
    assert desk.ledger.loans == before
    assert desk.ledger.effects == []


def test_a_catalogue_that_is_gone_is_not_searched(desk: Desk) -> None:
    found(desk, "jejak")
    desk.standing.close()
    for _ in range(2):
        with pytest.raises(NothingSent):
            desk.library.find(Find("jejak"))


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_system_says_whether_it_can_be_searched(
    name: str, request: pytest.FixtureRequest
) -> None:
    with SYSTEMS[name](request) as (library, _):
        able = Ability.SEARCH in library.capabilities().able
        assert able is (name in SEARCHED)
        assert isinstance(library.find(Find("laskar")), Found if able else Refused)
