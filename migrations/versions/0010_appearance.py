"""How a user wants the screens: light or dark, comfortable or compact.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user_profile") as table:
        table.add_column(sa.Column("theme", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("density", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("user_profile") as table:
        table.drop_column("density")
        table.drop_column("theme")
