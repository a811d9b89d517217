"""Bugs of a station's machine, and of its hand on the pad."""

from dataclasses import replace
from datetime import UTC, datetime

from broker.requests import Grant, Identify, Lend, Question, Standing
from broker.telemetry import OfflinePolicy
from broker.vocabulary import ActId
from devices.capabilities import TagUid
from devices.pad_events import SecurityNotWritten, SecurityWritten
from devices.security import Security
from kiosk.actions import Action, Enquire, Release, Secure
from kiosk.book import Stage
from kiosk.courier import Settled
from kiosk.dropbox.box import BoxConduct
from kiosk.enquiring import Enquiries
from kiosk.equipment import Conduct, Equipment
from kiosk.happenings import Answered, Happening, TagArrived, TagNotWritten, TagWritten
from kiosk.orders import Orders
from kiosk.performing import Performer
from kiosk.running import PadTags
from kiosk.serving import KioskConduct
from kiosk.station import Station
from tests.simulation.pad import FieldReader

_LOAN_SECONDS = 8 * 86_400.0


class ReleasesBeforeTheLoan(Performer):
    """The tag is released while the library is still being asked."""

    def perform(self, action: Action) -> None:
        super().perform(action)
        match action:
            case Enquire(Lend(act=act)):
                found = [one for one in self._ledger.open_acts() if one.act == act]
                self._tags.release(ActId(f"{act}.early"), found[0].uid)
            case _:
                pass


class ConfirmsBeforeReadingBack(Performer):
    """The loan is confirmed as soon as the write was ordered."""

    def perform(self, action: Action) -> None:
        super().perform(action)
        if isinstance(action, Release):
            self._answers.append(TagWritten(action.act))


class LendsWhatComesBack(Performer):
    """A book that was put back is lent without another look at its tag."""

    _tried: frozenset[ActId] = frozenset()

    def perform(self, action: Action) -> None:
        if isinstance(action, Release) and action.act in self._tried:
            self._answers.append(TagWritten(action.act))
            return
        super().perform(action)
        if isinstance(action, Release):
            self._tried |= {action.act}


class ReturnsBeforeSecuring(Performer):
    """The return is confirmed as soon as the write was ordered."""

    def perform(self, action: Action) -> None:
        super().perform(action)
        if isinstance(action, Secure):
            self._answers.append(TagWritten(action.act))


class ForgetsToSecureAgain(Performer):
    """A loan that failed leaves the tag as it is."""

    def perform(self, action: Action) -> None:
        if isinstance(action, Secure):
            open_acts = self._ledger.open_acts()
            if any(one.act == action.act and one.patron for one in open_acts):
                self._answers.append(TagWritten(action.act))
                return
        super().perform(action)


class ForgetsToRecover(Station):
    """What a crash left open stays open."""

    def _recover(self) -> frozenset[TagUid]:
        return frozenset()


class _AsksUnderAnotherId(Performer):
    def ask(self, question: Question) -> None:
        if isinstance(question, Lend):
            question = replace(question, act=ActId(f"{question.act}.asked"))
        super().ask(question)


class MakesTheIdAfterAsking(Station):
    """The question leaves without the act's own id."""

    def __init__(self, conduct: Conduct, equipment: Equipment, *, in_bin: bool) -> None:
        super().__init__(conduct, equipment, in_bin=in_bin)
        self._performer = _AsksUnderAnotherId(equipment, self._enquiries, self._answers)

    def _answered(self, settled: Settled) -> Answered:
        answered = super()._answered(settled)
        question, answer = answered.question, answered.answer
        if isinstance(question, Lend):
            own = ActId(str(question.act).removesuffix(".asked"))
            question = replace(question, act=own)
            answer = replace(answer, act=own) if isinstance(answer, Grant) else answer
        return replace(answered, question=question, answer=answer)


class _Generous(Orders):
    @property
    def policy(self) -> OfflinePolicy | None:
        return OfflinePolicy(1000, 1000, 7, "Asia/Jakarta", (6,), ())


class FallsBackToDefaults(Station):
    """Settings that cannot be read are replaced by generous ones."""

    def __init__(self, conduct: Conduct, equipment: Equipment, *, in_bin: bool) -> None:
        super().__init__(conduct, equipment, in_bin=in_bin)
        self.orders = _Generous(equipment.ledger)
        self._enquiries = Enquiries(
            equipment.courier, equipment.discretion, equipment.ledger, self.orders
        )
        self._performer = Performer(equipment, self._enquiries, self._answers)


class LendsWhateverHappens(Station):
    """No answer is taken for a yes."""

    def _answered(self, settled: Settled) -> Answered:
        answered = super()._answered(settled)
        match answered.question:
            case Lend(act) if settled.answer is None:
                day = datetime.fromtimestamp(self._clock.wall() + _LOAN_SECONDS, UTC).date()
                return replace(answered, answer=Grant(act, day))
            case Identify() if settled.answer is None:
                return replace(answered, answer=Standing(0, 9))
            case _:
                return answered


class KeepsTheLastPatronsBooks(KioskConduct):
    """What lies on the pad stays on the list when the visit ends."""

    def hear(self, happening: Happening, now: float) -> tuple[Action, ...]:
        before = self.visit
        actions = super().hear(happening, now)
        left = self.visit.leftovers - before.leftovers
        if before.started and left:
            kept = [book for book in before.books if book.uid in left]
            fresh = tuple(replace(book, stage=Stage.LISTED, act=None, patron=None) for book in kept)
            self.visit = replace(self.visit, books=fresh, leftovers=frozenset())
        return actions


class CountsTheBinAgain(BoxConduct):
    """What lies in the bin when the box starts is taken for dropped just now."""

    def hear(self, happening: Happening, now: float) -> tuple[Action, ...]:
        if isinstance(happening, TagArrived):
            happening = replace(happening, secured=False)
        return super().hear(happening, now)


class BelievesEveryWrite(PadTags):
    """What the reader acknowledged is not read back."""

    def answered(
        self, event: SecurityWritten | SecurityNotWritten
    ) -> TagWritten | TagNotWritten | None:
        if isinstance(event, SecurityNotWritten):
            event = SecurityWritten(event.ticket, event.uid, Security.SECURED)
        return super().answered(event)


class WritesOnePartOfASet(PadTags):
    """The first tag of a set stands for all of it."""

    def _write(self, act: str, uid: TagUid, security: Security) -> None:
        self._unanswered[act] = 1
        self._pad.write(act, uid, security)


class WritesToWhateverLiesThere(FieldReader):
    """The write is not addressed."""

    def write_afi(self, uid: TagUid, afi: int) -> None:
        for lying in sorted({uid, *self.inventory()}):
            super().write_afi(lying, afi)
