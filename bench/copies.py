"""A million customers out of a thousand: rows are copied by the database itself, in a few statements.

Their entries in the text index are copied likewise: a copy holds the grams of its row and those of the number at the
end of its texts. How its name sounds is copied as it is, without the number.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from app.kernel.search.entries import GIN
from app.kernel.search.grams import as_words, grams_of

SECONDS = 1_000
# Columns of texts that get a number and are not in the index.
UNSEARCHED = frozenset({"name_key"})


@dataclass(frozen=True)
class Copied:
    """How the rows of one table are copied: copy number n of row i gets the id n * (number of rows) + i.

    `moved` are the pointers that follow into the same copy, by the table they point at; `named` the texts that get
    the number of the copy at their end; `later` the moments that move on with it.
    """

    table: str
    moved: Mapping[str, str] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


COPIED = (
    Copied("customer", {}, ("name", "name_key", "code"), ("created_at",)),
    Copied("contact", {"customer_id": "customer"}, ("name",), ("created_at",)),
    Copied("interaction", {"customer_id": "customer"}, ("content",), ("created_at", "happened_at")),
    Copied("opportunity", {"customer_id": "customer"}, ("name", "code"), ("created_at",)),
    Copied("ticket", {"customer_id": "customer"}, ("subject", "number"), ("created_at",)),
)
FIRST, LINKS = "customer", "customer_tag"


def multiply(engine: sa.Engine, copies: int) -> None:
    """Add `copies` copies of every row of the COPIED tables, and refresh what the database knows of them."""
    with engine.begin() as connection:
        counts = {each.table: _highest(connection, each.table) for each in COPIED}
        for each in COPIED:
            connection.execute(sa.text(_insert(engine, each, counts)), {"copies": copies})
        connection.execute(sa.text(_insert_links(counts[FIRST])), {"copies": copies})
        if engine.dialect.name == "postgresql":
            for each in COPIED:
                connection.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{each.table}', 'id'), max(id)) "
                                           f"FROM {each.table}"))
    _copy_entries(engine, copies, counts)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


def _copy_entries(engine: sa.Engine, copies: int, counts: Mapping[str, int]) -> None:
    is_postgresql = engine.dialect.name == "postgresql"
    kind = "text[]" if is_postgresql else "text"
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TEMPORARY TABLE ending (n integer, grams {kind})"))
        endings = [{"n": number, "grams": grams if is_postgresql else as_words(grams)}
                   for number, grams in _endings(copies)]
        connection.execute(sa.text("INSERT INTO ending VALUES (:n, :grams)"), endings)
        if is_postgresql:
            # Made anew at the end in a tenth of the time that it takes to be kept meanwhile.
            made = connection.execute(sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = :name"), {"name": GIN})
            index = made.scalar_one()
            connection.execute(sa.text("SET LOCAL maintenance_work_mem = '1GB'"))
            connection.execute(sa.text(f"DROP INDEX {GIN}"))
        for each in COPIED:
            connection.execute(sa.text(_insert_entries(each, counts[each.table], is_postgresql)))
        if is_postgresql:
            connection.execute(sa.text(index))


def _endings(copies: int) -> Iterator[tuple[int, list[str]]]:
    """The number of each copy with the grams of what stands at the end of its texts."""
    for number in range(1, copies + 1):
        yield number, grams_of([f"-{number}"])


def _insert_entries(copied: Copied, count: int, is_postgresql: bool) -> str:
    """The grams of the row, of the ending, and the pairs of the last sign of each text and the ending."""
    texts = [f"t.{name}" for name in copied.named if name not in UNSEARCHED]
    if is_postgresql:
        pairs = ", ".join(f"lower(right({text}, 1)) || '-'" for text in texts)
        grams = (f"e.grams || ARRAY(SELECT g FROM unnest(ending.grams || ARRAY[{pairs}]) AS g "
                 "WHERE g IS NOT NULL AND g <> ALL(e.grams))")
    else:
        pairs = " || ".join(f"coalesce(' ' || lower(hex(lower(substr({text}, -1)) || '-')), '')" for text in texts)
        grams = f"e.grams || ' ' || ending.grams || {pairs}"
    return (f"INSERT INTO search_entry (entity, record_id, grams, spoken) "
            f"SELECT e.entity, e.record_id + n * {count}, {grams}, e.spoken FROM ending CROSS JOIN search_entry AS e "
            f"JOIN {copied.table} AS t ON t.id = e.record_id "
            f"WHERE e.entity = '{copied.table}' AND e.record_id <= {count} ORDER BY n, e.record_id")


def _highest(connection: sa.Connection, table: str) -> int:
    return connection.execute(sa.text(f"SELECT coalesce(max(id), 0) FROM {table}")).scalar_one()


NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :copies) "


def _insert(engine: sa.Engine, copied: Copied, counts: Mapping[str, int]) -> str:
    names = [column["name"] for column in sa.inspect(engine).get_columns(copied.table)]
    quote = engine.dialect.identifier_preparer.quote
    chosen = [f"{_copied(engine, copied, name, counts)} AS {quote(name)}" for name in names]
    return (f"INSERT INTO {copied.table} ({', '.join(map(quote, names))}) {NUMBERS}"
            f"SELECT {', '.join(chosen)} FROM numbers CROSS JOIN {copied.table} AS t "
            f"WHERE t.id <= {counts[copied.table]} ORDER BY n, t.id")


def _copied(engine: sa.Engine, copied: Copied, name: str, counts: Mapping[str, int]) -> str:
    column = f"t.{engine.dialect.identifier_preparer.quote(name)}"
    if name == "id":
        return f"{column} + n * {counts[copied.table]}"
    if name in copied.moved:
        return f"{column} + n * {counts[copied.moved[name]]}"
    if name in copied.named:
        return f"{column} || '-' || n"
    if name in copied.later:
        if engine.dialect.name == "postgresql":
            return f"{column} + make_interval(secs => n * {SECONDS})"
        return f"strftime('%Y-%m-%d %H:%M:%f', {column}, '+' || (n * {SECONDS}) || ' seconds') || '000'"
    return column


def _insert_links(customers: int) -> str:
    return (f"INSERT INTO {LINKS} (customer_id, tag_id) {NUMBERS}SELECT t.customer_id + n * {customers}, t.tag_id "
            f"FROM numbers CROSS JOIN {LINKS} AS t WHERE t.customer_id <= {customers}")
