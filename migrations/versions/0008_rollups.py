"""Sums that are kept with every change, for the charts of the first page. `flask crm init` builds them.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FRESH = sa.text("fresh")


def upgrade() -> None:
    op.create_table(
        "rollup_cell",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rollup", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("first", sa.String(length=40), nullable=True),
        sa.Column("second", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup_cell")))
    op.create_index("ix_rollup_cell_rollup_owner_id", "rollup_cell", ["rollup", "owner_id"])
    op.create_index("ix_rollup_cell_fresh", "rollup_cell", ["rollup", "owner_id"], sqlite_where=FRESH,
                    postgresql_where=FRESH)
    op.create_table(
        "rollup_state",
        sa.Column("rollup", sa.String(length=120), nullable=False),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rollup", name=op.f("pk_rollup_state")))


def downgrade() -> None:
    op.drop_table("rollup_state")
    op.drop_table("rollup_cell")
