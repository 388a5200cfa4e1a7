"""Reading requests of the API."""

import json

import pytest
from flask import Flask

from app.kernel.api import reading
from app.kernel.errors import Malformed, PreconditionFailed
from app.kernel.filters import parse

APP = Flask("plain")


def read(url):
    """What the address asks for."""
    with APP.test_request_context(url):
        return reading.asked_of_request()[0]


@pytest.mark.parametrize("q", [
    '{"page":1,"page_size":10,"order_column":"name","order_direction":"desc","columns":["name"]}',
    "(page:1,page_size:10,order_column:name,order_direction:desc,columns:!(name))"])
def test_json_and_rison_are_read_alike(q):
    asked = read(f"/?q={q}")
    assert (asked.page, asked.size, asked.sort, asked.descending, asked.columns) == (2, 10, "name", True, ("name",))


def test_named_arguments_and_filters_narrow_together():
    asked = read("/?city=Wuhan&sort=-name&search=acme&page_size=50")
    assert asked.tree == parse("city=Wuhan")
    assert (asked.sort, asked.descending, asked.text, asked.size) == ("name", True, "acme", 50)


@pytest.mark.parametrize(("size", "expected"), [(-1, 100), (0, 100), (1, 1), (10**6, 100)])
def test_no_page_is_larger_than_the_largest(size, expected):
    assert read(f"/?q={json.dumps({'page_size': size})}").size == expected


@pytest.mark.parametrize("q", ["[1]", "{", "((", "5", '{"page":"x"}', '{"page":true}', '{"page":99999999999}',
                               '{"columns":"name"}', '{"columns":[1]}', "(" * 5000])
def test_what_cannot_be_read_is_malformed(q):
    with pytest.raises(Malformed):
        read(f"/?q={q}")


@pytest.mark.parametrize(("body", "expected"), [([1, 2], ([1, 2], {})), ({"rows": [1], "match": ["a"]}, ([1], {
    "rows": [1], "match": ["a"]}))])
def test_rows_are_a_list_or_stand_under_their_name(body, expected):
    with APP.test_request_context("/", method="POST", json=body):
        assert reading.body_rows() == expected


@pytest.mark.parametrize("body", [[], {}, {"rows": "x"}, "x", 5, [1] * 1001])
def test_no_rows_and_too_many_rows_are_malformed(body):
    with APP.test_request_context("/", method="POST", json=body), pytest.raises(Malformed):
        reading.body_rows()


def test_a_body_is_one_object():
    with APP.test_request_context("/", method="POST", json={"a": 1}):
        assert reading.body() == {"a": 1}
    for given in ({"json": [1]}, {"data": "{"}, {}):
        with APP.test_request_context("/", method="POST", **given), pytest.raises(Malformed):
            reading.body()


@pytest.mark.parametrize("header", ["", "*", '"3"', 'W/"3"', "3"])
def test_the_right_version_passes(header):
    with APP.test_request_context("/", headers={"If-Match": header} if header else {}):
        reading.check_if_match(3)


def test_another_version_fails_and_a_body_version_is_a_number():
    with APP.test_request_context("/", headers={"If-Match": '"2"'}), pytest.raises(PreconditionFailed):
        reading.check_if_match(3)
    assert reading.body_version({"version": 3}) == 3
    assert reading.body_version({}) is None
    for wrong in ("3", True, 1.5):
        with pytest.raises(Malformed):
            reading.body_version({"version": wrong})


def test_the_one_time_key_is_cut_to_its_length():
    with APP.test_request_context("/", headers={"Idempotency-Key": "k" * 200}):
        assert reading.once_key() == "k" * 80
