"""Staff mode: how it begins, what each page does, and that it ends by itself."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.shelves import ListShelf, ListShelves, ShelfList, ShelfSize, Shelves
from broker.vocabulary import Secret
from kiosk.staff.deeds import (
    Ask,
    BeginWalk,
    Deed,
    KeepRead,
    KeepService,
    Label,
    LookAtDebt,
    RememberWrong,
    RestartProgram,
    SendAgain,
    TellShelves,
    TryCode,
    TryPart,
    WriteReport,
)
from kiosk.staff.door import LOCKED_SECONDS, TRIES
from kiosk.staff.heard import (
    CardTried,
    CodeTried,
    DebtTold,
    ItemScanned,
    KeptList,
    Laid,
    Lifted,
    NotRestarted,
    NotWritten,
    OtherScanned,
    PartTried,
    Pressed,
    ReadKept,
    ReportWritten,
    ServerTold,
    ShelvesTold,
    StaffHeard,
    StaffShown,
    TimePassed,
    WalkBegun,
    Written,
)
from kiosk.staff.inventory import Entry, Read, Shelf
from kiosk.staff.room import step
from kiosk.staff.session import DOOR_SECONDS, IDLE_SECONDS, Page, Room, Session, seconds_left
from kiosk.staff.testing import LAMP_SHOWS, SHOWING_SECONDS, Repair, repairs
from kiosk.staff.words import Closing, Debt, Failure, Found, Key, Other, Part
from tests.kiosk.staff.on_bench import blank, seen
from tests.kiosk.things import item, uid

SHELF = Shelf("800", (Entry(item(1), "800 A", "Satu"), Entry(item(2), "800 B", "Dua")))


def heard(
    *happenings: StaffHeard, room: Room | None = None, now: float = 0.0
) -> tuple[Room, list[Deed]]:
    room, deeds = room or Room(), list[Deed]()
    for happening in happenings:
        room, wanted = step(room, happening, now)
        deeds += wanted
    return room, deeds


def session(room: Room) -> Session:
    assert room.session is not None
    return room.session


def typed(code: str) -> list[StaffHeard]:
    return [Pressed(Key.DIGIT, int(digit)) for digit in code]


def inside(*keys: Key, now: float = 0.0) -> Room:
    return heard(StaffShown(), *map(Pressed, keys), now=now)[0]


def test_a_staff_card_opens_the_menu() -> None:
    assert session(inside()).page is Page.MENU


def test_a_code_is_typed_and_tried_and_opens_the_menu_when_it_is_right() -> None:
    room, deeds = heard(Pressed(Key.DOOR), *typed("246813"), Pressed(Key.ENTER))
    assert deeds == [TryCode(Secret("246813"))]
    assert not session(room).entered
    room, deeds = heard(CodeTried(right=True), room=room)
    assert (session(room).page, deeds) == (Page.MENU, [RememberWrong(0)])
    assert session(room).typed is None


def test_a_digit_can_be_erased_and_an_empty_code_is_not_tried() -> None:
    room, deeds = heard(Pressed(Key.DOOR), *typed("12"), Pressed(Key.ERASE), Pressed(Key.ERASE))
    assert heard(Pressed(Key.ENTER), Pressed(Key.ERASE), room=room)[1] == deeds == []


def test_five_wrong_codes_lock_the_door_and_a_card_still_opens_it() -> None:
    room, deeds = heard(Pressed(Key.DOOR))
    for _ in range(TRIES):
        room, wanted = heard(
            *typed("111111"), Pressed(Key.ENTER), CodeTried(right=False), room=room
        )
        deeds += wanted
    assert deeds[-1] == RememberWrong(TRIES)
    assert heard(*typed("246813"), Pressed(Key.ENTER), room=room)[1] == []
    assert session(heard(StaffShown(), room=room)[0]).page is Page.MENU
    later, tried = heard(*typed("246813"), Pressed(Key.ENTER), room=room, now=LOCKED_SECONDS)
    assert tried == [TryCode(Secret("246813"))]
    assert session(later).trying


def test_leaving_while_a_code_is_tried_is_no_way_around_the_count() -> None:
    room, _ = heard(Pressed(Key.DOOR), *typed("111111"), Pressed(Key.ENTER), Pressed(Key.LEAVE))
    room, deeds = heard(CodeTried(right=False), room=room)
    assert (room.door.wrong, deeds) == (1, [RememberWrong(1)])
    room, _ = heard(CodeTried(right=True), room=room)
    assert room.session is None


def test_what_was_typed_prints_nowhere() -> None:
    room, _ = heard(Pressed(Key.DOOR), *typed("246813"))
    assert "246813" not in repr(room)


def test_without_a_touch_it_ends_after_five_minutes_and_the_door_after_one() -> None:
    room = inside()
    assert heard(TimePassed(), room=room, now=IDLE_SECONDS - 1)[0].session is not None
    assert heard(TimePassed(), room=room, now=IDLE_SECONDS)[0].session is None
    door, _ = heard(Pressed(Key.DOOR))
    assert heard(TimePassed(), room=door, now=DOOR_SECONDS)[0].session is None


@pytest.mark.parametrize("page", [Key.TAGS, Key.TESTS, Key.SERVICE, Key.PAPER])
def test_any_touch_gives_five_minutes_more(page: Key) -> None:
    room, _ = heard(Pressed(page), room=inside(), now=200)
    assert seconds_left(room, 200) == IDLE_SECONDS


def test_a_touch_beside_every_key_gives_five_minutes_more() -> None:
    for page in (Key.TAGS, Key.TESTS, Key.SERVICE, Key.PAPER, Key.INVENTORY):
        room = inside(page)
        after, deeds = heard(Pressed(Key.STAY), room=room, now=200)
        assert replace(session(after), since=session(room).since) == session(room)
        assert seconds_left(after, 200) == IDLE_SECONDS
        assert deeds == []


def test_a_book_and_a_barcode_are_acts_at_the_tag_station_and_nowhere_else() -> None:
    at_tags, at_menu = inside(Key.TAGS), inside()
    for act in (ItemScanned(item(1)), Laid(uid(1), None, secured=False), Lifted(uid(1))):
        assert session(heard(act, room=at_tags, now=200)[0]).since == 200
        assert session(heard(act, room=at_menu, now=200)[0]).since == 0


def test_nothing_ends_it_while_a_tag_is_written() -> None:
    room, deeds = heard(ItemScanned(item(1)), seen(blank()), room=inside(Key.TAGS))
    assert isinstance(deeds[-1], Label)
    for ending in (TimePassed(), Pressed(Key.LEAVE), Pressed(Key.BACK)):
        kept, _ = heard(ending, room=room, now=10 * IDLE_SECONDS)
        assert session(kept).busy
    assert seconds_left(room, 10 * IDLE_SECONDS) is None


def test_closing_with_a_reason_is_kept_and_so_is_opening() -> None:
    for at, closing in enumerate(Closing):
        room, deeds = heard(Pressed(Key.CHOOSE, at), room=inside(Key.SERVICE))
        assert (room.closing, deeds) == (closing, [KeepService(closing)])
        room, deeds = heard(Pressed(Key.OPEN), room=room)
        assert (room.closing, deeds) == (None, [KeepService(None)])


def test_a_reason_there_is_not_closes_nothing() -> None:
    room, deeds = heard(Pressed(Key.CHOOSE, 99), room=inside(Key.SERVICE))
    assert (room.closing, deeds) == (None, [])


def test_unsent_facts_are_looked_at_and_sent_again() -> None:
    room, deeds = heard(StaffShown(), Pressed(Key.FACTS), Pressed(Key.RETRY))
    assert deeds == [LookAtDebt(), SendAgain(), LookAtDebt()]
    told = DebtTold(3, 700.0, Debt.NO_LINE)
    assert session(heard(told, room=room)[0]).debt == told
    assert session(room).sent_again


def test_a_restart_is_asked_for_twice_and_tells_when_nobody_would_do_it() -> None:
    room, deeds = heard(StaffShown(), Pressed(Key.RESTART))
    assert deeds == []
    room, deeds = heard(Pressed(Key.CONFIRM), NotRestarted(), room=room)
    assert deeds == [RestartProgram()]
    assert session(room).not_restarted


def test_back_goes_one_page_up_and_from_the_menu_nowhere() -> None:
    room, _ = heard(Pressed(Key.TESTS), Pressed(Key.CHOOSE, 0), room=inside())
    assert session(room).page is Page.TEST
    room, _ = heard(Pressed(Key.BACK), room=room)
    assert session(room).page is Page.TESTS
    assert session(heard(Pressed(Key.BACK), Pressed(Key.BACK), room=room)[0]).page is Page.MENU


def test_the_language_stays_on_every_page() -> None:
    room = inside(Key.LANGUAGE, Key.TESTS, Key.BACK)
    assert session(room).language == "en"


def trial(part: Part, *happenings: StaffHeard, now: float = 0.0) -> Session:
    room, deeds = heard(Pressed(Key.CHOOSE, list(Part).index(part)), room=inside(Key.TESTS))
    assert deeds == [TryPart(part)]
    return session(heard(*happenings, room=room, now=now)[0])


def test_repair_goes_from_step_to_step_and_ends_with_a_call() -> None:
    room, _ = heard(Pressed(Key.CHOOSE, 0), room=inside(Key.TESTS))
    told = PartTried(Part.READER, Found.UNPLUGGED)
    asked = []
    for _ in range(6):
        room, _ = heard(told, room=room)
        current = session(room).trial
        assert current is not None
        asked.append(current.next)
        room, deeds = heard(Pressed(Key.TRIED), room=room)
        assert deeds == [TryPart(Part.READER)]
    assert asked == [*repairs(Part.READER, Found.UNPLUGGED), Repair.CALL]
    room, _ = heard(PartTried(Part.READER, Found.WELL, 10, 10), room=room)
    current = session(room).trial
    assert current is not None
    assert (current.found, current.next, current.reads) == (Found.WELL, None, 10)
    assert [one.found for one in current.history] == [Found.UNPLUGGED] * 6 + [Found.WELL]


def test_another_finding_begins_another_repair() -> None:
    tried = trial(Part.PRINTER, PartTried(Part.PRINTER, Found.PAPER_OUT)).trial
    assert tried is not None
    assert tried.next is Repair.NEW_ROLL


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("found", Found)
def test_every_finding_but_the_good_ones_has_something_to_do(part: Part, found: Found) -> None:
    steps = repairs(part, found)
    assert bool(steps) is (found not in {Found.WELL, Found.NOT_FITTED})
    assert not steps or steps[-1] is Repair.CALL
    assert len(set(steps)) == len(steps)


def test_the_card_reader_is_well_when_it_has_seen_a_card() -> None:
    there = PartTried(Part.CARDS, Found.WELL)
    waiting = trial(Part.CARDS, there).trial
    assert waiting is not None
    assert waiting.running
    done = trial(Part.CARDS, there, CardTried(Found.WELL)).trial
    assert done is not None
    assert done.found is Found.WELL


def test_nothing_shown_in_twenty_seconds_is_a_finding() -> None:
    for part in (Part.CARDS, Part.SCANNER):
        tried = trial(part, TimePassed(), now=SHOWING_SECONDS).trial
        assert tried is not None
        assert tried.found is Found.NOTHING_SHOWN


def test_a_scanner_that_reads_a_persons_card_is_well_too() -> None:
    for kind in Other:
        tried = trial(Part.SCANNER, OtherScanned(kind)).trial
        assert tried is not None
        assert tried.found is (Found.MISREAD if kind is Other.MISREAD else Found.WELL)


def test_a_lamp_is_well_when_each_of_its_looks_was_seen() -> None:
    there, yes = PartTried(Part.LAMP, Found.WELL), Pressed(Key.SEEN)
    shown = []
    for answers in range(len(LAMP_SHOWS) + 1):
        tried = trial(Part.LAMP, there, *[yes] * answers).trial
        assert tried is not None
        shown.append(tried.shows)
    assert shown == [*LAMP_SHOWS, None]
    assert tried is not None
    assert tried.found is Found.WELL


@pytest.mark.parametrize("looks", range(len(LAMP_SHOWS)))
def test_a_lamp_of_which_something_was_not_seen_is_repaired(looks: int) -> None:
    seen = [Pressed(Key.SEEN)] * looks
    told = PartTried(Part.LAMP, Found.WELL)
    tried = trial(Part.LAMP, told, *seen, Pressed(Key.UNSEEN)).trial
    assert tried is not None
    assert (tried.found, tried.next, tried.shows) == (Found.UNLIT, Repair.LAMP_SUPPLY, None)


def test_a_lamp_that_is_not_there_shows_nothing_to_look_for() -> None:
    tried = trial(Part.LAMP, PartTried(Part.LAMP, Found.UNPLUGGED), Pressed(Key.SEEN)).trial
    assert tried is not None
    assert (tried.found, tried.next, tried.shows) == (Found.UNPLUGGED, Repair.CABLE, None)


def test_changed_paper_is_tried_at_once() -> None:
    room, deeds = heard(Pressed(Key.PAPER_CHANGED), room=inside(Key.PAPER))
    assert deeds == [TryPart(Part.PRINTER)]
    assert session(room).page is Page.TEST


def walking() -> Room:
    told = ShelvesTold((KeptList("800", 0),))
    room, deeds = heard(Pressed(Key.INVENTORY), told, Pressed(Key.CHOOSE, 0), room=inside())
    assert deeds == [TellShelves(), Ask(ListShelves()), BeginWalk("800")]
    return heard(WalkBegun(SHELF, ()), room=room)[0]


def test_a_read_counts_once_the_disk_has_it() -> None:
    room, deeds = heard(Laid(uid(1), item(1), secured=True), room=walking(), now=9)
    read = Read(item(1), 1, secured=True)
    assert deeds == [KeepRead("800", read)]
    assert session(room).walk.reads == ()
    room, _ = heard(ReadKept(read), room=room)
    assert session(room).walk.reads == (read,)
    assert heard(Laid(uid(1), item(1), secured=True), room=room)[1] == []


def test_the_end_of_a_walk_is_a_report() -> None:
    room, deeds = heard(Pressed(Key.FINISH), room=walking())
    assert isinstance(deeds[0], WriteReport)
    assert session(room).busy
    room, _ = heard(ReportWritten("800.csv"), room=room)
    assert (session(room).walk.report, session(room).busy) == ("800.csv", False)


HEARD = st.one_of(
    st.builds(Pressed, st.sampled_from(Key), st.integers(0, 9)),
    st.builds(CodeTried, st.booleans()),
    st.builds(StaffShown),
    st.builds(TimePassed),
    st.builds(Laid, st.builds(uid, st.integers(1, 3)), st.just(item(1)), st.booleans()),
    st.builds(Lifted, st.builds(uid, st.integers(1, 3))),
    st.builds(ItemScanned, st.builds(item, st.integers(1, 3))),
    st.builds(PartTried, st.sampled_from(Part), st.sampled_from(Found)),
    st.builds(CardTried, st.sampled_from(Found)),
    st.builds(Written, st.just(uid(1)), st.none(), st.just(0)),
    st.builds(NotWritten, st.just(uid(1)), st.sampled_from(Failure)),
    st.just(seen(blank())),
    st.just(ShelvesTold((KeptList("800", 0),))),
    st.sampled_from(
        [
            ServerTold(ListShelves(), None),
            ServerTold(ListShelves(), Shelves(1, (ShelfSize("700", 1),))),
            ServerTold(ListShelf("700"), ShelfList(1, ())),
        ]
    ),
    st.just(WalkBegun(SHELF, ())),
    st.just(ReportWritten("800.csv")),
)


@given(st.lists(st.tuples(HEARD, st.floats(0, 200)), max_size=40))
def test_no_order_of_things_enters_without_a_card_or_code_or_ends_a_write(
    story: list[tuple[StaffHeard, float]],
) -> None:
    room, now = Room(), 0.0
    for happening, seconds in story:
        now += seconds
        before = room.session
        room, deeds = step(room, happening, now)
        was_in = before is not None and before.entered
        is_in = room.session is not None and room.session.entered
        if is_in and not was_in:
            assert happening in (StaffShown(), CodeTried(right=True))
        if before is not None and before.busy and room.session is None:
            raise AssertionError(happening)
        if not (was_in or is_in):
            assert all(isinstance(deed, TryCode | RememberWrong) for deed in deeds)
