"""What was exported comes back unchanged: the file equals the list, and importing it changes nothing."""

import datetime as dt
import decimal

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer, Industry, Tag
from app.data import operations
from app.data.operations import Wish
from app.kernel import bulk
from app.kernel.database import session, unit
from app.kernel.views import asked, exports
from app.sales.models import Opportunity, Order, OrderLine, Pipeline, Product, Stage
from app.sales.operations import lay_out_catalogue
from tests.data.imports import reasons

NASTY = ["=1+1", "+86 138 0013 8000", "-5", "@sum", "'quoted", "0012", "NA", "a;b|c、d", "line one\nline two",
         'say "hi"', "逗号，分号；", "1e5", "TRUE", "[x]", "#3", "a / b", "tab\tin", "x" * 180, "null", "Ⅻ ﬁ"]
MOMENT = dt.datetime(2026, 3, 29, 0, 30, 1, 123456, tzinfo=dt.UTC)
KINDS = ["csv", "xlsx", "jsonl"]


@pytest.fixture
def shop(company):
    """Customers, contacts, opportunities and orders with all that is hard to write down."""
    with company.acting("system"), unit():
        lay_out_catalogue()
        second = bulk.add_rows(Pipeline, [{"name": "Partners / abroad", "order": 9}]).done[0]
        stages = bulk.add_rows(Stage, [
            {"pipeline": second, "key": key, "label": label, "category": category}
            for key, label, category in (("won", "Won", "won"), ("hot", "Hot", "open"))])
        names = [name for name in NASTY if len(name) < 60 and "\n" not in name]
        tags = bulk.add_rows(Tag, [{"name": name} for name in names]).done
        industry = bulk.add_rows(Industry, [{"name": "=Retail; wholesale"}]).done[0]
        customers = bulk.add_rows(Customer, [
            {"name": name, "code": name[:60] if place % 2 and place < 20 else None, "remark": name,
             "phone": "013800138000",
             "city": name[:60], "industry": industry, "tags": tags[place % 7:place % 5 + 3], "level": "key",
             "next_contact_at": MOMENT + dt.timedelta(days=place), "owner": company.ids["sales1"],
             "birth_date": "1990-01-31", "extra": {"a": [1, name]} if place % 3 else None}
            for place, name in enumerate(NASTY + NASTY[:4])]).insist().done
        bulk.add_rows(Contact, [{"name": name[:100], "customer": customers[place], "decision_maker": bool(place % 2)}
                                for place, name in enumerate(NASTY)]).insist()
        product = bulk.add_rows(Product, [{"name": "Till", "code": "T;1", "unit_price": 100_00}]).done[0]
        bulk.add_rows(Opportunity, [
            {"name": name, "code": f"0{place}", "customer": customers[place], "stage": stages.done[place % 2],
             "amount": 12345 + place, "currency": "JPY" if place % 2 else "EUR", "product": product,
             "expected_close_on": dt.date(2026, 2, place + 1)} for place, name in enumerate(NASTY)]).insist()
        orders = bulk.add_rows(Order, [{"customer": each, "amount": 5, "ordered_at": MOMENT} for each in customers])
        bulk.add_rows(OrderLine, [{"order": each, "product": product, "quantity": decimal.Decimal("2.5"),
                                   "unit_price": 100} for each in orders.insist().done]).insist()
    return company


def exported(entity, kind="csv", names=()):
    """The bytes of an export of the actor in force."""
    _mime, parts = exports.parts(exports.source_of(entity), asked.Asked(columns=tuple(names)), kind)
    return b"".join(parts)


def state(entity):
    """Every row of the entity as the database holds it."""
    model = exports.source_of(entity).model
    return session().execute(sa.select(*sa.inspect(model).columns).order_by(model.id)).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("entity", ["customer", "contact", "opportunity", "order", "stage", "order_line"])
def test_an_export_of_an_entity_comes_back_unchanged(shop, entity, kind):
    with shop.acting("admin"):
        before = state(entity)
        file = exported(entity, kind)
        match = ("id",) if kind == "jsonl" else ()
        number = operations.stage(entity, file, f"{entity}.{kind}", Wish(match=match))
        counts = operations.apply(number)
        assert reasons(number) == {}
        assert counts["unchanged"] == len(before) == sum(counts.values())
        session().expire_all()
        assert state(entity) == before


def test_a_chinese_export_comes_back_unchanged_too(shop):
    with shop.acting("admin") as actor:
        from flask_babel import force_locale

        with force_locale("zh"):
            file = exported("customer")
        assert actor.locale == "en"
        assert "名称" in file.decode("utf-8-sig")
        counts = operations.apply(operations.stage("customer", file, "c.csv"))
        assert counts["unchanged"] == sum(counts.values()) == 24


def test_what_is_changed_in_an_export_is_all_that_changes(shop):
    with shop.acting("admin"):
        file = exported("customer", names=["id", "city"]).decode("utf-8-sig").replace("NA", "Nanjing")
        counts = operations.apply(operations.stage("customer", file.encode(), "c.csv"))
        assert counts["updated"] + counts["unchanged"] == sum(counts.values())
        assert 1 <= counts["updated"] <= 2
        assert session().scalars(sa.select(Customer.name).where(Customer.city == "Nanjing")).all() == ["NA"]


def test_labels_that_two_fields_share_carry_the_name(shop):
    with shop.acting("admin"):
        header = exported("opportunity").decode("utf-8-sig").partition("\r\n")[0]
        assert "Id (id)" in header
        assert len(set(header.split(","))) == len(header.split(","))


@pytest.mark.parametrize("kind", KINDS)
def test_every_entity_reads_the_headers_that_it_writes(shop, kind):
    from app.kernel.entity import Entity, entity_class, entity_names
    from app.kernel.fields import fields_of
    from app.kernel.language import file_headers

    with shop.acting("admin") as actor:
        for name in entity_names():
            model = entity_class(name)
            assert issubclass(model, Entity)
            known = fields_of(model)
            headers = list(known) if kind == "jsonl" else list(file_headers(known, known).values())
            found = operations.header_map(model, headers, operations.read_mapping(None), actor)
            assert found.certain, (name, found.unknown, found.ambiguous)
            columns = {column.header: column.field.name for column in (*found.columns, *found.readonly)}
            assert [columns[header] for header in headers] == list(known)
