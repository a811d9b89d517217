"""The ledger's tables. `entry.seq` is AUTOINCREMENT: no number is used twice, ever."""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

APPLICATION_ID: Final = 0x53_49_52_4B  # "SIRK"
SCHEMA_VERSION: Final = 2

metadata: Final = MetaData()

# One row: which life of which station's ledger this is, and up to where the server had once
# acknowledged what it then asked for again.
life: Final = Table(
    "life",
    metadata,
    Column("install", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("once_acknowledged", Integer, nullable=False, default=0),
)

# Patron actions begun, and when; `stage` is intended, releasing or closed. `patron` is sealed;
# `card` is its pseudonym for the count of one outage, NOBODYS when that is over, ANYBODYS when the
# key that told the cards apart is lost.
NOBODYS: Final = ""
ANYBODYS: Final = "?"
act: Final = Table(
    "act",
    metadata,
    Column("act", Text, primary_key=True),
    Column("uid", Text, nullable=False),
    Column("item", Text),
    Column("patron", Text),
    Column("card", Text, nullable=False, default=NOBODYS),
    Column("stage", Text, nullable=False),
    Column("due", Date),
    Column("provisional", Boolean, nullable=False, default=False),
    Column("boot", Text, nullable=False),
    Column("monotonic", Float, nullable=False),
    Column("wall", Float, nullable=False),
    Column("clock", Text, nullable=False),
    Column("bound", Float, nullable=False),
)

COUNTS: Final = text(f"card <> '{NOBODYS}'")  # the very words of the index
Index("ix_act_card", act.c.card, sqlite_where=COUNTS)

# The outbox and, once acknowledged, the archive. `payload` is what travels, byte for byte;
# `acknowledged` is when, by the server's clock.
entry: Final = Table(
    "entry",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("act", Text, nullable=False, unique=True),
    Column("payload", LargeBinary, nullable=False),
    Column("wall", Float, nullable=False),
    Column("acknowledged", Float),
    sqlite_autoincrement=True,
)

# The latest boots, numbered 1, 2, 3, and the last second of each that is known of.
boot: Final = Table(
    "boot",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("boot", Text, nullable=False, unique=True),
    Column("monotonic", Float, nullable=False),
)

# What was learnt of the time in a boot, one row for each that told it.
anchor: Final = Table(
    "anchor",
    metadata,
    Column("boot", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("monotonic", Float, nullable=False),
    Column("wall", Float, nullable=False),
    Column("bound", Float, nullable=False),
)

# What the station remembers between starts: the last contact, the settings it was given.
memory: Final = Table(
    "memory",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
