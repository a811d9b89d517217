"""0004: where a member reads mail."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("member", sa.Column("mail", sa.Text(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE "member" ALTER COLUMN "mail" SET STATISTICS 0')
