"""The sample library looks like one, says that it is a sample, and fits the demonstration."""

from datetime import date

import pytest
from sqlalchemy import Engine, func, select

from broker.requests import Describe, Description, Find, Grant
from broker.requests import Standing as MayBorrow
from broker.vocabulary import ItemId, PatronId, Reason, Refusal
from server import search
from server.journal.database import transaction
from server.journal.tables import item, member, title
from server.library import Library
from server.sample import LibraryInUse, is_sample, load_sample, sample_cards, sample_items
from tests.server.stories import KIOSK, MEDAN, NOON, SITE, identify, lend, stock

TODAY = date(2026, 11, 24)
LIBRARY = Library(MEDAN, SITE)


def test_the_sample_can_be_searched(engine: Engine) -> None:
    with transaction(engine) as connection:
        load_sample(connection, TODAY)
        found = search.find(connection, Find("laskar pelangi"))
    assert found.total >= 1
    assert found.hits[0].title.startswith("Laskar Pelangi")
    assert found.hits[0].copies >= found.hits[0].available >= 1


def test_it_has_a_librarys_size_and_says_it_is_a_sample(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert not is_sample(connection)
        load_sample(connection, TODAY)
        load_sample(connection, date(2027, 1, 1))
        assert is_sample(connection)
        titles = connection.execute(select(title.c.title, title.c.author)).all()
        assert len(titles) == len(set(titles)) >= 320
        assert connection.scalar(select(func.count(item.c.title.distinct()))) == len(titles)
        states = connection.execute(
            select(item.c.collection, item.c.state, func.count()).group_by(
                item.c.collection, item.c.state
            )
        ).all()
        assert sorted(map(tuple, states)) == [
            ("circulating", "present", 928),
            ("circulating", "withdrawn", 1),
            ("reference", "present", 71),
        ]


def test_its_members_are_of_every_sort(engine: Engine) -> None:
    with transaction(engine) as connection:
        load_sample(connection, TODAY)
        rows = connection.execute(select(member)).all()
    assert len({row.name for row in rows}) == len(rows) == 200
    assert {row.kind for row in rows} == {"umum", "pelajar", "anak"}
    assert sum(row.expires < TODAY for row in rows) == 11
    assert sum(row.blocked is not None for row in rows) == 6


def test_its_cards_are_unique_and_real_looking() -> None:
    cards = sample_cards()
    assert len({uid for _, uid in cards}) == len({number for number, _ in cards}) == 200
    assert all(uid.startswith("04") and len(bytes.fromhex(uid)) == 7 for _, uid in cards)


def test_its_items_can_be_listed(engine: Engine) -> None:
    listed = dict(sample_items())
    assert len(listed) == 1000
    with transaction(engine) as connection:
        load_sample(connection, TODAY)
        described = LIBRARY.answer(connection, Describe(ItemId("B00012")), KIOSK, NOON)
    assert isinstance(described, Description)
    assert described.title == listed["B00012"]


def test_the_demonstration_can_be_played(engine: Engine) -> None:
    cards = dict(sample_cards())
    with transaction(engine) as connection:
        load_sample(connection, TODAY)
        card = PatronId(cards["KTA-0007"])
        assert LIBRARY.answer(connection, identify(card), KIOSK, NOON) == MayBorrow(0, 3)
        for barcode in ("B00012", "B00013"):
            asked = lend(f"act-{barcode}", card, ItemId(barcode))
            assert isinstance(LIBRARY.answer(connection, asked, KIOSK, NOON), Grant)
        reference = lend("act-3", card, ItemId("B00014"))
        refusal = LIBRARY.answer(connection, reference, KIOSK, NOON)
        assert refusal == Refusal(Reason.NOT_FOR_LOAN)


def test_it_is_never_mixed_with_a_real_library(engine: Engine) -> None:
    with transaction(engine) as connection:
        stock(connection)
        with pytest.raises(LibraryInUse):
            load_sample(connection, TODAY)
