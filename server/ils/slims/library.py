"""SLiMS behind the port: decide by its rules, write its rows, read back what stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from broker.requests import Find, Found
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Secret
from server.ils.mariadb import Change, DatabaseAddress, MariaDb
from server.ils.mariadb_search import MariaDbSearch
from server.ils.port import (
    Ability,
    Alert,
    Capabilities,
    Fault,
    ItemRecord,
    Lent,
    OutcomeUnknown,
    PatronRecord,
    Payment,
    PaymentNoted,
    Refused,
    Renewed,
    Returned,
)
from server.ils.slims import reading, records, searching, writing
from server.ils.slims.password import is_password
from server.ils.slims.records import Account
from server.ils.slims.rules import (
    Copy,
    Fine,
    Member,
    OpenLoan,
    bar_to_loan,
    bar_to_renewal,
    due_date,
    fine,
    rule_for,
    rule_of_loan,
)
from server.ils.slims.tables import METADATA, SEARCHED, WRITTEN
from server.ils.slims.writing import Terms
from server.ils.status import SystemStatus

_NO_PATRON: Final = Refused(Reason.UNKNOWN_CARD)
_NO_ITEM: Final = Refused(Reason.UNKNOWN_ITEM)
_NO_PAYMENT: Final = Refused(Reason.ASK_STAFF, ("SLiMS has no place for a payment's number",))
_DESK_LENT: Final = ("the desk lent it in the same moment: two loans stood, ours was removed",)


class SlimsLibrary:
    """The port on SLiMS' database; for any number of threads. `clock`: seconds since 1970 UTC.

    `zone` is the one SLiMS writes dates in; `uid` the SLiMS user that our loans are written for.
    """

    def __init__(
        self, address: DatabaseAddress, zone: ZoneInfo, uid: int, clock: Callable[[], float]
    ) -> None:
        self._database = MariaDb(address, METADATA, f"sirkula {address.database}", WRITTEN)
        self._catalogue = MariaDbSearch(address, SEARCHED)
        self._zone, self._uid, self._clock = zone, uid, clock

    def capabilities(self) -> Capabilities:
        able = set(Ability) - {Ability.NOTE_PAYMENT}
        return Capabilities(frozenset(able), frozenset((Fault.SAME_ITEM_TWICE_AT_ONCE,)))

    def status(self) -> SystemStatus:
        told = self._database.status(self._clock)
        ours = self._writes_history("INSERT")
        writer = "we write the loan history" if ours else "triggers write the loan history"
        return replace(told, product=f"SLiMS 9 on {told.product}; {writer}")

    def tend(self) -> None:
        """Connections to a database need nobody's care."""

    def close(self) -> None:
        self._database.close()
        self._catalogue.close()

    def patron(self, number: PatronId, pin: Secret | None = None) -> PatronRecord | Refused:
        self._database.schema()
        with self._database.reading() as connection:
            found = reading.member_of(connection, number.reveal())
            if found is None:
                return _NO_PATRON
            member, password = found
            if pin is not None and not is_password(pin, password):
                return Refused(Reason.WRONG_PIN)
            account = Account(
                tuple(reading.loans_of_member(connection, member.number)),
                reading.reservations_of(connection, member.number),
                reading.owed_by(connection, member.number),
            )
        today, checked = self._day(self._clock()), pin is not None
        return records.patron_record(number, member, account, today, pin_checked=checked)

    def item(self, item: ItemId) -> ItemRecord | Refused:
        self._database.schema()
        with self._database.reading() as connection:
            copy = reading.copy_of(connection, str(item))
            if copy is None:
                return _NO_ITEM
            loans = reading.loans_of_item(connection, copy.code)
        return records.item_record(item, copy, loans)

    def lend(
        self,
        patron: PatronId,
        item: ItemId,
        act: ActId,  # noqa: ARG002 - SLiMS has no place for it
        at: float,
        due: date,  # noqa: ARG002 - SLiMS' own rules decide
    ) -> Lent | Refused:
        on = self._day(at)
        with self._database.changing() as change:
            pair = _pair(change.connection, patron, item)
            if isinstance(pair, Refused):
                return pair
            member, copy = pair
            here = reading.loans_of_item(change.connection, copy.code)
            theirs = reading.loans_of_member(change.connection, member.number)
            if (reason := bar_to_loan(member, copy, here, theirs, on)) is not None:
                return Refused(reason)
            return self._lent(change, item, member, copy, on)

    def take_back(self, item: ItemId, dropped_at: float) -> Returned | Refused:
        """Every open loan of the item ends, were there two."""
        on = self._day(dropped_at)
        with self._database.changing() as change:
            connection = change.connection
            copy = reading.copy_of(connection, str(item))
            loans = reading.loans_of_item(connection, copy.code if copy else str(item))
            if not loans:
                return _NO_ITEM if copy is None else Refused(Reason.NOT_ON_LOAN)
            late = self._fines(connection, loans, on)
            for loan in loans:
                writing.write_return(change, loan.number, on, self._now())
                self._in_history(change, loan.number)
            writing.write_fines(change, late, on)
            change.commit()
            if reading.loans_of_item(connection, loans[0].item):
                return Refused(Reason.ASK_STAFF, fault=Fault.YES_WITHOUT_EFFECT)
            held = reading.is_reserved_by_another(connection, loans[0].item, loans[-1].member)
        return Returned(item, Alert.HOLD_HERE if held else None, "", "", ())

    def renew(self, patron: PatronId, item: ItemId) -> Renewed | Refused:
        on = self._day(self._clock())
        with self._database.changing() as change:
            connection = change.connection
            pair = _pair(connection, patron, item)
            if isinstance(pair, Refused):
                return pair
            member, copy = pair
            loans = reading.loans_of_item(connection, copy.code)
            loan = next((one for one in loans if one.member == member.number), None)
            if loan is None:
                return Refused(Reason.ON_LOAN_TO_OTHER if loans else Reason.NOT_ON_LOAN)
            reserved = reading.is_reserved_by_another(connection, copy.code, member.number)
            reason = bar_to_renewal(member, copy, loan, on, reserved=reserved)
            if reason is not None:
                return Refused(reason)
            return self._renewed(change, item, member, loan, on)

    def note_payment(
        self,
        patron: PatronId,  # noqa: ARG002 - the port's
        payment: Payment,  # noqa: ARG002
    ) -> PaymentNoted | Refused:
        return _NO_PAYMENT

    def find(self, asked: Find) -> Found | Refused:
        with self._catalogue.reading() as connection:
            return searching.find(connection, asked)

    def _lent(
        self, change: Change, item: ItemId, member: Member, copy: Copy, on: date
    ) -> Lent | Refused:
        connection = change.connection
        rule = rule_for(member, copy)
        due = due_date(rule, on, member, reading.calendar_of(connection))
        terms = Terms(rule.number, on, due, self._now(), self._uid)
        if not writing.write_loan(change, member, copy, terms):
            return Refused(Reason.ON_LOAN_TO_OTHER)
        change.commit()
        standing = reading.loans_of_item(connection, copy.code)
        ours = [loan for loan in standing if loan.member == member.number]
        if not ours:
            return Refused(Reason.ASK_STAFF, fault=Fault.YES_WITHOUT_EFFECT)
        if len(standing) > 1:
            writing.remove_loan(change, ours[-1].number)
            change.commit()
            return Refused(Reason.ON_LOAN_TO_OTHER, _DESK_LENT)
        if self._writes_history("INSERT"):
            writing.write_history(change, ours[0].number)
        writing.remove_reservation(change, member.number, copy.code)
        change.commit()
        return Lent(item, ours[0].due, ())

    def _renewed(
        self, change: Change, item: ItemId, member: Member, loan: OpenLoan, on: date
    ) -> Renewed | Refused:
        calendar = reading.calendar_of(change.connection)
        charge = fine(member, loan, on, calendar)
        # SLiMS' own page would take days away from who renews early.
        due = max(loan.due, due_date(rule_of_loan(member, loan.rule), on, member, calendar))
        if not writing.write_renewal(change, loan, due, on, self._now()):
            return Refused(Reason.ASK_STAFF, ("the desk changed the loan in the same moment",))
        self._in_history(change, loan.number)
        writing.write_fines(change, [] if charge is None else [(loan, charge)], on)
        change.commit()
        for after in reading.loans_of_item(change.connection, loan.item):
            if after.number == loan.number and after.renewed > loan.renewed:
                return Renewed(item, after.due, ())
        raise OutcomeUnknown(f"item {item}: renewed, and its loan does not stand as written")

    def _fines(
        self, connection: Connection, loans: list[OpenLoan], on: date
    ) -> list[tuple[OpenLoan, Fine]]:
        """Of members that are still there."""
        calendar = reading.calendar_of(connection)
        booked = []
        for loan in loans:
            found = reading.member_of(connection, loan.member)
            charge = fine(found[0], loan, on, calendar) if found else None
            if charge is not None:
                booked.append((loan, charge))
        return booked

    def _in_history(self, change: Change, number: int) -> None:
        """Also makes good a history that a broken line kept from being written."""
        if self._writes_history("UPDATE"):
            writing.repeat_in_history(change, number)
            writing.write_history(change, number)

    def _writes_history(self, event: str) -> bool:
        """Whether it is for us to do, since no trigger does."""
        return ("loan", event) not in self._database.schema().triggers

    def _day(self, at: float) -> date:
        return datetime.fromtimestamp(at, self._zone).date()

    def _now(self) -> datetime:
        """As SLiMS writes it: local, whole seconds, no zone."""
        return datetime.fromtimestamp(int(self._clock()), self._zone).replace(tzinfo=None)


def _pair(connection: Connection, patron: PatronId, item: ItemId) -> tuple[Member, Copy] | Refused:
    found = reading.member_of(connection, patron.reveal())
    if found is None:
        return _NO_PATRON
    copy = reading.copy_of(connection, str(item))
    return _NO_ITEM if copy is None else (found[0], copy)
