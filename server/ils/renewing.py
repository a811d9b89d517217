"""A loan that goes on in the library's own system, because somebody at a station asks for it.

Nobody holds an item while its loan is renewed, so nothing has to be undone: it is asked for once,
and where nobody knows what came of it, the item's record is looked at.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Final

import structlog
from sqlalchemy import Engine, select

from broker.errors import SirkulaError
from broker.facts import LoanRenewed
from broker.requests import Grant, Renew
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Refusal
from server import renewals
from server.ils.library import SystemLibrary
from server.ils.port import ItemRecord, LibrarySystem, NothingSent, OutcomeUnknown, Refused
from server.journal import errands
from server.journal.database import reading, transaction
from server.journal.own import Done
from server.journal.tables import loan

_MOST_REMEMBERED: Final = 1000

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Renewing:
    """`now` is seconds since 1970 UTC. One renewal of an item at a time: the caller sees to it."""

    engine: Engine
    system: LibrarySystem
    library: SystemLibrary
    now: Callable[[], float]
    _told: OrderedDict[ActId, Grant | Refusal] = field(default_factory=OrderedDict)
    _turn: Lock = field(default_factory=Lock)

    def answer(self, asked: Renew, patron: PatronId) -> Grant | Refusal | None:
        """Once per act; None when nobody knows what came of it."""
        before = self._told.get(asked.act)
        if before is not None:
            return before
        try:
            answer = self._answer(asked, patron)
        except SirkulaError as error:
            log.warning("nobody knows whether a loan was renewed", problem=str(error))
            return None
        with self._turn:
            self._told[asked.act] = answer
            while len(self._told) > _MOST_REMEMBERED:
                self._told.popitem(last=False)
        return answer

    def _answer(self, asked: Renew, patron: PatronId) -> Grant | Refusal:
        with reading(self.engine) as connection:
            before = renewals.answer_before(connection, asked)
            # What is on its way may be this very loan, or the end of it.
            unsettled = errands.has_open(connection, (str(asked.item),))
        if before is not None:
            return before
        if unsettled:
            return Refusal(Reason.INTERRUPTED)
        due = self._renewed(patron, asked.item)
        if isinstance(due, Refusal):
            return due
        self.keep(asked.act, LoanRenewed(asked.item, patron, due))
        return Grant(asked.act, due)

    def keep(self, act: ActId, renewed: LoanRenewed) -> None:
        """In the journal, if it knows of the loan: one made at a desk is the system's alone."""
        now = self.now()
        known = (loan.c.item == str(renewed.item), loan.c.returned_at.is_(None))
        with transaction(self.engine) as connection:
            if connection.scalar(select(loan.c.act).where(*known).limit(1)) is not None:
                self.library.keep(connection, Done(act, renewed, now), now)

    def _renewed(self, patron: PatronId, item: ItemId) -> date | Refusal:
        """Until when; raises LibraryError when nobody knows."""
        before = self.system.item(item)
        if isinstance(before, Refused):
            return Refusal(before.reason)
        try:
            renewed = self.system.renew(patron, item)
        except NothingSent:
            return Refusal(Reason.INTERRUPTED)
        except OutcomeUnknown:
            return self._looked_up(item, before.due)
        if isinstance(renewed, Refused):
            return Refusal(renewed.reason)
        return renewed.due or self._looked_up(item, None)

    def _looked_up(self, item: ItemId, before: date | None) -> date:
        after = self.system.item(item)
        if isinstance(after, ItemRecord) and after.due is not None and after.due != before:
            return after.due
        raise OutcomeUnknown(f"{item} shows no other due date")
