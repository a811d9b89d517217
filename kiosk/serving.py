"""The kiosk's visit as a station's conduct, and what technicians and its lamp say of it."""

from broker.telemetry import Health, Mode
from devices.capabilities import LampMeaning
from kiosk.actions import Action
from kiosk.book import BUSY, Book, Stage
from kiosk.condition import Condition, Finding, finding, ledger_findings
from kiosk.dialogue import step
from kiosk.happenings import Happening
from kiosk.house import NO_HOUSE, House
from kiosk.visit import Call, Outage, Page, Visit

_CARD_IS_FORGOTTEN = (Page.WELCOME, Page.GOODBYE)
_REASONS = {
    Outage.LEDGER: "disk does not take writes",
    Outage.PAD: "reader does not answer",
    Outage.FULL: "records cannot be sent",
    Outage.TECHNICIAN: "taken out of service",
}


class KioskConduct:
    """Holds the one visit. Other threads may read `visit`: it is one frozen value."""

    def __init__(self, house: House = NO_HOUSE) -> None:
        self.visit = Visit(house=house)

    @property
    def busy(self) -> bool:
        return self.visit.busy

    def hear(self, happening: Happening, now: float) -> tuple[Action, ...]:
        visit, actions = step(self.visit, happening, now)
        # The very same as long as nothing changed: who shows it has nothing to do then.
        if visit != self.visit:
            self.visit = visit
        return actions


def condition(visit: Visit) -> Condition:
    """How the kiosk is, for technicians. Pure."""
    findings = (
        finding("pad", healthy=visit.pad_healthy is not False, code="unplugged"),
        finding("card-reader", healthy=visit.card_reader_healthy is not False, code="unplugged"),
        *ledger_findings(visit.capacity, healthy=visit.ledger_healthy),
        *_printer(visit),
        finding("server", healthy=visit.online, code="silent", health=Health.WARNING),
    )
    outage = visit.outage
    if not visit.started and outage is None:
        return Condition(Mode.STARTING, "", findings)
    if outage is not None:
        return Condition(Mode.OUT_OF_SERVICE, _REASONS[outage], findings)
    well = all(found.health is Health.OK for found in findings)
    return Condition(Mode.IN_SERVICE if well else Mode.DEGRADED, "", findings)


def lamp(visit: Visit) -> LampMeaning:
    """What the lamp says of the kiosk. Pure.

    ATTENTION is for whoever stands there: a book to put back or to hand to staff, something left
    behind; and for staff who were called.
    """
    if visit.outage is not None:
        return LampMeaning.STOPPED
    left_behind = visit.leftovers or (visit.card_here and visit.page in _CARD_IS_FORGOTTEN)
    called = visit.call in (Call.STORED, Call.REACHED)
    if left_behind or called or any(map(_needs_hands, visit.books)):
        return LampMeaning.ATTENTION
    if not visit.started or visit.busy:
        return LampMeaning.WORKING
    return LampMeaning.READY


def _needs_hands(book: Book) -> bool:
    """Lifted too early, torn away from its write, or none that can be handled here."""
    torn = book.stage is Stage.REFUSED and not book.secured
    return torn or book.stage is Stage.STAFF or (book.stage in BUSY and not book.on_pad)


def _printer(visit: Visit) -> tuple[Finding, ...]:
    """A kiosk without paper still lends, so its patrons are only missing a receipt."""
    if not visit.house.prints:
        return ()
    healthy = visit.printer_healthy
    return (finding("printer", healthy=healthy, code="cannot-print", health=Health.WARNING),)
