"""Carries out what the pure machines decide, and tells them what came of it.

One thread owns a Station. It is deterministic: clock, ids, pad and line are handed in, so that the
simulation runs this very file.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from broker.errors import BadMessage
from broker.fault_points import fault_point
from broker.requests import Answer, Describe, Identify, Lend, Question
from broker.vocabulary import ActId, PatronId, Reason, Refusal
from devices.capabilities import TagUid
from kiosk.book import SETTLED, Book, advance
from kiosk.bounds import Capacity, capacity, no_loans
from kiosk.clock import Clock
from kiosk.courier import Courier, Settled
from kiosk.discretion import Discretion
from kiosk.happenings import (
    Action,
    Answered,
    CapacityChanged,
    CardArrived,
    ConnectionChanged,
    Enquire,
    Forget,
    Happening,
    Intend,
    Intended,
    LedgerChanged,
    PadChanged,
    PadSettled,
    Record,
    Recorded,
    Release,
    Secure,
    Started,
    TagArrived,
    TagLeft,
    TagNotWritten,
    TagWritten,
    Tick,
)
from kiosk.incoming import receive
from kiosk.ledger import Ledger, LedgerDamaged, LedgerUnusable
from kiosk.offline import Outage, decide
from kiosk.orders import Orders
from kiosk.recovery import resume

SETTLE_SECONDS: Final = 2.0
PROBE_SECONDS: Final = 5.0

log: Final = structlog.get_logger()


class Conduct(Protocol):
    """A pure machine with a memory: the kiosk's visit or the drop box."""

    @property
    def busy(self) -> bool:
        """Whether a book is on its way."""

    def hear(self, happening: Happening, now: float) -> tuple[Action, ...]:
        """What has to be done after `happening`; `now` is monotonic seconds."""


