"""The cells follow every change in its own transaction, and a chart from them is the chart of the plain query."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.kernel import bulk, events
from app.kernel.database import in_unit, session
from app.kernel.rollups import feed, upkeep
from app.kernel.rollups.cells import RollupCell
from app.sales.models import Opportunity
from tests.kernel.counting import counted
from tests.kernel.rollups.business import READERS, Business, both_answers

ROOT = Path(__file__).parents[3]
WRITER = """
import os, sys
import config
from app import create_app
from app.kernel import bulk
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, in_unit
from app.kernel.rollups import upkeep
from app.sales.models import Opportunity
url, folder, owner, stages = sys.argv[1:]
stages = [int(each) for each in stages.split(",")]
app = create_app(config.load({"CRM_ENV": "test", "DATABASE_URL": url, "CRM_INSTANCE_DIR": folder}))
with app.app_context(), acting_as(SYSTEM):
    print("ready", flush=True)
    for turn in range(1_000):
        rows = [{"name": "Deal", "amount": turn, "stage": stages[turn % len(stages)], "owner": int(owner)}] * 20
        made = in_unit(lambda: list(bulk.add_rows(Opportunity, rows).insist().created.values()))
        in_unit(bulk.change_rows, Opportunity, {each: {"stage": stages[0], "amount": 1} for each in made})
        if turn % 5 == 0:
            upkeep.fold()
"""


def expect_exact(business, monkeypatch, deed):
    """Cells against records, and charts against charts, for everybody."""
    with business.company.acting("system"):
        assert not any(upkeep.verify().values()), deed
    for reader in READERS:
        for name, (kept, plain) in both_answers(business.company, reader, monkeypatch).items():
            assert kept is None or kept == plain, (deed, reader, name)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_cells_add_up_to_what_the_plain_query_finds(company, monkeypatch, seed):
    business = Business(company, seed)
    done = []
    for _turn in range(40):
        done.append(business.happen())
        with company.acting("system"):
            assert not any(upkeep.verify().values()), done
    expect_exact(business, monkeypatch, done)


def test_the_cells_answer_whoever_reads_by_owner_and_team(company, monkeypatch):
    business = Business(company, 7)
    for _turn in range(15):
        business.happen()
    answered = {reader: {name for name, (kept, _plain) in both_answers(company, reader, monkeypatch).items()
                         if kept is not None} for reader in READERS}
    everything = answered["admin"]
    assert everything >= {"opportunity.pipeline", "opportunity.won_by_month", "order.by_month", "ticket.by_status"}
    assert answered["analyst"] == answered["viewer"] == everything
    # The manager reads tickets and alerts through customers too, the seller opportunities of his own alone.
    assert answered["manager"] == everything - {"ticket.by_status", "churn_alert.by_status"}
    assert {"opportunity.pipeline", "customer.by_lifecycle"} <= answered["sales1"]
    assert "ticket.by_status" not in answered["support1"] | answered["sales1"]


def test_a_feed_that_leaves_something_out_is_noticed(company, monkeypatch):
    business = Business(company, 1)
    monkeypatch.setattr(events, "_sinks", [sink for sink in events._sinks if sink is not feed.follow])
    with company.acting("system"):
        in_unit(business.create, Opportunity)
        assert any(upkeep.verify().values())
        assert any(held != there for held, there in upkeep.counts().values())
    with pytest.raises(AssertionError):
        expect_exact(business, monkeypatch, "left out")


@pytest.fixture
def deals(company):
    """The business with twelve deals."""
    business = Business(company, 5)
    with company.acting("system"):
        in_unit(lambda: bulk.add_rows(Opportunity, business.rows(Opportunity, 12)).insist())
    return business


def cells():
    return session().execute(sa.select(sa.func.count(RollupCell.id))).scalar_one()


def test_a_change_that_moves_no_cell_adds_none(deals):
    with deals.company.acting("system"):
        before = cells()
        in_unit(lambda: bulk.change_rows(Opportunity, {deals.ids(Opportunity)[0]: {"lesson": "Ask earlier"}}).insist())
        assert cells() == before


def test_many_changes_cost_one_read_and_one_insert(deals):
    with deals.company.acting("system"):
        ids = deals.ids(Opportunity)
        with counted(deals.company.app) as count:
            in_unit(lambda: bulk.change_rows(Opportunity, {each: {"amount": 77} for each in ids}).insist())
        assert sum("rollup_cell" in each for each in count.statements) == 1
        assert not any(upkeep.verify().values())


def test_sums_of_the_largest_amounts_are_kept_exactly(deals):
    with deals.company.acting("system"):
        ids, most = deals.ids(Opportunity), 10**16 - 1
        in_unit(lambda: bulk.change_rows(Opportunity, {each: {"amount": most, "stage": deals.stages[0]}
                                                       for each in ids}).insist())
        upkeep.fold()
        assert not any(upkeep.verify().values())


def test_many_writers_at_once_lose_nothing_and_fold_beside_each_other(deals):
    company, failures = deals.company, []

    def write(number):
        draw = random.Random(number)
        try:
            with company.acting("system"):
                for _turn in range(4):
                    rows = [{"name": "Deal", "stage": deals.stages[0], "amount": draw.randrange(9),
                             "owner": company.ids["sales1"]} for _each in range(3)]
                    made = in_unit(lambda rows=rows: list(bulk.add_rows(Opportunity, rows).insist().created.values()))
                    in_unit(bulk.change_rows, Opportunity, {each: {"stage": draw.choice(deals.stages)}
                                                            for each in made})
                    upkeep.fold()
        except Exception as failure:
            failures.append(failure)
            raise

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    with company.acting("system"):
        upkeep.rebuild()
    for thread in threads:
        thread.join()
    assert failures == []
    with company.acting("system"):
        assert not any(upkeep.verify().values())
        upkeep.fold()
        assert not any(upkeep.verify().values())


def test_a_writer_that_is_killed_at_any_moment_leaves_them_in_step(deals, settings, tmp_path):
    draw, company = random.Random(3), deals.company
    stages = ",".join(str(each) for each in deals.stages)
    for _kill in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, settings["DATABASE_URL"], str(tmp_path), str(company.ids["sales1"]), stages],
            cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        time.sleep(draw.uniform(0.1, 1.0))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with company.acting("system"):
            assert not any(upkeep.verify().values())
    with company.acting("system"):
        assert len(deals.ids(Opportunity)) > 12
