"""Short ways to write and read the records of the small company of `tests.world` as one of its people."""

import copy
from typing import Any, Self

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role

from app.kernel.actor import SYSTEM, Actor
from app.kernel.bulk import add_rows, change_rows, delete_rows, undelete_rows
from app.kernel.database import acting_as, in_unit, session
from app.kernel.settings import Setting
from app.security.models import AccessGrant
from app.security.queries import load_actor
from tests.world import USERS, World

# Catalogues that everybody reads, and logs that are read through their record.
READ = {"region": "all", "product_category": "all", "stage_change": "through", "lifecycle_change": "through"}


class Office:
    """The company with its `ids` and `teams` by name, and its `people` as actors."""

    def __init__(self, company: World) -> None:
        self.app, self.ids, self.teams = company.app, company.ids, company.teams
        with self.app.app_context(), acting_as(SYSTEM):
            in_unit(self._let_everybody_read)
            # Every fresh office has the same people with the same rights: they are read once.
            known = self.app.extensions.setdefault("people of offices", {})
            if not known:
                known |= {name: load_actor(user_id) for name, user_id in self.ids.items() if name in USERS}
        self.people: dict[str, Actor] = {"system": SYSTEM, **known}

    def fresh(self) -> Self:
        """A copy for one test, which may change its people."""
        made = copy.copy(self)
        made.people = dict(self.people)
        return made

    def _let_everybody_read(self) -> None:
        known = set(session().execute(sa.select(AccessGrant.role_id, AccessGrant.entity)).all())
        session().add_all(AccessGrant(role_id=role, entity=entity, verb="read", scope=scope)
                          for role in session().scalars(sa.select(Role.id)) for entity, scope in READ.items()
                          if (role, entity) not in known)

    def as_(self, name: str, work: Any, /, *args: Any, **kwargs: Any) -> Any:
        """`work(...)` in one unit of the named person, in an application context of its own."""
        with self.app.app_context(), acting_as(self.people[name]):
            return in_unit(work, *args, **kwargs)

    def add(self, model: Any, *, by: str = "system", **values: Any) -> int:
        """The id of a new record. AssertionError with the problems if it is refused."""
        outcome = self.as_(by, add_rows, model, [values])
        assert not outcome.refused, outcome.refused
        return outcome.done[0]

    def edit(self, model: Any, record_id: int, *, by: str = "system", **values: Any) -> None:
        """Change fields of a record. AssertionError with the problems if it is refused."""
        outcome = self.as_(by, change_rows, model, {record_id: values})
        assert not outcome.refused, outcome.refused

    def set_up(self, name: str, value: Any) -> None:
        """Change a setting, whether or not its row is there yet."""
        known = self.rows(Setting, "id", where=Setting.name == name)
        if known:
            self.edit(Setting, known[0][0], value=str(value))
        else:
            self.add(Setting, name=name, value=str(value))

    def delete(self, model: Any, *ids: int, by: str = "system") -> None:
        """Move records to the recycle bin."""
        outcome = self.as_(by, delete_rows, model, ids)
        assert not outcome.refused, outcome.refused

    def restore(self, model: Any, *ids: int, by: str = "system") -> None:
        """Bring records back from the recycle bin."""
        outcome = self.as_(by, undelete_rows, model, ids)
        assert not outcome.refused, outcome.refused

    def of(self, model: Any, record_id: int, *names: str) -> Any:
        """One attribute of a record, or a tuple of several, as they are stored now."""
        found = self.rows(model, *names, where=model.id == record_id)[0]
        return found[0] if len(names) == 1 else found

    def rows(self, model: Any, *names: str, where: Any = None) -> list[tuple[Any, ...]]:
        """Attributes of all rows of `model`, deleted ones too, in order of id."""
        statement = sa.select(*[getattr(model, name) for name in names]).order_by(model.id)
        statement = statement if where is None else statement.where(where)
        with self.app.app_context(), acting_as(SYSTEM):
            return [tuple(row) for row in session().execute(statement, execution_options={"unscoped": True})]

    def count(self, model: Any) -> int:
        """How many rows `model` has, deleted ones too."""
        return len(self.rows(model, "id"))
