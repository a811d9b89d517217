"""What a walk along a shelf found, against the list of what should stand there."""

from hypothesis import given
from hypothesis import strategies as st

from broker.facts import MOST_MARKED, Mark, MarkCount, Marked, ShelfWalked
from broker.shelves import Whereabouts
from broker.vocabulary import ActId, ItemId
from kiosk.staff.inventory import Entry, Read, Shelf, counts, first_reads, outcome, told
from tests.kiosk.things import item

THOUSAND = 1000


def shelf(count: int = THOUSAND, *, on_loan: frozenset[int] = frozenset()) -> Shelf:
    entries = (
        Entry(
            item(at),
            f"800 {at:04}",
            f"Buku {at}",
            Whereabouts.ON_LOAN if at in on_loan else Whereabouts.HERE,
        )
        for at in range(count)
    )
    return Shelf("800", tuple(entries))


def walked(*numbers: int, secured: bool | None = True) -> list[Read]:
    """One book after the other."""
    return [Read(item(number), group, secured) for group, number in enumerate(numbers)]


def marks(of: Shelf, reads: list[Read]) -> dict[ItemId, tuple[Mark, ...]]:
    return {result.item: result.marks for result in outcome(of, reads)}


def test_a_thousand_books_in_order_are_all_found() -> None:
    found = outcome(shelf(), walked(*range(THOUSAND)))
    assert counts(found)[Mark.FOUND] == THOUSAND
    assert [result.item for result in found] == [entry.item for entry in shelf().entries]


def test_what_was_not_read_is_missing_unless_it_is_on_loan() -> None:
    lent = shelf(on_loan=frozenset({3, 4}))
    found = marks(lent, walked(*(at for at in range(THOUSAND) if at not in {3, 4, 5})))
    assert found[item(3)] == found[item(4)] == (Mark.AWAY,)
    assert found[item(5)] == (Mark.MISSING,)
    assert sum(mark == (Mark.FOUND,) for mark in found.values()) == THOUSAND - 3


def test_one_book_in_the_wrong_place_is_the_one_to_be_moved() -> None:
    order = [*range(100), 700, *(at for at in range(100, THOUSAND) if at != 700)]
    found = [
        result for result in outcome(shelf(), walked(*order)) if Mark.FOUND not in result.marks
    ]
    assert [(one.item, one.marks, one.after) for one in found] == [
        (item(700), (Mark.MISPLACED,), item(99))
    ]


def test_a_whole_block_in_the_wrong_place_is_moved_and_not_the_rest() -> None:
    order = [*range(500, 520), *range(500), *range(520, THOUSAND)]
    found = counts(outcome(shelf(), walked(*order)))
    assert (found[Mark.MISPLACED], found[Mark.FOUND]) == (20, THOUSAND - 20)


