"""The tag station: what is written, what is asked first, and what never happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.quality import TagQuality
from devices.tags.content import Blank, BookTag, PatronTag
from kiosk.staff.deeds import Deed, Examine, Label, Mend, Undo
from kiosk.staff.heard import (
    Examined,
    ItemScanned,
    Laid,
    Lifted,
    NotExamined,
    NotWritten,
    OtherScanned,
    Pressed,
    StaffHeard,
    Written,
)
from kiosk.staff.tagging import Bench, Stand, is_sound, stand, step
from kiosk.staff.words import Failure, Key, Other
from tests.kiosk.staff.on_bench import CARD, STRANGE, blank, book_tag, labelled, seen, tag
from tests.kiosk.things import item, uid

WANTED = item(7)


def heard(*happenings: StaffHeard, bench: Bench | None = None) -> tuple[Bench, list[Deed]]:
    bench = bench or Bench()
    deeds: list[Deed] = []
    for happening in happenings:
        bench, wanted = step(bench, happening)
        deeds += wanted
    return bench, deeds


def written(number: int = 1) -> Bench:
    """A bench that has just labelled a tag, which still lies there."""
    done = Written(uid(number), WANTED, 8)
    bench, _ = heard(ItemScanned(WANTED), seen(blank(number)), done)
    return heard(seen(labelled(number, WANTED)), bench=bench)[0]


def test_first_a_barcode_is_wanted_and_then_a_book() -> None:
    assert stand(Bench()) is Stand.SCAN
    assert stand(heard(ItemScanned(WANTED))[0]) is Stand.LAY


def test_a_blank_tag_is_written_at_once_in_either_order() -> None:
    label = Label(uid(1), WANTED, over=False)
    for order in ((ItemScanned(WANTED), seen(blank())), (seen(blank()), ItemScanned(WANTED))):
        bench, deeds = heard(*order)
        assert deeds == [label]
        assert stand(bench) is Stand.WRITING


ONE_TAG = {
    "another item's": (labelled(2), Stand.OTHER_ITEM),
    "this item's": (labelled(1, WANTED), Stand.ALREADY),
    "something else": (STRANGE, Stand.OTHER_CONTENT),
    "a locked blank one": (tag(1, Blank(), locked=(3,)), Stand.LOCKED),
    "a locked book": (tag(1, book_tag(item(2)), locked=(0, 1)), Stand.LOCKED),
    "a patron's card": (CARD, Stand.CARD),
    "one that reads badly": (tag(1, Blank(), reads=8), Stand.WEAK),
    "one that cannot be read": (tag(1, STRANGE.content, blocks=0), Stand.WEAK),
}


@pytest.mark.parametrize("name", ONE_TAG)
def test_nothing_but_a_sound_blank_tag_is_written_without_a_question(name: str) -> None:
    lying, says = ONE_TAG[name]
    bench, deeds = heard(ItemScanned(WANTED), seen(lying))
    assert deeds == []
    assert stand(bench) is says


@pytest.mark.parametrize("name", ONE_TAG)
def test_overwriting_is_an_explicit_word_and_never_for_locked_weak_or_card(name: str) -> None:
    lying, says = ONE_TAG[name]
    _, deeds = heard(ItemScanned(WANTED), seen(lying), Pressed(Key.OVERWRITE))
    may = says in {Stand.OTHER_ITEM, Stand.ALREADY, Stand.OTHER_CONTENT}
    assert deeds == ([Label(lying.uid, WANTED, over=True)] if may else [])


def test_two_blank_tags_are_refused_and_so_is_a_blank_one_beside_a_book() -> None:
    blanks, _ = heard(ItemScanned(WANTED), seen(blank(1), blank(2)))
    mixed, deeds = heard(ItemScanned(WANTED), seen(blank(1), labelled(2)))
    assert (stand(blanks), stand(mixed)) == (Stand.SEVERAL_BLANKS, Stand.SEVERAL)
    assert deeds == []


def test_what_was_written_counts_and_can_be_undone_once() -> None:
    bench = written()
    assert (stand(bench), bench.written) == (Stand.WRITTEN, 1)
    bench, deeds = heard(Pressed(Key.UNDO), bench=bench)
    assert deeds == [Undo(uid(1))]
    bench, _ = heard(Written(uid(1), None, 0), seen(blank()), bench=bench)
    assert stand(bench) is Stand.UNDONE
    assert heard(Pressed(Key.UNDO), bench=bench)[1] == []


def test_the_next_barcode_does_not_overwrite_the_book_that_still_lies_there() -> None:
    bench, deeds = heard(
        ItemScanned(item(8)), seen(labelled(1, WANTED)), Pressed(Key.OVERWRITE), bench=written()
    )
    assert stand(bench) is Stand.LIFT
    assert deeds == []


def test_after_it_was_lifted_the_next_book_is_written() -> None:
    bench, _ = heard(ItemScanned(item(8)), Lifted(uid(1)), seen(), bench=written())
    assert stand(bench) is Stand.LAY
    _, deeds = heard(Laid(uid(2), None, secured=False), seen(blank(2)), bench=bench)
    assert deeds == [Examine(), Label(uid(2), item(8), over=False)]


def test_a_book_that_comes_while_one_is_written_changes_nothing() -> None:
    bench, _ = heard(ItemScanned(WANTED), seen(blank()))
    same, deeds = heard(
        Laid(uid(2), None, secured=False),
        Lifted(uid(1)),
        ItemScanned(item(9)),
        Pressed(Key.UNDO),
        Pressed(Key.FORGET),
        bench=bench,
    )
    assert (same, deeds) == (bench, [])


@pytest.mark.parametrize("why", Failure)
def test_a_write_that_failed_says_why_and_the_tag_is_looked_at_again(why: Failure) -> None:
    bench, deeds = heard(ItemScanned(WANTED), seen(blank()), NotWritten(uid(1), why))
    assert deeds[-1] == Examine()
    assert stand(heard(seen(labelled()), bench=bench)[0]) is Stand.FAILED
    assert bench.wanted == WANTED
    assert bench.written == 0


def test_a_tag_that_was_begun_and_never_finished_is_mended_first() -> None:
    bench, deeds = heard(ItemScanned(WANTED), seen(STRANGE, begun=STRANGE.uid))
    assert (stand(bench), deeds) == (Stand.BEGUN, [])
    assert heard(Pressed(Key.OVERWRITE), bench=bench)[1] == []
    assert heard(Pressed(Key.COMPLETE), bench=bench)[1] == [Mend(STRANGE.uid, restore=False)]
    assert heard(Pressed(Key.RESTORE), bench=bench)[1] == [Mend(STRANGE.uid, restore=True)]


def test_checking_writes_nothing_whatever_is_scanned_and_laid() -> None:
    bench, deeds = heard(Pressed(Key.CHECK), ItemScanned(WANTED), seen(blank()))
    assert deeds == [Examine()]
    assert stand(bench) is Stand.CHECKED


def test_a_sound_tag_is_a_book_that_reads_well_and_is_secured() -> None:
    assert is_sound(labelled())
    assert not is_sound(blank())
    assert not is_sound(tag(1, book_tag(item(1)), reads=5))


@pytest.mark.parametrize("kind", Other)
def test_a_barcode_of_no_book_is_said_and_forgets_nothing(kind: Other) -> None:
    bench, deeds = heard(ItemScanned(WANTED), OtherScanned(kind))
    assert (bench.misread, bench.wanted, deeds) == (kind, WANTED, [])


def test_a_lost_pad_is_said_until_it_answers_again() -> None:
    bench, _ = heard(ItemScanned(WANTED), NotExamined())
    assert stand(bench) is Stand.NO_PAD
    assert stand(heard(seen(), bench=bench)[0]) is Stand.LAY


TAGS = st.sampled_from([blank(1), blank(2), labelled(1), labelled(2), CARD, STRANGE])
HEARD = st.one_of(
    st.builds(ItemScanned, st.sampled_from([item(1), item(2), WANTED])),
    st.lists(TAGS, max_size=3, unique_by=lambda one: one.uid).map(lambda tags: seen(*tags)),
    st.builds(Pressed, st.sampled_from(list(Key))),
    st.builds(Lifted, st.sampled_from([uid(1), uid(2)])),
    st.builds(Written, st.sampled_from([uid(1), uid(2)]), st.just(None), st.just(0)),
    st.builds(NotWritten, st.sampled_from([uid(1), uid(2)]), st.sampled_from(Failure)),
    st.builds(OtherScanned, st.sampled_from(Other)),
    st.just(NotExamined()),
)


def _only(happening: StaffHeard, so_far: TagQuality | None) -> TagQuality | None:
    """The one tag that is known to lie there."""
    match happening:
        case Examined(tags):
            return tags[0] if len(tags) == 1 else None
        case _:
            return so_far


@given(st.lists(HEARD, max_size=25))
def test_no_order_of_things_writes_what_may_not_be_written(story: list[StaffHeard]) -> None:
    bench, only = Bench(), None
    for happening in story:
        was_writing = bench.writing
        bench, deeds = step(bench, happening)
        if not was_writing:
            only = _only(happening, only)
        writes = [deed for deed in deeds if isinstance(deed, Label | Undo | Mend)]
        assert len(writes) <= 1
        assert not (writes and was_writing and not isinstance(happening, Written | NotWritten))
        for write in writes:
            assert only is not None
            assert write.uid == only.uid
            if isinstance(write, Label):
                assert not isinstance(only.content, PatronTag)
                assert write.over or isinstance(only.content, Blank)
                assert write.over is (happening == Pressed(Key.OVERWRITE))
                assert not (isinstance(only.content, BookTag) and not write.over)
        assert stand(bench) in Stand
