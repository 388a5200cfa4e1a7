"""What is kept of a staged file is sealed, and comes back as it was."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import models  # noqa: F401 - every class must be known before one is mapped
from app.customers.models import Customer
from app.data.operations import sealed
from app.kernel.problems import problem
from app.sales.models import Opportunity
from app.security.encryption.current import using_key_ring
from app.security.encryption.rings import KeyRing, UnreadableValue

# A busy machine is no fault of the product.
unhurried = settings(deadline=None, max_examples=50, suppress_health_check=[
    HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
SECRET = "13800138000"


@pytest.fixture(autouse=True)
def ring():
    """The keys of an installation."""
    with using_key_ring(KeyRing.parse(KeyRing.fresh_text("one"))) as ring:
        yield ring


@unhurried
@given(st.lists(st.text(), max_size=6))
def test_cells_come_back_sign_by_sign(cells):
    assert sealed.open_cells(sealed.seal_cells(cells)) == cells


@unhurried
@given(st.binary(max_size=200))
def test_a_piece_of_a_file_comes_back_byte_by_byte(piece):
    assert sealed.open_piece(sealed.seal_piece(piece)) == piece


def test_nothing_that_is_sealed_can_be_read_in_it():
    for text in (sealed.seal_cells(["Ann", SECRET]), sealed.seal_piece(SECRET.encode()),
                 sealed.seal_given(Customer, {"name": SECRET, "phone": SECRET}),
                 sealed.seal_problems({"phone": problem("“%(value)s” is not a phone number.", value=SECRET)})):
        assert SECRET not in text
        assert "Ann" not in text


def test_the_same_twice_is_not_the_same_text():
    assert sealed.seal_cells(["Ann"]) != sealed.seal_cells(["Ann"])


@pytest.mark.parametrize(("model", "values"), [
    (Customer, {"name": "客户", "phone": SECRET, "industry": 5, "tags": [1, 2], "level": None}),
    (Customer, {"next_contact_at": dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)}),
    (Opportunity, {"amount": 10**16 - 1, "expected_close_on": dt.date(2026, 3, 29)}), (Customer, {})])
def test_typed_values_come_back_typed(model, values):
    found = sealed.open_given(model, sealed.seal_given(model, values))
    assert found == values
    assert {name: type(value) for name, value in found.items()} == {name: type(value) for name, value in values.items()}


def test_a_value_of_a_field_that_is_gone_is_left_out():
    stored = sealed.seal_given(Opportunity, {"amount": 1, "name": "A"})
    assert sealed.open_given(Customer, stored) == {"name": "A"}


@pytest.mark.parametrize("found", [
    problem("Wrong."), problem("At least %(least)s.", least=3), problem("At least %(least)s.", least=1.5),
    problem("Row %(row)d: %(why)s", row=2, why=problem("“%(value)s” is not a number.", value="x%(y)s"))])
def test_a_problem_comes_back_with_its_parameters_and_inner_problems(found):
    back = sealed.open_problems(sealed.seal_problems({"name": found, "": problem("All of it.")}))
    assert back == {"name": found, "": problem("All of it.")}
    assert str(back["name"]) == str(found)


def test_a_parameter_that_json_has_no_word_for_is_kept_as_it_reads():
    back = sealed.open_problems(sealed.seal_problems({"a": problem("%(value)s", value=Decimal("1.50"))}))
    assert str(back["a"]) == "1.50"
    assert sealed.open_problems(None) == {}


@pytest.mark.parametrize(("seal", "unseal"), [
    (lambda: sealed.seal_cells(["a"]), sealed.open_piece), (lambda: sealed.seal_piece(b"a"), sealed.open_cells),
    (lambda: sealed.seal_cells(["a"]), sealed.open_problems)])
def test_what_was_sealed_for_one_purpose_does_not_open_for_another(seal, unseal):
    with pytest.raises(UnreadableValue):
        unseal(seal())


def test_the_keys_of_another_installation_open_nothing():
    stored = sealed.seal_cells([SECRET])
    with using_key_ring(KeyRing.parse(KeyRing.fresh_text("other"))), pytest.raises(UnreadableValue) as refused:
        sealed.open_cells(stored)
    assert SECRET not in str(refused.value)
