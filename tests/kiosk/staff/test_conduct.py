"""Staff mode and patrons' visits at one station: never both, and neither leaves a trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.shelves import ListShelves, ShelfSize, Shelves
from broker.telemetry import Mode
from broker.vocabulary import ActId, PatronId
from devices.capabilities import LampColour, LampMeaning, TagUid
from devices.catalogue import open_lamp
from devices.lamp_watch import LampWatch
from devices.led.simulator import LedSimulator
from devices.settings import LedSettings
from kiosk.actions import Enquire
from kiosk.happenings import (
    Answered,
    Button,
    CardArrived,
    CardReaderChanged,
    ConnectionChanged,
    Happening,
    Intended,
    PaceWanted,
    PadChanged,
    PadSettled,
    ServiceWanted,
    Started,
    TagLeft,
    Tick,
    Touched,
)
from kiosk.serving import KioskConduct
from kiosk.staff.conduct import Fitted, StaffConduct
from kiosk.staff.deeds import Ask, Deed, KeepService, Label, TellShelves, TryPart
from kiosk.staff.heard import (
    CodeTried,
    ItemScanned,
    Pressed,
    ShelvesTold,
    StaffShown,
    Written,
)
from kiosk.staff.records import Kept
from kiosk.staff.session import IDLE_SECONDS
from kiosk.staff.testing import LAMP_SHOWS
from kiosk.staff.words import Closing, Found, Key, Part
from kiosk.visit import Page as VisitPage
from kiosk.visit import Screen, screen
from tests.contract.test_lamp import FAST, until
from tests.kiosk.staff.on_bench import blank, seen
from tests.kiosk.things import SITI, arrived, item, standing, uid

STAFF = PatronId("PTG-01")
MACHINE: tuple[Happening, ...] = (
    Started(frozenset()),
    PadChanged(healthy=True),
    CardReaderChanged(healthy=True),
    ConnectionChanged(online=True),
)


class Kiosk:
    """A kiosk in service, and what staff mode wanted done."""

    def __init__(self, kept: Kept | None = None, fitted: Fitted | None = None) -> None:
        self.deeds: list[Deed] = []
        self.conduct = StaffConduct(
            KioskConduct(),
            kept or Kept(),
            self.deeds.append,
            lambda number: number == STAFF,
            fitted or Fitted(code=True, scanner=False),
        )
        self.actions: list[object] = []
        self.hear(*MACHINE)

    def hear(self, *happenings: Happening, now: float = 1.0) -> "Kiosk":
        for happening in happenings:
            self.actions += self.conduct.hear(happening, now)
        return self

    def shows(self) -> Screen:
        return screen(self.conduct.visit)

    def listed(self) -> list[TagUid]:
        return [book.uid for book in self.conduct.visit.books]

    def somebody_at_the_door(self) -> bool:
        return self.conduct.room.session is not None


def test_a_staff_card_opens_staff_mode_and_is_asked_of_nobody() -> None:
    kiosk = Kiosk().hear(CardArrived(STAFF))
    assert kiosk.conduct.entered
    assert kiosk.actions == []
    assert kiosk.conduct.visit.patron is None


def test_a_patrons_card_opens_a_visit() -> None:
    kiosk = Kiosk().hear(CardArrived(SITI))
    assert not kiosk.conduct.entered
    assert kiosk.shows() is Screen.IDENTIFYING


def test_staff_mode_never_begins_during_a_visit() -> None:
    for visit in ((CardArrived(SITI), standing()), (Touched(Button.RETURN),)):
        kiosk = Kiosk().hear(*visit)
        before = kiosk.conduct.visit
        kiosk.hear(CardArrived(STAFF), StaffShown(), Pressed(Key.DOOR), CodeTried(right=True))
        assert kiosk.conduct.room.session is None
        assert kiosk.conduct.visit == before


def test_a_patron_at_a_door_nobody_went_through_is_served() -> None:
    kiosk = Kiosk().hear(Pressed(Key.DOOR))
    assert kiosk.somebody_at_the_door()
    kiosk.hear(CardArrived(SITI))
    assert not kiosk.somebody_at_the_door()
    assert kiosk.shows() is Screen.IDENTIFYING


def test_a_visit_that_begins_while_a_code_is_tried_is_not_interrupted() -> None:
    kiosk = Kiosk().hear(Pressed(Key.DOOR), Pressed(Key.DIGIT, 1), Pressed(Key.ENTER))
    kiosk.hear(CardArrived(SITI), CodeTried(right=True))
    assert not kiosk.conduct.entered
    assert kiosk.conduct.visit.patron == SITI


def test_while_staff_are_there_no_card_touch_or_book_begins_a_visit() -> None:
    kiosk = Kiosk().hear(CardArrived(STAFF), CardArrived(SITI), Touched(Button.RETURN), arrived(1))
    assert kiosk.conduct.visit.page is VisitPage.WELCOME
    assert kiosk.conduct.visit.books == ()
    assert kiosk.actions == []


def test_what_lies_on_the_pad_when_staff_leave_is_no_patrons_until_it_is_lifted() -> None:
    kiosk = Kiosk().hear(arrived(1), CardArrived(STAFF), arrived(2), Pressed(Key.LEAVE))
    assert kiosk.conduct.visit.leftovers == {uid(1), uid(2)}
    kiosk.hear(CardArrived(SITI), standing(), arrived(2))
    assert kiosk.listed() == []
    kiosk.hear(TagLeft(uid(2)), arrived(2))
    assert kiosk.listed() == [uid(2)]


def test_a_pad_that_was_lost_and_is_back_tells_staff_mode_what_is_gone() -> None:
    kiosk = Kiosk().hear(arrived(1), arrived(2), PadSettled(frozenset({uid(2)})))
    assert kiosk.conduct.room.lying == {uid(2)}


def test_no_patrons_number_is_anywhere_in_staff_mode() -> None:
    kiosk = Kiosk().hear(CardArrived(STAFF), Pressed(Key.TESTS))
    kiosk.hear(Pressed(Key.CHOOSE, list(Part).index(Part.CARDS)), CardArrived(SITI))
    session = kiosk.conduct.room.session
    assert session is not None
    assert session.trial is not None
    assert session.trial.found is Found.WELL
    told = f"{kiosk.conduct.room} {kiosk.deeds} {kiosk.actions}"
    assert SITI.reveal() not in told
    assert STAFF.reveal() not in told
    assert not any(isinstance(part, PatronId) for part in vars_of(kiosk.conduct.room))


def vars_of(value: object) -> list[object]:
    """Everything inside a value."""
    slots = getattr(type(value), "__slots__", ())
    inner = [getattr(value, name) for name in slots if hasattr(value, name)]
    if isinstance(value, tuple | frozenset):
        inner += list(value)
    return inner + [deep for part in inner for deep in vars_of(part)]


def test_the_servers_shelves_are_told_to_staff_who_asked_and_to_no_patron() -> None:
    shelves = Shelves(1, (ShelfSize("800", 3),))
    told = Answered(ListShelves(), shelves, provisional=False)
    kiosk = Kiosk().hear(StaffShown(), Pressed(Key.INVENTORY), ShelvesTold(()))
    assert kiosk.deeds[-2:] == [TellShelves(), Ask(ListShelves())]
    visit = kiosk.conduct.visit
    kiosk.hear(told)
    session = kiosk.conduct.room.session
    assert session is not None
    assert [one.name for one in session.walk.choosing.offers] == ["800"]
    kiosk.hear(Pressed(Key.LEAVE), told)
    assert not kiosk.somebody_at_the_door()
    assert kiosk.conduct.visit == visit


def test_a_watched_part_that_is_gone_is_found_at_once() -> None:
    kiosk = Kiosk().hear(CardReaderChanged(healthy=False), CardArrived(STAFF), Pressed(Key.TESTS))
    for part, found in ((Part.CARDS, Found.UNPLUGGED), (Part.SCANNER, Found.NOT_FITTED)):
        kiosk.hear(Pressed(Key.CHOOSE, list(Part).index(part)))
        session = kiosk.conduct.room.session
        assert session is not None
        assert session.trial is not None
        assert session.trial.found is found
        kiosk.hear(Pressed(Key.BACK))
    kiosk.hear(Pressed(Key.CHOOSE, list(Part).index(Part.READER)))
    assert kiosk.deeds == [TryPart(Part.READER)]


def chosen(part: Part) -> Pressed:
    return Pressed(Key.CHOOSE, list(Part).index(part))


def found(kiosk: Kiosk) -> Found | None:
    session = kiosk.conduct.room.session
    assert session is not None
    assert session.trial is not None
    return session.trial.found


@pytest.fixture
def led(tmp_path: Path) -> Iterator[LedSimulator]:
    simulator = LedSimulator(tmp_path, LampColour.GREEN)
    simulator.plug()
    yield simulator
    simulator.close()


@pytest.fixture
def lamp(led: LedSimulator) -> Iterator[LampWatch]:
    settings = LedSettings(str(led.folders[LampColour.GREEN]))
    watch = LampWatch(lambda: open_lamp(settings), FAST)
    watch.start()
    yield watch
    watch.stop()


def test_the_lamp_shows_what_staff_are_to_look_for_and_is_stopped_while_they_are_there(
    lamp: LampWatch,
) -> None:
    kiosk = Kiosk(fitted=Fitted(code=True, scanner=False, lamp=lamp, colours=1))
    shown = [kiosk.conduct.lamp]
    looks = (Pressed(Key.SEEN),) * len(LAMP_SHOWS)
    begun: tuple[Happening, ...] = (CardArrived(STAFF), Pressed(Key.TESTS), chosen(Part.LAMP))
    for heard in (*begun, *looks):
        kiosk.hear(heard)
        shown.append(kiosk.conduct.lamp)
    ready, stopped = LampMeaning.READY, LampMeaning.STOPPED
    assert shown == [ready, stopped, stopped, *LAMP_SHOWS, stopped]
    assert found(kiosk) is Found.WELL
    kiosk.hear(Pressed(Key.LEAVE))
    assert kiosk.conduct.lamp is ready


def test_a_lamp_that_was_lost_is_found_so_and_one_that_is_not_fitted_too(
    led: LedSimulator, lamp: LampWatch
) -> None:
    kiosk = Kiosk(fitted=Fitted(code=True, scanner=False, lamp=lamp, colours=1))
    led.unplug()
    assert until(lambda: lamp.trouble is not None)
    kiosk.hear(CardArrived(STAFF), Pressed(Key.TESTS), chosen(Part.LAMP))
    assert found(kiosk) is Found.UNPLUGGED
    without = Kiosk().hear(CardArrived(STAFF), Pressed(Key.TESTS), chosen(Part.LAMP))
    assert found(without) is Found.NOT_FITTED


def test_closed_by_staff_the_lamp_says_stopped() -> None:
    kiosk = Kiosk().hear(CardArrived(STAFF), Pressed(Key.SERVICE), Pressed(Key.CHOOSE, 0))
    kiosk.hear(Pressed(Key.LEAVE))
    assert kiosk.conduct.lamp is LampMeaning.STOPPED


def test_closed_by_staff_is_out_of_service_and_technicians_read_why() -> None:
    kiosk = Kiosk().hear(CardArrived(STAFF), Pressed(Key.SERVICE))
    kiosk.hear(Pressed(Key.CHOOSE, list(Closing).index(Closing.PRINTER)), Pressed(Key.LEAVE))
    assert kiosk.deeds == [KeepService(Closing.PRINTER)]
    assert kiosk.shows() is Screen.OUT_OF_SERVICE
    found = kiosk.conduct.condition()
    assert (found.mode, found.reason) == (Mode.OUT_OF_SERVICE, "closed by staff: printer")
    kiosk.hear(CardArrived(SITI))
    assert kiosk.conduct.visit.patron is None


def test_it_is_still_closed_after_a_restart_and_when_the_server_says_serve() -> None:
    kiosk = Kiosk(Kept(closing=Closing.EVENT)).hear(ServiceWanted(in_service=True))
    assert kiosk.shows() is Screen.OUT_OF_SERVICE
    kiosk.hear(CardArrived(STAFF), Pressed(Key.SERVICE), Pressed(Key.OPEN), Pressed(Key.LEAVE))
    assert kiosk.shows() is Screen.WELCOME
    assert kiosk.conduct.condition().mode is Mode.IN_SERVICE


def test_staff_cannot_open_what_the_server_has_closed() -> None:
    kiosk = Kiosk().hear(ServiceWanted(in_service=False), CardArrived(STAFF))
    kiosk.hear(Pressed(Key.SERVICE), Pressed(Key.CHOOSE, 0), Pressed(Key.OPEN), Pressed(Key.LEAVE))
    assert kiosk.shows() is Screen.OUT_OF_SERVICE
    assert kiosk.conduct.condition().reason == "taken out of service"


def test_technicians_see_that_staff_are_at_work() -> None:
    found = Kiosk().hear(CardArrived(STAFF)).conduct.condition()
    assert (found.mode, found.reason) == (Mode.OUT_OF_SERVICE, "staff at work")


def test_staff_come_in_at_a_station_that_serves_nobody() -> None:
    kiosk = Kiosk().hear(PadChanged(healthy=False), CardArrived(STAFF))
    assert kiosk.conduct.entered


def test_staff_mode_ends_by_itself_and_never_while_a_tag_is_written() -> None:
    kiosk = Kiosk().hear(CardArrived(STAFF), Pressed(Key.TAGS), ItemScanned(item(1)), seen(blank()))
    assert isinstance(kiosk.deeds[-1], Label)
    kiosk.hear(Tick(), now=IDLE_SECONDS * 2)
    assert kiosk.conduct.busy
    assert kiosk.conduct.entered
    kiosk.hear(Written(uid(1), item(1), 8), Tick(), now=IDLE_SECONDS * 3)
    assert not kiosk.conduct.entered


def test_a_door_locked_before_a_restart_is_locked_from_the_first_second_on() -> None:
    kiosk = Kiosk(Kept(wrong_codes=5))
    assert kiosk.conduct.room.door.seconds_locked(1.0) == 300


HAPPENINGS = st.one_of(
    st.sampled_from([CardArrived(SITI), CardArrived(STAFF), CardArrived(None), standing()]),
    st.builds(Touched, st.sampled_from(Button)),
    st.builds(Pressed, st.sampled_from(Key), st.integers(0, 6)),
    st.builds(CodeTried, st.booleans()),
    st.builds(arrived, st.integers(1, 3)),
    st.builds(TagLeft, st.builds(uid, st.integers(1, 3))),
    st.builds(Intended, st.builds(uid, st.integers(1, 3)), st.just(ActId("a-1"))),
    st.builds(PadChanged, st.booleans()),
    st.builds(ServiceWanted, st.booleans()),
    st.just(Tick()),
)


@given(st.lists(HAPPENINGS, max_size=40))
def test_staff_mode_and_a_visit_are_never_there_together(story: list[Happening]) -> None:
    kiosk = Kiosk()
    for at, happening in enumerate(story):
        kiosk.hear(happening, now=float(at))
        if kiosk.conduct.entered:
            visit = kiosk.conduct.visit
            assert (visit.patron, visit.busy, visit.page) == (None, False, VisitPage.WELCOME)
            assert visit.books == ()
            assert kiosk.conduct.room.lying <= visit.leftovers
    asked = [action.question for action in kiosk.actions if isinstance(action, Enquire)]
    assert STAFF.reveal() not in repr(asked)


def test_staff_who_listen_have_twice_the_time_and_so_has_the_visit() -> None:
    kiosk = Kiosk().hear(CardArrived(STAFF), PaceWanted(unhurried=True))
    assert kiosk.conduct.visit.unhurried
    kiosk.hear(Tick(), now=1 + IDLE_SECONDS)
    assert kiosk.conduct.entered
    kiosk.hear(Tick(), now=1 + 2 * IDLE_SECONDS)
    assert not kiosk.conduct.entered
