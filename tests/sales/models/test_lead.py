"""The lead as every way of writing meets it."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.kernel import clock
from app.kernel.database import session
from app.kernel.entity import values_of
from app.kernel.errors import RuleError
from app.kernel.fields import fields_of
from app.kernel.rights.states import named_verbs_of
from app.sales.models import Lead, LeadSource

OF_INTERFACE = """name company phone email status source interest score next_at converted_customer
converted_opportunity""".split()
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def test_a_lead_has_the_fields_and_actions_that_others_rely_on():
    assert set(OF_INTERFACE) <= set(fields_of(Lead))
    assert named_verbs_of("lead") == ["claim", "release"]


def test_a_new_lead_is_new_and_belongs_to_who_typed_it(shop):
    with clock.at(NOON):
        ann = shop.add(Lead, name="Ann", by="sales1")
    assert shop.of(Lead, ann, "status", "owner_id", "team_id", "owned_since") == (
        "new", shop.ids["sales1"], shop.teams["East"], NOON)


def test_its_source_is_a_row_beside_where_the_record_came_from(shop):
    referral = next(each for each, name in shop.rows(LeadSource, "id", "name") if name == "Referral")
    ann = shop.add(Lead, name="Ann", source=referral)

    def read():
        record = session().scalars(sa.select(Lead).where(Lead.id == ann)).one()
        return str(record.source), values_of(record)["source"]

    assert shop.as_("system", read) == ("Referral", referral)
    assert fields_of(Lead)["source"].kind == "pointer"


def test_phone_and_mail_are_read_back_as_they_were_typed(shop):
    ann = shop.add(Lead, name="Ann", phone="+86 138 0013 8000", email="Ann@Example.com")
    assert shop.of(Lead, ann, "phone", "email") == ("+86 138 0013 8000", "Ann@Example.com")
    index = shop.of(Lead, ann, "phone_index")
    assert index == shop.of(Lead, shop.add(Lead, name="Bob", phone="13800138000"), "phone_index") is not None


@pytest.mark.parametrize(("name", "sees"), [("sales1", ["Mine", "Free"]), ("sales2", ["Free"]), ("sales1b", ["Free"]),
                                            ("manager", ["Mine", "Free"]), ("marketing", ["Mine", "Free"]),
                                            ("support1", [])])
def test_a_lead_is_seen_by_its_owner_and_those_above_and_the_pool_by_sales(shop, name, sees):
    shop.add(Lead, name="Mine", by="sales1")
    shop.add(Lead, name="Free", owner=None)
    assert shop.as_(name, lambda: list(session().scalars(sa.select(Lead.name).order_by(Lead.id)))) == sees


def test_the_form_meets_the_same_judgement(shop):
    def save():
        session().add(Lead(name="Ann", email="nobody", status="converted"))
        session().flush()

    with pytest.raises(RuleError) as refused:
        shop.as_("sales1", save)
    assert set(refused.value.problems) == {"email", "status"}


def test_a_lead_given_to_a_colleague_is_his_from_then_on(shop):
    ann = shop.add(Lead, name="Ann", by="sales1")
    with clock.at(NOON):
        shop.edit(Lead, ann, owner=shop.ids["sales2"], by="manager")
    assert shop.of(Lead, ann, "owned_since", "team_id") == (NOON, shop.teams["West"])
