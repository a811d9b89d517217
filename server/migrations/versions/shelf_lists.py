"""0005: copies in the order in which they stand on the shelf, and walks along it found again."""

import sqlalchemy as sa
from alembic import op

from server.call_numbers import place

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    shelf_mark = op.create_table(
        "shelf_mark",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("section", sa.LargeBinary(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.barcode"], name="fk_shelf_mark_item"),
        sa.PrimaryKeyConstraint("item", name="pk_shelf_mark"),
    )
    for columns in (["collection", "section"], ["collection", "mark", "item"]):
        name = "_".join(("ix_shelf_mark", *columns))
        op.create_index(name, "shelf_mark", columns, unique=False)
    walks = sa.text("kind = 'shelf-walked'")
    op.create_index(
        "ix_fact_walk",
        "fact",
        ["received_at"],
        unique=False,
        sqlite_where=walks,
        postgresql_where=walks,
    )
    known = sa.text(
        "SELECT barcode, collection, call_number FROM item JOIN title ON title.id = item.title"
        " WHERE state <> 'withdrawn'"
    )
    rows = []
    for barcode, collection, call_number in op.get_bind().execute(known).all():
        at = place(call_number)
        row = {"item": barcode, "collection": collection}
        rows.append(row | {"section": at.section, "mark": at.mark})
    op.bulk_insert(shelf_mark, rows)