class TagSecurity(Protocol):
    """Writes a tag's security; the outcome comes back as TagWritten or TagNotWritten."""

    def secure(self, act: ActId, uid: TagUid) -> None: ...

    def release(self, act: ActId, uid: TagUid) -> None: ...


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a station works with; `new_id` makes act ids that no other station ever makes."""

    ledger: Ledger
    courier: Courier
    discretion: Discretion
    tags: TagSecurity
    clock: Clock
    new_id: Callable[[], str]


class Station:
    """One kiosk or drop box. `in_bin` when what it reads is out of the patron's reach."""

    def __init__(self, conduct: Conduct, equipment: Equipment, *, in_bin: bool) -> None:
        self._conduct = conduct
        self._ledger = equipment.ledger
        self._courier = equipment.courier
        self._discretion = equipment.discretion
        self._tags = equipment.tags
        self._clock = equipment.clock
        self._new_id = equipment.new_id
        self._in_bin = in_bin
        self.orders = Orders(equipment.ledger)
        self._heard: deque[Happening | Settled] = deque()
        # What our own disk answered comes first: another book must not be told of a failure
        # before it is told that its own fact was stored.
        self._answers: deque[Happening | Settled] = deque()
        self._present: dict[TagUid, frozenset[TagUid]] = {}
        self._recovering: tuple[Book, ...] = ()
        self.ignored = 0
        self._started = False
        self._pad_since: float | None = None
        self._pad_was_lost = False
        self._ledger_broken_since: float | None = None
        self._online = False
        self._capacity = Capacity.LOANS_AND_RETURNS

    def hear(self, happening: Happening | Settled) -> None:
        """Takes one happening and everything that follows from it at once."""
        self._heard.append(happening)
        while self._answers or self._heard:
            following = (self._answers or self._heard).popleft()
            if isinstance(following, Settled):
                following = self._answered(following)
            self._observe(following)
            for action in self._decide(following):
                self._try(action)

    @property
    def debt(self) -> tuple[int, float | None]:
        """How many facts the server still lacks, and since when (wall seconds)."""
        try:
            return self._ledger.debt() if self._ledger.owes else (0, None)
        except LedgerUnusable as error:
            self._ledger_failed(error)
            return self._ledger.owed_count, None

    def receive(self, topic: str, payload: bytes, *, retained: bool = False) -> None:
        """Takes in a message from the line, `retained` when it is from the broker's memory.

        What is not of the contract, stale or not for us is ignored, logged and counted.
        """
        try:
            happening = receive(topic, payload, self._courier, self.orders, retained=retained)
        except BadMessage as error:
            self.ignored += 1
            log.warning("message ignored", topic=topic, problem=str(error))
            return
        except LedgerUnusable as error:
            self._ledger_failed(error)
            return
        if happening is not None:
            self.hear(happening)

    def tick(self) -> None:
        """Time went on: a few times a second."""
        self._measure()
        try:
            self._ledger.boots.look(self._clock.moment())
            self._courier.deliver()
        except LedgerUnusable as error:
            self._ledger_failed(error)
        for settled in self._courier.unanswered():
            self.hear(settled)
        if self._courier.online != self._online:
            self._online = self._courier.online
            self.hear(ConnectionChanged(self._online))
        self._probe()
        self._start()
        self._settle()
        self.hear(Tick())

    def _measure(self) -> None:
        # What a restored server asks for again takes no room: it is there already.
        owed, silence = self._ledger.unheard_count, self._courier.silence
        left = capacity(owed, silence, unchecked=self._ledger.replaced)
        if left is not self._capacity:
            self._capacity = left
            self.hear(CapacityChanged(left))

    def _decide(self, happening: Happening) -> tuple[Action, ...]:
        steps = [advance(book, happening) for book in self._recovering]
        self._recovering = tuple(book for book, _ in steps if book.stage not in SETTLED)
        actions = [action for _, wanted in steps for action in wanted]
        following = self._conduct.hear(happening, self._clock.monotonic())
        if isinstance(happening, Recorded) and self._in_bin:
            fault_point("D6")
        return (*actions, *following)

    def _observe(self, happening: Happening) -> None:
        match happening:
            case CardArrived():
                fault_point("K1")
            case TagArrived(uid, tags=tags):
                fault_point("R1", "D3")
                self._present[uid] = tags | {uid}
            case TagLeft(uid):
                self._present.pop(uid, None)
            case PadChanged(healthy):
                self._pad_since = self._clock.monotonic() if healthy else None
                self._pad_was_lost |= not healthy
            case TagWritten():
                fault_point("K7")
            case _:
                pass

    def _try(self, action: Action) -> None:
        try:
            self._perform(action)
        except LedgerUnusable as error:
            self._ledger_failed(error)
            if isinstance(action, Release):
                self._answers.append(TagNotWritten(action.act, lifted=False))

    def _perform(self, action: Action) -> None:
        match action:
            case Intend(uid, item, patron):
                fault_point("K2")
                act = ActId(self._new_id())
                bearer = None if patron is None else self._discretion.bearer(patron)
                at = self._ledger.boots.judged(self._clock.moment())
                self._ledger.intend(act, uid, item, bearer, at)
                self._answers.append(Intended(uid, act))
            case Enquire(question):
                self._ask(question)
            case Release(act, uid, due, provisional):
                self._ledger.releasing(act, due, provisional=provisional)
                self._tags.release(act, uid)
            case Secure(act, uid):
                self._tags.secure(act, uid)
            case Record(act, fact):
                entry = self._ledger.record(act, fact)
                fault_point("K9", "R5", "D5")
                log.info("recorded", fact=type(fact).__name__, act=str(act), seq=entry.seq)
                self._answers.append(Recorded(act))
            case Forget(act):
                self._ledger.forget(act)

    def _ask(self, question: Question) -> None:
        reason = no_loans(self._capacity)
        if reason is not None and not isinstance(question, Describe):
            self._answers.append(Answered(question, Refusal(reason), provisional=True))
        elif self._courier.online:
            self._courier.ask(self._discretion.sealed(question))
        else:
            self._answers.append(Settled(question, None))

    def _answered(self, settled: Settled) -> Answered:
        question = self._discretion.own(settled.question)
        if settled.answer is not None:
            return Answered(question, settled.answer, provisional=False)
        try:
            return Answered(question, self._alone(question), provisional=True)
        except LedgerUnusable as error:
            self._ledger_failed(error)
            return Answered(question, None, provisional=True)

    def _alone(self, question: Question) -> Answer | None:
        """The off-line rule's answer: the same act id, so that a late yes cannot double it."""
        policy = self.orders.policy
        match question:
            case Identify(PatronId() as patron) | Lend(patron=PatronId() as patron) if policy:
                now, contact = self._courier.now, self._courier.last_contact
                if now is None:
                    return Refusal(Reason.OFFLINE_TOO_LONG)
                loans = self._ledger.loans_decided_alone(self._discretion.card(patron))
                return decide(question, policy, Outage(now, contact, loans))
            case _:
                return None

    def _ledger_failed(self, error: LedgerUnusable) -> None:
        """Out of service until it works again; a damaged file is seen to at the next start."""
        if isinstance(error, LedgerDamaged):
            raise error
        log.error("ledger failed", problem=str(error))
        self._ledger_broken_since = self._clock.monotonic()
        self._answers.append(LedgerChanged(healthy=False))

    def _probe(self) -> None:
        """A disk that takes writes again: settle what is open, then serve."""
        broken = self._ledger_broken_since
        if broken is None or self._conduct.busy:
            return
        if self._clock.monotonic() - broken < PROBE_SECONDS:
            return
        try:
            self._ledger.remember("probe", repr(self._clock.wall()).encode())
            self._ledger_broken_since = None
            if self._started:
                self._recover()
        except LedgerUnusable as error:
            self._ledger_failed(error)
        if self._ledger_broken_since is None:
            self.hear(LedgerChanged(healthy=True))

    def _start(self) -> None:
        """Settles what a crash left open once the pad has shown what lies on it."""
        if self._started or self._ledger_broken_since is not None or not self._knows_the_pad:
            return
        try:
            settling = self._recover()
        except LedgerUnusable as error:
            self._ledger_failed(error)
            return
        self._started = True
        self.hear(Started(settling))

    def _settle(self) -> None:
        """What a pad that was lost took leave of, and what really left."""
        if self._pad_was_lost and self._knows_the_pad:
            self._pad_was_lost = False
            self.hear(PadSettled(frozenset(self._present)))

    @property
    def _knows_the_pad(self) -> bool:
        """Whether the pad has answered for so long that everything on it has been told."""
        since = self._pad_since
        return since is not None and self._clock.monotonic() - since >= SETTLE_SECONDS

    def _recover(self) -> frozenset[TagUid]:
        """Begins settling every open act; the tags it concerns. Raises LedgerUnusable."""
        begun = {book.act for book in self._recovering}
        open_acts = [one for one in self._ledger.open_acts() if one.act not in begun]
        for open_act in open_acts:
            present = any(open_act.uid in tags for tags in self._present.values())
            book, actions = resume(open_act, present=present, in_bin=self._in_bin)
            log.warning("recovering", act=str(open_act.act), present=present)
            self._recovering = (*self._recovering, book)
            for action in actions:
                self._try(action)
        return frozenset(open_act.uid for open_act in open_acts)
