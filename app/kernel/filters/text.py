"""Text comparison without regard to case, the same letter for letter in Python, SQLite and PostgreSQL.

The rule is Unicode's simple lower case: one character for one, whatever stands beside it. SQLite's own ``lower`` knows
ASCII only and PostgreSQL's depends on how the database was made, so that both are told exactly what to do. Letters
newer than the Unicode of one of the three (3.11: 14, PostgreSQL 18: 16) may keep their case there.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

ESCAPE = "/"


def fold(text: str) -> str:
    """`text` in simple lower case."""
    # str.lower() lengthens the Turkish capital I and looks at the neighbours of a capital sigma.
    return text.replace("İ", "i").replace("Σ", "σ").lower()


class folded(FunctionElement):  # noqa: N801 - SQLAlchemy's functions are written in lower case
    """`fold` in SQL: ``folded(Customer.name)``; an index may be made on it."""

    type = sa.String()
    name = "crm_fold"
    inherit_cache = True


@compiles(folded)
def _folded_by_function(element: folded, compiler: Any, **options: Any) -> str:
    return f"crm_fold({compiler.process(element.clauses, **options)})"


@compiles(folded, "postgresql")
def _folded_by_postgres(element: folded, compiler: Any, **options: Any) -> str:
    inner = compiler.process(element.clauses, **options)
    # Known once connected; before that, as for printing, the newest server is assumed.
    version = getattr(compiler.dialect, "server_version_info", None) or (17,)
    if version >= (17,):
        return f'lower(({inner}) COLLATE "pg_c_utf8")'
    # ICU lowers like str.lower(): the same two letters are taken out of its hands.
    return f"lower(translate({inner}, 'İΣ', 'iσ') COLLATE \"und-x-icu\")"


def is_caseless(text: str) -> bool:
    """Whether `text` is of digits and Chinese signs alone: no other sign is folded into one of them."""
    return all("0" <= sign <= "9" or "\u3400" <= sign <= "\u9fff" or "\U00020000" <= sign <= "\U0003ffff"
               for sign in text)


def like(column: Any, needle: str, before: bool, after: bool) -> sa.ColumnElement[bool]:
    """Whether the folded `column` holds `needle`, anything being allowed `before` and `after` it."""
    pattern = fold(needle)
    for special in (ESCAPE, "%", "_"):
        pattern = pattern.replace(special, ESCAPE + special)
    # A backslash as escape would be read differently by each database's string syntax.
    # Folding costs ten times what the comparison does, by ICU as by a function of ours.
    compared = column if is_caseless(needle) else folded(column)
    return compared.like(f"{'%' * before}{pattern}{'%' * after}", escape=ESCAPE)


def install_functions(connection: Any) -> None:
    """Give a new SQLite DBAPI connection the functions that filters call; to be called on every connect."""
    connection.create_function("crm_fold", 1, _fold_value, deterministic=True)


def _fold_value(value: Any) -> Any:
    # SQLite is typed by value: a NULL or a number in a text column must not raise within the statement.
    return fold(value) if isinstance(value, str) else value
