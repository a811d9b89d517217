"""An inventory while it is walked, a thousand books long."""

from broker.facts import Mark
from kiosk.staff.deeds import Deed, KeepRead, WriteReport
from kiosk.staff.heard import (
    ItemScanned,
    Laid,
    NotKept,
    Pressed,
    ReadKept,
    ReportWritten,
    StaffHeard,
    WalkBegun,
)
from kiosk.staff.inventory import Entry, Read, Shelf, counts
from kiosk.staff.walking import GROUP_SECONDS, Walk, step
from kiosk.staff.words import Key
from tests.kiosk.things import item, uid

THOUSAND = 1000


def shelf(count: int = THOUSAND) -> Shelf:
    return Shelf("800", tuple(Entry(item(at), f"800 {at:04}", f"Buku {at}") for at in range(count)))


def begun(count: int = THOUSAND, *reads: Read) -> Walk:
    return step(Walk(), WalkBegun(shelf(count), reads), 0.0)[0]


def heard(walk: Walk, happening: StaffHeard, now: float) -> tuple[Walk, tuple[Deed, ...]]:
    """With a disk that keeps every read."""
    walk, deeds = step(walk, happening, now)
    for deed in deeds:
        if isinstance(deed, KeepRead):
            walk, _ = step(walk, ReadKept(deed.read), now)
    return walk, deeds


def laid(number: int, *, secured: bool = True) -> Laid:
    return Laid(uid(number), item(number), secured)


def test_a_thousand_books_read_one_after_the_other_are_all_found() -> None:
    walk = begun()
    for number in range(THOUSAND):
        walk, _ = heard(walk, laid(number), number * GROUP_SECONDS)
    assert counts(walk.results)[Mark.FOUND] == THOUSAND


def test_books_in_the_wrong_order_are_misplaced_only_when_they_were_read_apart() -> None:
    together, apart = begun(3), begun(3)
    for at, number in enumerate((2, 0, 1)):
        together, _ = heard(together, laid(number), 1 + at * 0.1)
        apart, _ = heard(apart, laid(number), 1 + at * GROUP_SECONDS)
    assert counts(together.results)[Mark.MISPLACED] == 0
    assert counts(apart.results)[Mark.MISPLACED] == 1


def test_the_same_book_again_is_kept_only_for_what_is_new() -> None:
    walk, _ = heard(begun(3), ItemScanned(item(1)), 1)
    assert heard(walk, ItemScanned(item(1)), 2)[1] == ()
    walk, deeds = heard(walk, laid(1, secured=False), 3)
    assert deeds == (KeepRead("800", Read(item(1), 2, secured=False)),)
    assert counts(walk.results)[Mark.RELEASED_HERE] == 1
    assert heard(walk, laid(1, secured=False), 4)[1] == ()


def test_a_read_that_the_disk_did_not_take_does_not_count_and_is_said() -> None:
    walk, _ = step(begun(3), laid(1), 1)
    walk, _ = step(walk, NotKept(), 1)
    assert (walk.reads, walk.trouble) == ((), True)
    walk, deeds = heard(walk, laid(1), 2)
    assert len(deeds) == 1
    assert not walk.trouble


def test_a_walk_goes_on_with_what_was_kept_and_in_a_new_round() -> None:
    kept = tuple(Read(item(at), at, secured=True) for at in range(600))
    walk = begun(THOUSAND, *kept)
    assert counts(walk.results)[Mark.FOUND] == 600
    walk, deeds = heard(walk, laid(600), 0.1)
    assert deeds == (KeepRead("800", Read(item(600), 600, secured=True)),)
    assert counts(walk.results)[Mark.MISPLACED] == 0


def test_tags_without_a_number_of_ours_are_counted() -> None:
    walk, deeds = heard(begun(3), Laid(uid(9), None, secured=False), 1)
    assert (walk.strange, deeds) == (1, ())


def test_finishing_writes_the_report_once_and_what_is_read_then_changes_nothing() -> None:
    walk, _ = heard(begun(3), laid(1), 1)
    walk, deeds = step(walk, Pressed(Key.FINISH), 2)
    assert deeds == (WriteReport(shelf(3), walk.results),)
    assert step(walk, Pressed(Key.FINISH), 2)[1] == ()
    walk, _ = step(walk, ReportWritten("800.csv"), 3)
    assert step(walk, laid(2), 4) == (walk, ())


def test_a_report_that_could_not_be_written_can_be_asked_for_again() -> None:
    walk, _ = step(begun(3), Pressed(Key.FINISH), 2)
    walk, _ = step(walk, NotKept(), 3)
    assert len(step(walk, Pressed(Key.FINISH), 4)[1]) == 1
