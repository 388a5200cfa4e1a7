"""A million customers out of a thousand: rows are copied by the database itself, in a few statements."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

SECONDS = 1_000


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
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


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
