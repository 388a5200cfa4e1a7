"""Who may do what with which row, worked out a second time: the role templates as data, the rows as plain mappings.

Nothing of `app.kernel.rights` is used, so that a fault there cannot hide itself here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from app.kernel.entity import Entity, scoped_by_table
from app.kernel.fields import fields_of
from app.security.roles import TEMPLATES, column_rules
from tests.world import TEAMS, USERS

Row = Mapping[str, Any]
Rows = dict[str, dict[int, Row]]
CLOSED = ("resolved", "closed", "merged")


def team_and_below(team: str) -> set[str]:
    """The names of the team and of every team under it."""
    return {team}.union(*(team_and_below(child) for child, parent in TEAMS.items() if parent == team))


class Oracle:
    """The rights of the users of `tests.world` over `rows`: entity -> id -> columns.

    `shares` are collaborators as (entity, id, user id); `serving` maps a user id to the queues that he serves.
    """

    def __init__(self, users: dict[str, int], teams: dict[str, int], rows: Rows,
                 shares: set[tuple[str, int, int]], serving: Mapping[int, set[int]]) -> None:
        self.users, self.teams, self.rows, self.shares, self.serving = users, teams, rows, shares, serving
        self._known: dict[tuple[str, str, str], set[int]] = {}

    def grant(self, user: str, verb: str, entity: str) -> set[str]:
        """The scope words of the user's role."""
        template = TEMPLATES[USERS[user][0]]
        return set(template.get(entity, template.get("*", {})).get(verb, "").split())

    def may(self, user: str, verb: str, entity: str) -> bool:
        """Whether the user holds the verb on any row at all."""
        return bool(self.grant(user, verb, entity))

    def mode(self, user: str, entity: str, field: str) -> str:
        """How the user's role sees a field."""
        return column_rules(USERS[user][0]).get((entity, field), "write")

    def within(self, user: str, verb: str, entity: str) -> set[int]:
        """The ids, deleted ones included, on which the user holds the verb."""
        key = (user, verb, entity)
        if key not in self._known:
            words = self.grant(user, verb, entity)
            self._known[key] = {record_id for record_id, row in self.rows.get(entity, {}).items()
                                if any(self._holds(user, verb, entity, row, word) for word in words)}
        return self._known[key]

    def readable(self, user: str, entity: str) -> set[int]:
        """The living ids that the user may read."""
        return self.living(entity) & self.within(user, "read", entity)

    def living(self, entity: str) -> set[int]:
        """The ids of rows that are not deleted."""
        return {record_id for record_id, row in self.rows.get(entity, {}).items() if row.get("deleted_at") is None}

    def in_plain(self, user: str, entity: str, record_id: int, field: str) -> bool:
        """Whether the user may see this value in plain."""
        if record_id not in self.within(user, "read", entity):
            return False
        return self.mode(user, entity, field) in ("write", "read") or self._is_lifted(user, entity, record_id)

    def _is_lifted(self, user: str, entity: str, record_id: int) -> bool:
        """Who holds an open ticket sees the personal columns of its customer, of his contacts, and of its contact."""
        mine = [row for row in self.rows.get("ticket", {}).values() if row["owner_id"] == self.users[user]
                and row["deleted_at"] is None and row["status"] not in CLOSED]
        customers = {row["customer_id"] for row in mine} - {None}
        if entity == "contact":
            row = self.rows[entity][record_id]
            return row["customer_id"] in customers or record_id in {each["contact_id"] for each in mine}
        return entity == "customer" and record_id in customers

    def _holds(self, user: str, verb: str, entity: str, row: Row, word: str) -> bool:
        plain: dict[str, Callable[..., bool]] = {
            "all": lambda *_: True, "own": self._owns, "team": self._same_team, "tree": self._in_tree,
            "pool": self._in_pool, "through": self._through_parent}
        if word in plain:
            return plain[word](user, verb, entity, row)
        return NAMED_SCOPES[entity, word](self, user, row)

    def _owns(self, user: str, verb: str, entity: str, row: Row) -> bool:
        shared = scoped_by_table()[entity].collaborative and verb in ("read", "edit")
        mine = self.users[user]
        return row["owner_id"] == mine or (shared and (entity, row["id"], mine) in self.shares)

    def _same_team(self, user: str, verb: str, entity: str, row: Row) -> bool:
        return row["team_id"] == self.teams[USERS[user][1]]

    def _in_tree(self, user: str, verb: str, entity: str, row: Row) -> bool:
        return row["team_id"] in {self.teams[name] for name in team_and_below(USERS[user][1])}

    def _in_pool(self, user: str, verb: str, entity: str, row: Row) -> bool:
        return scoped_by_table()[entity].pool and row["owner_id"] is None

    def _through_parent(self, user: str, verb: str, entity: str, row: Row) -> bool:
        model = scoped_by_table()[entity]
        if model.through is None:
            return False
        field = fields_of(model)[model.through]
        if field.kind != "about":
            return row[field.column] in self.readable(user, field.target)
        subject = scoped_by_table().get(row["about_entity"] or "")
        if subject is None or not issubclass(subject, Entity) or subject is model or not subject.may_be_subject:
            return False
        in_circles = subject.through == "about" and model.may_be_subject
        return not in_circles and row["about_id"] in self.readable(user, row["about_entity"])


def _shared_view(oracle: Oracle, user: str, row: Row) -> bool:
    return row["shared"] == "all" or (row["shared"] == "team" and oracle._same_team(user, "read", "saved_view", row))


def _own_queue(oracle: Oracle, user: str, row: Row) -> bool:
    return row["queue_id"] in oracle.serving.get(oracle.users[user], set())


def _made_by_him(oracle: Oracle, user: str, row: Row) -> bool:
    return row["created_by_id"] == oracle.users[user]


# A scope word that a room adds needs its plain reading here; without one the matrix fails by KeyError.
NAMED_SCOPES: dict[tuple[str, str], Callable[[Oracle, str, Row], bool]] = {
    ("saved_view", "shared"): _shared_view, ("ticket", "queue"): _own_queue, ("task", "made"): _made_by_him,
}
