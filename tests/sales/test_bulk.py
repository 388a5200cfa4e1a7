"""A file of five hundred rows costs a fixed number of reads: what follows from it is worked out for all at once."""

import collections
import datetime as dt

import pytest
from sqlalchemy import event

from app.customers.models import Contact, Customer, Interaction
from app.kernel.bulk import add_rows, change_rows
from app.kernel.database import db
from app.sales.models import Opportunity, Order, OrderLine

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MANY = 60


@pytest.fixture
def reads(shop):
    """Counts the SELECTs of one piece of work."""
    def count(work, *args):
        seen = collections.Counter()

        def note(_connection, _cursor, statement, *_rest):
            seen[statement.lstrip()[:6]] += 1

        with shop.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            outcome = shop.as_("sales1", work, *args)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        assert not outcome.refused, outcome.refused
        return seen["SELECT"], outcome.done

    return count


def test_reading_does_not_grow_with_the_file(shop, reads):
    _reads, customers = reads(add_rows, Customer, [{"name": f"c{number}"} for number in range(MANY)])
    deals = {}

    def rows(model, count):
        each = [{"customer": customer} for customer in customers[:count]]
        more = {Contact: {"name": "Ann"}, Interaction: {"kind": "call", "happened_at": NOON},
                Order: {"ordered_at": NOON, "number": None}, Opportunity: {"name": "Tills",
                                                                           "stage": shop.stages["engaging"]}}
        numbers = [{"number": f"{count}-{place}"} if model is Order else {} for place in range(count)]
        return [{**row, **more[model], **number} for row, number in zip(each, numbers, strict=True)]

    for model in (Contact, Interaction, Order, Opportunity):
        few, _done = reads(add_rows, model, rows(model, 5))
        many, deals[model] = reads(add_rows, model, rows(model, MANY))
        assert many <= few + 3, model
        assert many < 40, (model, many)


def test_moving_winning_and_handing_over_are_worked_out_for_all_at_once(shop, reads):
    customers = reads(add_rows, Customer, [{"name": f"c{number}"} for number in range(MANY)])[1]
    deals = reads(add_rows, Opportunity, [{"name": "Tills", "customer": each, "product": shop.till, "amount": 5_00}
                                         for each in customers])[1]
    moved, _done = reads(change_rows, Opportunity, {each: {"stage": shop.stages["closing"]} for each in deals})
    assert moved < 25
    won, _done = reads(change_rows, Opportunity, {each: {"stage": shop.stages["won"]} for each in deals})
    assert won < 80
    assert len(shop.rows(OrderLine, "id")) == len(shop.rows(Order, "id")) == MANY
    assert {stage for stage, in shop.rows(Customer, "lifecycle_stage")} == {"first_purchase"}
