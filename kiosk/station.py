"""Hears what happens, lets the pure machines decide on it, and tells them what came of it.

One thread owns a Station. It is deterministic: clock, ids, pad and line are handed in, so that the
simulation runs this very file.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

import structlog

from broker.errors import BadMessage
from broker.facts import Fact
from broker.fault_points import fault_point
from broker.requests import Question
from broker.vocabulary import ActId
from devices.capabilities import TagUid
from kiosk.actions import Action, Release
from kiosk.bounds import capacity
from kiosk.courier import Settled
from kiosk.enquiring import Enquiries
from kiosk.equipment import Conduct, Equipment
from kiosk.happenings import (
    Answered,
    CapacityChanged,
    CardArrived,
    ConnectionChanged,
    Happening,
    LedgerChanged,
    PadSettled,
    Recorded,
    ServiceWanted,
    StaffReached,
    Started,
    TagArrived,
    TagNotWritten,
    TagWritten,
    Tick,
)
from kiosk.incoming import receive
from kiosk.ledger import LedgerDamaged, LedgerUnusable
from kiosk.orders import Orders
from kiosk.pad_seen import PadSeen
from kiosk.performing import Performer
from kiosk.recovering import Recovering

PROBE_SECONDS: Final = 5.0

log: Final = structlog.get_logger()


class Station:
    """One kiosk or drop box. `in_bin` when what it reads is out of the patron's reach."""

    def __init__(self, conduct: Conduct, equipment: Equipment, *, in_bin: bool) -> None:
        self._conduct = conduct
        self._ledger = equipment.ledger
        self._courier = equipment.courier
        self._clock = equipment.clock
        self._in_bin = in_bin
        self.orders = Orders(equipment.ledger)
        self._heard: deque[Happening | Settled] = deque()
        # What our own disk answered comes first: another book must not be told of a failure
        # before it is told that its own fact was stored.
        self._answers: deque[Happening | Settled] = deque()
        self._enquiries = Enquiries(
            equipment.courier, equipment.discretion, equipment.ledger, self.orders
        )
        self._performer = Performer(equipment, self._enquiries, self._answers)
        self._pad = PadSeen(equipment.clock)
        self._recovering = Recovering(in_bin=in_bin)
        self.ignored = 0
        self._started = self._remembered = False
        self._ledger_broken_since: float | None = None
        self._online = False

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

    def new_act(self) -> ActId:
        return self._performer.new_act()

    def ask(self, question: Question) -> None:
        """What is no patron's question; its end is an `Answered` of its own."""
        self._performer.ask(question)

    def tell(self, facts: Iterable[Fact]) -> bool:
        """Stores facts that close no act; whether the disk took them all."""
        try:
            for fact in facts:
                self._performer.tell(fact)
        except LedgerUnusable as error:
            self._ledger_failed(error)
            return False
        return True

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
        self._remember()
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
        if self._performer.staff_reached():
            self.hear(StaffReached())
        self.hear(Tick())

    def _remember(self) -> None:
        """At first: what the server wanted last, until it can be heard again."""
        desired = None if self._remembered else self.orders.desired
        self._remembered = True
        if desired is not None:
            self.hear(ServiceWanted(desired.in_service, desired.house))

    def _measure(self) -> None:
        # What a restored server asks for again takes no room: it is there already.
        owed, silence = self._ledger.unheard_count, self._courier.silence
        left = capacity(owed, silence, unchecked=self._ledger.replaced)
        if left is not self._performer.capacity:
            self._performer.capacity = left
            self.hear(CapacityChanged(left))

    def _decide(self, happening: Happening) -> tuple[Action, ...]:
        actions = self._recovering.hear(happening)
        following = self._conduct.hear(happening, self._clock.monotonic())
        if isinstance(happening, Recorded) and self._in_bin:
            fault_point("D6")
        return (*actions, *following)

    def _observe(self, happening: Happening) -> None:
        self._pad.hear(happening)
        match happening:
            case CardArrived():
                fault_point("K1")
            case TagArrived():
                fault_point("R1", "D3")
            case TagWritten():
                fault_point("K7")
            case _:
                pass

    def _try(self, action: Action) -> None:
        try:
            self._performer.perform(action)
        except LedgerUnusable as error:
            self._ledger_failed(error)
            if isinstance(action, Release):
                self._answers.append(TagNotWritten(action.act, lifted=False))

    def _answered(self, settled: Settled) -> Answered:
        """The end of a question; of one that nobody answered, what may be decided alone."""
        question = self._enquiries.own(settled.question)
        if settled.answer is not None:
            return Answered(question, settled.answer, provisional=False)
        try:
            return Answered(question, self._enquiries.alone(question), provisional=True)
        except LedgerUnusable as error:
            self._ledger_failed(error)
            return Answered(question, None, provisional=True)

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
        """Settles what a crash left open once the pad has shown what lies on it.

        A kiosk that left nothing open need not wait for that.
        """
        if self._started or self._ledger_broken_since is not None or not self._pad.has_answered:
            return
        try:
            waits = self._in_bin or bool(self._ledger.open_acts())
            if waits and not self._pad.is_known:
                return
            settling = self._recover()
        except LedgerUnusable as error:
            self._ledger_failed(error)
            return
        self._started = True
        self.hear(Started(settling))

    def _settle(self) -> None:
        """What a pad that was lost took leave of, and what really left."""
        if self._pad.was_lost and self._pad.is_known:
            self._pad.was_lost = False
            self.hear(PadSettled(self._pad.present))

    def _recover(self) -> frozenset[TagUid]:
        """Begins settling every open act; the tags it concerns. Raises LedgerUnusable."""
        begun = self._recovering.begun
        open_acts = [one for one in self._ledger.open_acts() if one.act not in begun]
        for open_act in open_acts:
            present = self._pad.holds(open_act.uid)
            log.warning("recovering", act=str(open_act.act), present=present)
            for action in self._recovering.begin(open_act, present=present):
                self._try(action)
        return frozenset(open_act.uid for open_act in open_acts)
