"""Orders: numbers, amounts, and the lives of customers that they move."""

import datetime as dt
import functools
import random

import pytest

from app.customers.models import Customer, LifecycleChange
from app.kernel import clock
from app.kernel.bulk import add_rows, change_rows
from app.sales.models import Order, OrderLine
from app.sales.operations import follow_customers, take_order_numbers
from tests.customers.operations.test_pool import race

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def day(number):
    return NOON + dt.timedelta(days=number)


@pytest.fixture
def river(shop):
    return shop.customer()


def order(shop, customer, at=0, **values):
    return shop.add(Order, customer=customer, ordered_at=day(at), **values)


def stand(shop, customer):
    stage, last = shop.of(Customer, customer, "lifecycle_stage", "last_order_at")
    return stage, last and (last - NOON).days


def story(shop, customer):
    return shop.rows(LifecycleChange, "to_stage", "reason", "order_id",
                     where=(LifecycleChange.customer_id == customer) & LifecycleChange.from_stage.is_not(None))


def test_an_order_gets_the_next_number_of_the_year(shop, river):
    with clock.at(NOON):
        first, second = order(shop, river), order(shop, river)
    with clock.at(day(365)):
        third = order(shop, river)
    assert [shop.of(Order, each, "number") for each in (first, second, third)] == [
        "SO-2026-000001", "SO-2026-000002", "SO-2027-000001"]


def test_a_number_that_was_typed_stays_and_is_passed_over_even_when_deleted(shop, river):
    with clock.at(NOON):
        typed = order(shop, river, number="SO-2026-000002")
        shop.delete(Order, order(shop, river, number="SO-2026-000003"))
        made = [order(shop, river) for _number in range(3)]
    assert shop.of(Order, typed, "number") == "SO-2026-000002"
    assert [shop.of(Order, each, "number") for each in made] == ["SO-2026-000001", "SO-2026-000004", "SO-2026-000005"]


def test_the_beginning_of_numbers_is_a_setting(shop, river):
    shop.set_up("sales.order_prefix", "订单")
    with clock.at(NOON):
        assert shop.of(Order, order(shop, river), "number") == "订单-2026-000001"


def test_a_file_of_orders_is_numbered_at_once_and_without_gaps(shop, river):
    with clock.at(NOON):
        shop.as_("system", add_rows, Order, [{"customer": river, "ordered_at": NOON} for _number in range(620)])
        found = [number for number, in shop.rows(Order, "number")]
        assert found == [f"SO-2026-{count:06d}" for count in range(1, 621)]
        assert shop.as_("system", take_order_numbers, 1) == ["SO-2026-000621"]


def test_orders_that_are_made_at_once_never_share_a_number(shop):
    customers = [shop.customer(name) for name in "ABCDEF"]
    with clock.at(NOON):
        answers = race(*[functools.partial(order, shop, customer) for customer in customers for _time in range(2)])
    assert all(isinstance(answer, int) for answer in answers), answers
    numbers = [number for number, in shop.rows(Order, "number")]
    assert len(set(numbers)) == 12
    assert None not in numbers


def test_a_number_is_taken_once(shop, river):
    order(shop, river, number="A-1")
    outcome = shop.as_("system", add_rows, Order, [{"customer": river, "number": "A-1"}])
    assert set(outcome.refused[0]) == {"number"}


def test_orders_move_the_customer_through_its_life_with_history(shop, river):
    made = [order(shop, river, number) for number in range(5)]
    assert stand(shop, river) == ("loyal", 4)
    assert story(shop, river) == [("first_purchase", "order", made[0]), ("repeat_purchase", "order", made[1]),
                                  ("loyal", "order", made[4])]


def test_an_older_order_moves_the_stage_but_not_the_last_order(shop, river):
    order(shop, river, 5)
    order(shop, river, 2)
    assert stand(shop, river) == ("repeat_purchase", 5)


