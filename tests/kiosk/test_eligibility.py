"""A tag is an item this library may handle, or a problem with its own sentence."""

import pytest

from broker.vocabulary import ItemId
from devices.tags.content import Blank, BookTag, PatronTag, TagContent, Unreadable
from devices.tags.usage import Usage
from kiosk.eligibility import tag_arrived
from kiosk.happenings import Problem, TagArrived
from tests.kiosk.things import item, uid

OURS = frozenset({"ID-BINJAI"})


def book(owner: str | None = "ID-BINJAI", usage: Usage = Usage.CIRCULATION) -> BookTag:
    return BookTag(item(1), owner, usage, 1, 1)


@pytest.mark.parametrize(
    ("content", "number", "problem"),
    [
        (book(), item(1), None),
        (book(owner=None), item(1), None),
        (book(owner="ID-MEDAN"), item(1), Problem.FOREIGN),
        (book("ID-MEDAN", Usage.DISCARDED), item(1), Problem.FOREIGN),
        (book(usage=Usage.NOT_FOR_CIRCULATION), item(1), Problem.NOT_FOR_LOAN),
        (book(usage=Usage.DISCARDED), item(1), Problem.NOT_FOR_LOAN),
        (book(usage=Usage.EQUIPMENT), item(1), Problem.NOT_FOR_LOAN),
        (book(usage=Usage.OTHER), item(1), Problem.NOT_FOR_LOAN),
        (PatronTag(), None, Problem.NOT_A_BOOK),
        (Blank(), None, Problem.UNREADABLE),
        (Unreadable("a bad check sum"), None, Problem.UNREADABLE),
    ],
)
def test_a_tag_means_to_this_library(
    content: TagContent, number: ItemId | None, problem: Problem | None
) -> None:
    for secured in (True, False):
        heard = tag_arrived(uid(1), content, OURS, secured=secured)
        assert heard == TagArrived(uid(1), number, problem, secured)
