"""How a file is read: what its columns mean for who brings it, how its dates are written, how records are found."""

import json

import pytest

from app import models  # noqa: F401 - every class must be known before one is mapped
from app.customers.models import Contact, Customer
from app.data.operations.plan import choice_texts, header_labels, importable_fields, make_plan, read_mapping
from app.data.reading import Record
from app.data.rules import NO_MAPPING, DateFormat
from app.kernel.actor import SYSTEM, Actor
from app.kernel.errors import RuleError
from app.kernel.fields import fields_of
from app.kernel.problems import problem
from app.support.models import Ticket

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
SELLER = Actor(kind="user", id=1, zone="Asia/Shanghai", columns={
    ("customer", "phone"): "mask", ("customer", "email"): "hide", ("customer", "level"): "read"})


@pytest.fixture
def plan(app):
    """Makes a plan for headers, and rows of cells where dates must be looked at."""

    def make(headers, rows=(), model=Customer, actor=SELLER, mapping=NO_MAPPING, **more):
        with app.test_request_context("/?_l_=en"):
            return make_plan(model, headers, lambda: iter(rows), mapping, actor, **more)

    return make


def names(found):
    return [column.field.name for column in found.columns]


def row(*cells, **more):
    return Record(2, list(cells), **more)


def test_columns_are_known_by_name_and_by_label_in_either_language(plan):
    assert names(plan(["name", "City", "客户级别"], actor=SYSTEM))[:2] == ["name", "city"]
    found = plan(["Name", "所在城市", "nonsense"])
    assert names(found)[0] == "name"
    assert any("nonsense" in str(said) for said in found.warnings)


@pytest.mark.parametrize(("header", "is_read"), [("city", True), ("phone", False), ("email", False), ("level", False),
                                                 ("created_at", False), ("owner", True)])
def test_a_column_that_the_importer_may_not_write_is_left_out_and_told(plan, header, is_read):
    found = plan(["name", header])
    assert (header in names(found)) is is_read
    assert bool(found.warnings) is not is_read


def test_what_is_hidden_is_as_unknown_as_what_is_not_there(plan):
    (hidden,), (absent,) = plan(["name", "email"]).warnings, plan(["name", "eimal"]).warnings
    assert str(hidden).replace("email", "eimal") == str(absent)


def test_a_file_without_any_column_of_the_entity_is_refused(plan):
    with pytest.raises(RuleError, match="No column of the file"):
        plan(["shoe size", "hat"])
    with pytest.raises(RuleError, match="No column of the file"):
        plan([])


@pytest.mark.parametrize("lenient", [False, True])
def test_two_columns_for_one_field_are_unclear_unless_somebody_will_be_asked(plan, lenient):
    headers = ["Code", "name", "Name"]
    if lenient:
        assert "code" in names(plan(headers, lenient=True))
    else:
        with pytest.raises(RuleError) as refused:
            plan(["City", "city ", "code"])
        assert set(refused.value.problems) == {"City", "city "}


def test_a_mapping_says_what_the_headers_mean(plan, app):
    mapping = read_mapping(json.dumps({"headers": {"account": "name", "town": "city"}, "ignore": ["junk"]}))
    found = plan(["account", "town", "junk"], mapping=mapping)
    assert names(found) == ["name", "city"]
    assert found.warnings == []


@pytest.mark.parametrize("text", ["{", "[]", '{"headers": 5}', '{"surprise": {}}', "[" * 5_000])
def test_a_mapping_that_cannot_be_read_is_a_problem_beside_it(app, text):
    with pytest.raises(RuleError) as refused:
        read_mapping(text)
    assert list(refused.value.problems) == ["mapping"]


@pytest.mark.parametrize("text", [None, "", "{}"])
def test_no_mapping_says_nothing(app, text):
    assert read_mapping(text) == NO_MAPPING


def test_a_mapping_of_a_field_that_does_not_exist_is_refused(plan):
    with pytest.raises(RuleError) as refused:
        plan(["account"], mapping=read_mapping('{"headers": {"account": "nmae"}}'))
    assert "nmae" in str(refused.value.problems["mapping"])


