"""What may be lent, and a reason of its own for each thing that may not."""

import pytest

from broker.vocabulary import ItemId
from devices.tags.content import Blank, BookTag, PatronTag, TagContent, Unreadable, Unsupported
from devices.tags.lending import Hindrance, hindrance
from devices.tags.usage import Usage

OURS = frozenset({"ID-BINJAI", "ID-BINJAI-ANAK"})


def book(owner: str | None = "ID-BINJAI", usage: Usage = Usage.CIRCULATION) -> BookTag:
    return BookTag(ItemId("B00012"), owner, usage, 1, 1)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (book(), None),
        (book("ID-BINJAI-ANAK"), None),
        (book(owner=None), None),
        (book("ID-MEDAN"), Hindrance.FOREIGN_OWNER),
        (book("ID-MEDAN", Usage.DISCARDED), Hindrance.FOREIGN_OWNER),
        (book(usage=Usage.NOT_FOR_CIRCULATION), Hindrance.NOT_FOR_CIRCULATION),
        (book(usage=Usage.DISCARDED), Hindrance.DISCARDED),
        (book(usage=Usage.EQUIPMENT), Hindrance.EQUIPMENT),
        (book(usage=Usage.OTHER), Hindrance.OTHER_USAGE),
        (book(usage=Usage.PATRON), Hindrance.PATRON),
        (PatronTag(), Hindrance.PATRON),
        (Blank(), Hindrance.BLANK),
        (Unsupported("a UHF tag"), Hindrance.UNSUPPORTED),
        (Unreadable("a bad check sum"), Hindrance.UNREADABLE),
    ],
)
def test_only_our_own_items_for_circulation_are_lent(
    content: TagContent, why: Hindrance | None
) -> None:
    assert hindrance(content, OURS) is why


def test_every_usage_but_circulation_is_a_hindrance() -> None:
    lent = [usage for usage in Usage if hindrance(book(usage=usage), OURS) is None]
    assert lent == [Usage.CIRCULATION]
