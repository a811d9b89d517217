"""What was done to personal data, and marks of the database as a whole."""

from typing import Final

from sqlalchemy import JSON, Column, Double, Integer, Table, Text

from server.journal.tables.naming import metadata

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
