"""The ledger's tables. `entry.seq` is AUTOINCREMENT: no number is used twice, ever."""

from typing import Final

from sqlalchemy import Boolean, Column, Date, Float, Integer, LargeBinary, MetaData, Table, Text

APPLICATION_ID: Final = 0x53_49_52_4B  # "SIRK"
SCHEMA_VERSION: Final = 2

metadata: Final = MetaData()

# One row: which life of the ledger this is.
life: Final = Table("life", metadata, Column("install", Text, primary_key=True))

# Patron actions begun, and when; `stage` is intended, releasing or closed.
act: Final = Table(
    "act",
    metadata,
    Column("act", Text, primary_key=True),
    Column("uid", Text, nullable=False),
    Column("item", Text),
    Column("patron", Text),
    Column("stage", Text, nullable=False),
    Column("due", Date),
    Column("provisional", Boolean, nullable=False, default=False),
    Column("boot", Text, nullable=False),
    Column("monotonic", Float, nullable=False),
    Column("wall", Float, nullable=False),
    Column("clock", Text, nullable=False),
    Column("bound", Float, nullable=False),
)

# The outbox and, once acknowledged, the archive. `payload` is what travels, byte for byte.
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
