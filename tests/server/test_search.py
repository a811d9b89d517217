"""Patrons find titles by any of their words, however they type them."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, insert, select, update

from broker.facts import ItemLent
from broker.requests import Find, Found, Hit
from broker.vocabulary import ItemId
from server import search
from server.journal.database import transaction
from server.journal.tables import item, title, title_word
from server.library import Library
from server.words import folded
from tests.server.stories import (
    BOOK,
    DUE,
    KIOSK,
    MEDAN,
    NOON,
    SITE,
    SITI,
    entry,
    heard,
    intake,
    lend,
    stock,
)

LIBRARY = Library(MEDAN, SITE)
SHELF = (
    (11, "Laskar Pelangi", "Andrea Hirata", ("C1", "C2")),
    (12, "Sang Pemimpi: sekuel Laskar Pelangi", "Andrea Hirata", ("C3",)),
    (13, "Al-Qur'an dan Sains", "Élan Vital", ("C4",)),
    (14, "Bumi Manusia", "Laskar, Pramoedya", ("C5",)),
    (15, "Laskar yang Hilang", "Tanpa Nama", ()),
)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A small catalogue; of the last title there is no copy any more."""
    with transaction(engine) as opened:
        stock(opened)
        for number, name, author, copies in SHELF:
            words = {"publisher": "", "year": 2005, "call_number": f"8{number} X"}
            row = {"id": number, "title": name, "author": author, **words}
            opened.execute(insert(title), row)
            place = {"title": number, "collection": "umum", "state": "present"}
            for copy in copies:
                opened.execute(insert(item), {"barcode": copy, **place})
        search.index(opened, [number for number, *_ in SHELF])
        yield opened


def found(connection: Connection, words: str, start: int = 0) -> Found:
    answer = LIBRARY.answer(connection, Find(words, start), KIOSK, NOON)
    assert isinstance(answer, Found)
    return answer


def names(connection: Connection, words: str) -> list[str]:
    return [hit.title.split()[0] for hit in found(connection, words).hits]


def test_titles_that_begin_so_come_first_then_others_then_authors(connection: Connection) -> None:
    assert names(connection, "laskar") == ["Laskar", "Sang", "Bumi"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("LASKAR pelangi", ["Laskar", "Sang"]),
        ("pelangi hirata sang", ["Sang"]),
        ("hirata, andrea", ["Laskar", "Sang"]),
        ("lask pel", ["Laskar", "Sang"]),
        ("la", []),
        ("al quran", ["Al-Qur'an"]),
        ("alquran", []),
        ("qur\u2019an", ["Al-Qur'an"]),
        ("elan", ["Al-Qur'an"]),
        ("ÉLAN", ["Al-Qur'an"]),
        ("askar", []),
        ("laskar manusia", ["Bumi"]),
        ("laskar zzz", []),
        ("hilang", []),
        ("%", []),
        ("_", []),
        ("' OR 1=1", []),
        (" ".join(f"{one}x" for one in "abcdefghijklmnopqrstuvwxyz"), []),
    ],
)
def test_all_the_words_must_be_there_in_any_order_and_any_writing(
    connection: Connection, words: str, expected: list[str]
) -> None:
    assert names(connection, words) == expected


def lent(book: str) -> ItemLent:
    return ItemLent(ItemId(book), SITI, DUE, provisional=False)


def test_a_hit_tells_where_it_stands_and_how_many_are_there(connection: Connection) -> None:
    hit = Hit("Laskar Pelangi", "Andrea Hirata", "811 X, umum", 2, 2, None)
    assert found(connection, "pelangi").hits[0] == hit
    intake().digest(connection, [heard(entry(1, lent("C1")))], NOON)
    assert found(connection, "pelangi").hits[0].available == 1
    LIBRARY.answer(connection, lend("a1", SITI, ItemId("C2")), KIOSK, NOON)
    hit = Hit("Laskar Pelangi", "Andrea Hirata", "811 X, umum", 2, 0, DUE)
    assert found(connection, "pelangi").hits[0] == hit


def test_more_than_twenty_are_shown_twenty_at_a_time(connection: Connection) -> None:
    words = {"author": "", "publisher": "", "year": None, "call_number": ""}
    for number in range(100, 145):
        connection.execute(insert(title), {"id": number, "title": f"Kamus {number}", **words})
        copy = {"barcode": f"K{number}", "title": number, "collection": "", "state": "present"}
        connection.execute(insert(item), copy)
    search.index(connection, range(100, 145))
    pages = [found(connection, "kamus", start) for start in (0, 20, 40, 60)]
    assert [(one.total, len(one.hits)) for one in pages] == [(45, 20), (45, 20), (45, 5), (45, 0)]
    shown = [hit.title for one in pages for hit in one.hits]
    assert sorted(shown) == [f"Kamus {number}" for number in range(100, 145)]


def test_what_is_told_anew_is_found_by_its_new_words_alone(connection: Connection) -> None:
    connection.execute(update(title).where(title.c.id == 14).values(title="Jejak Langkah"))
    search.index(connection, [14])
    assert names(connection, "bumi") == []
    assert names(connection, "jejak") == ["Jejak"]
    connection.execute(update(item).where(item.c.title == 14).values(state="withdrawn"))
    search.index(connection, [14])
    assert names(connection, "jejak") == []
    of_it = select(func.count()).where(title_word.c.title == 14)
    assert connection.scalar(of_it) == 0


def test_a_barcode_is_no_word(connection: Connection) -> None:
    assert found(connection, str(BOOK)) == Found(0, ())


@given(st.text(min_size=1, max_size=80))
@example("\N{MATHEMATICAL BOLD CAPITAL A}")
@example("\N{LATIN SMALL LETTER N PRECEDED BY APOSTROPHE}")
def test_any_text_folds_to_words_that_fold_to_themselves(text: str) -> None:
    words = folded(text)
    assert folded(" ".join(words)) == words
    assert all(1 <= len(word) <= 64 for word in words)
