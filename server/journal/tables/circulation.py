"""Who has what and who waits for it, and what staff have to see to."""

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
    Table,
    Text,
    text,
)

from server.journal.tables.naming import metadata

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
