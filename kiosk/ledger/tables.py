"""The ledger's tables. `entry.seq` is AUTOINCREMENT: no number is used twice, ever."""

from typing import Final

from sqlalchemy import Boolean, Column, Date, Float, Integer, LargeBinary, MetaData, Table, Text

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
)

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

# What the station remembers between starts: the last contact, the settings it was given.
memory: Final = Table(
    "memory",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
