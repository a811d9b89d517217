"""Carries out one step against the library's own system; whatever comes of it is a value."""

from collections.abc import Iterable

from broker.errors import SirkulaError
from broker.vocabulary import ItemId, Patron, PatronId, Reason
from server.circulation.errands import Cause, Change, Look, Send, Step
from server.circulation.outcomes import Outcome, Sight, lent_to_another
from server.ils.port import LibraryError, LibrarySystem, OutcomeUnknown, Refused

_NOBODY = Refused(Reason.UNKNOWN_CARD, ("the records do not tell any more who it was",))


def carry_out(system: LibrarySystem, item: ItemId, todo: Send | Look) -> Outcome:
    """The answer, the sight of the records, or the failure to get one."""
    try:
        if isinstance(todo, Look):
            return look(system, item, (step.wanted.patron for step in todo.steps))
        return _send(system, item, todo.step)
    except LibraryError as error:
        return error
    except SirkulaError as error:
        return OutcomeUnknown(str(error))


def look(system: LibrarySystem, item: ItemId, patrons: Iterable[Patron | None]) -> Sight:
    """The patrons first: some systems die of what they do not know. Raises NothingSent."""
    people = {one for one in patrons if isinstance(one, PatronId)}
    found = {one: system.patron(one) for one in sorted(people, key=PatronId.reveal)}
    return Sight(system.item(item), found)


def _send(system: LibrarySystem, item: ItemId, step: Step) -> Outcome:
    wanted = step.wanted
    if wanted.change is not Change.LEND:
        guarded = wanted.heard_late or wanted.cause is Cause.ABANDONED
        if guarded and lent_to_another(look(system, item, (wanted.patron,)), wanted.patron):
            return Refused(Reason.ON_LOAN_TO_OTHER)
        return system.take_back(item, wanted.at)
    if not isinstance(wanted.patron, PatronId) or wanted.due is None:
        return _NOBODY
    return system.lend(wanted.patron, item, wanted.act, wanted.at, wanted.due)
