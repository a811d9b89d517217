"""What a station is told of its ledger: how far it is kept, and what it has to send again.

Law: works in the caller's transaction; nothing is said before it is committed.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from broker.facts import Acknowledgement
from broker.telemetry import Extent
from server import incidents
from server.journal import high_water, many_ledgers
from server.journal.high_water import LedgerName, Mark

# So long may an entry be on its way while later ones are there already.
GAP_SECONDS: Final = 60.0


def receipts(
    connection: Connection, owed: Mapping[LedgerName, Extent | None], now: float
) -> dict[LedgerName, Acknowledgement]:
    """The word on each ledger, with what its station has just said it holds."""
    moved = many_ledgers.advance_all(connection, owed, now)
    marks = {
        ledger: _past_the_lost(connection, ledger, now, extent, moved[ledger])
        for ledger, extent in owed.items()
    }
    for ledger, extent in owed.items():
        _note_claim(connection, ledger, extent, marks[ledger], now)
    shown = many_ledgers.telling(connection, owed)
    return {
        ledger: Acknowledgement(
            ledger.install,
            mark.through,
            mark.backed_up,
            resend=_lacks(owed[ledger], mark),
            server_time=now,
            kept=shown[ledger],
        )
        for ledger, mark in marks.items()
    }


def _lacks(extent: Extent | None, mark: Mark) -> bool:
    """Whether the station holds for acknowledged what is not kept here any more."""
    return extent is not None and extent.acknowledged > mark.through


def _note_claim(
    connection: Connection, ledger: LedgerName, extent: Extent | None, mark: Mark, now: float
) -> None:
    """What its station was told is kept, and is not, has to be asked for until it comes."""
    if extent is None:
        return
    high_water.forget_claims(connection, ledger)
    if _lacks(extent, mark):
        high_water.claim(connection, ledger, extent.acknowledged, now)


def reminders(connection: Connection, now: float) -> list[tuple[LedgerName, Acknowledgement]]:
    """What is owed to ledgers in which something has been missing for too long: asked for once.

    What a station once was told is kept is asked for until it comes: it sends that only if asked.
    """
    found = []
    for ledger, mark in high_water.claims(connection, now - GAP_SECONDS):
        high_water.claim(connection, ledger, mark.claimed, now)
        found.append((ledger, _again(ledger, mark, now)))
    for ledger, mark in high_water.gaps(connection, now - GAP_SECONDS):
        ranges = high_water.missing(connection, ledger, mark.through)
        if ranges and incidents.gap(connection, ledger, ranges, now):
            found.append((ledger, _again(ledger, mark, now)))
    return found


def _again(ledger: LedgerName, mark: Mark, now: float) -> Acknowledgement:
    return Acknowledgement(
        ledger.install, mark.through, mark.backed_up, resend=True, server_time=now
    )


def _past_the_lost(
    connection: Connection,
    ledger: LedgerName,
    now: float,
    extent: Extent | None,
    moved: tuple[Mark, Mark],
) -> Mark:
    """The mark, moved past what its station no longer holds: that can never come, and is a task."""
    before, mark = moved
    oldest = 1 if extent is None else extent.oldest
    if before.gap_since is not None and mark.through > before.through:
        incidents.filled(connection, ledger, before.through + 1, now)
    if oldest <= mark.through + 1:
        return mark
    incidents.gap(connection, ledger, [(mark.through + 1, oldest - 1)], now)
    return high_water.advance(connection, ledger, now, least=oldest - 1)[1]
