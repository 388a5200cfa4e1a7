"""Saved views: what may be kept, and that a filter is never stored in plain."""

import pytest
import sqlalchemy as sa

from app.desk.models import SavedView
from app.kernel.database import db
from app.kernel.errors import NotAllowed, RuleError
from app.security.audit import broken_entries
from tests.desk.records import add, delete, edit, of, visible_ids

PHONE = "13800138000"


def raw(company, table):
    """The whole table as its database holds it."""
    with company.app.app_context(), db.engine.connect() as connection:
        return str([tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")])


def keep(company, who="sales1", query=f"phone={PHONE}", **more):
    return add(company, SavedView, who, **{"name": "Him", "entity": "customer", "query": query, "shared": "private",
                                           **more})


@pytest.mark.parametrize(("entity", "query", "field"), [("unicorn", "", "entity"),
                                                        ("customer", "filter={", "query")])
def test_a_view_that_cannot_be_read_is_refused(company, entity, query, field):
    with pytest.raises(RuleError) as raised:
        keep(company, entity=entity, query=query)
    assert list(raised.value.problems) == [field]


def test_a_view_that_was_fine_is_not_changed_into_one_that_cannot_be_read(company):
    view = keep(company)
    with pytest.raises(RuleError) as raised:
        edit(company, SavedView, view, "sales1", query="filter={")
    assert list(raised.value.problems) == ["query"]
    assert of(company, SavedView, view, "query") == f"phone={PHONE}"


@pytest.mark.parametrize("table", ["saved_view", "domain_event", "audit_entry"])
def test_a_filter_stands_nowhere_in_plain(company, table):
    view = keep(company)
    edit(company, SavedView, view, "sales1", query=f"phone={PHONE}&city=Wuhan")
    edit(company, SavedView, view, "sales1", query="city=Wuhan")
    delete(company, SavedView, view, "sales1")
    assert PHONE not in raw(company, table)
    assert "Him" in raw(company, table)


def test_the_audit_of_an_encrypted_filter_is_whole(company):
    edit(company, SavedView, keep(company), "sales1", query="city=Wuhan")
    with company.acting("system"):
        assert broken_entries() == []


@pytest.mark.parametrize("query", [f"phone={PHONE}", "city=武汉&amount__gte=100", None])
def test_its_owner_reads_the_filter_as_he_kept_it(company, query):
    view = keep(company, query=query)
    assert company.client("sales1").get(f"/api/v1/saved_view/{view}").json["result"]["query"] == query


def test_a_private_view_is_its_owners_alone(company):
    view = keep(company)
    assert visible_ids(company, "sales1", SavedView) == [view]
    assert visible_ids(company, "sales1b", SavedView) == []


def test_who_reads_a_shared_view_does_not_change_it(company):
    view = keep(company, shared="all")
    assert visible_ids(company, "sales2", SavedView) == [view]
    with pytest.raises(NotAllowed):
        edit(company, SavedView, view, "sales2", name="Mine now")


def test_encrypted_filters_are_not_compared_in_sql():
    with pytest.raises(sa.exc.InvalidRequestError):
        SavedView.query.like("%138%")
