"""Which parts of a set lie there."""

import pytest

from broker.vocabulary import ItemId
from devices.sets import SetOnPad, sets_on_pad
from devices.tags.content import BookTag
from devices.tags.usage import Usage

DVD = ItemId("DVD-7")


def part(number: int, of: int, item: ItemId = DVD) -> BookTag:
    return BookTag(item, "ID-1275014", Usage.CIRCULATION, of, number)


@pytest.mark.parametrize(
    ("tags", "missing"),
    [
        ((part(1, 3), part(2, 3), part(3, 3)), ()),
        ((part(3, 3), part(1, 3)), (2,)),
        ((part(1, 3), part(1, 3), part(1, 3)), (2, 3)),
        ((part(2, 2),), (1,)),
        ((part(0, 2), part(0, 2)), ()),
        ((part(0, 2), part(2, 2)), ()),
        ((part(0, 2),), (2,)),
        ((part(1, 2), part(2, 3)), (3,)),
        ((part(4, 3), part(1, 3)), (2, 3)),
    ],
)
def test_a_set_is_complete_only_with_every_distinct_part(
    tags: tuple[BookTag, ...], missing: tuple[int, ...]
) -> None:
    (found,) = sets_on_pad(tags)
    assert (found.item, found.missing) == (DVD, missing)


def test_items_of_one_part_are_no_sets() -> None:
    single = (part(1, 1, ItemId("B1")), part(0, 0, ItemId("B2")), part(0, 1, ItemId("B3")))
    assert sets_on_pad(single) == ()


def test_each_set_is_judged_for_itself() -> None:
    other = ItemId("DVD-8")
    found = sets_on_pad((part(1, 2), part(1, 2, other), part(2, 2)))
    assert found == (SetOnPad(DVD, 2, (1, 2)), SetOnPad(other, 2, (1,)))
