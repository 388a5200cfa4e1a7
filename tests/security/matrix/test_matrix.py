"""Role by entity by verb by channel: what the oracle refuses is refused everywhere, and leaves nothing behind.

Everything is taken from the registered views, so that an entity is covered the moment it is in the site map. On
PostgreSQL, where an answer costs twice the time, the roles with the subtlest rights are asked.
"""

import pytest
import sqlalchemy as sa

from app.kernel.collaborators import Collaborator
from app.kernel.database import db
from app.kernel.entity import Entity
from app.kernel.views import site
from tests.security.matrix import reading, writing
from tests.security.matrix.factory import Factory
from tests.security.matrix.oracle import Oracle
from tests.security.matrix.visitor import Report, Visitor, rows_now

USERS = ("admin", "manager", "sales1", "support1", "marketing", "analyst", "viewer")
ON_POSTGRESQL = ("sales1", "support1")
# These ask for every row and draw every chart.
THOROUGH = ("sales1",)


@pytest.fixture
def filled(company, furnish):
    """The company with rows of every entity on every side; (company, what was made)."""
    with company.app.app_context():
        made = furnish("filled", Factory(company.ids).make_all)
        yield company, made


def oracle_of(company):
    """The oracle over the rows as they are stored now."""
    with db.engine.connect() as connection:
        columns = (Collaborator.entity, Collaborator.record_id, Collaborator.user_id)
        shares = {tuple(row) for row in connection.execute(sa.select(*columns))}
    return Oracle(company.ids, company.teams, rows_now(), shares, {})


def visit(company, made, user, report):
    """Let the user go through every channel of every registered view."""
    thorough = user in THOROUGH and company.app.config["DATABASE_URL"].startswith("sqlite")
    visitor = Visitor(company, user, oracle_of(company), made, report, thorough=thorough)
    for entity, view in site.views().items():
        visitor.entity = entity
        visitor.oracle = oracle_of(company) if not issubclass(view.model, Entity) else visitor.oracle
        if visitor.oracle.may(user, "read", entity):
            reading.open_entity(visitor, view)
        else:
            reading.closed_entity(visitor, view)
        reading.exports(visitor, view)
        writing.refused_writes(visitor, view)
        writing.refused_batches(visitor, view)
    return visitor


@pytest.mark.parametrize("user", USERS)
def test_no_channel_shows_or_changes_what_a_role_may_not(filled, databases, user):
    company, made = filled
    if "postgres" in company.app.config["DATABASE_URL"] and user not in ON_POSTGRESQL:
        pytest.skip("the slice for PostgreSQL")
    report = Report()
    visitor = visit(company, made, user, report)
    written = True
    for entity, view in site.views().items():
        # A deletion takes rows of other entities along.
        visitor.entity, visitor.oracle = entity, oracle_of(company) if written else visitor.oracle
        written = writing.allowed_writes(visitor, view)
    assert not report.violations, report.table()
    assert report.answers > 500
