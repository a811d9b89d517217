"""A shelf's list and what a walk along it found fit into a message, whatever is in them."""

from collections.abc import Callable

import pytest

from broker import wire
from broker.errors import BadMessage
from broker.facts import MOST_MARKED, Entry, Mark, MarkCount, Marked, ShelfWalked
from broker.requests import Answer, Reply
from broker.shelves import (
    LONGEST_CALL_NUMBER,
    LONGEST_LISTED,
    MOST_LISTED,
    MOST_SHELVES,
    Listed,
    ListShelf,
    ListShelves,
    ShelfList,
    ShelfSize,
    Shelves,
    Whereabouts,
)
from broker.vocabulary import ActId, ClockState, DeviceId, ItemId, Moment, SiteId, shelf_name

LONGEST = ItemId("B" * 64)
LONGEST_NAME = "\U00020000" * 48  # four bytes each
COSTLY = "\x01"  # six bytes in JSON
LINE = Listed(
    LONGEST, COSTLY * LONGEST_CALL_NUMBER, COSTLY * LONGEST_LISTED, Whereabouts.ON_HOLD_SHELF
)
EVERYTHING = Marked(LONGEST, tuple(Mark), LONGEST)
COUNTS = tuple(MarkCount(mark, 2**31) for mark in Mark)


def walked(marked: tuple[Marked, ...], part: int = 999, parts: int = 999) -> ShelfWalked:
    return ShelfWalked(ActId("A" * 64), LONGEST_NAME, part, parts, COUNTS, marked)


@pytest.mark.parametrize(
    "answer",
    [
        ShelfList(2**31, (LINE,) * MOST_LISTED),
        Shelves(2**31, (ShelfSize(LONGEST_NAME, 2**31),) * MOST_SHELVES),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_the_longest_answer_fits_into_a_message(answer: Answer) -> None:
    reply = Reply("c" * 64, 1.7e9, answer)
    payload = wire.encode_reply(reply)
    assert len(payload) <= wire.MAX_BYTES
    assert wire.decode_reply(payload) == reply


def test_the_longest_part_of_a_walk_fits_into_a_message() -> None:
    at = Moment("b" * 64, 1.7e9, 1.7e9, ClockState.SYNCHRONISED, 0.04)
    fact = walked((EVERYTHING,) * MOST_MARKED)
    entry = Entry(ActId("A" * 64), SiteId("s" * 32), DeviceId("d" * 32), "i" * 64, 2**62, at, fact)
    payload = wire.encode_entry(entry)
    assert len(payload) <= wire.MAX_BYTES
    assert wire.decode_entry(payload) == entry


@pytest.mark.parametrize(
    "too_much",
    [
        lambda: ShelfList(0, (LINE,) * (MOST_LISTED + 1)),
        lambda: Shelves(0, (ShelfSize("800", 1),) * (MOST_SHELVES + 1)),
        lambda: Listed(LONGEST, "", "a" * (LONGEST_LISTED + 1), Whereabouts.HERE),
        lambda: Listed(LONGEST, "a" * (LONGEST_CALL_NUMBER + 1), "", Whereabouts.HERE),
        lambda: ListShelves(-1),
        lambda: ListShelves(10_000),
        lambda: walked((EVERYTHING,) * (MOST_MARKED + 1)),
        lambda: walked((Marked(LONGEST, (Mark.MISSING,) * 10),)),
        lambda: walked((), part=0),
        lambda: walked((), part=3, parts=2),
        lambda: walked((), part=1, parts=1000),
    ],
)
def test_more_than_that_is_no_message(too_much: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"at most|too long|0 to|each mark once"):
        too_much()


@pytest.mark.parametrize("name", ["", "a" * 49, "a/b", "a\\b", "a\nb", "a\0", " a", "a\ud800"])
def test_what_is_no_shelfs_name_names_no_file_of_a_kiosk(name: str) -> None:
    with pytest.raises(ValueError, match="a shelf's name"):
        shelf_name(name)
    for known in (ListShelf, lambda name: ShelfSize(name, 1)):
        with pytest.raises(ValueError, match="a shelf's name"):
            known(name)


def test_a_servers_answer_with_another_name_in_it_is_refused() -> None:
    payload = wire.encode_reply(Reply("c", 0.0, Shelves(1, (ShelfSize("800", 1),))))
    with pytest.raises(BadMessage, match="a shelf's name"):
        wire.decode_reply(payload.replace(b'"800"', b'"../800"'))
