"""Loans and returns that terminals ask for, each made once.

A terminal that got no answer asks again: the same message, or a new one about the same thing, on
this connection or another. What its account did within the last minutes is remembered, and what the
records say now is the answer; a change whose fate is unknown is looked for in the records first.
"""

from contextlib import suppress
from functools import partial
from typing import Final

from broker.vocabulary import PatronId, Reason
from server.ils.port import (
    ItemRecord,
    ItemState,
    Lent,
    NothingSent,
    PatronRecord,
    Refused,
    Returned,
)
from server.ils.sip2.protocol import Message
from server.ils.sip2_server import answers
from server.ils.sip2_server.asked import Asked
from server.ils.sip2_server.house import LOAN, RENEWAL, RETURN, UNCLEAR, House
from server.ils.sip2_server.memory import Deed, alike

_NOTHING_TO_UNDO: Final = "nothing-to-undo"


class Loans:
    """Both methods may raise NothingSent: then nothing was changed."""

    def __init__(self, house: House) -> None:
        self._house, self._library = house, house.library

    def lend(self, asked: Asked) -> Message:
        """Cancelling a return (BI) lends again what this account took back a moment ago."""
        house, patron, item = self._house, asked.patron, asked.item
        if patron is None or item is None:
            return house.no(asked, Reason.UNKNOWN_ITEM if patron else Reason.UNKNOWN_CARD)
        with house.turns.alone(patron, item):
            if bad := house.pin_refused(asked):
                return bad
            copy = self._library.item(item)
            if isinstance(copy, Refused):
                return house.no(asked, copy.reason)
            if asked.cancels and house.deed(asked, RETURN, item) is None:
                return house.no(asked, _NOTHING_TO_UNDO, AJ=copy.title)
            return self._lent_before(asked, patron, copy) or self._lend(asked, patron, copy)

    def _lent_before(self, asked: Asked, patron: PatronId, copy: ItemRecord) -> Message | None:
        """The answer when this loan was asked for already; None when it has to be asked for."""
        house = self._house
        before = house.deed(asked, LOAN, copy.item, patron)
        again = before and asked.digest(house.key) == before.digest
        if before is None or not (again or before.outcome is None):
            return None
        stands = self._stands(patron, copy, before)
        if stands:
            return answers.on_loan(asked, copy.title, copy.due)
        if stands is False and before.outcome is None:
            return None
        return house.no(asked, UNCLEAR, AJ=copy.title)

    def _lend(self, asked: Asked, patron: PatronId, copy: ItemRecord) -> Message:
        house, item, act = self._house, copy.item, asked.act(self._house.key)
        before = house.deed(asked, LOAN, item, patron)
        lend = partial(self._library.lend, patron, item, act, asked.made_at(), asked.due())
        outcome = house.change(asked, LOAN, item, lend)
        if outcome is None:
            return self._looked_up(asked, patron, copy)
        if isinstance(outcome, Lent):
            house.deeds.forget(asked.terminal.user, RENEWAL, str(item))
            return answers.on_loan(asked, copy.title, outcome.due)
        if outcome.reason is Reason.ALREADY_YOURS and before is not None:
            return answers.on_loan(asked, copy.title, copy.due)
        return house.no(asked, outcome.reason, AJ=copy.title)

    def _looked_up(self, asked: Asked, patron: PatronId, copy: ItemRecord) -> Message:
        """What the records say of a loan whose fate is unknown."""
        deed = self._house.deed(asked, LOAN, copy.item, patron)
        with suppress(NothingSent):
            now = self._library.item(copy.item)
            if isinstance(now, ItemRecord) and deed and self._stands(patron, now, deed):
                return answers.on_loan(asked, copy.title, now.due)
        return self._house.no(asked, UNCLEAR, AJ=copy.title)

    def _stands(self, patron: PatronId, copy: ItemRecord, deed: Deed) -> bool | None:
        """Whether the records have the loan; None when they do not tell."""
        person = self._library.patron(patron)
        if isinstance(person, PatronRecord) and person.loans is not None:
            return any(alike(loan) == alike(str(copy.item)) for loan in person.loans)
        if copy.state in (ItemState.ON_LOAN, ItemState.NOT_TOLD):
            lent = deed.outcome
            known = isinstance(lent, Lent) and lent.due is not None and lent.due == copy.due
            return True if known else None
        return False

    def take_back(self, asked: Asked) -> Message:
        """Cancelling a loan (BI) takes back what this account lent a moment ago, nothing else."""
        house, item = self._house, asked.item
        if item is None:
            return house.no(asked, Reason.UNKNOWN_ITEM)
        with house.turns.alone(item):
            copy = self._library.item(item)
            if isinstance(copy, Refused):
                return house.no(asked, copy.reason)
            before = house.deed(asked, RETURN, item)
            if before is not None and (back := self._back(asked, copy, before)):
                return answers.returned(asked, copy, back)
            if asked.cancels and house.deed(asked, LOAN, item) is None:
                return house.no(asked, _NOTHING_TO_UNDO, AJ=copy.title)
            return self._take_back(asked, copy, before)

    def _back(self, asked: Asked, copy: ItemRecord, before: Deed) -> Returned | None:
        """The return that this account made already, if that is what is asked for."""
        if isinstance(before.outcome, Returned):
            return before.outcome if asked.digest(self._house.key) == before.digest else None
        return _in_records(copy)

    def _take_back(self, asked: Asked, copy: ItemRecord, before: Deed | None) -> Message:
        house, item = self._house, copy.item
        take_back = partial(self._library.take_back, item, asked.dropped_at())
        outcome = house.change(asked, RETURN, item, take_back)
        if outcome is None:
            with suppress(NothingSent):
                now = self._library.item(item)
                if isinstance(now, ItemRecord) and (back := _in_records(now)):
                    return answers.returned(asked, now, back)
            return house.no(asked, UNCLEAR, AJ=copy.title)
        if isinstance(outcome, Returned):
            house.deeds.forget(asked.terminal.user, RENEWAL, str(item))
            words = house.say(asked, "loan-undone") if asked.cancels else None
            return answers.returned(asked, copy, outcome, words)
        if outcome.reason is not Reason.NOT_ON_LOAN:
            return house.no(asked, outcome.reason, AJ=copy.title)
        if before is not None and isinstance(before.outcome, Returned):
            return answers.returned(asked, copy, before.outcome)
        return answers.not_on_loan(asked, copy, house.say(asked, outcome.reason))


def _in_records(copy: ItemRecord) -> Returned | None:
    """The item is not on loan, by the records; nothing else is known of its return."""
    told = copy.state not in (ItemState.ON_LOAN, ItemState.NOT_TOLD)
    return Returned(copy.item, None, "", "", ()) if told else None
