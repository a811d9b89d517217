"""Tags of one item become one book, and stay one until the last of them has left."""

from broker.vocabulary import ItemId
from devices.security import Security
from devices.tags.content import BookTag, Unreadable
from devices.tags.usage import Usage
from kiosk.gathering import Gathering
from kiosk.happenings import Problem, TagArrived, TagLeft
from tests.devices.tags_in_hand import uid

OURS = "ID-1275014"
DVD = ItemId("DVD-7")


def part(number: int, of: int = 2, owner: str = OURS) -> BookTag:
    return BookTag(DVD, owner, Usage.CIRCULATION, of, number)


def pad() -> Gathering:
    return Gathering({OURS})


def whole(gathering: Gathering) -> TagArrived:
    gathering.arrived(uid(1), part(1), Security.SECURED)
    return gathering.arrived(uid(2), part(2), Security.SECURED)


def test_a_lone_part_names_what_is_missing() -> None:
    told = pad().arrived(uid(2), part(2, of=3), Security.SECURED)
    assert told.problem is Problem.INCOMPLETE
    assert (told.missing, told.parts) == ((1, 3), 3)


def test_all_parts_together_are_one_book_without_a_problem() -> None:
    told = whole(pad())
    assert (told.uid, told.item, told.problem) == (uid(1), DVD, None)
    assert told.tags == {uid(1), uid(2)}


def test_what_is_written_to_a_set_is_written_to_all_its_tags() -> None:
    gathering = pad()
    whole(gathering)
    assert gathering.tags_of(uid(1)) == gathering.tags_of(uid(2)) == (uid(1), uid(2))


def test_a_set_is_secured_only_when_every_tag_is() -> None:
    gathering = pad()
    gathering.arrived(uid(1), part(1), Security.RELEASED)
    assert not gathering.arrived(uid(2), part(2), Security.SECURED).secured


def test_a_part_that_is_lifted_is_missing_and_may_come_back() -> None:
    gathering = pad()
    whole(gathering)
    lifted = gathering.left(uid(1))
    assert isinstance(lifted, TagArrived)
    assert (lifted.uid, lifted.missing) == (uid(1), (1,))
    assert gathering.arrived(uid(1), part(1), Security.SECURED).problem is None


def test_a_set_has_left_when_its_last_part_has() -> None:
    gathering = pad()
    whole(gathering)
    gathering.left(uid(1))
    assert gathering.left(uid(2)) == TagLeft(uid(1))
    assert gathering.tags_of(uid(1)) == (uid(1),)


def test_books_of_one_part_and_nameless_things_stay_single() -> None:
    gathering = pad()
    gathering.arrived(uid(1), part(1, of=1), Security.SECURED)
    gathering.arrived(uid(2), part(1, of=1), Security.SECURED)
    gathering.arrived(uid(3), Unreadable("torn"), None)
    assert [gathering.tags_of(uid(n)) for n in (1, 2, 3)] == [(uid(n),) for n in (1, 2, 3)]


def test_another_librarys_set_of_the_same_number_is_not_mixed_in() -> None:
    gathering = pad()
    gathering.arrived(uid(1), part(1), Security.SECURED)
    told = gathering.arrived(uid(2), part(2, owner="DK-718500"), Security.SECURED)
    assert (told.uid, told.problem) == (uid(2), Problem.FOREIGN)


def test_parts_in_a_bin_are_taken_back_one_by_one() -> None:
    gathering = Gathering({OURS}, together=False)
    gathering.arrived(uid(1), part(1), Security.SECURED)
    assert gathering.arrived(uid(2), part(2), Security.RELEASED).uid == uid(2)


def test_a_tag_nobody_announced_leaves_quietly() -> None:
    assert pad().left(uid(9)) == TagLeft(uid(9))
