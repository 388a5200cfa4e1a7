"""Notices: they belong to whom they are for, and nobody writes them from outside."""

import pytest

from app.desk.models import NOTICE_KINDS, Notification
from app.kernel.fields import fields_of
from tests.desk.records import add, of, visible_ids


def test_a_notice_belongs_to_its_user_and_only_he_reads_it(company):
    notice = add(company, Notification, user=company.ids["sales1"], kind="info", title="Hello")
    assert of(company, Notification, notice, "owner_id", "team_id") == (company.ids["sales1"], company.teams["East"])
    assert visible_ids(company, "sales1", Notification) == [notice]
    for other in ("sales1b", "manager", "viewer"):
        assert visible_ids(company, other, Notification) == []


def test_every_field_of_a_notice_is_kept_by_the_system():
    own = ("user", "kind", "title", "about", "read_at", "key", "about_entity", "about_id")
    assert all(fields_of(Notification)[name].readonly for name in own)


@pytest.mark.parametrize("kind", sorted(NOTICE_KINDS))
def test_every_kind_of_notice_can_be_stored(company, kind):
    assert add(company, Notification, user=company.ids["sales1"], kind=kind, title="Hello")
