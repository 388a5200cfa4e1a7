"""What a request asks for, bound to rights."""

import pytest
from werkzeug.datastructures import MultiDict

from app import models  # noqa: F401 - every class must be known before one is mapped
from app.customers.models import Contact, Customer
from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.errors import RuleError
from app.kernel.filters import EVERYTHING, Not, Or, Where, parse, to_dict
from app.kernel.views import asked as ask
from app.sales.models import Opportunity, Order


def test_the_size_of_a_customer_is_a_filter_and_not_the_length_of_the_page():
    found = ask.from_address(MultiDict([("size", "large")]))
    assert (found.size, found.tree) == (ask.PAGE_SIZES[0], Where("size", "eq", "large"))


@pytest.mark.parametrize(("page", "size", "expected"), [
    ("2", "50", (2, 50)), ("0", "0", (1, 1)), ("-5", "100000", (1, 100)), ("x", "y", (1, 25)),
    ("9" * 30, "1", (10_000_000, 1))])
def test_page_and_size_stay_within_sense(page, size, expected):
    found = ask.from_address(MultiDict([("page", page), ("page_size", size)]))
    assert (found.page, found.size) == expected


def test_an_address_is_read_whole():
    found = ask.from_address(MultiDict([("q", " acme "), ("sort", "-name"), ("columns", "name,,owner"),
                                        ("city", "Wuhan")]))
    assert (found.text, found.sort, found.descending, found.columns) == ("acme", "name", True, ("name", "owner"))
    assert found.tree == parse("city=Wuhan")
    assert ask.as_mapping(Customer, found)["sort"] == "-name"
    assert ask.from_address(MultiDict()).narrowed(parse("city=Wuhan")).tree == parse("city=Wuhan")
    assert ask.Asked().tree == EVERYTHING


def names(model, asked, text_columns=("name", "phone"), order=("name", "asc")):
    """The names in order that the acting user is answered."""
    found = ask.ordered(ask.statement(model, list(text_columns), asked), model, asked, order)
    return [row.name for row in session().scalars(found)]


@pytest.mark.parametrize(("text", "expected"), [("cm", ["Acme"]), ("13800138000", ["Acme"]), ("138", []),
                                                ("%", []), ("", ["Acme", "Zenith"])])
def test_the_search_box_looks_into_text_and_matches_personal_fields_whole(desk, text, expected):
    with desk.acting("manager"):
        assert names(Customer, ask.Asked(text=text)) == expected


def test_who_sees_a_field_masked_cannot_search_or_filter_or_sort_by_it(desk):
    with desk.acting("analyst") as actor:
        assert not ask.usable(actor, Customer)("phone")
        assert not ask.usable(actor, Contact)("customer.phone")
        assert names(Customer, ask.Asked(text="13800138000")) == []
        for asked in (ask.Asked(tree=parse("phone=13800138000")), ask.Asked(sort="phone")):
            with pytest.raises(RuleError):
                names(Customer, asked)


@pytest.mark.parametrize("sort", ["nothing", "tags", "extra", "phone", "owner.password", "customer.name"])
def test_a_column_that_cannot_be_sorted_by_is_refused(desk, sort):
    with desk.acting("admin"), pytest.raises(RuleError) as raised:
        names(Customer, ask.Asked(sort=sort))
    assert list(raised.value.problems) == ["sort"]


def test_a_pointer_sorts_by_the_title_and_nothing_is_smallest(desk):
    with desk.acting("admin"):
        assert names(Contact, ask.Asked(sort="customer")) == ["Li", "Wu"]
        assert names(Contact, ask.Asked(sort="customer", descending=True)) == ["Wu", "Li"]
        assert names(Customer, ask.Asked(sort="industry")) == ["Zenith", "Acme"]
        assert names(Customer, ask.Asked(sort="industry", descending=True)) == ["Acme", "Zenith"]


def test_the_bin_holds_deleted_records_only(desk):
    with desk.acting("admin"):
        assert names(Customer, ask.Asked(deleted=True)) == []


def test_fields_are_found_through_pointers_and_hidden_ones_left_out(desk):
    with desk.acting("admin"):
        assert list(ask.visible_fields(Contact, ["name", "customer.city", "customer.none", "none", 5])) == [
            "name", "customer.city"]
        model, field = ask.declared_fields(Contact, ["customer.industry.name"])["customer.industry.name"]
        assert (model.__name__, field.name) == ("Industry", "name")
        assert ask.context_of(acting()).user_id == desk.ids["admin"]


