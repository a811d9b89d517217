"""Members, titles, copies and the rules between them."""

from typing import Final

from sqlalchemy import (
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from server.journal.tables.naming import metadata

member: Final = Table(
    "member",
    metadata,
    Column("number", Text, primary_key=True),
    Column("card", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("expires", Date, nullable=False),
    Column("blocked", Text),
    Column("mail", Text),
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

# Where each copy that is not withdrawn stands among all, as bytes (`server.call_numbers`).
shelf_mark: Final = Table(
    "shelf_mark",
    metadata,
    Column("item", ForeignKey("item.barcode"), primary_key=True),
    Column("collection", Text, nullable=False),
    Column("section", LargeBinary, nullable=False),
    Column("mark", LargeBinary, nullable=False),
    Index(None, "collection", "section"),
    Index(None, "collection", "mark", "item"),
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
