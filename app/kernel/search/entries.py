"""The table of the index: one row for each living record of an indexed entity.

PostgreSQL asks a GIN index over ``text[]``. SQLite asks an FTS5 table that triggers keep beside the row.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator

from app.kernel.database import db, dialect, session
from app.kernel.search.grams import as_words
from app.kernel.search.spoken import wanted_spoken

GIN = "ix_search_entry_grams"
# The migration that made them states the same: revisions outlive the code.
FTS = ("CREATE VIRTUAL TABLE search_gram USING fts5(grams, content='search_entry', content_rowid='id', detail='none')",
       """CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN
          INSERT INTO search_gram (rowid, grams) VALUES (new.id, new.grams); END""",
       """CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN
          INSERT INTO search_gram (search_gram, rowid, grams) VALUES ('delete', old.id, old.grams); END""")


class Grams(TypeDecorator):
    """A list of grams; an array on PostgreSQL, words for FTS5 on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        made: Any = postgresql.ARRAY(sa.Text()) if dialect.name == "postgresql" else sa.Text()
        return dialect.type_descriptor(made)

    def process_bind_param(self, value: list[str] | None, dialect: sa.Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else as_words(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> list[str] | None:
        if value is None or dialect.name == "postgresql":
            return value
        return [bytes.fromhex(word).decode("utf-8", "surrogatepass") for word in value.split()]


class SearchEntry(db.Model):
    """What the index holds of one record. Replaced, never updated."""

    __tablename__ = "search_entry"
    __table_args__ = (sa.UniqueConstraint("entity", "record_id"),)

    id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    entity: orm.Mapped[str] = orm.mapped_column(sa.String(60), nullable=False)
    record_id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, nullable=False)
    grams: orm.Mapped[Any] = orm.mapped_column(Grams(), nullable=False)
    # How its name may be spelled in Latin letters, for comparing; None where nothing in it is spoken.
    spoken: orm.Mapped[str | None] = orm.mapped_column(sa.Text)


_table: Any = SearchEntry.__table__
event.listen(_table, "after_create", sa.DDL(
    f"CREATE INDEX {GIN} ON search_entry USING gin (grams) WITH (fastupdate = off)").execute_if(dialect="postgresql"))
for _statement in FTS:
    event.listen(_table, "after_create", sa.DDL(_statement).execute_if(dialect="sqlite"))
event.listen(_table, "before_drop", sa.DDL("DROP TABLE search_gram").execute_if(dialect="sqlite"))


def holding(entity: str, *alternatives: Iterable[str]) -> Any:
    """SELECT of the ids of the entity's records that hold all the grams of one of the `alternatives`."""
    # Written so that neither database reads all entries of the entity, by their unique key, beside those of the grams.
    own = _table.c.entity + "" if dialect() == "postgresql" else sa.literal_column("+search_entry.entity", sa.String())
    return sa.select(_table.c.record_id).where(_held(alternatives), own == entity)


def sounding(entity: str, letters: str) -> Any:
    """SELECT of the ids of the entity's records whose name is asked for by the `letters` of its sound."""
    return holding(entity, wanted_spoken(letters)).where(_table.c.spoken.like(f"% {letters}%"))


def holds(entity: str, record_id: Any, alternatives: Iterable[Iterable[str]] = (), letters: str = "") -> Any:
    """Whether the entry of the one record holds one of the `alternatives`, or its name sounds like `letters`.

    An expression to be asked row by row; NULL for a record without an entry.
    """
    tests = [_table.c.spoken.like(f"% {letters}%")] if letters else []
    if dialect() == "postgresql":
        tests += [_contains(grams) for grams in alternatives]
    else:
        words = " " + sa.type_coerce(_table.c.grams, sa.Text()) + " "
        tests += [sa.and_(*(sa.func.instr(words, f" {word} ") > 0 for word in as_words(grams).split()))
                  for grams in alternatives]
    # A scalar and no EXISTS, which PostgreSQL may turn into a read of all entries.
    own = sa.select(sa.or_(*tests)).where(_table.c.entity == entity, _table.c.record_id == record_id)
    return sa.func.coalesce(own.correlate_except(_table).scalar_subquery(), sa.false())


def entries_holding(*alternatives: Iterable[str]) -> Any:
    """SELECT of entity, record and sound of every entry that holds all the grams of one of the `alternatives`."""
    return sa.select(_table.c.entity, _table.c.record_id, _table.c.spoken).where(_held(alternatives))


def counts(grams: Iterable[str], most: int) -> dict[str, int]:
    """How many entries hold each of the `grams`, counted up to `most`. One statement."""
    asked = list(grams)
    each = [sa.select(sa.func.count()).select_from(entries_holding([gram]).limit(most).subquery()).scalar_subquery()
            for gram in asked]
    return dict(zip(asked, session().execute(sa.select(*each)).one(), strict=True)) if asked else {}


def _held(alternatives: Iterable[Iterable[str]]) -> Any:
    if dialect() == "postgresql":
        return sa.or_(*map(_contains, alternatives))
    asked = " OR ".join(f"({as_words(grams).replace(' ', ' AND ')})" for grams in alternatives)
    match = sa.text("SELECT rowid FROM search_gram WHERE search_gram MATCH :grams").bindparams(
        sa.bindparam("grams", asked, unique=True)).columns(sa.column("rowid", sa.Integer))
    return _table.c.id.in_(sa.select(match.subquery().c.rowid))


def _contains(grams: Iterable[str]) -> Any:
    return _table.c.grams.bool_op("@>")(sa.cast(list(grams), postgresql.ARRAY(sa.Text())))
