"""One user who asks for pages and endpoints: every answer is held against the oracle, byte by byte."""

import re
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.kernel.database import db
from app.kernel.entity import Entity, scoped_by_table
from tests.security.matrix.factory import MARK, PRIVATE, Made
from tests.security.matrix.oracle import Oracle

LINK = re.compile(r'href="/([a-z_]+)/(?:show|edit)/(\d+)"')
# What a refusal may leave behind: its own record, the tally of wrong logins, and keys of answered requests.
OF_REFUSALS = {"audit_entry", "login_failure", "once_key"}
# A bulk request whose rows were all refused is kept as a batch with its counts, for the user who sent it.
OF_BATCHES = {"import_batch"}


PAGE = 100


@dataclass
class Report:
    """The violations found so far, and how many answers were judged."""

    violations: list[tuple[str, ...]] = field(default_factory=list)
    answers: int = 0

    def add(self, *parts: Any) -> None:
        """One line: user, entity, channel, what."""
        self.violations.append(tuple(str(part) for part in parts))

    def table(self, most: int = 80) -> str:
        """The violations as a table."""
        lines = [" | ".join(line) for line in self.violations[:most]]
        return f"{len(self.violations)} violations in {self.answers} answers\n" + "\n".join(lines)


class Visitor:
    """The user `name` with a token. A `thorough` one asks for every row, others for a few of a kind."""

    def __init__(self, company: Any, name: str, oracle: Oracle, made: Made, report: Report, *, thorough: bool) -> None:
        self.name, self.oracle, self.made, self.report = name, oracle, made, report
        self.entity, self.thorough = "", thorough
        self.asked: set[tuple[str, str, str]] = set()
        self.unknown: dict[str, str] = {}
        # Without cookies no token against foreign pages is asked for.
        self.client = company.app.test_client(use_cookies=False)
        self.client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {company.token(name)}"
        # After the login: what stood in the tables at the last look; every look at a refused change compares with it.
        self.stands = digest()

    def ask(self, channel: str, method: str, url: str, expect: set[int], **options: Any) -> Any:
        """The answer to a request; its status must be in `expect`, its body may show nothing that is closed."""
        answer = self.client.open(url, method=method, **options)
        self.report.answers += 1
        if answer.status_code not in expect:
            self.fail(channel, f"{method} {url} answers {answer.status_code} instead of {sorted(expect)}"
                               f" {answer.get_data(as_text=True)[:160] if answer.status_code != 200 else ''}")
        self._look_through(channel, f"{method} {url}", answer.get_data(as_text=True), f"{url} {options}")
        return answer

    def get(self, channel: str, url: str, expect: int = 200) -> Any:
        """A GET."""
        return self.ask(channel, "GET", url, {expect})

    def some(self, ids: Any) -> list[int]:
        """All of the ids, or the first and the last."""
        ids = sorted(ids)
        return ids if self.thorough or len(ids) < 3 else [ids[0], ids[-1]]

    def is_new(self, what: str, target: str) -> bool:
        """Whether this was not asked yet; a thorough visitor asks it of every entity anew."""
        key = (what, target, self.entity if self.thorough else "")
        if key in self.asked:
            return False
        self.asked.add(key)
        return True

    def fail(self, channel: str, what: str) -> None:
        """A violation."""
        self.report.add(self.name, self.entity, channel, what)

    def same_ids(self, channel: str, found: Any, expected: set[int]) -> None:
        """The ids of an answer must be exactly the expected ones.

        A log grows while it is asked for and may be longer than a page: of it, what the oracle knows is judged.
        """
        found, known = set(found), self.oracle.rows.get(self.entity, {})
        if not issubclass(scoped_by_table()[self.entity], Entity):
            found, expected = found & set(known), expected if len(expected) < PAGE else expected & found
        if found - expected:
            self.fail(channel, f"shows {sorted(found - expected)} too many")
        if expected - found:
            self.fail(channel, f"hides {sorted(expected - found)}")

    def only_ids(self, channel: str, found: Any, allowed: set[int]) -> None:
        """The ids of an answer must be among the allowed ones."""
        if set(found) - allowed:
            self.fail(channel, f"shows {sorted(set(found) - allowed)} too many")

    def _look_through(self, channel: str, what: str, body: str, sent: str) -> None:
        for pattern, known in ((MARK, self.made.marks), (PRIVATE, self.made.private)):
            for match in {found.group(0) for found in pattern.finditer(body)}:
                if match in known and match not in sent:
                    self._judge_value(channel, what, *known[match])
        for entity, record_id in set(LINK.findall(body)):
            if entity in scoped_by_table() and int(record_id) not in self.oracle.readable(self.name, entity):
                self.fail(channel, f"{what} links to {entity} {record_id}")

    def _judge_value(self, channel: str, what: str, entity: str, record_id: int, name: str) -> None:
        if not self.oracle.in_plain(self.name, entity, record_id, name):
            self.fail(channel, f"{what} shows {name} of {entity} {record_id}")


def digest(leaving_out: set[str] = OF_REFUSALS) -> dict[str, Any]:
    """What stands in every table, in a form that is equal only while nothing changed."""
    names = [name for name in db.metadata.tables if name not in leaving_out]
    quote = db.engine.dialect.identifier_preparer.quote
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "postgresql":
            parts = [f"SELECT '{name}', count(*), sum(hashtextextended(t::text, 0)) FROM {quote(name)} t"
                     for name in names]
            return {row[0]: tuple(row[1:]) for row in connection.exec_driver_sql(" UNION ALL ".join(parts))}
        return {name: hash(tuple(connection.exec_driver_sql(f"SELECT * FROM {quote(name)}").fetchall()))
                for name in names}


def rows_now() -> dict[str, dict[int, dict[str, Any]]]:
    """Every row of every entity and log as it is stored: entity -> id -> columns."""
    with db.engine.connect() as connection:
        return {entity: {row["id"]: dict(row) for row in
                         connection.execute(sa.select(*_plain_columns(model))).mappings()}
                for entity, model in scoped_by_table().items()}


def _plain_columns(model: type) -> list[Any]:
    wanted = ("id", "owner_id", "team_id", "deleted_at", "shared", "status", "about_entity", "about_id")
    return [column for column in model.__table__.columns if column.name in wanted or column.name.endswith("_id")]
