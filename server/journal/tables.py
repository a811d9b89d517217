"""Every table of the server, one schema for SQLite and PostgreSQL.

Law: definitions only. Times are seconds since 1970 UTC; `due` and closed days are branch-local
dates. `fact`, `grant`, `quarantine`, `retold`, `decision` and `lost` are written once and never
changed, but for `standing`, `missed_at`, the `due` that the library's own system gives a grant, and
patrons, whom retention takes out (`patron` and `member` are NULL then); `boot` only gets more exact
and `boot_number` longer; `loan`, `grant.standing` and every open `task` about an item or a clock
are derived and can be rebuilt from them. `hold` only moves on, and is no fold's; `penalty` and
`payment` are written once; `title_word` follows from `title`. `errand` is how far each change in
the library's own system has come; what it is about follows from the journal. `high_water` is kept
for ever.
"""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

fact: Final = Table(
    "fact",
    metadata,
    Column("act", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("install", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, index=True),
    Column("patron", Text),
    Column("payload", LargeBinary, nullable=False),
    Column("payload_hash", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("monotonic", Double, nullable=False),
    Column("wall", Double, nullable=False),
    Column("clock", Text, nullable=False),
    Column("received_at", Double, nullable=False),
    UniqueConstraint("device", "install", "seq"),
    # The page shows the latest.
    Index(None, "received_at"),
)
# Facts whose time may still be corrected: looked for whenever a boot's time gets more exact.
Index(
    "ix_fact_unsure",
    fact.c.device,
    fact.c.boot,
    sqlite_where=text("clock <> 'synchronised'"),
    postgresql_where=text("clock <> 'synchronised'"),
)
# Facts of a clock that was ahead by more than is usual: none, most of the time.
Index(
    "ix_fact_ahead",
    fact.c.device,
    fact.c.boot,
    sqlite_where=text("wall > received_at + 300"),
    postgresql_where=text("wall > received_at + 300"),
)

# What patrons said of their visits: rare, and read by the month.
Index(
    "ix_fact_feedback",
    fact.c.received_at,
    sqlite_where=text("kind = 'feedback-given'"),
    postgresql_where=text("kind = 'feedback-given'"),
)

# Facts that still tell who: few, and looked for every hour.
Index(
    "ix_fact_named",
    fact.c.received_at,
    sqlite_where=text("patron IS NOT NULL"),
    postgresql_where=text("patron IS NOT NULL"),
)

high_water: Final = Table(
    "high_water",
    metadata,
    Column("device", Text, primary_key=True),
    Column("install", Text, primary_key=True),
    Column("through", BigInteger, nullable=False),
    # As far as a finished backup holds it.
    Column("backed_up", BigInteger, nullable=False, server_default=text("0")),
    # Since when something is missing after `through` although later entries are there.
    Column("gap_since", Double),
    # How far its station was told before this server was restored, and when it was last asked.
    Column("claimed", BigInteger),
    Column("asked_at", Double),
)

# Where a fact that was known already was said again, under the number of a later install.
retold: Final = Table(
    "retold",
    metadata,
    Column("device", Text, primary_key=True),
    Column("install", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("act", Text, nullable=False),
)

quarantine: Final = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("topic", Text, nullable=False),
    Column("device", Text),
    Column("install", Text),
    Column("seq", BigInteger),
    Column("payload", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("received_at", Double, nullable=False),
    Index(None, "device", "install", "seq"),
)

grant: Final = Table(
    "grant",
    metadata,
    Column("act", Text, primary_key=True),
    Column("device", Text, nullable=False),
    Column("item", Text, nullable=False, index=True),
    Column("patron", Text),
    Column("member", Text, index=True),
    Column("due", Date, nullable=False),
    Column("granted_at", Double, nullable=False),
    Column("standing", Text, nullable=False),
    Column("missed_at", Double),
)
Index(
    "ix_grant_unanswered",
    grant.c.granted_at,
    sqlite_where=text("standing = 'open' AND missed_at IS NULL"),
    postgresql_where=text("standing = 'open' AND missed_at IS NULL"),
)

# What is known of the time in each boot of a station: see circulation.boots.
boot: Final = Table(
    "boot",
    metadata,
    Column("device", Text, primary_key=True),
    Column("boot", Text, primary_key=True),
    Column("monotonic", Double, nullable=False),
    Column("after_monotonic", Double),
    Column("after_wall", Double),
    Column("before_monotonic", Double),
    Column("before_wall", Double),
    Column("ntp_monotonic", Double),
    Column("ntp_wall", Double),
    Column("ntp_bound", Double),
)

# Which boots each life of a ledger knows, in its own count: a disk that is put back counts anew.
boot_number: Final = Table(
    "boot_number",
    metadata,
    Column("device", Text, primary_key=True),
    Column("install", Text, primary_key=True),
    Column("boot", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Index(None, "device", "boot"),
)

errand: Final = Table(
    "errand",
    metadata,
    Column("act", Text, primary_key=True),
    Column("change", Text, primary_key=True),
    Column("item", Text, nullable=False, index=True),
    Column("stage", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", Double),
    Column("wanted_until", Double),
    Column("due", Date),
    Column("reason", Text),
    # The system's own words while staff may need them: they may name a person.
    Column("said", Text, nullable=False),
)
Index(
    "ix_errand_not_before",
    errand.c.not_before,
    sqlite_where=text("not_before IS NOT NULL"),
    postgresql_where=text("not_before IS NOT NULL"),
)

loan: Final = Table(
    "loan",
    metadata,
    Column("act", Text, primary_key=True),
    Column("item", Text, nullable=False, index=True),
    Column("member", Text, index=True),
    Column("patron", Text),
    Column("lent_at", Double, nullable=False),
    Column("due", Date, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("renewals", Integer, nullable=False, server_default=text("0")),
    Column("returned_at", Double),
    Column("closed_by", Text),
    Column("closing", Text),
)
Index(
    "uq_loan_open_item",
    loan.c.item,
    unique=True,
    sqlite_where=text("returned_at IS NULL"),
    postgresql_where=text("returned_at IS NULL"),
)

task: Final = Table(
    "task",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("act", Text, primary_key=True),
    Column("item", Text, index=True),
    Column("device", Text),
    Column("patron", Text),
    Column("reason", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("settled_at", Double),
    Column("settled_by", Text),
    Column("settlement", Text),
    Column("note", Text),
)

# What staff decided about a task, and about which item that says something.
decision: Final = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("item", Text, index=True),
    Column("choice", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("decided_at", Double, nullable=False),
)

# Entries that will never come, by a decision of staff: they hold nothing up.
lost: Final = Table(
    "lost",
    metadata,
    Column("device", Text, primary_key=True),
    Column("install", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
)

device: Final = Table(
    "device",
    metadata,
    Column("device", Text, primary_key=True),
    Column("last_heard", Double),
    Column("status", Text),
    Column("status_since", Double),
    Column("kind", Text),
    Column("version", Text),
    Column("boot", Text),
    Column("install", Text),
    Column("birth_at", Double),
    Column("state_at", Double),
    Column("mode", Text),
    Column("mode_since", Double),
    Column("reason", Text),
    Column("components", JSON),
    Column("unsent", BigInteger),
    Column("oldest_unsent", Double),
    Column("ignored", BigInteger),
    Column("settings_reported_version", BigInteger),
    Column("settings_reported_problem", Text),
)

invitation: Final = Table(
    "invitation",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("device", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("closes_at", Double, nullable=False),
    Column("used_at", Double),
)

certificate: Final = Table(
    "certificate",
    metadata,
    Column("serial", Text, primary_key=True),
    Column("device", Text, nullable=False, index=True),
    Column("key", Text, nullable=False, unique=True),
    Column("pem", LargeBinary, nullable=False),
    Column("issued_at", Double, nullable=False),
    Column("valid_until", Double, nullable=False),
    Column("revoked_at", Double),
)

revocation: Final = Table(
    "revocation",
    metadata,
    Column("device", Text, primary_key=True),
    Column("revoked_at", Double, primary_key=True),
    Column("lifted_at", Double),
)

refused: Final = Table(
    "refused",
    metadata,
    Column("cause", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("messages", BigInteger, nullable=False),
    Column("latest_at", Double, nullable=False),
)

member: Final = Table(
    "member",
    metadata,
    Column("number", Text, primary_key=True),
    Column("card", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("expires", Date, nullable=False),
    Column("blocked", Text),
)

# What a member's PIN can be compared with (`server.passwords`); most members have none.
pin: Final = Table(
    "pin",
    metadata,
    Column("member", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("set_at", Double, nullable=False),
)

# Wrong PINs of the last minutes, for a member's number or for one that nobody has.
pin_guess: Final = Table(
    "pin_guess",
    metadata,
    Column("number", Text, primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("latest_at", Double, nullable=False, index=True),
)

title: Final = Table(
    "title",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("year", Integer),
    Column("call_number", Text, nullable=False),
)

# The words of each title, folded (`server.search`), as bytes so that every database puts them in
# the same order. `place`: 0 begins the title, 1 is in it, 2 in its author alone.
title_word: Final = Table(
    "title_word",
    metadata,
    Column("word", LargeBinary, primary_key=True),
    Column("title", ForeignKey("title.id"), primary_key=True, index=True),
    Column("place", Integer, nullable=False),
    sqlite_with_rowid=False,
)

item: Final = Table(
    "item",
    metadata,
    Column("barcode", Text, primary_key=True),
    Column("title", ForeignKey("title.id"), nullable=False, index=True),
    Column("collection", Text, nullable=False),
    Column("state", Text, nullable=False),
)

# Who waits for what, and for whom a copy is set aside: decisions, like grants, and no fold's. Once
# it has ended nobody is named any more.
hold: Final = Table(
    "hold",
    metadata,
    Column("act", Text, primary_key=True),
    Column("title", ForeignKey("title.id"), nullable=False),
    Column("item", Text),
    Column("member", Text, index=True),
    Column("placed_at", Double, nullable=False),
    Column("state", Text, nullable=False),
    Column("copy", Text),
    Column("pick_up_by", Date),
    Column("ended_at", Double),
)
Index(
    "ix_hold_active",
    hold.c.title,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)
Index(
    "ix_hold_copy",
    hold.c.copy,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

# What a member still answers for, without the loan it was for: see accounts.
penalty: Final = Table(
    "penalty",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("member", Text, nullable=False, index=True),
    Column("barred_until", Date),
    Column("fine", BigInteger, nullable=False),
)

payment: Final = Table(
    "payment",
    metadata,
    Column("act", Text, primary_key=True),
    Column("member", Text, nullable=False, index=True),
    Column("amount", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
)

loan_rule: Final = Table(
    "loan_rule",
    metadata,
    Column("member_kind", Text, primary_key=True),
    Column("collection", Text, primary_key=True),
    Column("item_limit", Integer, nullable=False),
    Column("days", Integer, nullable=False),
    Column("renewals", Integer, nullable=False, server_default=text("1")),
    Column("grace_days", Integer, nullable=False, server_default=text("0")),
    Column("barred_per_day", Integer, nullable=False, server_default=text("0")),
    Column("barred_at_most", Integer, nullable=False, server_default=text("0")),
)

closed_day: Final = Table(
    "closed_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("name", Text, nullable=False),
    Column("standing", Text, nullable=False, server_default=text("'confirmed'")),
)

# What was done with a person's data, by whom and why; never whose.
audit: Final = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Double, nullable=False),
    Column("action", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("outcome", JSON, nullable=False),
)

marker: Final = Table(
    "marker",
    metadata,
    Column("name", Text, primary_key=True),
    Column("content", Text, nullable=False),
)
