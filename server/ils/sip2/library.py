"""A library system that speaks SIP2, behind the port.

Every act reads the records first, on the connection that then carries the change: an unknown number
never reaches a system that it would kill, a connection that was closed is noticed while nothing is
at stake, and what is lent already is not lent again, which would renew it. Afterwards the records
are read again, and they decide.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Final, TypeVar

from broker.requests import Find
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Secret
from server.ils.port import (
    Ability,
    Capabilities,
    ItemRecord,
    Lent,
    NothingSent,
    OutcomeUnknown,
    PatronRecord,
    Payment,
    PaymentNoted,
    Refused,
    Renewed,
    Returned,
)
from server.ils.sip2 import settling
from server.ils.sip2.connection import Address, Connection, LineFailed, Silent
from server.ils.sip2.meaning import Meaning, is_yes, returned, said_by
from server.ils.sip2.pool import Pool, PoolSettings, Turn
from server.ils.sip2.profiles import Login, Profile
from server.ils.sip2.protocol import Garbled, Message, NotSendable
from server.ils.sip2.questions import Account, Questions, revealed
from server.ils.sip2.recognition import moment_of, quirks_of, recognised
from server.ils.sip2.settling import Look, Word
from server.ils.sip2.writing import day_of
from server.ils.status import SystemStatus

_NOT_TAKEN: Final = Refused(Reason.ASK_STAFF, ("the system cannot take this number",))
_NOT_ABLE: Final = Refused(Reason.ASK_STAFF, ("the system does not do this over SIP2",))
_NOTHING_OWED: Final = Refused(Reason.ASK_STAFF, ("the system knows of nothing owed",))
Found = TypeVar("Found", Look, ItemRecord, PatronRecord)
Outcome = TypeVar("Outcome", Lent, Returned, Renewed, PaymentNoted)


def open_session(address: Address, questions: Questions) -> Connection:
    """A connection that is logged in and whose system is there. Raises LineFailed."""
    connection = Connection(address, questions.profile)
    asked = [questions.status()]
    match questions.profile.login:
        case Login.MESSAGE:
            asked.insert(0, questions.login())
        case Login.PROMPT:
            connection.sign_in(questions.account.user, revealed(questions.account.password))
    for question in asked:
        try:
            answer = connection.ask(question)
        except Silent as error:
            raise Silent(
                f"{error}; is it busy with others, or is the profile wrong?", left=True
            ) from error
        if answer.fixed[:1] not in ("1", "Y"):
            connection.close()
            raise LoggedOut(
                f"the system says no to message {question.message.number}: "
                "check user, password and location, and that it is on line",
                left=False,
            )
    return connection


class LoggedOut(LineFailed):
    """The system does not let us in, or says that it is off line."""


class Sip2Library:
    """The port over SIP2; for any number of threads. `clock` gives seconds since 1970 UTC.

    Raises BadSettings for an account that its system cannot take.
    """

    def __init__(
        self,
        address: Address,
        account: Account,
        profile: Profile,
        pool: PoolSettings,
        clock: Callable[[], float],
    ) -> None:
        self._profile, self._zone, self._clock = profile, account.zone, clock
        self._questions = Questions(account, profile, clock)
        self._meaning = Meaning(profile, account.zone)
        self._pool = Pool(pool, lambda: open_session(address, self._questions))

    def capabilities(self) -> Capabilities:
        profile = self._profile
        able = {
            Ability.CHECK_PIN: profile.checks_pin,
            Ability.LIST_LOANS: profile.lists_loans,
            Ability.TELL_ITEM_STATE: bool(profile.states),
            Ability.RENEW: "29" in profile.understood,
            Ability.NOTE_PAYMENT: "37" in profile.understood,
        }
        return Capabilities(frozenset(one for one, can in able.items() if can), profile.faults)

    def tend(self) -> None:
        """Keeps idle connections alive; to be called every few seconds."""
        self._pool.tend(self._questions.status())

    def status(self) -> SystemStatus:
        """By message 98. Raises NothingSent."""
        with self._pool.turn() as turn:
            told = turn.read(self._questions.status())
            ours = self._clock()
        theirs = moment_of(told, self._zone)
        name = told.first("AM") or told.first("AO")
        return SystemStatus(
            f"SIP2 {told.part('version').strip()} at {name}, profile {self._profile.name}",
            None if theirs is None else theirs - ours,
            quirks_of(told, self._profile),
        )

    def recognised(self, patron: PatronId | None, item: ItemId | None) -> str:
        """The profile that its answers look like. Raises NothingSent."""
        asked = [self._questions.status()]
        if patron is not None and self._profile.takes(patron.reveal()):
            asked.append(self._questions.patron(patron))
        if item is not None and self._profile.takes(str(item)):
            asked.append(self._questions.item(item))
        with self._pool.turn() as turn:
            return recognised([turn.read(question) for question in asked])

    def close(self) -> None:
        self._pool.close()

    def patron(self, number: PatronId, pin: Secret | None = None) -> PatronRecord | Refused:
        if not self._profile.takes(number.reveal()):
            return _NOT_TAKEN
        try:
            self._questions.patron(number, pin).message.encode(self._profile.coding)
        except NotSendable:
            return Refused(Reason.WRONG_PIN)
        with self._pool.turn() as turn:
            return self._patron(turn, number, pin)

    def item(self, item: ItemId) -> ItemRecord | Refused:
        if not self._profile.takes(str(item)):
            return _NOT_TAKEN
        with self._pool.turn() as turn:
            return self._item(turn, item)

    def lend(
        self,
        patron: PatronId,
        item: ItemId,
        act: ActId,  # noqa: ARG002 - SIP2 has no place for it
        at: float,
        due: date,
    ) -> Lent | Refused:
        with self._pool.turn() as turn:
            before = self._look(turn, patron, item)
            if isinstance(before, Refused):
                return before
            if (bar := settling.bar_to_loan(before)) is not None:
                return bar
            answer = turn.change(self._questions.loan(patron, item, at, due))
            lent = Lent(item, self._due(answer), said_by(answer))
            look = partial(self._look, turn, patron, item)
            return self._settled(answer, lent, look, partial(settling.loan, before))

    def take_back(self, item: ItemId, dropped_at: float) -> Returned | Refused:
        if not self._profile.takes(str(item)):
            return _NOT_TAKEN
        with self._pool.turn() as turn:
            before = self._item(turn, item)
            if isinstance(before, Refused):
                return before
            answer = turn.change(self._questions.back(item, dropped_at))
            back, look = returned(item, answer), partial(self._item, turn, item)
            return self._settled(answer, back, look, partial(settling.item_back, before))

    def renew(self, patron: PatronId, item: ItemId) -> Renewed | Refused:
        if "29" not in self._profile.understood:
            return _NOT_ABLE
        with self._pool.turn() as turn:
            before = self._look(turn, patron, item)
            if isinstance(before, Refused):
                return before
            if (bar := settling.bar_to_renewal(before)) is not None:
                return bar
            due = before.item.due or self._today()
            answer = turn.change(self._questions.renewal(patron, item, due))
            renewed = Renewed(item, self._due(answer), said_by(answer))
            look = partial(self._look, turn, patron, item)
            return self._settled(answer, renewed, look, partial(settling.renewal, before))

    def note_payment(self, patron: PatronId, payment: Payment) -> PaymentNoted | Refused:
        if "37" not in self._profile.understood:
            return _NOT_ABLE
        with self._pool.turn() as turn:
            before = self._patron(turn, patron)
            if isinstance(before, Refused):
                return before
            if before.owed == 0:
                return _NOTHING_OWED
            answer = turn.change(self._questions.payment(patron, payment))
            noted = PaymentNoted(payment.act, said_by(answer))
            look = partial(self._patron, turn, patron)
            return self._settled(answer, noted, look, partial(settling.payment, before))

    def find(
        self,
        asked: Find,  # noqa: ARG002 - the port's
    ) -> Refused:
        return _NOT_ABLE

    def _patron(
        self, turn: Turn, number: PatronId, pin: Secret | None = None
    ) -> PatronRecord | Refused:
        question = self._questions.patron(number, pin)
        for _ in range(self._profile.looks):
            answer = turn.read(question)
            found = self._meaning.patron(number, answer, self._today(), pin_given=pin is not None)
            if not _unknown(found):
                break
        return found

    def _item(self, turn: Turn, item: ItemId) -> ItemRecord | Refused:
        for _ in range(self._profile.looks):
            found = self._meaning.item(item, turn.read(self._questions.item(item)))
            if not _unknown(found):
                break
        return found

    def _look(self, turn: Turn, patron: PatronId, item: ItemId) -> Look | Refused:
        """The patron first: there are systems that an unknown one kills."""
        if not (self._profile.takes(patron.reveal()) and self._profile.takes(str(item))):
            return _NOT_TAKEN
        person = self._patron(turn, patron)
        if isinstance(person, Refused):
            return person
        copy = self._item(turn, item)
        return copy if isinstance(copy, Refused) else Look(person, copy)

    def _settled(
        self,
        answer: Message,
        outcome: Outcome,
        look: Callable[[], Found | Refused],
        settle: Callable[[Word, Outcome, Found], Outcome | Refused],
    ) -> Outcome | Refused:
        """What became of a change, by the records unless its word is enough."""
        try:
            word = Word(is_yes(answer), said_by(answer))
            if not self._profile.reads_back:
                return outcome if word.yes else word.refused()
            after = look()
        except (Garbled, NothingSent) as error:
            raise OutcomeUnknown(f"answered by {answer.number}, not read back: {error}") from error
        if isinstance(after, Refused):
            raise OutcomeUnknown(f"answered by {answer.number}, then {after.reason.value}")
        return settle(word, outcome, after)

    def _due(self, answer: Message) -> date | None:
        return day_of(answer.first("AH"), self._zone)

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), self._zone).date()


def _unknown(found: PatronRecord | ItemRecord | Refused) -> bool:
    unknown = (Reason.UNKNOWN_CARD, Reason.UNKNOWN_ITEM)
    return isinstance(found, Refused) and found.reason in unknown
