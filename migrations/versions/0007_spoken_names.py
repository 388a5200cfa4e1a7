"""The text index learns how names are spoken, waits for no list of pending entries, and is filled anew by `crm init`.

Beside it an index of who changed what, by which look-ups offer first what their user touched last.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What it held says nothing about spoken names and personal values; `flask crm init` fills an empty index.
    op.execute("DELETE FROM search_entry")
    with op.batch_alter_table("search_entry") as table:
        table.add_column(sa.Column("spoken", sa.Text(), nullable=True))
    op.create_index("ix_domain_event_touched", "domain_event", ["actor_id", "entity", "id"],
                    sqlite_where=sa.text("actor_kind = 'user'"), postgresql_where=sa.text("actor_kind = 'user'"))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_search_entry_grams SET (fastupdate = off)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_search_entry_grams RESET (fastupdate)")
    op.drop_index("ix_domain_event_touched", table_name="domain_event")
    op.execute("DELETE FROM search_entry")
    with op.batch_alter_table("search_entry") as table:
        table.drop_column("spoken")
