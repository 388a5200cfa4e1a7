"""The rows of an import between reading and applying: sealed, each with what became of it."""

import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel.database import db

STAGED, CREATED, UPDATED, UNCHANGED = "staged", "created", "updated", "unchanged"
SKIPPED, REJECTED = "skipped", "rejected"
# A piece of an uploaded file whose rows are not read yet; its number stands in `row`.
PART = "part"
# The verdict over a row whose cells cannot be read under any mapping.
UNREADABLE = "unreadable"
FINAL = (CREATED, UPDATED, UNCHANGED, SKIPPED, REJECTED)


class ImportRow(db.Model):
    """One row of a file, or a piece of the file itself until a worker has read it.

    Its status moves in the unit that changes the record: an applied row is never applied again.

    `cells` (as read), `given` (typed) and `problems` may name people, hence they are sealed. What was applied is no
    longer kept. `verdict` is what a trial run found would become of the row.
    """

    __tablename__ = "import_row"
    __table_args__ = (sa.Index("ix_import_row_batch_id_status_id", "batch_id", "status", "id"),)

    id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    batch_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("import_batch.id"), nullable=False)
    row: orm.Mapped[int] = orm.mapped_column(sa.Integer, nullable=False)
    status: orm.Mapped[str] = orm.mapped_column(sa.String(10), nullable=False)
    verdict: orm.Mapped[str | None] = orm.mapped_column(sa.String(10))
    record_id: orm.Mapped[int | None] = orm.mapped_column(sa.BigInteger)
    cells: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    given: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    problems: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
