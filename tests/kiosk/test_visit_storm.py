"""Any patron, any order, any fault: no screen without a way out, no yes without its fact."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from broker.facts import Fact, ItemLent, ItemReturned, LoanAbandoned, LoanUnconfirmed
from broker.receipts import ReceiptSent, SendReceipt
from broker.requests import (
    Account,
    AccountOf,
    Answer,
    Borrowed,
    Describe,
    Description,
    Find,
    Found,
    Grant,
    Hit,
    Identify,
    Lend,
    Question,
    Renew,
    Standing,
    Waiting,
)
from broker.shelves import ListShelf, ListShelves, Shelves
from broker.vocabulary import ActId, PatronId, Reason, Refusal
from kiosk.actions import (
    Action,
    Enquire,
    Extend,
    Forget,
    Intend,
    Mail,
    Print,
    Record,
    Release,
    Secure,
    Tell,
)
from kiosk.book import BUSY, SETTLED, Book, Stage, advance
from kiosk.dialogue import step
from kiosk.happenings import (
    Answered,
    Barcode,
    Button,
    CardArrived,
    CardLeft,
    CardReaderChanged,
    ConnectionChanged,
    Happening,
    Intended,
    LedgerChanged,
    PaceWanted,
    PadChanged,
    Printed,
    PrinterChanged,
    Problem,
    Recorded,
    ServiceWanted,
    StaffReached,
    Started,
    TagArrived,
    TagLeft,
    TagNotWritten,
    TagWritten,
    Tick,
    Touched,
    WrongBarcode,
)
from kiosk.house import House
from kiosk.recovery import OpenAct, resume
from kiosk.visit import Letter, Page, Screen, Visit, screen, seconds_left
from kiosk.visiting.machine import home
from tests.kiosk.things import BUDI, DUE, SITI, act, item, uid

Asked = Enquire | Release | Secure | Extend | Print | Mail

BOOKS = (1, 2, 3)
NUMBERS = st.sampled_from(BOOKS)
ANSWERS = st.sampled_from(["yes", "yes", "yes", "no", "pin", "silence", "nonsense"])
SUBJECTS = st.sampled_from(["", "A", "7", " ", "-", "good", "speed", str(item(7)), str(item(8))])
HOUSE = House("Perpustakaan Kota Binjai", (), typed_numbers=True, prints=True)
PILES = st.lists(NUMBERS, unique=True, min_size=1)
FLAGS = st.booleans()
MOSTLY = st.sampled_from([True, True, True, False])


@dataclass
class Tag:
    """What is true of one tag, whatever anybody was told: on the pad, and who released it."""

    on_pad: bool = False
    released_by: ActId | None = None


class KioskInTheOpen(RuleBasedStateMachine):
    """The visit between patrons, a library, a pad and a disk that do as they like.

    As in the station, the disk answers at once and in order; library and pad answer when they
    like, in any order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.visit = Visit(since=self.now, house=HOUSE)
        self.tags = {uid(number): Tag() for number in BOOKS}
        self.waiting: list[Asked] = []
        self.queue: deque[Happening] = deque()
        self.open_acts: dict[ActId, OpenAct] = {}
        self.facts: dict[ActId, Fact] = {}
        self.confirmed_by: dict[ActId, PatronId | None] = {}
        self.disk_works = True
        self.acts = 0
        self.told: list[Fact] = []
        self.mailed: set[ActId] = set()

    # What the station does ------------------------------------------------------------------

    def hear(self, happening: Happening) -> None:
        self.queue.append(happening)
        while self.queue:
            self.visit, actions = step(self.visit, self.queue.popleft(), self.now)
            for action in actions:
                self.perform(action)

    def perform(self, action: Action) -> None:
        if isinstance(action, Enquire | Secure | Extend | Print | Mail):
            self.waiting.append(action)
        elif not self.disk_works:
            self.queue.append(LedgerChanged(healthy=False))
            if isinstance(action, Release):
                self.queue.append(TagNotWritten(action.act, lifted=False))
        else:
            self.write(action)

    def write(self, action: Action) -> None:
        match action:
            case Intend(tag, number, patron):
                self.acts += 1
                made = act(self.acts)
                self.open_acts[made] = OpenAct(made, tag, number, patron, None)
                self.confirmed_by[made] = self.visit.patron
                assert patron is None or patron == self.visit.patron
                self.queue.append(Intended(tag, made))
            case Release(of, tag, due):
                # Only tags of this transaction may be touched.
                assert tag not in self.visit.leftovers
                assert self.book(of).uid == tag
                self.open_acts[of] = replace(self.open_acts[of], due=due)
                self.waiting.append(action)
            case Record(of, fact):
                self.record(of, fact)
                self.queue.append(Recorded(of))
            case Forget(of):
                assert self.open_acts.pop(of).patron is None
            case Tell(fact):
                self.told.append(fact)

    def record(self, of: ActId, fact: Fact) -> None:
        assert of not in self.facts, "an act counts once"
        if isinstance(fact, ItemLent):
            tag = self.open_acts[of].uid
            assert self.tags[tag].released_by == of, "the tag is released before the fact"
            assert fact.patron == self.confirmed_by[of]
        del self.open_acts[of]
        self.facts[of] = fact

    def book(self, of: ActId) -> Book:
        return next(book for book in self.visit.books if book.act == of)

    # What patrons, technicians and the world do ---------------------------------------------

    @initialize(lying=st.sets(NUMBERS))
    def switched_on(self, lying: set[int]) -> None:
        self.hear(PadChanged(healthy=True))
        for number in lying:
            self.lay(number, None)
        self.hear(Started(frozenset()))

    @rule(button=st.sampled_from(Button), subject=SUBJECTS)
    def touch(self, button: Button, subject: str) -> None:
        self.hear(Touched(button, subject))

    @precondition(lambda self: not self.visit.busy)
    @rule(patron=st.sampled_from([SITI, BUDI]))
    def come_to_renew(self, patron: PatronId) -> None:
        self.come(cared_for=True)
        self.hear(ConnectionChanged(online=True))
        self.hear(Touched(Button.ACCOUNT))
        self.hear(CardArrived(patron))
        self.answer_all(AccountOf)
        self.hear(Touched(Button.RENEW_ALL))

    @precondition(lambda self: not self.visit.busy)
    @rule()
    def come_to_search(self) -> None:
        self.come(cared_for=True)
        self.hear(ConnectionChanged(online=True))
        self.hear(Touched(Button.SEARCH))
        self.hear(Touched(Button.KEY, "A"))
        self.hear(Touched(Button.CONFIRM))

    @precondition(lambda self: not self.visit.busy)
    @rule(patron=st.sampled_from([SITI, BUDI]), numbers=PILES, cared_for=MOSTLY)
    def come_to_borrow(self, patron: PatronId, numbers: list[int], *, cared_for: bool) -> None:
        """What most patrons do, so that chance reaches the far end of a loan often enough."""
        self.come(cared_for=cared_for)
        self.hear(Touched(Button.BORROW))
        self.hear(CardArrived(patron))
        self.answer_all(Identify)
        self.lay_anew(numbers)
        self.hear(Touched(Button.CONFIRM))

    @precondition(lambda self: not self.visit.busy)
    @rule(numbers=PILES, cared_for=MOSTLY)
    def come_to_return(self, numbers: list[int], *, cared_for: bool) -> None:
        self.come(cared_for=cared_for)
        self.hear(Touched(Button.RETURN))
        self.lay_anew(numbers)

    def come(self, *, cared_for: bool) -> None:
        """The patron before has gone, and most often somebody has seen to the machine."""
        if cared_for:
            self.machine_is_well()
        self.wait(61.0)
        self.wait(61.0)

    def lay_anew(self, numbers: list[int]) -> None:
        for number in numbers:
            self.lift(number)
            self.lay(number, None)
        self.answer_all(Describe)

    @rule(seconds=st.sampled_from([0.2, 3.0, 9.0, 16.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.hear(Tick())

    @rule(patron=st.sampled_from([SITI, BUDI, None]))
    def show_card(self, patron: PatronId | None) -> None:
        self.hear(CardArrived(patron))

    @rule(number=NUMBERS, problem=st.sampled_from([None, None, None, *Problem]))
    def lay(self, number: int, problem: Problem | None) -> None:
        tag = self.tags[uid(number)]
        if not tag.on_pad:
            tag.on_pad = True
            named = None if problem is Problem.UNREADABLE else item(number)
            secured = tag.released_by is None
            self.hear(TagArrived(uid(number), named, problem, secured))

    @rule(number=NUMBERS)
    def lift(self, number: int) -> None:
        tag = self.tags[uid(number)]
        if tag.on_pad:
            tag.on_pad = False
            self.hear(TagLeft(uid(number)))

    @rule(
        happening=st.sampled_from(
            [
                PadChanged(healthy=False),
                CardReaderChanged(healthy=False),
                ConnectionChanged(online=True),
                ConnectionChanged(online=False),
                ServiceWanted(in_service=False),
                PrinterChanged(healthy=True),
                PrinterChanged(healthy=False),
                PaceWanted(unhurried=True),
                CardLeft(),
                WrongBarcode(Barcode.ISBN),
                StaffReached(),
            ]
        )
    )
    def machine_changes(self, happening: Happening) -> None:
        self.hear(happening)

    @rule()
    def machine_is_well(self) -> None:
        if not self.disk_works and not self.visit.busy:
            self.disk_heals()
        self.hear(PadChanged(healthy=True))
        self.hear(CardReaderChanged(healthy=True))
        self.hear(ServiceWanted(in_service=True))

    # What answers ---------------------------------------------------------------------------

    @precondition(lambda self: self.waiting)
    @rule(which=st.integers(0, 9), answer=ANSWERS, worked=MOSTLY, moved=FLAGS)
    def answer(self, which: int, answer: str, *, worked: bool, moved: bool) -> None:
        action = self.waiting.pop(which % len(self.waiting))
        match action:
            case Enquire(question):
                said = ANSWER_OF[answer](question)
                self.hear(Answered(question, said, provisional=answer == "silence"))
            case Release() | Secure():
                self.hear(self.written(action, worked=worked, moved=moved))
            case Extend(number, patron):
                self.acts += 1
                renew = Renew(act(self.acts), number, patron)
                self.hear(Answered(renew, ANSWER_OF[answer](renew), provisional=False))
            case Print(slip):
                assert slip.lines
                self.hear(Printed(worked))
            case Mail(patron, language, lines, of):
                self.acts += of is None
                receipt = SendReceipt(of or act(self.acts), patron, language, lines)
                said = ANSWER_OF[answer](receipt)
                if isinstance(said, ReceiptSent):
                    assert receipt.act not in self.mailed or of is not None
                    self.mailed.add(said.act)
                self.hear(Answered(receipt, said, provisional=False))

    @precondition(lambda self: self.waiting)
    @rule()
    def all_goes_well(self) -> None:
        while self.waiting:
            self.answer(0, "yes", worked=True, moved=False)

    @precondition(lambda self: self.waiting)
    @rule(moved=FLAGS)
    def the_pad_fails(self, *, moved: bool) -> None:
        """No write is read back well; a release may have changed the tag all the same."""
        while self.waiting:
            released = isinstance(self.waiting[0], Release)
            self.answer(0, "yes", worked=False, moved=moved and released)

    def answer_all(self, kind: type[Identify | Describe | AccountOf]) -> None:
        for action in tuple(self.waiting):
            if isinstance(action, Enquire) and isinstance(action.question, kind):
                self.answer(self.waiting.index(action), "yes", worked=True, moved=False)

    def written(self, action: Release | Secure, *, worked: bool, moved: bool) -> Happening:
        """`moved`: whether a write that failed changed the tag all the same."""
        tag = self.tags[action.uid]
        worked = worked and tag.on_pad
        if worked or (moved and tag.on_pad):
            tag.released_by = action.act if isinstance(action, Release) else None
        if worked:
            return TagWritten(action.act)
        return TagNotWritten(action.act, lifted=not tag.on_pad)

    @rule()
    def disk_breaks(self) -> None:
        self.disk_works = False

    @precondition(lambda self: not self.disk_works and not self.visit.busy)
    @rule()
    def disk_heals(self) -> None:
        self.disk_works = True
        self.recover()
        self.hear(LedgerChanged(healthy=True))

    def recover(self) -> None:
        """As at a start: every open act is settled by what lies on the pad."""
        for opened in tuple(self.open_acts.values()):
            present = self.tags[opened.uid].on_pad
            book, actions = resume(opened, present=present, in_bin=False)
            todo = list(actions)
            while todo:
                heard = self.settled(todo.pop(0))
                if heard is not None:
                    book, actions = advance(book, heard)
                    todo += actions
            assert book.stage in SETTLED

    def settled(self, action: Action) -> Happening | None:
        match action:
            case Secure():
                return self.written(action, worked=True, moved=False)
            case Record(of, fact):
                self.record(of, fact)
                return Recorded(of)
            case _:
                self.write(action)
                return None

    # What must always be true ---------------------------------------------------------------

    @invariant()
    def every_screen_has_a_way_out(self) -> None:
        shown = screen(self.visit)
        assert shown is not Screen.STARTING or not self.visit.started
        if self.visit.working or self.visit.page is Page.WELCOME:
            return
        if self.visit.waits:
            asked = [one.question for one in self.waiting if isinstance(one, Enquire)]
            others = [one for one in self.waiting if isinstance(one, Extend | Print | Mail)]
            assert self.visit.asked in asked or others
            return
        assert seconds_left(self.visit, self.now) is not None

    @invariant()
    def a_receipt_by_mail_is_said_to_be_sent_to_whom_it_was_sent(self) -> None:
        asked = [one for one in self.waiting if isinstance(one, Mail)]
        match self.visit.letter:
            case Letter.SENDING:
                assert any(one.patron == self.visit.patron for one in asked)
            case Letter.SENT:
                assert self.visit.letter_act in self.mailed
            case _:
                pass

    @invariant()
    def every_busy_book_waits_for_an_answer(self) -> None:
        for book in self.visit.books:
            if book.stage in BUSY - {Stage.PUT_BACK}:
                assert any(_is_about(action, book) for action in self.waiting), book

    @invariant()
    def a_book_that_is_shown_as_done_is_recorded(self) -> None:
        for book in self.visit.books:
            match book:
                case Book(stage=Stage.LENT, act=ActId() as of, item=number, patron=patron):
                    assert self.facts[of] == ItemLent(
                        number or item(0), patron or SITI, DUE, book.provisional
                    )
                case Book(stage=Stage.RETURNED, act=ActId() as of):
                    assert isinstance(self.facts[of], ItemReturned)

    @invariant()
    def a_released_tag_has_its_loan_or_staff_know(self) -> None:
        for tag in self.tags.values():
            if tag.released_by is None or tag.released_by in self.open_acts:
                continue
            match self.facts[tag.released_by]:
                case ItemLent() | LoanUnconfirmed() | LoanAbandoned(secured=False):
                    pass
                case fact:
                    pytest.fail(f"a tag is released, and the records say {fact}")

    @invariant()
    def the_welcome_page_knows_nobody(self) -> None:
        if self.visit.page is Page.WELCOME:
            assert (self.visit.patron, self.visit.standing, self.visit.reason) == (None, None, None)
            assert all(book.stage in {Stage.LISTED, Stage.STAFF} for book in self.visit.books)
            fresh = home(self.visit, self.visit.since)
            left = ("typed", "pin", "asked", "account", "renewals", "found", "opinion", "reason")
            assert all(getattr(self.visit, name) == getattr(fresh, name) for name in left)

    @invariant()
    def everything_on_the_pad_is_known(self) -> None:
        known = {book.uid for book in self.visit.books} | self.visit.leftovers
        assert {tag for tag, it in self.tags.items() if it.on_pad} <= known

    @invariant()
    def a_leftover_is_never_a_book_of_this_visit(self) -> None:
        assert not self.visit.leftovers & {book.uid for book in self.visit.books}

    def teardown(self) -> None:
        """Once everything asked is answered and the patron has gone, nothing is on its way."""
        self.all_goes_well()
        while self.visit.busy:
            self.wait(61.0)
            self.all_goes_well()
        if not self.disk_works:
            self.disk_heals()
        for _ in range(3):
            self.wait(61.0)
        assert self.visit.page is Page.WELCOME
        assert self.visit.language == Visit().language
        assert not self.open_acts
        self.a_released_tag_has_its_loan_or_staff_know()


LOANS = tuple(
    Borrowed(item(number), "Bumi Manusia", DUE, overdue=False, no_renewal=reason)
    for number, reason in ((7, None), (8, None), (9, Reason.ON_HOLD))
)
ACCOUNT = Account(LOANS, (Waiting("Cantik Itu Luka", 1, DUE),), 2, "", None, mailable=True)
FOUND = Found(60, (Hit("Bumi Manusia", "Pramoedya Ananta Toer", "899.221 PRA", 2, 1, None),) * 20)


def _yes(question: Question) -> Answer:
    match question:
        case Identify():
            return Standing(on_loan=0, remaining=3, mailable=True)
        case AccountOf():
            return ACCOUNT
        case Describe(number):
            return Description(number, "Laskar Pelangi", "Andrea Hirata")
        case Find():
            return FOUND
        case ListShelves() | ListShelf():
            return Shelves(0, ())
        case Lend(of) | Renew(of):
            return Grant(of, DUE)
        case SendReceipt(of):
            return ReceiptSent(of)


ANSWER_OF: dict[str, Callable[[Question], Answer | None]] = {
    "yes": _yes,
    "no": lambda _: Refusal(Reason.LOAN_LIMIT),
    "pin": lambda _: Refusal(Reason.NEEDS_PIN),
    "silence": lambda _: None,
    "nonsense": lambda question: (
        Standing(0, 0) if isinstance(question, Lend) else Grant(act(0), DUE)
    ),
}


def _is_about(action: Asked, book: Book) -> bool:
    match action:
        case Enquire(Lend(of)) | Release(of) | Secure(of):
            return of == book.act
        case _:
            return False


def test_no_sequence_of_happenings_breaks_a_promise() -> None:
    run_state_machine_as_test(
        KioskInTheOpen,
        settings=settings(max_examples=500, stateful_step_count=60),
    )
