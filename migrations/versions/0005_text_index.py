"""The text index: an array with GIN on PostgreSQL, FTS5 kept by triggers on SQLite. `flask crm init` fills it.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FTS = ("CREATE VIRTUAL TABLE search_gram USING fts5(grams, content='search_entry', content_rowid='id', detail='none')",
       """CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN
          INSERT INTO search_gram (rowid, grams) VALUES (new.id, new.grams); END""",
       """CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN
          INSERT INTO search_gram (search_gram, rowid, grams) VALUES ('delete', old.id, old.grams); END""")


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("grams", sa.Text().with_variant(postgresql.ARRAY(sa.Text()), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("entity", "record_id", name=op.f("uq_search_entry_entity_record_id")))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_search_entry_grams ON search_entry USING gin (grams)")
    else:
        for statement in FTS:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_gram")
    op.drop_table("search_entry")
