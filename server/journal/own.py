"""What the server itself does, journalled as a station's doings are.

A loan made at this server's own port is a fact like every other, so that one fold tells all loans,
a rebuild comes to the same, and retention, export and the page know of it without a second way. It
enters as the next entry of a ledger of the server's own, for an entry needs a place, and only its
own device may speak there: nobody is enrolled under the name, and the broker lets no device publish
on another's topics. `seq` is counted in the transaction that writes, one writer at a time, so that
there is never a gap, and nobody waits for an acknowledgement. `install` is made once per database:
one restored from a backup goes on counting from what it holds, which nobody else ever held. The
server's clock is the true time (circulation.timeline): its boot began at the beginning, and
`monotonic` is counted from there.

The payload names nobody (`erased:`): it was never sealed, and the patron is in the column alone,
from which the fold reads it and retention takes it.

Law: works in the caller's transaction, one writer at a time, and never commits.
"""

import secrets
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, bindparam, func, insert, select

from broker import wire
from broker.facts import Entry, Fact, with_patron
from broker.topics import Channel, Topic
from broker.vocabulary import BEGINNING, ERASED, ActId, ClockState, DeviceId, Moment, SiteId
from server.journal.journal import Received, record
from server.journal.tables import fact, marker

OWN_DEVICE: Final = DeviceId("server")
_MARK: Final = "own-ledger"
_INSTALL: Final = select(marker.c.content).where(marker.c.name == _MARK)
_LAST: Final = select(func.max(fact.c.seq)).where(
    fact.c.device == str(OWN_DEVICE), fact.c.install == bindparam("of_install")
)


@dataclass(frozen=True, slots=True)
class Done:
    """A fact of the server's own, and when it happened (seconds since 1970 UTC)."""

    act: ActId
    fact: Fact
    at: float


def record_own(connection: Connection, site: SiteId, done: Done, now: float) -> Entry:
    """The entry it became; the act must be new (`journal.closed_acts`)."""
    install = _install(connection)
    seq = (connection.scalar(_LAST, {"of_install": install}) or 0) + 1
    moment = Moment(install, done.at - BEGINNING, done.at, ClockState.SYNCHRONISED)
    entry = Entry(done.act, site, OWN_DEVICE, install, seq, moment, done.fact)
    nameless = replace(entry, fact=with_patron(done.fact, ERASED))
    topic = str(Topic(site, OWN_DEVICE, Channel.FACT))
    received = Received(entry, topic, wire.encode_entry(nameless))
    (kept,) = record(connection, [received], now).new
    return kept


def _install(connection: Connection) -> str:
    known: str | None = connection.scalar(_INSTALL)
    if known is not None:
        return known
    made = secrets.token_hex(4)
    connection.execute(insert(marker), {"name": _MARK, "content": made})
    return made