def test_books_that_the_reader_found_together_have_no_order() -> None:
    groups = [Read(item(at), at // 5, secured=True) for at in range(THOUSAND)]
    backwards = [read for at in range(0, THOUSAND, 5) for read in reversed(groups[at : at + 5])]
    assert counts(outcome(shelf(), backwards))[Mark.MISPLACED] == 0


def test_wrong_security_is_told_in_both_directions() -> None:
    lent = shelf(6, on_loan=frozenset({0, 1, 2}))
    reads = [
        Read(item(0), 0, secured=True),
        Read(item(1), 1, secured=False),
        Read(item(2), 2, None),
        Read(item(3), 3, secured=True),
        Read(item(4), 4, secured=False),
        Read(item(5), 5, None),
    ]
    assert list(marks(lent, reads).values()) == [
        (Mark.SECURED_ON_LOAN,),
        (Mark.ON_LOAN_HERE,),
        (Mark.ON_LOAN_HERE,),
        (Mark.FOUND,),
        (Mark.RELEASED_HERE,),
        (Mark.FOUND,),
    ]


def test_what_is_not_in_the_list_comes_last_and_moves_nothing() -> None:
    reads = [Read(ItemId("Z9"), 0, secured=True), *walked(0, 1, 2)]
    found = outcome(shelf(3), reads)
    assert (found[-1].item, found[-1].entry, found[-1].marks) == (
        ItemId("Z9"),
        None,
        (Mark.NOT_LISTED,),
    )
    assert counts(found)[Mark.MISPLACED] == 0


def test_a_book_read_again_counts_where_it_was_first_and_as_its_tag_says_last() -> None:
    twice = [
        Read(item(1), 4, None),
        Read(item(2), 5, secured=True),
        Read(item(1), 9, secured=False),
    ]
    assert first_reads(twice) == (Read(item(1), 4, secured=False), Read(item(2), 5, secured=True))


@given(st.permutations(range(12)), st.sets(st.integers(0, 11)))
def test_moving_what_is_misplaced_puts_the_shelf_in_order(order: list[int], lost: set[int]) -> None:
    seen = [number for number in order if number not in lost]
    found = marks(shelf(12), walked(*seen))
    stays = [number for number in seen if Mark.MISPLACED not in found[item(number)]]
    assert stays == sorted(stays)
    assert {number for number in range(12) if found[item(number)] == (Mark.MISSING,)} == lost


@given(st.permutations(range(9)))
def test_no_fewer_books_could_be_moved(order: list[int]) -> None:
    longest = [1] * 9
    for at in range(9):
        before = [longest[b] for b in range(at) if order[b] < order[at]]
        longest[at] = 1 + max(before, default=0)
    found = counts(outcome(shelf(9), walked(*order)))
    assert found[Mark.MISPLACED] == 9 - max(longest)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5), st.sampled_from([True, False]))))
def test_every_item_of_the_list_is_told_once_whatever_was_read(
    story: list[tuple[int, int, bool]],
) -> None:
    reads = [Read(item(number), group, secured) for number, group, secured in story]
    found = outcome(shelf(10), reads)
    assert len({result.item for result in found}) == len(found)
    assert {result.item for result in found} == {item(at) for at in range(10)} | {
        read.item for read in reads
    }
    assert all(result.marks for result in found)


def test_what_is_set_aside_need_not_be_here_and_is_said_when_it_is() -> None:
    aside = Shelf(
        "800",
        tuple(Entry(item(at), "", "", Whereabouts.ON_HOLD_SHELF) for at in range(3)),
    )
    found = marks(aside, [Read(item(0), 0, secured=True), Read(item(1), 1, secured=False)])
    assert found == {
        item(0): (Mark.ON_HOLD_HERE,),
        item(1): (Mark.RELEASED_HERE, Mark.ON_HOLD_HERE),
        item(2): (Mark.AWAY,),
    }


def test_a_walk_is_told_by_what_is_the_matter_and_how_many_are_well() -> None:
    results = outcome(shelf(4, on_loan=frozenset({3})), walked(2, 0))
    assert told(ActId("w1"), "800", results) == (
        ShelfWalked(
            ActId("w1"),
            "800",
            part=1,
            parts=1,
            counts=(
                MarkCount(Mark.MISSING, 1),
                MarkCount(Mark.MISPLACED, 1),
                MarkCount(Mark.FOUND, 1),
                MarkCount(Mark.AWAY, 1),
            ),
            marked=(Marked(item(1), (Mark.MISSING,)), Marked(item(2), (Mark.MISPLACED,))),
        ),
    )


@given(st.integers(0, 4 * MOST_MARKED))
def test_a_long_walk_is_told_in_parts_and_every_book_once(missing: int) -> None:
    facts = told(ActId("w1"), "800", outcome(shelf(missing), []))
    assert [one.part for one in facts] == list(range(1, len(facts) + 1))
    assert {(one.parts, one.counts) for one in facts} == {(len(facts), facts[0].counts)}
    assert [one.item for fact in facts for one in fact.marked] == [
        item(at) for at in range(missing)
    ]


@given(st.text(min_size=1))
def test_a_list_of_any_files_name_can_be_told(name: str) -> None:
    assert told(ActId("w1"), name, ())[0].shelf