def test_the_audit_is_told_the_filter_without_personal_values(desk):
    asked = ask.Asked(parse("phone=13800138000&city=Wuhan"), "13800138000", sort="name", descending=True)
    told = ask.as_mapping(Customer, asked)
    assert "13800138000" not in str(told)
    assert "Wuhan" in str(told)
    assert told["sort"] == "-name"
    assert told["q"] == "•••"


@pytest.mark.parametrize(("text", "told"), [("Acme", "Acme"), ("a@example.com", "•••"), ("", "")])
def test_a_search_text_that_may_be_personal_is_not_told(desk, text, told):
    assert ask.as_mapping(Customer, ask.Asked(text=text))["q"] == told


def test_a_path_through_an_entity_that_may_not_be_read_cannot_be_used(desk):
    with desk.acting("marketing") as actor:
        assert not ask.usable(actor, Opportunity)("name.nothing")
        assert not actor.may("read", "opportunity")
        assert not ask.usable(actor, Order)("opportunity.name")
    with desk.acting("sales1") as actor:
        assert ask.usable(actor, Order)("opportunity.name")
        assert not ask.usable(actor, Order)("nothing")


SECRET = "13800138000"


@pytest.mark.parametrize("query", [
    f"phone={SECRET}", f"phone__ne={SECRET}", f"customer.phone={SECRET}", f"nothing={SECRET}",
    f"customer.nothing.phone={SECRET}", f"city=Wuhan&phone={SECRET}", f"phone__in={SECRET},{SECRET}"])
@pytest.mark.parametrize("shape", ["plain", "negated", "either", "deep"])
def test_however_deep_a_personal_value_stands_in_a_filter_the_audit_is_not_told_it(query, shape):
    tree = parse(query)
    shaped = {"plain": tree, "negated": Not(tree), "either": Or((tree, parse("city=Berlin"))),
              "deep": Not(Or((Not(tree), Or((tree,)))))}[shape]
    told = str(ask.as_mapping(Contact if "customer" in query else Customer, ask.Asked(shaped)))
    assert SECRET not in told
    assert "•••" in told


@pytest.mark.parametrize("query", ["city=Wuhan", "level__in=key,minor", "industry.name=Steel", "score__gte=5"])
def test_what_is_not_personal_is_told_as_it_was_asked(query):
    told = ask.as_mapping(Customer, ask.Asked(parse(query)))
    if query.startswith("score"):
        assert "•••" in str(told), "what is no field may be anything"
    else:
        assert told["filter"] == to_dict(parse(query))


@pytest.mark.parametrize(("text", "told"), [
    ("Acme", True), ("Acme 202", True), ("Acme 2026", False), ("138 0013 8000", False), ("a@b", False), ("客户", True),
    ("12345678901", False)])
def test_a_search_for_what_may_be_a_number_of_a_person_is_hidden(text, told):
    assert (ask.as_mapping(Customer, ask.Asked(text=text))["q"] == text) is told


@pytest.mark.parametrize(("dotted", "leads"), [
    ("name", True), ("customer.name", True), ("customer.industry.name", True), ("customer", True), ("", False),
    (".", False), ("customer.", False), (".name", False), ("name.name", False), ("customer..name", False),
    ("customer.customer.name", False), ("__class__", False), ("customer.__dict__", False), ("owner.password", False)])
def test_a_dotted_name_leads_through_declared_fields_or_nowhere(dotted, leads):
    assert (dotted in ask.declared_fields(Contact, [dotted])) is leads


@pytest.mark.parametrize("given", [[None], [5, "name", ("customer",)], [{"name": 1}], [b"name"], [["name"]]])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_column_that_is_no_text_is_no_column(company, given):
    with company.acting("admin"):
        assert list(ask.visible_fields(Contact, given)) == [each for each in given if each == "name"]


def test_columns_are_named_in_one_argument_or_in_several():
    several = MultiDict([("columns", "name,owner"), ("columns", "city")])
    assert ask.from_address(several).columns == ("name", "owner", "city")
    assert ask.from_address({"columns": "name,owner"}).columns == ("name", "owner")
