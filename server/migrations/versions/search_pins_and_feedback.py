"""0003: titles found by their words, PINs, and what patrons say of their visits."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "title_word",
        sa.Column("word", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["title"], ["title.id"], name="fk_title_word_title"),
        sa.PrimaryKeyConstraint("word", "title", name="pk_title_word"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_title_word_title", "title_word", ["title"], unique=False)
    op.create_table(
        "pin",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("set_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("member", name="pk_pin"),
    )
    op.create_table(
        "pin_guess",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("latest_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_pin_guess"),
    )
    op.create_index("ix_pin_guess_latest_at", "pin_guess", ["latest_at"], unique=False)
    feedback = sa.text("kind = 'feedback-given'")
    op.create_index(
        "ix_fact_feedback",
        "fact",
        ["received_at"],
        unique=False,
        sqlite_where=feedback,
        postgresql_where=feedback,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (("pin", "member"), ("pin", "hash"), ("pin_guess", "number")):
            op.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" SET STATISTICS 0')
