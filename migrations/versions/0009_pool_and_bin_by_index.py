"""The pool and the recycle bin have indexes of their own rows alone, in the order of the list.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Table: the columns of the index.
POOLS = {
    "customer": "created_at id", "lead": "created_at id",
}
BINS = {
    "agent": "id", "attachment": "id", "churn_alert": "score id", "contact": "created_at id",
    "customer": "created_at id", "import_batch": "id", "interaction": "happened_at id", "lead": "created_at id",
    "notification": "id", "opportunity": "created_at id", "opportunity_line": "id", "order": "ordered_at id",
    "order_line": "id", "rule": "order id", "saved_view": "id", "task": "due_at id", "ticket": "created_at id",
    "ticket_message": "id", "user_profile": "display_name id",
}


def _indexes():
    for ending, tables, condition in (("pool", POOLS, "deleted_at IS NULL AND owner_id IS NULL"),
                                      ("bin", BINS, "deleted_at IS NOT NULL")):
        for table, columns in tables.items():
            yield f"ix_{table}_{ending}_list", table, columns.split(), sa.text(condition)


def upgrade() -> None:
    for name, table, columns, condition in _indexes():
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    for name, table, _columns, _condition in _indexes():
        op.drop_index(name, table)
