"""INLISLite behind the port: decide by its rules, write its rows, read back what stands."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from broker.requests import Find, Found
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Secret
from server.ils.inlislite import reading, records, searching, writing
from server.ils.inlislite.rules import (
    Copy,
    Limits,
    Member,
    OpenLoan,
    bar_to_loan,
    bar_to_renewal,
    due_of_loan,
    due_of_renewal,
    limits_for,
    next_number,
)
from server.ils.inlislite.tables import METADATA, SEARCHED, WRITTEN
from server.ils.inlislite.writing import Writer
from server.ils.mariadb import Change, DatabaseAddress, MariaDb
from server.ils.mariadb_search import MariaDbSearch
from server.ils.port import (
    Ability,
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
from server.ils.status import SystemStatus

# The name by which newer builds of INLISLite serialise the numbers of loans themselves.
_LOCK: Final = "inlislite_collectionloans_id"
_NUMBERS_TRIED: Final = 5
_NO_PATRON: Final = Refused(Reason.UNKNOWN_CARD)
_NO_ITEM: Final = Refused(Reason.UNKNOWN_ITEM)
_TWO_ITEMS: Final = Refused(Reason.ASK_STAFF, ("two items have this number",))
_NO_PAYMENT: Final = Refused(Reason.ASK_STAFF, ("INLISLite has no place for a payment's number",))
_DESK_LENT: Final = Refused(Reason.ON_LOAN_TO_OTHER, ("the desk lent it in the same moment",))


@dataclass(frozen=True, slots=True)
class Place:
    """Where we stand: the zone INLISLite writes times in, the user its rows name as their writer.

    `library` is the number in location_library of the station's library; None does not ask.
    """

    zone: ZoneInfo
    user: int
    library: int | None = None
    terminal: str = "sirkula"


class InlisliteLibrary:
    """The port on INLISLite's database; any number of threads. `clock`: seconds since 1970 UTC."""

    def __init__(self, address: DatabaseAddress, place: Place, clock: Callable[[], float]) -> None:
        self._database = MariaDb(address, METADATA, _LOCK, WRITTEN)
        self._catalogue = MariaDbSearch(address, SEARCHED)
        self._place, self._clock = place, clock

    def capabilities(self) -> Capabilities:
        able = {Ability.LIST_LOANS, Ability.TELL_ITEM_STATE, Ability.RENEW, Ability.SEARCH}
        return Capabilities(frozenset(able), frozenset((Fault.SAME_ITEM_TWICE_AT_ONCE,)))

    def status(self) -> SystemStatus:
        told = self._database.status(self._clock)
        return replace(told, product=f"INLISLite 3.3 on {told.product}")

    def tend(self) -> None:
        """Connections to a database need nobody's care."""

    def close(self) -> None:
        self._database.close()
        self._catalogue.close()

    def patron(
        self,
        number: PatronId,
        pin: Secret | None = None,  # noqa: ARG002 - members have none there
    ) -> PatronRecord | Refused:
        self._database.schema()
        with self._database.reading() as connection:
            member = reading.member_of(connection, number.reveal())
            if member is None:
                return _NO_PATRON
            now = self._local(self._clock())
            theirs = reading.loans_of_member(connection, member.id)
            limits = limits_for(reading.rule_book(connection), member, None, len(theirs), now)
            numbers = reading.numbers_on_loan(connection, member.id)
        return records.patron_record(number, member, theirs, numbers, limits, now.date())

    def item(self, item: ItemId) -> ItemRecord | Refused:
        self._database.schema()
        with self._database.reading() as connection:
            copy = _copy(connection, item)
            if isinstance(copy, Refused):
                return copy
            loans = reading.loans_of_copy(connection, copy.id)
        return records.item_record(item, copy, loans)

    def lend(
        self,
        patron: PatronId,
        item: ItemId,
        act: ActId,  # noqa: ARG002 - INLISLite has no place for it
        at: float,
        due: date,  # noqa: ARG002 - INLISLite's own rules decide
    ) -> Lent | Refused:
        now = self._local(at)
        with self._database.changing() as change:
            connection = change.connection
            pair = _pair(connection, patron, item)
            if isinstance(pair, Refused):
                return pair
            member, copy = pair
            here = reading.loans_of_copy(connection, copy.id)
            theirs = reading.loans_of_member(connection, member.id)
            book = reading.rule_book(connection)
            limits = limits_for(book, member, copy.material, len(theirs), now)
            reason = member.bar(now.date()) or bar_to_loan(
                member, copy, here, theirs, limits, self._place.library
            )
            if reason is not None:
                return Refused(reason)
            return self._lent(change, item, member, copy, limits, self._writer(now))

    def take_back(self, item: ItemId, dropped_at: float) -> Returned | Refused:
        """Every open loan of the item ends, were there two."""
        back = self._local(dropped_at)
        writer = self._writer(self._local(self._clock()))
        with self._database.changing() as change:
            copy = _copy(change.connection, item)
            if isinstance(copy, Refused):
                return copy
            loans = reading.loans_of_copy(change.connection, copy.id)
            if not loans:
                return Refused(Reason.NOT_ON_LOAN)
            for loan in loans:
                writing.write_return(change, loan, back, writer)
            writing.free_copy(change, copy.id, writer)
            change.commit()
            if reading.loans_of_copy(change.connection, copy.id):
                return Refused(Reason.ASK_STAFF, fault=Fault.YES_WITHOUT_EFFECT)
        return Returned(item, None, "", "", ())

    def renew(self, patron: PatronId, item: ItemId) -> Renewed | Refused:
        now = self._local(self._clock())
        with self._database.changing() as change:
            connection = change.connection
            pair = _pair(connection, patron, item)
            if isinstance(pair, Refused):
                return pair
            member, copy = pair
            loans = reading.loans_of_copy(connection, copy.id)
            loan = next((one for one in loans if one.member == member.id), None)
            if loan is None:
                return Refused(Reason.ON_LOAN_TO_OTHER if loans else Reason.NOT_ON_LOAN)
            limits = reading.rule_book(connection).of_day(now) or member.own
            reason = member.bar(now.date()) or bar_to_renewal(limits, loan)
            if reason is not None:
                return Refused(reason)
            due = max(due_of_renewal(limits, now.date()), loan.due)  # never fewer days
            writing.write_renewal(change, loan, member, due, self._writer(now))
            change.commit()
            return self._renewed(connection, item, loan)

    def note_payment(
        self,
        patron: PatronId,  # noqa: ARG002 - the port's
        payment: Payment,  # noqa: ARG002
    ) -> PaymentNoted | Refused:
        return _NO_PAYMENT

    def find(self, asked: Find) -> Found | Refused:
        with self._catalogue.reading() as connection:
            return searching.find(connection, asked, self._local(self._clock()))

    def _lent(
        self,
        change: Change,
        item: ItemId,
        member: Member,
        copy: Copy,
        limits: Limits,
        writer: Writer,
    ) -> Lent | Refused:
        if not writing.claim_copy(change, copy, writer):
            return _DESK_LENT
        number = _numbered(change, member, copy, writer)
        due = due_of_loan(limits, writer.now)
        writing.write_loan(change, number, member, copy, due, writer)
        change.commit()
        standing = reading.loans_of_copy(change.connection, copy.id)
        ours = [loan for loan in standing if loan.group == number]
        if not ours:
            return Refused(Reason.ASK_STAFF, fault=Fault.YES_WITHOUT_EFFECT)
        if len(standing) > 1:
            writing.write_return(change, ours[0], writer.now, writer)
            change.commit()
            return _DESK_LENT
        return Lent(item, ours[0].due.date(), ())

    def _renewed(self, connection: Connection, item: ItemId, was: OpenLoan) -> Renewed:
        for loan in reading.loans_of_copy(connection, was.copy):
            if loan.id == was.id and loan.renewed > was.renewed:
                return Renewed(item, loan.due.date(), ())
        raise OutcomeUnknown(f"item {item}: renewed, and its loan does not stand as written")

    def _local(self, at: float) -> datetime:
        """As INLISLite writes it: local, whole seconds, no zone."""
        return datetime.fromtimestamp(int(at), self._place.zone).replace(tzinfo=None)

    def _writer(self, now: datetime) -> Writer:
        return Writer(self._place.user, self._place.terminal, now)


def _numbered(change: Change, member: Member, copy: Copy, writer: Writer) -> str:
    """The group of loans, under a number that nobody took since it was read."""
    for _ in range(_NUMBERS_TRIED):
        number = next_number(reading.newest_group(change.connection, writer.now), writer.now)
        if writing.write_group(change, number, member, copy, writer):
            return number
    raise change.given_up(f"{_NUMBERS_TRIED} numbers for a loan were taken one after the other")


def _copy(connection: Connection, item: ItemId) -> Copy | Refused:
    match reading.copies_of(connection, str(item)):
        case []:
            return _NO_ITEM
        case [copy]:
            return copy
    return _TWO_ITEMS


def _pair(connection: Connection, patron: PatronId, item: ItemId) -> tuple[Member, Copy] | Refused:
    member = reading.member_of(connection, patron.reveal())
    if member is None:
        return _NO_PATRON
    copy = _copy(connection, item)
    return copy if isinstance(copy, Refused) else (member, copy)
