"""Koha behind the port: its own rules decide, its records are read before and after."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from broker.requests import Find, Found
from broker.vocabulary import ActId, ItemId, PatronId, Reason, Secret
from server.ils.koha.meaning import (
    Account,
    Availability,
    Checkout,
    Item,
    Patron,
    Person,
    codes_in,
    due_of,
    item_record,
    obstacles,
    patron_record,
    refused,
    renewal_refused,
)
from server.ils.koha.rest import Rest, decoded, error_of
from server.ils.koha.searching import LONGEST_SECONDS, Searching
from server.ils.port import (
    Ability,
    Capabilities,
    Fault,
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
from server.ils.sip2.questions import is_same
from server.ils.status import Examinable, SystemStatus

_NO_PATRON: Final = Refused(Reason.UNKNOWN_CARD)
_NO_ITEM: Final = Refused(Reason.UNKNOWN_ITEM)
_ALL: Final = {"_per_page": "-1"}
_CREATED: Final = 201
_BAD: Final = 400


class KohaLibrary:
    """The port on Koha's REST API; for any number of threads. `clock`: seconds since 1970 UTC.

    `returns` is the same Koha over SIP2, for what the API cannot do.
    """

    def __init__(
        self, rest: Rest, returns: Examinable, zone: ZoneInfo, clock: Callable[[], float]
    ) -> None:
        self._rest, self._returns = rest, returns
        self._zone, self._clock = zone, clock
        self._searching = Searching(rest.hurried(LONGEST_SECONDS), zone)

    def capabilities(self) -> Capabilities:
        own = {Ability.CHECK_PIN, Ability.LIST_LOANS, Ability.TELL_ITEM_STATE, Ability.RENEW}
        own |= {Ability.SEARCH}
        theirs = self._returns.capabilities()
        faults = theirs.faults & {Fault.NO_WITH_EFFECT, Fault.KNOWN_TAKEN_FOR_UNKNOWN}
        return Capabilities(frozenset(own | (theirs.able & {Ability.NOTE_PAYMENT})), faults)

    def status(self) -> SystemStatus:
        """Of both ways: returns go by the other one. Raises NothingSent."""
        ahead = self._rest.clock_ahead(self._clock)
        self._rest.get(list[Checkout], "/checkouts", {"_per_page": "1"})
        returns = self._returns.status()
        return SystemStatus(f"Koha by REST; returns: {returns.product}", ahead, returns.quirks)

    def tend(self) -> None:
        self._returns.tend()

    def close(self) -> None:
        self._returns.close()

    def patron(self, number: PatronId, pin: Secret | None = None) -> PatronRecord | Refused:
        found = self._patron(number)
        if found is None:
            return _NO_PATRON
        if pin is not None and not self._is_password(number, found, pin):
            return Refused(Reason.WRONG_PIN)
        loans = self._rest.get(
            list[Checkout], "/checkouts", {"patron_id": str(found.patron_id), **_ALL}
        )
        account = self._rest.get(Account, f"/patrons/{found.patron_id}/account", {})
        now = datetime.fromtimestamp(self._clock(), self._zone)
        checked = pin is not None
        return patron_record(number, found, loans, account.balance, now, pin_checked=checked)

    def item(self, item: ItemId) -> ItemRecord | Refused:
        found = self._item(item)
        if found is None:
            return _NO_ITEM
        loan = self._checkout(found) if found.checked_out_date else None
        return item_record(item, found, loan, self._zone)

    def lend(
        self,
        patron: PatronId,
        item: ItemId,
        act: ActId,  # noqa: ARG002 - Koha has no place for it
        at: float,  # noqa: ARG002 - nor for a loan made earlier
        due: date,  # noqa: ARG002 - Koha's own rules decide
    ) -> Lent | Refused:
        pair = self._pair(patron, item)
        if isinstance(pair, Refused):
            return pair
        person, copy = pair
        if (standing := self._checkout(copy)) is not None:
            own = standing.patron_id == person.patron_id
            return Refused(Reason.ALREADY_YOURS if own else Reason.ON_LOAN_TO_OTHER)
        both = {"patron_id": person.patron_id, "item_id": copy.item_id}
        query = {name: str(number) for name, number in both.items()}
        told = self._rest.get(Availability, "/checkouts/availability", query)
        if against := obstacles(told):
            return refused(against)
        confirmed = {"confirmation": told.confirmation_token or ""} if told.confirms else None
        answer = self._rest.post("/checkouts", both, confirmed)
        if answer.status != _CREATED:
            return refused(codes_in(error_of(answer)) or [error_of(answer)])
        made = decoded(Checkout, answer, "/checkouts")
        return self._lent(item, copy, person, made)

    def take_back(self, item: ItemId, dropped_at: float) -> Returned | Refused:
        return self._returns.take_back(item, dropped_at)

    def renew(self, patron: PatronId, item: ItemId) -> Renewed | Refused:
        pair = self._pair(patron, item)
        if isinstance(pair, Refused):
            return pair
        person, copy = pair
        loan = self._checkout(copy)
        if loan is None or loan.patron_id != person.patron_id:
            return Refused(Reason.NOT_ON_LOAN if loan is None else Reason.ON_LOAN_TO_OTHER)
        path = f"/checkouts/{loan.checkout_id}/renewals"
        answer = self._rest.post(path, {})
        if answer.status != _CREATED:
            return renewal_refused(error_of(answer))
        renewed = decoded(Checkout, answer, path)
        if renewed.checkout_id != loan.checkout_id:
            raise OutcomeUnknown(f"{path}: answered about another loan")
        return Renewed(item, due_of(renewed, self._zone), ())

    def note_payment(self, patron: PatronId, payment: Payment) -> PaymentNoted | Refused:
        return self._returns.note_payment(patron, payment)

    def find(self, asked: Find) -> Found | Refused:
        return self._searching.find(asked)

    def _patron(self, number: PatronId) -> Patron | None:
        wanted = number.reveal()
        found = self._rest.get(list[Patron], "/patrons", _asked({"cardnumber": wanted}))
        return next((one for one in found if is_same(one.cardnumber or "", wanted)), None)

    def _item(self, item: ItemId) -> Item | None:
        """With its title, where the version embeds it."""
        wanted = str(item)
        found = self._rest.get(list[Item], "/items", _asked({"external_id": wanted}), "biblio")
        return next((one for one in found if is_same(one.external_id or "", wanted)), None)

    def _pair(self, patron: PatronId, item: ItemId) -> tuple[Patron, Item] | Refused:
        person = self._patron(patron)
        if person is None:
            return _NO_PATRON
        copy = self._item(item)
        return _NO_ITEM if copy is None else (person, copy)

    def _checkout(self, copy: Item) -> Checkout | None:
        """The loan that stands."""
        found = self._rest.get(list[Checkout], "/checkouts", _asked({"item_id": copy.item_id}))
        return next((one for one in found if one.item_id == copy.item_id), None)

    def _is_password(self, number: PatronId, found: Patron, pin: Secret) -> bool:
        """Raises NothingSent, for it changes no record, whatever becomes of it."""
        path = "/auth/password/validation"
        try:
            answer = self._rest.post(
                path, {"identifier": number.reveal(), "password": pin.reveal()}
            )
            if answer.status == _CREATED:
                return decoded(Person, answer, path).patron_id == found.patron_id
        except OutcomeUnknown as error:
            raise NothingSent(str(error)) from error
        if answer.status != _BAD:
            raise NothingSent(f"{path}: status {answer.status}")
        return False

    def _lent(self, item: ItemId, copy: Item, person: Patron, made: Checkout) -> Lent | Refused:
        try:
            standing = self._checkout(copy)
        except NothingSent as error:
            raise OutcomeUnknown(f"loan {made.checkout_id}: not read back: {error}") from error
        if standing is None or standing.patron_id != person.patron_id:
            return Refused(Reason.ASK_STAFF, fault=Fault.YES_WITHOUT_EFFECT)
        return Lent(item, due_of(standing, self._zone), ())


def _asked(what: dict[str, object]) -> dict[str, str]:
    """An exact match: Koha's own parameters look for what contains a word."""
    return {"q": msgspec.json.encode(what).decode(), **_ALL}
