"""What stations told, as it came, and what is known of their ledgers and clocks."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from server.journal.tables.naming import metadata

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

# Walks along shelves: as rare.
Index(
    "ix_fact_walk",
    fact.c.received_at,
    sqlite_where=text("kind = 'shelf-walked'"),
    postgresql_where=text("kind = 'shelf-walked'"),
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
