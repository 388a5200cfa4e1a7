import datetime as dt
import itertools
import statistics
from collections import Counter

from app.data.demo.catalogue import LOSS_REASONS, STAGES
from app.sales.rules.money import line_amount, line_problems
from tests.data.demo.world import MORNING, WIDER, by_key, grouped, rows, share

OPEN = [stage[0] for stage in STAGES if stage[2] == "open"]


def test_the_lines_of_an_opportunity_add_up_to_its_amount():
    lines = grouped("opportunity_line", "opportunity")
    for row in rows("opportunity"):
        assert row["amount"] == sum(line["amount"] for line in lines[row["key"]]) > 0


def test_the_lines_of_an_order_add_up_to_its_amount():
    lines = grouped("order_line", "order")
    for row in rows("order"):
        assert row["amount"] == sum(line["amount"] for line in lines[row["key"]]) > 0


def test_a_line_costs_what_price_quantity_and_discount_say():
    for row in (*rows("order_line"), *rows("opportunity_line")):
        assert row["unit_price"] == by_key("product")[row["product"]]["unit_price"]
        assert row["amount"] == line_amount(row["quantity"], row["unit_price"], row["discount"])
        assert line_problems(row) == {}


def test_the_order_of_a_won_deal_has_the_lines_of_the_deal():
    ordered = grouped("order", "opportunity")
    for row in rows("opportunity"):
        if row["stage"] != "won":
            assert row["key"] not in ordered
            continue
        (order,) = ordered[row["key"]]
        assert (order["amount"], order["ordered_at"]) == (row["amount"], row["closed_at"])
        assert [line["product"] for line in grouped("order_line", "order")[order["key"]]] == [
            line["product"] for line in grouped("opportunity_line", "opportunity")[row["key"]]]


def test_the_last_stage_change_of_a_deal_is_its_stage():
    changes = grouped("stage_change", "opportunity")
    for row in rows("opportunity"):
        mine = changes[row["key"]]
        assert mine[0]["from_stage"] is None
        assert mine[0]["at"] == row["created_at"]
        assert mine[0]["stayed_seconds"] is None
        assert mine[-1]["to_stage"] == row["stage"]
        assert [change["from_stage"] for change in mine[1:]] == [change["to_stage"] for change in mine[:-1]]
        assert row["closed_at"] in (None, mine[-1]["at"])
        for before, after in itertools.pairwise(mine):
            assert after["at"] - before["at"] == dt.timedelta(seconds=after["stayed_seconds"])


def test_only_closed_deals_have_a_closing_date():
    for row in rows("opportunity"):
        assert (row["closed_at"] is not None) == (row["stage"] in ("won", "lost"))


def test_the_funnel_narrows_from_stage_to_stage():
    reached = Counter(row["to_stage"] for row in rows("stage_change"))
    counts = [reached[stage] for stage in OPEN]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] > reached["won"] > 0


def test_deals_stand_in_every_open_stage_today():
    standing = Counter(row["stage"] for row in rows("opportunity"))
    assert all(standing[stage] >= 5 for stage in OPEN)


def test_both_sellers_win_between_a_quarter_and_two_thirds_of_their_closed_deals():
    for owner, found in grouped("opportunity", "owner", WIDER).items():
        closed = [row for row in found if row["closed_at"]]
        assert 0.25 < share([row for row in closed if row["stage"] == "won"], closed) < 0.67, owner


def test_only_lost_deals_have_a_reason_and_all_reasons_occur():
    for row in rows("opportunity", WIDER):
        assert (row["loss_reason"] is not None) == (row["stage"] == "lost")
        assert row["loss_reason"] is None or row["lesson"]
        assert row["loss_reason"] != "competitor" or row["competitor"]
    assert {row["loss_reason"] for row in rows("opportunity", WIDER)} == {None, *LOSS_REASONS}


def test_some_open_deals_are_overdue_and_most_are_not():
    still_open = [row for row in rows("opportunity", WIDER) if row["stage"] in OPEN]
    late = share([row for row in still_open if row["expected_close_on"] < MORNING.date()], still_open)
    assert 0.02 < late < 0.5


def test_open_deals_have_appointments_before_and_after_today_and_closed_ones_have_none():
    planned = [row for row in rows("opportunity", WIDER) if row["next_at"]]
    assert {row["next_at"] < MORNING for row in planned} == {True, False}
    for row in planned:
        assert row["stage"] in OPEN
        assert row["next_at"] >= row["created_at"]
        assert row["opened_on"] == row["created_at"].date()


def test_cancelled_orders_are_the_exception():
    orders = rows("order", WIDER)
    assert 0.01 < share([row for row in orders if row["status"] == "cancelled"], orders) < 0.05


def test_young_orders_are_still_on_their_way():
    for row in rows("order"):
        age = (MORNING.date() - row["ordered_at"].date()).days
        if row["status"] != "cancelled":
            assert row["status"] == ("completed" if age > 12 else "shipped" if age > 4 else "confirmed")


def test_a_deal_is_worth_more_than_a_basket():
    of_deals = [row["amount"] for row in rows("order", WIDER) if row["opportunity"]]
    of_baskets = [row["amount"] for row in rows("order", WIDER) if not row["opportunity"]]
    assert statistics.median(of_deals) > 2 * statistics.median(of_baskets)


def test_a_deal_is_named_after_its_customer():
    for row in rows("opportunity"):
        customer = by_key("customer")[row["customer"]]["name"]
        assert any(row["name"][:length] in customer for length in (2, 3)), row["name"]
