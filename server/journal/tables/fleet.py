"""Devices, and who may speak as one."""

from typing import Final

from sqlalchemy import JSON, BigInteger, Column, Double, LargeBinary, Table, Text

from server.journal.tables.naming import metadata

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
