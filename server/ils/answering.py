"""What a library's own system says to stations' questions: of a patron, their loans, an item.

A station's PIN goes to the system; wrong ones are counted here, for all stations at once, where
the system could be asked any number of times.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import structlog
from sqlalchemy import Engine

from broker.errors import SirkulaError
from broker.receipts import SendReceipt
from broker.requests import (
    Account,
    AccountOf,
    Answer,
    Borrowed,
    Describe,
    Description,
    Identify,
    Question,
    Standing,
)
from broker.vocabulary import ItemId, PatronId, Reason, Refusal, Secret
from server import pins
from server.circulation.pins import is_needed
from server.ils.port import Ability, ItemRecord, LibrarySystem, PatronRecord, Refused
from server.journal.database import reading, transaction
from server.mail.letterbox import Asker, Letterbox
from server.overview import rupiah
from server.settings import Branch

# Where the system tells no limit, it says no to the loan itself.
_NO_LIMIT: Final = 99
_RUPIAH: Final = "IDR"

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answering:
    """One branch's questions to its system. `now` is seconds since 1970 UTC."""

    engine: Engine
    system: LibrarySystem
    branch: Branch
    now: Callable[[], float]
    letterbox: Letterbox | None = None

    def answer(self, question: Question) -> Answer | None:
        """To a question that changes nothing; None when the system says nothing."""
        try:
            match question:
                case Identify(PatronId() as number) | AccountOf(PatronId() as number):
                    return self._of_patron(question, number)
                case Describe(item):
                    return self._described(item)
                case _:
                    return None
        except SirkulaError as error:
            log.warning("the system does not answer", problem=str(error))
            return None

    def mailed(self, receipt: SendReceipt, number: PatronId, asker: Asker) -> Answer | None:
        """Puts the receipt into the letterbox; None while it is on its way."""
        letterbox = self.letterbox
        if letterbox is None:
            return Refusal(Reason.MAIL_FAILED)
        try:
            found = self.system.patron(number)
            items = [line.item for line in receipt.lines] if letterbox.titles else []
            told = [self.system.item(item) for item in items]
        except SirkulaError as error:
            log.warning("the system does not answer", problem=str(error))
            return Refusal(Reason.MAIL_FAILED)
        if isinstance(found, Refused):
            return Refusal(found.reason)
        titles = {one.item: one.title for one in told if isinstance(one, ItemRecord)}
        return letterbox.put(receipt, found.mail, titles, asker)

    def _is_mailable(self, found: PatronRecord) -> bool:
        return self.letterbox is not None and found.mail is not None

    def _described(self, item: ItemId) -> Description | Refusal:
        found = self.system.item(item)
        if isinstance(found, Refused):
            return Refusal(found.reason)
        return Description(item, found.title, "", on_hold=bool(found.holds))

    def _of_patron(self, question: Identify | AccountOf, number: PatronId) -> Answer:
        found = self._proved(question, number)
        if not isinstance(found, PatronRecord):
            return found
        if isinstance(question, AccountOf):
            return self._account(found)
        if found.bar is not None:
            return Refusal(found.bar)
        mailable = self._is_mailable(found)
        return Standing(found.on_loan or 0, _remaining(found), mailable=mailable)

    def _proved(self, question: Identify | AccountOf, number: PatronId) -> PatronRecord | Refusal:
        """The patron, once they have proved who they are where that is asked for."""
        policy = self.branch.policy.pins
        checks = Ability.CHECK_PIN in self.system.capabilities().able
        if not checks or not (question.pin or is_needed(question, policy)):
            return _or_refusal(self.system.patron(number))
        with reading(self.engine) as connection:
            if pins.is_shut(connection, number, policy, self.now()):
                return Refusal(Reason.PIN_LOCKED)
        if not isinstance(question.pin, Secret):
            return Refusal(Reason.NEEDS_PIN)
        found = self.system.patron(number, question.pin)
        right = isinstance(found, PatronRecord) and found.pin_checked
        # A number that nobody has is counted, and told, as a wrong PIN is.
        with transaction(self.engine) as connection:
            shut = pins.tried(connection, number, policy, self.now(), right=right)
        if isinstance(found, PatronRecord) and right:
            return found
        return Refusal(Reason.PIN_LOCKED if shut else Reason.WRONG_PIN)

    def _account(self, found: PatronRecord) -> Account:
        today = datetime.fromtimestamp(self.now(), self.branch.zone).date()
        loans = [self._borrowed(loan, today) for loan in found.loans or ()]
        return Account(
            tuple(sorted((one for one in loans if one is not None), key=lambda one: one.due)),
            (),
            0 if found.bar is not None else _remaining(found),
            _owed(found),
            found.bar,
            mailable=self._is_mailable(found),
        )

    def _borrowed(self, loan: str, today: date) -> Borrowed | None:
        """As the item's record has it; None for what the system does not tell more of."""
        try:
            record = self.system.item(ItemId(loan))
        except ValueError:
            return None
        if not isinstance(record, ItemRecord) or record.due is None:
            return None
        able = Ability.RENEW in self.system.capabilities().able
        no_renewal = None if able else Reason.NOT_RENEWABLE
        return Borrowed(record.item, record.title, record.due, record.due < today, no_renewal)


def _or_refusal(found: PatronRecord | Refused) -> PatronRecord | Refusal:
    return Refusal(found.reason) if isinstance(found, Refused) else found


def _remaining(found: PatronRecord) -> int:
    limit = _NO_LIMIT if found.loan_limit is None else found.loan_limit
    return max(0, limit - (found.on_loan or 0))


def _owed(found: PatronRecord) -> str:
    if not found.owed:
        return ""
    whole = found.owed == found.owed.to_integral_value()
    if found.currency in {"", _RUPIAH} and whole:
        return rupiah(int(found.owed))
    return f"{found.currency} {found.owed:.2f}".strip()
