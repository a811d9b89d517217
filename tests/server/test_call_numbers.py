"""Books in the order in which they stand, and the stretches of shelf they are walked in."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.vocabulary import shelf_name
from server.call_numbers import MOST_ON_A_SHELF, place, stretches

IN_ORDER = (
    "",
    "12/2005",
    "001.4 SUG m",
    "005 KAD p",
    "005.133 2005 KAD p",
    "005.133 KAD p",
    "2X0 ALI a",
    "2X4.1 QAR f",
    "2X4.1 QAR f j.2",
    "2X4.1 QAR f j.10",
    "2X4.12 QAR f",
    "300 SOE s",
    "813 HIR l",
    "899.2 ALI p",
    "899.22 ALI p",
    "899.221 HIR a",
    "899.221 HIR l",
    "899.221 HIR l c.1",
    "899.221 HIR l c.2",
    "899.221 HIR l c.11",
    "899.221 HIRA a",
    "899.221 3 HIR l",
    "899.221 3 TOE a",
    "899.221 3 TOE b",
    "899.222 ALI p",
    "FIK HIR l",
    "R 030 ENS e",
    "R 297 ENS e",
)
digits = st.text("0123456789", min_size=1, max_size=8)


def mark(call_number: str) -> bytes:
    return place(call_number).mark


def test_books_stand_in_the_order_of_their_call_numbers() -> None:
    shuffled = list(IN_ORDER)
    Random(7).shuffle(shuffled)
    assert tuple(sorted(shuffled, key=mark)) == IN_ORDER


@pytest.mark.parametrize(
    "same",
    [
        ("899.221 3 HIR l", "899.2213 HIR l", " 899,221 3  hir L"),
        ("R 297 ENS e", "r297 ens E", "R. 297 ENS e", "R-297 ENS e"),
        ("813 É l", "813 E L"),
        ("899.220 HIR", "899.22 HIR"),
        ("813 HIR l j.2", "813 HIR l j. 02", "813 HIR l J/2"),
        ("813 HIR \u0662", "813 HIR 2"),
    ],
)
def test_how_it_is_written_makes_no_difference(same: tuple[str, ...]) -> None:
    assert len({mark(one) for one in same}) == 1


@pytest.mark.parametrize(
    ("call_number", "section"),
    [
        ("899.221 3 HIR l", b"899"),
        ("2X4.1 QAR f", b"2X4"),
        ("R 297.03 ENS e", b"R 297"),
        ("Ref. 030 ENS", b"REF 030"),
        ("Fiksi HIR l", b"FIKSI"),
        ("Ensiklopedia A", b"ENSIKLOP"),
        ("8999 HIR", b""),
        ("81 HIR", b""),
        ("", b""),
        ("-", b""),
    ],
)
def test_a_book_belongs_to_its_class_or_to_its_first_word(call_number: str, section: bytes) -> None:
    assert place(call_number).section == section


@given(digits, digits)
def test_a_class_is_a_decimal_fraction(one: str, other: str) -> None:
    first, second = Decimal(f"899.{one}"), Decimal(f"899.{other}")
    assert (first < second) == (mark(f"899.{one} HIR") < mark(f"899.{other} HIR"))
    assert (first == second) == (mark(f"899.{one} HIR") == mark(f"899.{other} HIR"))


@given(digits, st.text(" ", min_size=1, max_size=2))
def test_a_fraction_written_in_threes_is_the_same(fraction: str, gap: str) -> None:
    threes = gap.join(fraction[at : at + 3] for at in range(0, len(fraction), 3))
    assert mark(f"899.{threes} HIR l") == mark(f"899.{fraction} HIR l")


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_volumes_stand_in_the_order_of_their_numbers(one: int, other: int) -> None:
    marks = mark(f"813 HIR l j.{one}"), mark(f"813 HIR l j.{other}")
    assert (one < other, one == other) == (marks[0] < marks[1], marks[0] == marks[1])


@given(st.text(max_size=400))
def test_whatever_is_written_has_a_place_of_a_bounded_size(call_number: str) -> None:
    if any("\ud800" <= one <= "\udfff" for one in call_number):
        return
    found = place(call_number)
    assert found.mark.startswith(found.section)
    assert len(found.mark) <= 200
    assert place(call_number.upper()).section == found.section


@given(
    st.dictionaries(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
            st.sampled_from(IN_ORDER).map(lambda one: place(one).section)
            | st.text(st.characters(exclude_categories=["Cs"]), max_size=9).map(
                lambda one: place(one).section
            )
            | st.integers(0, 999).map(lambda one: f"{one:03}".encode()),
        ),
        st.integers(1, 1500),
    )
)
def test_every_section_is_on_one_shelf_and_every_shelf_has_a_name_of_its_own(
    counted: dict[tuple[str, bytes], int],
) -> None:
    shelves = stretches(counted)
    for collection, section in counted:
        marks = (section + b"\0", section + b"\0\xfe")
        on = [
            one
            for one in shelves
            if one.collection == collection and all(one.first <= at < one.end for at in marks)
        ]
        assert len(on) == 1, (collection, section)
    assert sum(one.items for one in shelves) == sum(counted.values())
    assert len({shelf_name(one.name) for one in shelves}) == len(shelves)


def named(counted: dict[bytes, int]) -> dict[str, int]:
    told = {("sirkulasi", section): items for section, items in counted.items()}
    return {one.name: one.items for one in stretches(told)}


def test_a_hundred_classes_are_one_shelf_and_too_many_books_are_divided() -> None:
    few = {b"000": 3, b"2X4": 5, b"297": 7, b"813": 400, b"899": 600, b"R 030": 2, b"FIK": 9}
    assert named(few) == {
        "sirkulasi 000-099": 3,
        "sirkulasi 200-299": 12,
        "sirkulasi 800-899": MOST_ON_A_SHELF,
        "sirkulasi FIK": 9,
        "sirkulasi R 000-099": 2,
    }
    many = {b"813": 401, b"808": 100, b"890": 500, b"891": 400, b"899": 600}
    assert named(many) == {
        "sirkulasi 800-809": 100,
        "sirkulasi 810-819": 401,
        "sirkulasi 890": 500,
        "sirkulasi 891": 400,
        "sirkulasi 899": 600,
    }


def test_a_book_without_a_call_number_is_on_the_shelf_of_its_collection() -> None:
    assert named({b"": 4}) == {"sirkulasi": 4}
    (shelf,) = stretches({("", b""): 4})
    assert (shelf.name, shelf.first <= place("").mark < shelf.end) == ("-", True)
