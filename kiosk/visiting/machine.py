"""What the machine knows about itself, whoever is standing there. Pure."""

from dataclasses import replace

from kiosk.happenings import (
    CapacityChanged,
    CardArrived,
    CardLeft,
    CardReaderChanged,
    ConnectionChanged,
    Happening,
    LedgerChanged,
    PaceWanted,
    PadChanged,
    PrinterChanged,
    ServiceWanted,
    Started,
)
from kiosk.visit import Call, Page, Visit


def observed(visit: Visit, happening: Happening) -> Visit:
    """The visit on a machine that has noticed `happening`."""
    known = _told(visit, happening)
    changed = (visit.outage is None) is not (known.outage is None)
    # Who laid books down before or during an outage need not be who shows a card after it.
    return home(known, visit.since) if changed and known.page is Page.WELCOME else known


def _told(visit: Visit, happening: Happening) -> Visit:  # noqa: C901  # one case a fact
    match happening:
        case PadChanged(healthy):
            settled = visit.pad_settled and healthy
            return replace(visit, pad_healthy=healthy, pad_settled=settled)
        case CardReaderChanged(healthy):
            here = visit.card_here and healthy
            return replace(visit, card_reader_healthy=healthy, card_here=here)
        case CardArrived(_, in_field):
            return replace(visit, card_here=visit.card_here or in_field)
        case CardLeft():
            return replace(visit, card_here=False)
        case PrinterChanged(healthy):
            return replace(visit, printer_healthy=healthy)
        case ConnectionChanged(online):
            return replace(visit, online=online)
        case ServiceWanted(in_service, look):
            house = replace(visit.house, look=look)
            return replace(visit, in_service=in_service, house=house)
        case LedgerChanged(healthy):
            return _on_disk(replace(visit, ledger_healthy=healthy))
        case CapacityChanged(capacity):
            return replace(visit, capacity=capacity)
        case PaceWanted(unhurried):
            return replace(visit, unhurried=unhurried)
        case Started():
            return replace(visit, started=True)
        case _:
            return visit


def _on_disk(visit: Visit) -> Visit:
    """Nobody is told that something was stored while the disk refuses."""
    if visit.ledger_healthy:
        return visit
    call = Call.LOST if visit.call is Call.STORED else visit.call
    return replace(visit, call=call, thanked=False)


def home(visit: Visit, now: float) -> Visit:
    """A fresh visit on the same machine. Books that may still lie there become leftovers."""
    lying = frozenset(book.uid for book in visit.books if book.on_pad or not visit.pad_settled)
    return Visit(
        since=now,
        leftovers=visit.leftovers | lying,
        started=visit.started,
        pad_healthy=visit.pad_healthy,
        pad_settled=visit.pad_settled,
        card_reader_healthy=visit.card_reader_healthy,
        card_here=visit.card_here,
        printer_healthy=visit.printer_healthy,
        house=visit.house,
        online=visit.online,
        in_service=visit.in_service,
        ledger_healthy=visit.ledger_healthy,
        capacity=visit.capacity,
    )