@pytest.mark.parametrize("status", ["cancelled", "refunded"])
def test_an_order_that_is_taken_back_no_longer_counts_and_may_return(shop, river, status):
    kept, gone = order(shop, river, 1), order(shop, river, 3)
    shop.edit(Order, gone, status=status)
    assert stand(shop, river) == ("first_purchase", 1)
    assert story(shop, river)[-1] == ("first_purchase", "taken_back", None)
    shop.edit(Order, gone, status="completed")
    assert stand(shop, river) == ("repeat_purchase", 3)
    shop.edit(Order, kept, status=status)
    shop.edit(Order, gone, status=status)
    assert stand(shop, river) == ("potential", None)


def test_a_deleted_order_no_longer_counts_and_returns_with_its_lines(shop, river):
    made = order(shop, river)
    line = shop.add(OrderLine, **shop.line(order=made))
    shop.delete(Order, made)
    assert stand(shop, river) == ("potential", None)
    assert shop.of(OrderLine, line, "deleted_with") == f"order:{made}"
    shop.restore(Order, made)
    assert stand(shop, river) == ("first_purchase", 0)
    assert shop.of(OrderLine, line, "deleted_at") is None
    assert shop.of(Order, made, "amount", "line_count") == (100_00, 1)


def test_an_order_that_moves_to_another_customer_moves_both(shop, river):
    hill = shop.customer("Green Hill")
    made = order(shop, river, 2)
    shop.edit(Order, made, customer=hill)
    assert (stand(shop, river), stand(shop, hill)) == (("potential", None), ("first_purchase", 2))


def test_another_date_moves_the_last_order(shop, river):
    made = order(shop, river, 2)
    shop.edit(Order, made, ordered_at=day(7))
    assert stand(shop, river) == ("first_purchase", 7)


def test_an_edit_of_the_channel_moves_nobody(shop, river):
    made = order(shop, river)
    version = shop.of(Customer, river, "version")
    shop.edit(Order, made, channel="store")
    assert shop.of(Customer, river, "version") == version


def test_an_order_that_the_system_records_belongs_to_the_owner_of_the_customer(shop, river):
    made = order(shop, river)
    mine = shop.ids["sales1"], shop.teams["East"]
    assert shop.of(Order, made, "owner_id", "team_id") == mine
    shop.edit(Customer, river, owner=shop.ids["sales2"])
    shop.edit(Order, made, remark="Late")
    assert shop.of(Order, made, "owner_id", "team_id") == mine
    given = shop.add(Order, customer=river, by="manager")
    assert shop.of(Order, given, "owner_id") == shop.ids["manager"]


def test_an_order_without_lines_keeps_its_amount(shop, river):
    assert shop.of(Order, order(shop, river, amount=77_00), "amount", "line_count") == (77_00, 0)


def test_lines_make_the_amount_of_an_order(shop, river):
    made = order(shop, river, amount=77_00)
    till, paper = (shop.add(OrderLine, **shop.line(product, 2, order=made)) for product in (shop.till, shop.paper))
    assert shop.of(Order, made, "amount", "lines_total", "line_count") == (205_00, 205_00, 2)
    shop.edit(OrderLine, paper, quantity=4, discount=1_00)
    assert shop.of(Order, made, "amount") == 209_00
    shop.delete(OrderLine, till)
    assert shop.of(Order, made, "amount", "line_count") == (9_00, 1)
    shop.delete(OrderLine, paper)
    assert shop.of(Order, made, "amount", "line_count") == (0, 0)
    shop.restore(OrderLine, till)
    assert shop.of(Order, made, "amount") == 200_00


def test_a_line_that_moves_to_another_order_counts_there(shop, river):
    one, other = order(shop, river), order(shop, shop.customer("Green Hill", by="sales2"), owner=shop.ids["sales2"])
    line = shop.add(OrderLine, **shop.line(order=one))
    shop.edit(OrderLine, line, order=other)
    assert [shop.of(Order, each, "amount") for each in (one, other)] == [0, 100_00]
    assert shop.of(OrderLine, line, "owner_id") == shop.ids["sales2"]


def test_an_amount_typed_over_the_lines_does_not_stand(shop, river):
    made = order(shop, river)
    shop.add(OrderLine, **shop.line(order=made))
    shop.edit(Order, made, amount=1, remark="Cheaper")
    assert shop.of(Order, made, "amount", "remark") == (100_00, "Cheaper")


