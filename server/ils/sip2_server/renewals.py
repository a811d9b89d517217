"""Renewals and payments that terminals ask for, each made once within minutes."""

from contextlib import suppress
from decimal import Decimal
from functools import partial

from broker.vocabulary import ItemId, PatronId, Reason
from server.ils.port import (
    ItemRecord,
    NothingSent,
    PatronRecord,
    Payment,
    PaymentNoted,
    Refused,
    Renewed,
)
from server.ils.sip2.protocol import Message
from server.ils.sip2.writing import amount_of
from server.ils.sip2_server import answers
from server.ils.sip2_server.asked import Asked
from server.ils.sip2_server.house import PAYMENT, RENEWAL, UNCLEAR, House


class Renewals:
    """Every method may raise NothingSent: then nothing was changed."""

    def __init__(self, house: House) -> None:
        self._house, self._library = house, house.library

    def renew(self, asked: Asked) -> Message:
        house, patron, item = self._house, asked.patron, asked.item
        if patron is None or item is None:
            return house.no(asked, Reason.UNKNOWN_ITEM if patron else Reason.UNKNOWN_CARD)
        with house.turns.alone(patron, item):
            if bad := house.pin_refused(asked):
                return bad
            copy = self._library.item(item)
            if isinstance(copy, Refused):
                return house.no(asked, copy.reason)
            outcome = self._renewed(asked, patron, copy)
        if isinstance(outcome, Renewed):
            return answers.on_loan(asked, copy.title, outcome.due)
        return house.no(asked, outcome, AJ=copy.title)

    def renew_all(self, asked: Asked) -> Message:
        """Each of the patron's loans in its turn. Raises NothingSent before the first only."""
        house, patron = self._house, asked.patron
        if patron is None:
            return house.no(asked, Reason.UNKNOWN_CARD)
        with house.turns.alone(patron):
            person = house.patron(asked)
            if not isinstance(person, PatronRecord):
                return house.no(asked, person)
            if person.loans is None:
                return house.no(asked, UNCLEAR)
            done = {loan: self._renewed_in_turn(asked, patron, loan) for loan in person.loans}
        renewed = tuple(loan for loan, yes in done.items() if yes)
        return answers.renewed_all(asked, renewed, tuple(one for one in done if not done[one]))

    def _renewed_in_turn(self, asked: Asked, patron: PatronId, loan: str) -> bool:
        try:
            item = ItemId(loan)
        except ValueError:
            return False
        with suppress(NothingSent), self._house.turns.alone(item):
            copy = self._library.item(item)
            if isinstance(copy, ItemRecord):
                return isinstance(self._renewed(asked, patron, copy), Renewed)
        return False

    def _renewed(self, asked: Asked, patron: PatronId, copy: ItemRecord) -> Renewed | Reason | str:
        """Never twice within minutes: the second time the due date of the records is told."""
        before = self._house.deed(asked, RENEWAL, copy.item, patron)
        if before is not None:
            known = isinstance(before.outcome, Renewed) and copy.due is not None
            return Renewed(copy.item, copy.due, ()) if known else UNCLEAR
        renew = partial(self._library.renew, patron, copy.item)
        outcome = self._house.change(asked, RENEWAL, copy.item, renew)
        if isinstance(outcome, Refused):
            return outcome.reason
        return outcome or UNCLEAR

    def pay(self, asked: Asked) -> Message:
        """One payment is told from another by its transaction (BK), or by its whole message."""
        house, patron, act = self._house, asked.patron, asked.act(self._house.key)
        amount, transaction = amount_of(asked.message.first("BV")), asked.message.first("BK")
        if patron is None:
            return house.no(asked, Reason.UNKNOWN_CARD)
        try:
            payment = Payment(act, amount or Decimal(0), asked.message.part("currency"))
        except ValueError:
            return house.no(asked, "no-payment")
        about = f"{patron.reveal()} {amount} {transaction}" if transaction else str(act)
        with house.turns.alone(patron):
            if bad := house.pin_refused(asked):
                return bad
            return self._pay(asked, patron, payment, about)

    def _pay(self, asked: Asked, patron: PatronId, payment: Payment, about: str) -> Message:
        before = self._house.deed(asked, PAYMENT, about)
        if before is not None:
            noted = isinstance(before.outcome, PaymentNoted)
            return answers.paid(asked) if noted else self._house.no(asked, UNCLEAR)
        note = partial(self._library.note_payment, patron, payment)
        outcome = self._house.change(asked, PAYMENT, about, note)
        if isinstance(outcome, PaymentNoted):
            return answers.paid(asked)
        return self._house.no(asked, UNCLEAR if outcome is None else outcome.reason)
