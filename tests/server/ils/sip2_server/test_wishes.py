"""Holds, and cards barred and freed, as a terminal asks for them of the built-in library."""

from collections.abc import Iterator

import pytest

from tests.ils import builtin
from tests.ils.ledger import small_library
from tests.ils.terminal import AT, loan, person
from tests.server.ils.sip2_server.conftest import Counter, Serve


@pytest.fixture
def desk(serve: Serve, request: pytest.FixtureRequest) -> Iterator[Counter]:
    with builtin.standing("sqlite", small_library(), request) as (library, _):
        yield serve(library=library)


def hold(mode: str = "+", patron: str = "P00001", item: str = "ID000006", more: str = "") -> str:
    return f"15{mode}{AT}AOMPL|AA{patron}|AB{item}|{more}"


def barring(patron: str = "P00001") -> str:
    return f"01N{AT}AOMPL|ALhilang|AA{patron}|AC|"


def freeing(patron: str = "P00001") -> str:
    return f"25{AT}AOMPL|AA{patron}|AC|"


def test_what_the_library_can_do_is_declared(desk: Counter) -> None:
    status = desk.terminal().ask("9900302.00")
    declared = status[status.index("|BX") + 3 :].split("|")[0]
    assert [declared[at] for at in (3, 12, 13)] == ["Y", "Y", "Y"]


def test_a_hold_tells_its_title_and_its_place(desk: Counter) -> None:
    answer = desk.terminal().ask(hold())
    assert answer.startswith("161N")
    assert "|AJSang Pemimpi|" in answer
    assert "|BR1|" in answer


def test_a_copy_on_the_shelf_is_set_aside_until_a_day(desk: Counter) -> None:
    answer = desk.terminal().ask(hold(item="ID000003"))
    assert answer.startswith("161Y")
    assert "|BW" in answer


def test_a_hold_asked_for_again_is_the_same_hold(desk: Counter) -> None:
    machine = desk.terminal()
    machine.ask(hold())
    assert "|BR1|" in machine.ask(hold())
    assert "|BR1|" in machine.ask(hold("-"))
    assert machine.ask(hold("-")).startswith("160")


@pytest.mark.parametrize(
    "asked",
    [
        hold(patron="P09090"),
        hold(item="ID090909"),
        hold(mode="*"),
        hold(patron="P00002"),
        hold(patron=""),
        hold(item=""),
    ],
)
def test_a_hold_that_cannot_be_is_refused_with_a_reason(desk: Counter, asked: str) -> None:
    answer = desk.terminal().ask(asked)
    assert answer.startswith("160N")
    assert "|AF" in answer


def test_a_barred_card_borrows_nothing_until_it_is_freed(desk: Counter) -> None:
    machine = desk.terminal()
    assert machine.ask(barring()).startswith("24Y")
    assert machine.ask(loan()).startswith("120")
    assert machine.ask(person())[2] == "Y"
    assert machine.ask(freeing())[:3] == "26 "
    assert machine.ask(loan()).startswith("121")


@pytest.mark.parametrize("asked", [barring("P09090"), freeing("P09090"), barring("")])
def test_a_card_nobody_knows_is_told_as_that(desk: Counter, asked: str) -> None:
    assert "|BLN|" in desk.terminal().ask(asked) or "|AF" in desk.terminal().ask(asked)
