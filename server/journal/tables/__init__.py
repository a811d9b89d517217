"""Every table of the server, one schema for SQLite and PostgreSQL.

Law: definitions only. Times are seconds since 1970 UTC; `due` and closed days are branch-local
dates. `fact`, `grant`, `quarantine`, `retold`, `decision` and `lost` are written once and never
changed, but for `standing`, `missed_at`, the `due` that the library's own system gives a grant, and
patrons, whom retention takes out (`patron` and `member` are NULL then); `boot` only gets more exact
and `boot_number` longer; `loan`, `grant.standing` and every open `task` about an item or a clock
are derived and can be rebuilt from them. `hold` only moves on, and is no fold's; `penalty` and
`payment` are written once; `title_word` and `shelf_mark` follow from `title` and
`item`. `errand` is how far each change in the library's own system has come; what it is about
follows from the journal. `high_water` is kept for ever.
"""

from server.journal.tables.catalogue import (
    closed_day,
    item,
    loan_rule,
    member,
    pin,
    pin_guess,
    shelf_mark,
    title,
    title_word,
)
from server.journal.tables.circulation import (
    decision,
    errand,
    grant,
    hold,
    loan,
    lost,
    payment,
    penalty,
    task,
)
from server.journal.tables.facts import boot, boot_number, fact, high_water, quarantine, retold
from server.journal.tables.fleet import certificate, device, invitation, refused, revocation
from server.journal.tables.naming import metadata
from server.journal.tables.upkeep import audit, marker

__all__ = [
    "audit",
    "boot",
    "boot_number",
    "certificate",
    "closed_day",
    "decision",
    "device",
    "errand",
    "fact",
    "grant",
    "high_water",
    "hold",
    "invitation",
    "item",
    "loan",
    "loan_rule",
    "lost",
    "marker",
    "member",
    "metadata",
    "payment",
    "penalty",
    "pin",
    "pin_guess",
    "quarantine",
    "refused",
    "retold",
    "revocation",
    "shelf_mark",
    "task",
    "title",
    "title_word",
]
