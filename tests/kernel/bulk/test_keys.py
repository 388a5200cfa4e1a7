"""Natural keys of a chunk: held by the living, and given away once."""

import datetime as dt

from app.customers.models import Contact, Customer
from app.kernel.bulk.keys import Keys, key_of
from app.kernel.database import unit
from app.sales.models import CurrencyRate
from tests.desk.records import add, delete
from tests.kernel.counting import counted


def test_a_key_with_an_empty_part_is_no_key(company):
    with company.app.app_context():
        assert key_of(Customer, {"code": "C1"}) == ("C1",)
        assert key_of(Customer, {"code": ""}) is None
        assert key_of(Customer, {}) is None
        assert key_of(Contact, {"name": "Li"}) is None


def test_the_keys_of_the_living_are_held_and_a_free_one_is_given_once(company):
    held = add(company, Customer, name="A", code="HELD")
    delete(company, Customer, add(company, Customer, name="B", code="GONE"))
    asked = [{"code": code} for code in ("HELD", "GONE", "NEW", None)]
    with company.acting("system"), unit() as current:
        with counted(company.app) as count:
            keys = Keys(current, Customer, asked)
            Keys(current, Customer, [{"code": None}])
        assert len(count) == 1
        assert set(keys.take({"code": "HELD"})) == {"code"}
        assert keys.take({"code": "HELD"}, held) == {}
        assert set(keys.take({"code": "HELD"}, held + 1)) == {"code"}
        for free in ("GONE", "NEW"):
            assert keys.take({"code": free}) == {}
            assert set(keys.take({"code": free})) == {"code"}
        assert keys.take({"code": None}) == keys.take({"code": None}) == {}


def test_a_key_of_several_parts_is_held_as_a_whole(company):
    days = [dt.date(2026, 3, day) for day in (1, 2)]
    add(company, CurrencyRate, currency="USD", valid_on=days[0], rate=7)
    add(company, CurrencyRate, currency="EUR", valid_on=days[1], rate=8)
    asked = [{"currency": currency, "valid_on": day} for currency in ("USD", "EUR") for day in days]
    with company.acting("system"), unit() as current:
        keys = Keys(current, CurrencyRate, asked)
        assert [set(keys.take(values)) for values in asked] == [{"currency"}, set(), set(), {"currency"}]