@pytest.mark.parametrize(("match", "matched"), [
    ((), ("code",)), (("name",), ("name",)), (("id",), ()), (("city", "name"), ("city", "name"))])
def test_records_are_found_by_the_natural_key_or_by_what_is_named(plan, match, matched):
    found = plan(["id", "name", "code", "city"], match=match)
    assert found.match == matched
    assert found.own_id == (0 if "id" in match else None)


def test_without_the_natural_key_in_the_file_every_row_is_new(plan):
    assert plan(["name", "city"]).match == ()


@pytest.mark.parametrize("match", [("tags",), ("nothing",), ("code",), ("phone",), ("id",), ("external_ids.shop",),
                                   ("name", "external_ids.shop")])
def test_records_cannot_be_found_by_what_is_no_column_or_no_key(plan, match):
    with pytest.raises(RuleError) as refused:
        plan(["name", "tags", "city"], match=match)
    assert list(refused.value.problems) == ["match"]


def test_an_exports_own_number_is_known_by_its_header(plan):
    assert plan(["Id (id)", "name"]).own_id == 0
    assert plan(["Id", "name"]).own_id is None, "it may be the number of another system"


@pytest.mark.parametrize("on_match", ["replace", "", "UPDATE"])
def test_what_happens_to_a_found_record_is_one_of_three(plan, on_match):
    with pytest.raises(RuleError) as refused:
        plan(["name"], on_match=on_match)
    assert list(refused.value.problems) == ["on_match"]


@pytest.mark.parametrize(("texts", "order"), [
    (["2026-03-02", "2026-12-31"], "ymd"), (["31.12.2026", "01.02.2026"], "dmy"), (["12/31/2026", "01/02/2026"], "mdy"),
    (["", "05.05.2026"], "ymd"), ([], "ymd")])
def test_the_order_of_dates_is_decided_for_the_whole_column(plan, texts, order):
    found = plan(["name", "next_contact_at"], [row("A", text) for text in texts])
    assert found.contexts["next_contact_at"].dates == DateFormat(order)


@pytest.mark.parametrize("texts", [["01.02.2026"], ["31.12.2026", "12.31.2026"]])
def test_dates_that_may_be_read_two_ways_are_refused_with_their_column(plan, texts):
    rows = [row("A", text) for text in texts]
    with pytest.raises(RuleError) as refused:
        plan(["name", "next_contact_at"], rows)
    assert list(refused.value.problems) == ["next_contact_at"]
    stated = read_mapping('{"formats": {"next_contact_at": "dd.mm.yyyy"}}')
    assert plan(["name", "next_contact_at"], rows, mapping=stated).contexts["next_contact_at"].dates.order == "dmy"


def test_a_row_that_could_not_be_read_decides_nothing(plan):
    rows = [row("A", "31.12.2026"), row("B", "12.31.2026", problem=problem("This row has too many cells."))]
    assert plan(["name", "next_contact_at"], rows).contexts["next_contact_at"].dates.order == "dmy"


def test_a_context_follows_the_currency_of_its_record(plan):
    found = plan(["name", "city"])
    same = found.context("city", found.currency)
    assert same is found.contexts["city"]
    assert found.context("city", "JPY").currency == "JPY"
    assert found.contexts["city"].currency == found.currency


def test_what_the_system_writes_everybody_else_does_not(app):
    everything, some = importable_fields(Customer, SYSTEM), importable_fields(Customer, SELLER)
    assert set(everything) - set(some) == {"email"}
    assert {name for name in some if some[name].readonly and not everything[name].readonly} == {"phone", "level"}


@pytest.mark.parametrize(("model", "name"), [(Customer, "kind"), (Ticket, "priority"), (Contact, "name")])
def test_every_word_of_a_header_and_of_a_choice_is_there_in_both_languages(app, model, name):
    known = fields_of(model)[name]
    with app.test_request_context():
        labels = header_labels(known)
        assert all(f"{label} ({name})" in labels for label in labels if not label.endswith(")"))
        assert len(labels) >= 4
        for stored in known.choices or {}:
            english, chinese = sorted(choice_texts(known, stored), key=str.isascii, reverse=True)
            assert english.isascii()
            assert not chinese.isascii()
