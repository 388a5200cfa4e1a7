import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.rules.headers import ALIAS, LABEL, MAPPING, NAME, map_headers
from app.data.rules.mapping import MappingFile
from app.kernel.fields import Field

unhurried = settings(deadline=None)  # a busy machine is no fault of the product

CHINESE = {
    "name": "客户名称", "level": "客户级别", "industry": "客户行业", "source": "客户来源", "phone": "电话",
    "website": "网址",
    "next_contact_at": "下次联系时间", "remark": "备注", "owner": "负责人", "created_at": "创建时间",
    "email": "电子邮箱",
}
ENGLISH = {
    "name": "Name", "level": "Level", "industry": "Industry", "source": "Source", "phone": "Phone",
    "website": "Website",
    "next_contact_at": "Next contact", "remark": "Remark", "owner": "Owner", "created_at": "Created", "email": "E-mail",
}
REQUIRED, READONLY, ALIASES = {"name"}, {"created_at"}, {"phone": ("手机", "Mobile"), "name": ("公司名称", "account")}
FIELDS = {name: Field(name, name, "text", label, required=name in REQUIRED, readonly=name in READONLY,
                      aliases=ALIASES.get(name, ()))
          for name, label in ENGLISH.items()}


def labels(field):
    return [ENGLISH[field.name], CHINESE[field.name]]


def mapped(*headers, mapping=None, fields=FIELDS, labels=labels):
    parsed = MappingFile.parse(json.dumps(mapping)) if mapping is not None else None
    return map_headers(headers, fields, labels, parsed)


def found(header_map):
    return {column.header: column.field.name for column in header_map.columns}


def test_the_headers_of_a_chinese_customer_export_are_understood():
    headers = "客户名称,客户级别,客户行业,客户来源,电话,网址,下次联系时间,备注".split(",")
    header_map = mapped(*headers)
    assert [column.field.name for column in header_map.columns] == [
        "name", "level", "industry", "source", "phone", "website", "next_contact_at", "remark"]
    assert header_map.certain


@pytest.mark.parametrize(("header", "name", "by"), [
    ("name", "name", NAME), ("next_contact_at", "next_contact_at", NAME), ("Next Contact At", "next_contact_at", NAME),
    ("Next contact", "next_contact_at", LABEL), ("下次联系时间", "next_contact_at", LABEL),
    ("客户名称*", "name", LABEL),
    ("客户 名称：", "name", LABEL), ("E-MAIL", "email", NAME), ("手机（选填）", "phone", ALIAS),
    ("ＭＯＢＩＬＥ", "phone", ALIAS),
])
def test_a_header_is_matched_by_name_label_or_alias(header, name, by):
    column = mapped(header).columns[0]
    assert (column.index, column.header, column.field.name, column.by) == (0, header, name, by)


def test_the_place_of_each_column_is_told():
    assert [(column.index, column.field.name) for column in mapped("x", "电话", "y", "Name").columns] == [(1, "phone"),
                                                                                                          (3, "name")]


def test_the_mapping_file_comes_before_everything_else():
    header_map = mapped("Phone", "account", mapping={"headers": {"phone": "remark", "ACCOUNT": "name"}})
    assert found(header_map) == {"Phone": "remark", "account": "name"}
    assert {column.by for column in header_map.columns} == {MAPPING}


def test_a_header_that_the_mapping_leaves_out_is_neither_read_nor_unknown():
    header_map = mapped("Name", "Old ID", "phone", mapping={"ignore": ["old id"], "headers": {"phone": None}})
    assert header_map.ignored == ("Old ID", "phone")
    assert found(header_map) == {"Name": "name"}
    assert header_map.certain


def test_an_unknown_header_is_reported_with_near_misses_and_never_used():
    header_map = mapped("Name", "客户名")
    assert found(header_map) == {"Name": "name"}
    unknown = header_map.unknown[0]
    assert (unknown.index, unknown.header) == (1, "客户名")
    assert "No field has this name" in str(unknown.reason)
    assert "name" not in [suggestion.field for suggestion in unknown.suggestions]
    assert not header_map.certain


def test_a_near_miss_is_suggested_with_its_score_best_first():
    suggestions = mapped("Web site url", "Websit", "xyz").unknown
    assert [(suggestion.field, suggestion.score) for suggestion in suggestions[1].suggestions] == [("website", 0.92)]
    assert [suggestion.field for suggestion in suggestions[0].suggestions] == ["website"]
    assert suggestions[2].suggestions == ()


def test_suggestions_are_at_most_three_in_order_of_likeness():
    names = ["amount_ab", "amount_ac", "amount_ad", "amount_ae", "amounts"]
    fields = {name: Field(name, name, "text", name) for name in names}
    suggestions = mapped("amount", fields=fields, labels=lambda field: []).unknown[0].suggestions
    assert [suggestion.field for suggestion in suggestions] == ["amounts", "amount_ab", "amount_ac"]
    assert [suggestion.score for suggestion in suggestions] == sorted((each.score for each in suggestions),
                                                                      reverse=True)


