"""What lines of opportunities and of orders have in common, without a database."""

from app.sales.models.lines import line_values

ROWS = {("order", 1): {"currency": "CNY", "owner": 5, "team": 7}, ("order", 2): {"currency": "USD", "owner": 6,
                                                                                 "team": 8},
        ("product", 3): {"unit_price": 100_00, "currency": "CNY"}}


def find(table, row):
    return ROWS.get((table, row), {})


def test_a_new_line_takes_price_currency_and_owner_over():
    made = line_values({"order": 1, "product": 3, "quantity": 2}, None, find, "order")
    assert made == {"unit_price": 100_00, "currency": "CNY", "discount": 0, "amount": 200_00, "owner": 5, "team": 7}


def test_a_line_that_stays_where_it_is_keeps_its_owner_and_currency():
    values = {"order": 1, "product": 3, "quantity": 1, "unit_price": 5, "discount": 2, "currency": "EUR"}
    assert line_values(values, {"order": 1}, find, "order") == {
        "unit_price": 5, "currency": "EUR", "discount": 2, "amount": 3}


def test_a_line_that_moves_takes_them_from_its_new_head():
    made = line_values({"order": 2, "product": 3, "quantity": 1, "unit_price": 5}, {"order": 1}, find, "order")
    assert (made["currency"], made["owner"], made["team"]) == ("USD", 6, 8)


def test_without_a_price_in_the_currency_there_is_none():
    made = line_values({"order": 2, "product": 3, "quantity": 1}, None, find, "order")
    assert (made["unit_price"], made["amount"]) == (None, 0)


def test_a_line_whose_head_is_saved_with_it_waits_for_it():
    made = line_values({"order": object(), "product": 3, "quantity": 1, "currency": "CNY"}, None, find, "order")
    assert "owner" not in made
    assert made["unit_price"] == 100_00