def test_lines_follow_owner_team_and_currency_of_their_order(shop, river):
    made = order(shop, river, owner=shop.ids["sales1"])
    line = shop.add(OrderLine, **shop.line(order=made))
    gone = shop.add(OrderLine, **shop.line(order=made))
    shop.delete(OrderLine, gone)
    shop.edit(Order, made, owner=shop.ids["sales2"], currency="USD")
    assert shop.of(OrderLine, line, "owner_id", "team_id", "currency", "unit_price") == (
        shop.ids["sales2"], shop.teams["West"], "USD", 100_00)
    assert shop.of(OrderLine, gone, "owner_id") == shop.ids["sales1"]


def test_a_price_in_another_currency_must_be_typed(shop, river):
    made = order(shop, river, currency="USD")
    outcome = shop.as_("system", add_rows, OrderLine, [shop.line(order=made), shop.line(order=made, unit_price=15_00)])
    assert set(outcome.refused[0]) == {"unit_price"}
    assert shop.rows(OrderLine, "amount", "currency") == [(15_00, "USD")]


@pytest.mark.parametrize(("values", "field"), [({"customer": None}, "customer"), ({"currency": "yuan"}, "currency"),
                                               ({"status": "lost"}, "status"), ({"amount": -1}, "amount")])
def test_a_bad_order_is_refused_with_its_field(shop, river, values, field):
    outcome = shop.as_("sales1", add_rows, Order, [{"customer": river, **values}])
    assert set(outcome.refused[0]) == {field}


def test_two_orders_of_one_customer_at_once_both_count(shop):
    for name in "ABCD":
        customer = shop.customer(name)
        answers = race(*[functools.partial(order, shop, customer, at) for at in (1, 2)])
        assert all(isinstance(answer, int) for answer in answers), answers
        assert stand(shop, customer) == ("repeat_purchase", 2)


def test_counting_again_after_the_bar_was_moved(shop, river):
    for number in range(3):
        order(shop, river, number)
    shop.set_up("customers.loyal_orders", 3)
    shop.as_("system", follow_customers, [river], "recount")
    assert stand(shop, river) == ("loyal", 2)
    assert shop.rows(LifecycleChange, "cause")[-1] == ("recount",)
    assert shop.as_("system", follow_customers, [999]) is None


def test_whatever_happens_to_orders_the_customer_stands_where_they_lead(shop):
    chance, customers = random.Random(11), [shop.customer(name) for name in "AB"]
    known = []
    for _step in range(50):
        move = chance.choice(["add", "add", "edit", "delete", "restore"])
        values = {"customer": chance.choice(customers), "ordered_at": day(chance.randint(0, 30)),
                  "status": chance.choice(["new", "completed", "cancelled", "refunded"])}
        if move == "add" or not known:
            known.append(shop.add(Order, **values))
            continue
        chosen = chance.choice(known)
        is_living = shop.of(Order, chosen, "deleted_at") is None
        if move == "edit" and is_living:
            shop.edit(Order, chosen, **values)
        elif move == "delete" and is_living:
            shop.delete(Order, chosen)
        elif move == "restore" and not is_living:
            shop.restore(Order, chosen)
    rows = shop.rows(Order, "customer_id", "ordered_at", "status", "deleted_at")
    for customer in customers:
        counted = [at for whose, at, status, deleted in rows if whose == customer and deleted is None
                   and status not in ("cancelled", "refunded")]
        stage = ["potential", "first_purchase", "repeat_purchase", "repeat_purchase", "repeat_purchase", "loyal"]
        assert stand(shop, customer) == (stage[min(len(counted), 5)],
                                         max((at - NOON).days for at in counted) if counted else None)


def test_a_refused_order_in_a_batch_does_not_hold_up_the_others(shop, river):
    rows = [{"customer": river, "ordered_at": NOON}, {"customer": 999, "ordered_at": NOON}]
    outcome = shop.as_("sales1", add_rows, Order, rows)
    assert (list(outcome.created), set(outcome.refused[1])) == ([0], {"customer"})
    assert stand(shop, river) == ("first_purchase", 0)
    changed = shop.as_("sales1", change_rows, Order, {outcome.created[0]: {"status": "completed"}})
    assert changed.done == [outcome.created[0]]