def test_a_field_that_is_filled_or_readonly_is_not_suggested():
    header_map = mapped("Website", "Websites", "Create")
    assert [unknown.suggestions for unknown in header_map.unknown] == [(), ()]


def test_a_header_that_several_fields_share_is_ambiguous():
    fields = {"starts_on": Field("starts_on", "starts_on", "date", "Date"),
              "ends_on": Field("ends_on", "ends_on", "date", "Date")}
    header_map = mapped("date", fields=fields, labels=lambda field: [field.label])
    assert header_map.columns == ()
    assert "starts_on, ends_on" in str(header_map.ambiguous[0].reason)
    assert not header_map.certain


def test_a_label_that_is_the_same_in_both_languages_is_not_ambiguous():
    fields = {"wechat": Field("wechat", "wechat", "text", "WeChat", aliases=("WeChat", "we chat"))}
    header_map = mapped("WECHAT", fields=fields, labels=lambda field: ["WeChat", "WeChat"])
    assert found(header_map) == {"WECHAT": "wechat"}
    assert header_map.certain


def test_a_name_wins_over_another_fields_label():
    fields = {"kind": Field("kind", "kind", "text", "Type"), "type": Field("type", "type", "text", "Kind")}
    header_map = mapped("kind", "Type", fields=fields, labels=lambda field: [field.label])
    assert found(header_map) == {"kind": "kind", "Type": "type"}


def test_a_field_is_filled_once_by_the_column_of_the_highest_trust():
    header_map = mapped("手机", "电话")
    assert found(header_map) == {"电话": "phone"}
    assert [(each.index, each.header) for each in header_map.ambiguous] == [(0, "手机")]
    assert "“phone”" in str(header_map.ambiguous[0].reason)


def test_two_columns_of_equal_trust_are_both_ambiguous():
    header_map = mapped("手机", "Mobile", "Name")
    assert found(header_map) == {"Name": "name"}
    assert [each.header for each in header_map.ambiguous] == ["手机", "Mobile"]


def test_two_headers_that_the_mapping_leads_to_one_field_are_both_ambiguous():
    header_map = mapped("a", "b", mapping={"headers": {"a": "name", "b": "name"}})
    assert header_map.columns == ()
    assert len(header_map.ambiguous) == 2


def test_a_readonly_field_is_recognised_but_not_written():
    header_map = mapped("Name", "创建时间")
    assert [column.field.name for column in header_map.readonly] == ["created_at"]
    assert found(header_map) == {"Name": "name"}
    assert header_map.certain


def test_a_required_field_without_a_source_is_missing_but_leaves_the_headers_certain():
    header_map = mapped("phone")
    assert header_map.missing == ("name",)
    assert header_map.certain


@pytest.mark.parametrize("part", ["constants", "defaults"])
def test_a_constant_or_default_fills_a_required_field(part):
    assert mapped("phone", mapping={part: {"name": "Acme"}}).missing == ()


def test_a_mapping_to_a_field_that_does_not_exist_is_a_problem():
    header_map = mapped("a", mapping={"headers": {"a": "nmae"}, "values": {"levle": {}}})
    assert [str(each) for each in header_map.problems] == [
        "The mapping file speaks of a field “levle”, which does not exist.",
        "The mapping file speaks of a field “nmae”, which does not exist.",
    ]
    assert [unknown.header for unknown in header_map.unknown] == ["a"]
    assert not header_map.certain


def test_a_mapping_of_a_header_that_the_file_lacks_is_a_problem():
    assert "header “account”" in str(mapped("name", mapping={"headers": {"account": "phone"}}).problems[0])


def test_a_constant_for_a_readonly_field_is_a_problem():
    header_map = mapped("name", mapping={"constants": {"created_at": "2026-01-01"}})
    assert "“created_at” is kept by the system" in str(header_map.problems[0])


def test_no_headers_map_to_nothing():
    header_map = mapped()
    assert header_map.columns == ()
    assert header_map.missing == ("name",)


HEADERS = st.sampled_from([*CHINESE.values(), *ENGLISH.values(), *ENGLISH, "手机", "Mobile", "公司名称", "客户名", "x",
                           ""]) | st.text(max_size=6)


@unhurried
@given(st.lists(HEADERS, max_size=12, unique=True))
def test_every_header_has_exactly_one_fate_and_no_field_two_columns(headers):
    header_map = mapped(*headers)
    fates = [*(column.header for column in header_map.columns + header_map.readonly), *header_map.ignored,
             *(each.header for each in header_map.unknown + header_map.ambiguous)]
    assert sorted(fates) == sorted(headers)
    filled = [column.field.name for column in header_map.columns + header_map.readonly]
    assert len(filled) == len(set(filled))
