"""What facts that have just come ask of the library's own system.

Law: works in the caller's transaction and never commits.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from broker.facts import Entry, ItemReturned, LoanAbandoned, LoanRenewed, item_of
from broker.vocabulary import ActId, ItemId
from server.circulation.errands import Change, Stage
from server.histories import OF_ACTS, events_of
from server.journal import errands
from server.journal.journal import chunks


def note(connection: Connection, new: Sequence[Entry], now: float) -> None:
    """Keep what there is to do; whatever else there is about their items is looked at again.

    A loan that did not happen asks for nothing, unless the question for it may be forgotten. A
    renewal is a fact because the system has it already.
    """
    doubted = _doubted(connection, new, now)
    items = set()
    for entry in new:
        if isinstance(entry.fact, LoanRenewed) or (item := item_of(entry.fact)) is None:
            continue
        items.add(item)
        doubtful = entry.act in doubted
        if doubtful or not isinstance(entry.fact, LoanAbandoned):
            back = isinstance(entry.fact, ItemReturned)
            key = (entry.act, Change.TAKE_BACK if back else Change.LEND)
            errands.owe(connection, key, item, now, doubtful=doubtful)
        if doubtful and isinstance(entry.fact, LoanAbandoned):
            _doubt_the_undoing(connection, entry.act, item, now)
    errands.told(connection, [str(entry.act) for entry in new], now)
    errands.wake(connection, items, now)


def _doubt_the_undoing(connection: Connection, act: ActId, item: ItemId, now: float) -> None:
    """Of a loan that is known to have been made; what is lent there now may be another."""
    kept = errands.of_act(connection, (act, Change.LEND))
    if kept is not None and kept[0].stage is Stage.OK:
        errands.owe(connection, (act, Change.TAKE_BACK), item, now, doubtful=True)


def _doubted(connection: Connection, new: Sequence[Entry], now: float) -> frozenset[ActId]:
    """Those of which nobody knows whether the system was told before a restore."""
    until = errands.doubted_until(connection, now) if new else None
    if until is None:
        return frozenset()
    acts = [str(entry.act) for entry in new]
    return frozenset(
        event.act
        for chunk in chunks(acts)
        for event in events_of(connection, OF_ACTS, chunk)
        if event.span.earliest <= until
    )
