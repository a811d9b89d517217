"""What a station is told of its ledger: how far it is kept, and what it has to send again.

Law: works in the caller's transaction; nothing is said before it is committed.
"""

from typing import Final

from sqlalchemy import Connection

from broker.facts import Acknowledgement
from broker.telemetry import Extent
from server import incidents
from server.journal import high_water
from server.journal.high_water import LedgerName, Mark

# So long may an entry be on its way while later ones are there already.
GAP_SECONDS: Final = 60.0


def receipt(
    connection: Connection, ledger: LedgerName, extent: Extent | None, now: float
) -> Acknowledgement:
    """The word on one ledger; `extent` is what its station has just said it holds."""
    mark = _moved(connection, ledger, now, 1 if extent is None else extent.oldest)
    resend = extent is not None and extent.acknowledged > mark.through
    if extent is not None:
        high_water.forget_claims(connection, ledger)
        if resend:
            high_water.claim(connection, ledger, extent.acknowledged, now)
    word = (ledger.install, mark.through, mark.backed_up)
    return Acknowledgement(*word, resend, now, high_water.telling(connection, ledger))


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


def _moved(connection: Connection, ledger: LedgerName, now: float, oldest: int) -> Mark:
    """The mark, moved past what its station no longer holds: that can never come, and is a task."""
    before, mark = high_water.advance(connection, ledger, now)
    if before.gap_since is not None and mark.through > before.through:
        incidents.filled(connection, ledger, before.through + 1, now)
    if oldest <= mark.through + 1:
        return mark
    incidents.gap(connection, ledger, [(mark.through + 1, oldest - 1)], now)
    return high_water.advance(connection, ledger, now, least=oldest - 1)[1]
