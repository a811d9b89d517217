"""0001: the first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "boot",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("monotonic", sa.Double(), nullable=False),
        sa.Column("after_monotonic", sa.Double(), nullable=True),
        sa.Column("after_wall", sa.Double(), nullable=True),
        sa.Column("before_monotonic", sa.Double(), nullable=True),
        sa.Column("before_wall", sa.Double(), nullable=True),
        sa.Column("ntp_monotonic", sa.Double(), nullable=True),
        sa.Column("ntp_wall", sa.Double(), nullable=True),
        sa.Column("ntp_bound", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("device", "boot", name="pk_boot"),
    )
    op.create_table(
        "boot_number",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("install", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "install", "boot", name="pk_boot_number"),
    )
    op.create_index("ix_boot_number_device_boot", "boot_number", ["device", "boot"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "certificate",
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("pem", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.Double(), nullable=False),
        sa.Column("valid_until", sa.Double(), nullable=False),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("serial", name="pk_certificate"),
        sa.UniqueConstraint("key", name="uq_certificate_key"),
    )
    op.create_index("ix_certificate_device", "certificate", ["device"], unique=False)
    op.create_table(
        "closed_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False, server_default=sa.text("'confirmed'")),
        sa.PrimaryKeyConstraint("day", name="pk_closed_day"),
    )
    op.create_table(
        "device",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("last_heard", sa.Double(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("status_since", sa.Double(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("boot", sa.Text(), nullable=True),
        sa.Column("install", sa.Text(), nullable=True),
        sa.Column("birth_at", sa.Double(), nullable=True),
        sa.Column("state_at", sa.Double(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("mode_since", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("components", sa.JSON(), nullable=True),
        sa.Column("unsent", sa.BigInteger(), nullable=True),
        sa.Column("oldest_unsent", sa.Double(), nullable=True),
        sa.Column("ignored", sa.BigInteger(), nullable=True),
        sa.Column("settings_reported_version", sa.BigInteger(), nullable=True),
        sa.Column("settings_reported_problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("device", name="pk_device"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_item", "decision", ["item"], unique=False)
    op.create_table(
        "fact",
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("install", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("patron", sa.Text(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("payload_hash", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("monotonic", sa.Double(), nullable=False),
        sa.Column("wall", sa.Double(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("act", name="pk_fact"),
        sa.UniqueConstraint("device", "install", "seq", name="uq_fact_device_install_seq"),
    )
    op.create_index(
        "ix_fact_ahead",
        "fact",
        ["device", "boot"],
        unique=False,
        sqlite_where=sa.text("wall > received_at + 300"),
        postgresql_where=sa.text("wall > received_at + 300"),
    )
    op.create_index("ix_fact_item", "fact", ["item"], unique=False)
    op.create_index("ix_fact_received_at", "fact", ["received_at"], unique=False)
    op.create_index(
        "ix_fact_unsure",
        "fact",
        ["device", "boot"],
        unique=False,
        sqlite_where=sa.text("clock <> 'synchronised'"),
        postgresql_where=sa.text("clock <> 'synchronised'"),
    )
    op.create_index(
        "ix_fact_named",
        "fact",
        ["received_at"],
        unique=False,
        sqlite_where=sa.text("patron IS NOT NULL"),
        postgresql_where=sa.text("patron IS NOT NULL"),
    )
    op.create_table(
        "grant",
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("patron", sa.Text(), nullable=True),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("granted_at", sa.Double(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("missed_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("act", name="pk_grant"),
    )
    op.create_index(
        "ix_grant_unanswered",
        "grant",
        ["granted_at"],
        unique=False,
        sqlite_where=sa.text("standing = 'open' AND missed_at IS NULL"),
        postgresql_where=sa.text("standing = 'open' AND missed_at IS NULL"),
    )
    op.create_index("ix_grant_item", "grant", ["item"], unique=False)
    op.create_index("ix_grant_member", "grant", ["member"], unique=False)
    op.create_table(
        "high_water",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("install", sa.Text(), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("backed_up", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("gap_since", sa.Double(), nullable=True),
        sa.Column("claimed", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("device", "install", name="pk_high_water"),
    )
    op.create_table(
        "invitation",
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=False),
        sa.Column("closes_at", sa.Double(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name="pk_invitation"),
    )
    op.create_index("ix_invitation_device", "invitation", ["device"], unique=False)
    op.create_table(
        "loan",
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("patron", sa.Text(), nullable=True),
        sa.Column("lent_at", sa.Double(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("returned_at", sa.Double(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("act", name="pk_loan"),
    )
    op.create_index("ix_loan_item", "loan", ["item"], unique=False)
    op.create_index("ix_loan_member", "loan", ["member"], unique=False)
    op.create_index(
        "uq_loan_open_item",
        "loan",
        ["item"],
        unique=True,
        sqlite_where=sa.text("returned_at IS NULL"),
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.create_table(
        "loan_rule",
        sa.Column("member_kind", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("item_limit", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("grace_days", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("barred_per_day", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("barred_at_most", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("member_kind", "collection", name="pk_loan_rule"),
    )
    op.create_table(
        "lost",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("install", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "install", "seq", name="pk_lost"),
    )
    op.create_table(
        "marker",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_marker"),
    )
    op.create_table(
        "member",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.Column("blocked", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_member"),
        sa.UniqueConstraint("card", name="uq_member_card"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("install", sa.Text(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
        sa.UniqueConstraint("fingerprint", name="uq_quarantine_fingerprint"),
    )
    op.create_index(
        "ix_quarantine_device_install_seq", "quarantine", ["device", "install", "seq"], unique=False
    )
    op.create_table(
        "refused",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("latest_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("cause", "device", name="pk_refused"),
    )
    op.create_table(
        "revocation",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Double(), nullable=False),
        sa.Column("lifted_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("device", "revoked_at", name="pk_revocation"),
    )
    op.create_table(
        "retold",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("install", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device", "install", "seq", name="pk_retold"),
    )
    op.create_table(
        "task",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("patron", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=False),
        sa.Column("settled_at", sa.Double(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settlement", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "act", name="pk_task"),
    )
    op.create_index("ix_task_item", "task", ["item"], unique=False)
    op.create_table(
        "title",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("call_number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_title"),
    )
    op.create_table(
        "item",
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("title", sa.Integer(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["title"], ["title.id"], name="fk_item_title"),
        sa.PrimaryKeyConstraint("barcode", name="pk_item"),
    )
    op.create_index("ix_item_title", "item", ["title"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        _keep_people_out_of_the_statistics()


def _keep_people_out_of_the_statistics() -> None:
    """ANALYZE copies values into pg_statistic, where no erasure would reach them."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in (
        ("fact", ("patron", "payload")),
        ("grant", ("patron", "member")),
        ("loan", ("patron", "member")),
        ("member", ("number", "card", "name")),
        ("quarantine", ("payload", "reason")),
    ):
        for column in columns:
            op.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" SET STATISTICS 0')
