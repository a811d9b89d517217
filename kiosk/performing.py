"""Does what the pure machines decided: on the disk, at the tags, over the line and on paper."""

from collections import deque
from typing import Final

import structlog

from broker.facts import Fact, StaffCalled
from broker.fault_points import fault_point
from broker.receipts import SendReceipt
from broker.requests import Question, Renew
from broker.vocabulary import ActId, Moment
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
from kiosk.bounds import Capacity
from kiosk.courier import Settled
from kiosk.enquiring import Enquiries
from kiosk.equipment import Equipment
from kiosk.happenings import Happening, Intended, Recorded

log: Final = structlog.get_logger()


class Performer:
    """Raises LedgerUnusable; what came of an action at once is put into `answers`.

    `capacity` is the room that is left for loans and returns, as the station measures it.
    """

    def __init__(
        self, equipment: Equipment, enquiries: Enquiries, answers: deque[Happening | Settled]
    ) -> None:
        self._equipment = equipment
        self._enquiries = enquiries
        self._answers = answers
        self._ledger = equipment.ledger
        self._tags = equipment.tags
        self._called: int | None = None
        self.capacity = Capacity.LOANS_AND_RETURNS

    def new_act(self) -> ActId:
        return ActId(self._equipment.new_id())

    def perform(self, action: Action) -> None:
        match action:
            case Intend(uid, item, patron):
                fault_point("K2")
                act = self.new_act()
                bearer = None if patron is None else self._equipment.discretion.bearer(patron)
                self._ledger.intend(act, uid, item, bearer, self._now())
                self._answers.append(Intended(uid, act))
            case Enquire(question):
                self.ask(question)
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
            case Extend() | Tell() | Print() | Mail():
                self._serve(action)

    def _serve(self, action: Extend | Tell | Print | Mail) -> None:
        """What a patron wants besides lending and returning."""
        match action:
            case Extend(item, patron):
                self.ask(Renew(self.new_act(), item, patron))
            case Tell(fact):
                self.tell(fact)
            case Print(slip):
                self._equipment.print(slip)
            case Mail(patron, language, lines, act):
                self.ask(SendReceipt(act or self.new_act(), patron, language, lines))

    def ask(self, question: Question) -> None:
        """Over the line, or of ourselves where nobody is there."""
        end = self._enquiries.ask(question, self.capacity)
        if end is not None:
            self._answers.append(end)

    def tell(self, fact: Fact) -> None:
        """A fact that closes no act."""
        entry = self._ledger.tell(self.new_act(), fact, self._now())
        log.info("recorded", fact=type(fact).__name__, seq=entry.seq)
        if isinstance(fact, StaffCalled):
            self._called = entry.seq

    def staff_reached(self) -> bool:
        """Once, when the server has the call for staff."""
        if self._called is None or self._ledger.extent.acknowledged < self._called:
            return False
        self._called = None
        return True

    def _now(self) -> Moment:
        return self._ledger.boots.judged(self._equipment.clock.moment())
