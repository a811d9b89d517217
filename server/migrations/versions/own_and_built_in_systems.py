"""0002: holds, fines and suspensions, and how far a library's own system has been told."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "errand",
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Double(), nullable=True),
        sa.Column("wanted_until", sa.Double(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("act", "change", name="pk_errand"),
    )
    op.create_index("ix_errand_item", "errand", ["item"], unique=False)
    op.create_index(
        "ix_errand_not_before",
        "errand",
        ["not_before"],
        unique=False,
        sqlite_where=sa.text("not_before IS NOT NULL"),
        postgresql_where=sa.text("not_before IS NOT NULL"),
    )
    op.create_table(
        "payment",
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("act", name="pk_payment"),
    )
    op.create_index("ix_payment_member", "payment", ["member"], unique=False)
    op.create_table(
        "penalty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("barred_until", sa.Date(), nullable=True),
        sa.Column("fine", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_penalty"),
    )
    op.create_index("ix_penalty_member", "penalty", ["member"], unique=False)
    op.create_table(
        "hold",
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("title", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("placed_at", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("copy", sa.Text(), nullable=True),
        sa.Column("pick_up_by", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["title"], ["title.id"], name="fk_hold_title"),
        sa.PrimaryKeyConstraint("act", name="pk_hold"),
    )
    op.create_index("ix_hold_member", "hold", ["member"], unique=False)
    for name, column in (("ix_hold_active", "title"), ("ix_hold_copy", "copy")):
        op.create_index(
            name,
            "hold",
            [column],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (
            ("errand", "said"),
            ("hold", "member"),
            ("payment", "member"),
            ("penalty", "member"),
        ):
            op.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" SET STATISTICS 0')
