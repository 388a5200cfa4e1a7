"""Parts of personal values."""

import pytest

from app.customers.models import Customer
from app.kernel.search.content import column_of
from app.kernel.search.parts import KEPT, asked_hashes, asked_parts, hashes_of, parts_of


def test_of_a_phone_number_the_last_four_to_eleven_digits_are_parts():
    tails = [f"tail:{'13800138000'[-length:]}" for length in range(4, 12)]
    for written in ("13800138000", "+86 138-0013-8000", "0086 13800138000"):
        assert parts_of("phone", written) == tails


@pytest.mark.parametrize(("written", "expected"), [
    ("010-62345678-801", ["tail:5678", "tail:45678"]), ("123", []), ("12345", ["tail:2345", "tail:12345"]),
    ("ask her", [])])
def test_extensions_are_no_part_and_numbers_without_a_form_count_by_their_digits(written, expected):
    assert parts_of("phone", written)[:2] == expected


def test_of_an_address_both_sides_are_parts():
    assert parts_of("email", "Li.Na@Example.COM") == ["local:li.na", "domain:example.com"]
    assert parts_of("email", "nobody") == []


@pytest.mark.parametrize(("kind", "text", "expected"), [
    ("phone", "8000", ["tail:8000"]), ("phone", "0013 8000", ["tail:00138000"]), ("phone", "138", []),
    ("phone", "８０００", ["tail:8000"]), ("phone", "123456789012", []), ("phone", "80a0", []), ("phone", "", []),
    ("email", "Li.Na", ["local:li.na", "domain:li.na"]), ("email", "li", ["local:li"]), ("email", "li na", []),
    ("email", "@Example.com", ["domain:example.com"]), ("email", "li@", ["local:li"]), ("email", "", []),
    ("email", "li@example.com", []), ("email", "@", [])])
def test_what_is_typed_asks_for_parts(kind, text, expected):
    assert asked_parts(kind, text) == expected


def test_hashes_depend_on_the_key_and_the_column_and_show_nothing(company):
    phone, email = column_of(Customer, "phone"), column_of(Customer, "email")
    with company.app.app_context():
        held = hashes_of(phone, "phone", "13800138000")
        assert set(asked_hashes(phone, "phone", "8000")) < set(held)
        assert not set(held) & set(hashes_of(email, "phone", "13800138000"))
        assert not set(held) & {f"={value[:KEPT]}" for value in phone.type.index_values("8000")}
    assert all(len(each) == KEPT + 1 for each in held)
    assert hashes_of(phone, "phone", None) == []
