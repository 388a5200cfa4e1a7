"""Churn from end to end: judged from the records, told to the owner, worked on, closed with an outcome."""

import datetime as dt
import math
import threading
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.desk.models import Notification, Task
from app.insight.churn import rules
from app.insight.churn.queries import read_ledger
from app.insight.churn.rules import ChurnSettings, CustomerFacts, SignKind, Window
from app.kernel import clock
from app.kernel.database import session, unit
from app.kernel.settings import Setting
from app.sales.models import LossReason, Opportunity, Pipeline, Stage
from app.support.models import Ticket, TicketCategory
from app.workflows.models import ChurnAlert, OutboxMessage
from app.workflows.operations import churn
from tests.insight.churn.buyers import AT, add_buyer, ago, every, import_purchases, moment

CDNOW = Path(__file__).resolve().parents[4] / "shared" / "data" / "cdnow" / "CDNOW_sample.txt"
STEADY = every(30, 10, 730)
SILENT = every(30, 150, 870)


def scan(company, at=AT):
    with company.app.app_context(), clock.at(moment(at)):
        return churn.scan({"at": at.isoformat()})


def alerts(company):
    with company.acting("system"):
        return list(session().scalars(sa.select(ChurnAlert).order_by(ChurnAlert.id)))


def complain(company, customer, category=None, count=2, age=20):
    with company.acting("system"), clock.at(moment(ago(age))), unit() as current:
        topic = TicketCategory(name=category, kind="complaint") if category else None
        if topic is not None:
            current.add(topic)
            current.flush()
        current.add_all([Ticket(subject="T", kind="complaint", priority="normal", customer_id=customer,
                                category_id=topic.id if topic else None) for _number in range(count)])


def test_a_silent_customer_is_told_to_the_owner_with_a_task_and_once(company):
    company.app.config["SMTP_URL"] = "smtp://127.0.0.1:9"
    pk = add_buyer(company, "Acme", SILENT)
    add_buyer(company, "Calm", STEADY)
    assert scan(company) == 1
    assert scan(company) == 0
    alert, = alerts(company)
    assert (alert.customer_id, alert.status, alert.sign) == (pk, "open", "rhythm")
    assert alert.score >= 65
    assert alert.reason == alert.reasons[0]["sentence"]
    assert alert.owner_id == company.ids["sales1"]
    with company.acting("system"):
        notice, = session().scalars(sa.select(Notification).where(Notification.kind == "escalation")).all()
        assert (notice.owner_id, notice.about) == (company.ids["sales1"], f"churn_alert:{alert.id}")
        task, = session().scalars(sa.select(Task)).all()
        assert (task.assignee_id, task.about) == (company.ids["sales1"], f"customer:{pk}")
        assert task.due_at == moment(AT) + dt.timedelta(days=3)
        assert len(session().scalars(sa.select(OutboxMessage.id)).all()) == 1


def test_nobody_is_told_of_a_customer_without_an_owner(company):
    add_buyer(company, "Acme", SILENT, owner=None)
    assert scan(company) == 1
    with company.acting("system"):
        assert session().scalars(sa.select(Task.id)).all() == []


PLANTED = {
    SignKind.SPEND: (every(30, 100, 730) + every(30, 10, 70, 2_000), ()),
    SignKind.CONTACT: (STEADY, [ago(day) for day in range(90, 501, 7)]),
    SignKind.FREQUENCY: (every(10, 130, 500) + every(40, 10, 90), ()),
}


def test_each_planted_case_is_flagged_for_its_own_reason_first(company):
    planted = {add_buyer(company, kind.value, *past): kind.value for kind, past in PLANTED.items()}
    complaining = add_buyer(company, "Complaining", STEADY)
    complain(company, complaining)
    assert scan(company) == 4
    assert {alert.customer_id: alert.sign for alert in alerts(company)} == {**planted, complaining: "complaints"}


@pytest.mark.parametrize(("category", "cause", "plan"), [
    ("Product quality", "product", "package"), ("产品质量", "product", "package"),
    ("Attitude", "service", "After-sales"), (None, "service", "After-sales"), ("Price and billing", "price", "coupon")])
def test_the_cause_follows_from_what_is_complained_about(company, category, cause, plan):
    complain(company, add_buyer(company, "Acme", STEADY), category)
    scan(company)
    alert, = alerts(company)
    assert (alert.sign, alert.cause) == ("complaints", cause)
    assert plan in alert.plan
    assert alert.evidence


@pytest.mark.parametrize(("reason", "cause"), [("Competitor", "product"), ("Price", "price"), ("Bad time", "other")])
def test_the_cause_follows_from_why_the_last_deals_were_lost(company, reason, cause):
    pk = add_buyer(company, "Acme", SILENT)
    with company.acting("system"), unit() as current:
        pipeline, why = Pipeline(name="P"), LossReason(name=reason)
        current.add_all([pipeline, why])
        current.flush()
        lost = Stage(pipeline_id=pipeline.id, key="lost", label="Lost", category="lost")
        current.add(lost)
        current.flush()
        current.add(Opportunity(name="D", customer_id=pk, stage_id=lost.id, loss_reason_id=why.id,
                                closed_at=moment(ago(40))))
    scan(company)
    assert [alert.cause for alert in alerts(company)] == [cause]


def test_an_admin_names_the_words_and_the_thresholds(company):
    with company.acting("system"), unit() as current:
        chosen = {row.name: row for row in current.scalars(sa.select(Setting))}
        chosen["churn.product_words"].value = " Blau , ,grün"
        chosen["churn.raise_at"].value = "99.5"
        chosen["churn.recent_days"].value = "60"
    with company.acting("system"):
        assert churn.cause_words().product == ("blau", "grün")
        assert (churn.settings_in_force().raise_at, churn.settings_in_force().recent_days) == (99.5, 60)
    add_buyer(company, "Acme", SILENT)
    assert scan(company) == 0


def test_scans_at_once_raise_one_alert(company):
    add_buyer(company, "Acme", SILENT)
    gate, failures = threading.Barrier(3), []

    def scanning():
        try:
            gate.wait(60)
            scan(company)
        except Exception as failure:
            failures.append(failure)
            raise

    threads = [threading.Thread(target=scanning) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(alerts(company)) == 1


def test_the_database_itself_refuses_a_second_open_alert(company):
    pk = add_buyer(company, "Acme", SILENT)
    scan(company)
    with company.acting("system"), pytest.raises(Exception, match=r"(?i)unique|taken|already|exists"):
        raise_by_hand(pk)


def raise_by_hand(customer):
    with unit() as current:
        current.add(ChurnAlert(customer_id=customer, score=90))


def test_an_alert_stays_in_between_closes_low_and_rests_before_the_next(company):
    pk = add_buyer(company, "Acme", STEADY)
    complain(company, pk)
    scan(company)
    with company.acting("system"), clock.at(moment(AT)), unit() as current:
        for ticket in current.scalars(sa.select(Ticket)):
            ticket.status, ticket.resolution = "closed", "done"
    assert scan(company) == 1
    kept, = alerts(company)
    assert (kept.status, kept.outcome) == ("kept", "The score fell by itself.")
    assert kept.closed_at is not None
    complain(company, pk, age=0)
    complain(company, pk, age=0)
    assert scan(company) == 0
    rest = ChurnSettings().cooldown_days
    add_later = AT + dt.timedelta(days=rest)
    assert scan(company, add_later) == 1
    assert [alert.status for alert in alerts(company)] == ["kept", "open"]


def test_between_the_thresholds_an_open_alert_stays_with_its_new_score(company):
    add_buyer(company, "Acme", SILENT)
    scan(company)
    before, = alerts(company)
    assert scan(company, AT + dt.timedelta(days=40)) == 0
    after, = alerts(company)
    assert after.status == "open"
    assert after.score > before.score


def test_an_alert_is_closed_only_with_its_outcome_and_a_lost_customer_is_churned(company):
    pk = add_buyer(company, "Acme", SILENT)
    scan(company)
    alert, = alerts(company)
    client, url = company.client("sales1"), f"/api/v1/churn_alert/{alert.id}"
    refused = client.put(url, json={"status": "lost"})
    assert refused.status_code == 422
    assert "outcome" in refused.json["problems"]
    assert client.put(url, json={"status": "lost", "outcome": "went to a rival"}).status_code == 200
    with company.acting("system"):
        assert session().scalars(sa.select(Customer.lifecycle_stage).where(Customer.id == pk)).one() == "churned"
    assert alerts(company)[0].closed_at is not None
    assert scan(company, AT + dt.timedelta(days=200)) == 0
    assert company.client("sales2").get(url).status_code == 404


def test_without_customers_there_is_nothing_to_judge(company):
    with company.app.app_context():
        assert churn.scan({}) == 0


def twin(count):
    """Purchases drawn from the Pareto/NBD process that fits the CDNOW sample (Fader and Hardie's estimates)."""
    draw, bought = np.random.default_rng(39), {}
    for number in range(count):
        gap = 1 / max(draw.gamma(0.553, 1 / 74.0), 1e-9)
        life = draw.exponential(1 / max(draw.gamma(0.606, 1 / 81.7), 1e-9))
        first = day = float(draw.integers(0, 84))
        purchases = []
        while day < 546 and day - first <= life:
            purchases.append((dt.date(1997, 1, 1) + dt.timedelta(days=int(day)), int(draw.lognormal(8.0, 0.7))))
            day += draw.exponential(gap)
        bought[f"C{number:04}"] = purchases
    return bought


def measure(company, bought):
    """Import, scan as of 1997-09-30, and hold what is stored against the pure judgement of the same purchases."""
    window = Window(dt.date(1997, 9, 30), 39 * 7)
    ids = import_purchases(company, bought)
    scan(company, window.at)
    facts = [CustomerFacts(purchases=bought[name]) for name in sorted(ids, key=ids.get)]
    pure = rules.ledger_of(facts)
    expected = rules.back_test(pure, window, ChurnSettings())
    lost = rules.does_not_return(pure, window)
    with company.acting("system"):
        known, stored = read_ledger(window.at)
    settings = ChurnSettings()
    judged = rules.judge_all(stored, rules.learn_segments(stored, window.at, settings), settings, window.at)
    area = rules.auc(judged.score[judged.quiet > 0], lost[judged.quiet > 0])
    flagged = {alert.customer_id for alert in alerts(company)}
    places = [place for place in range(len(known)) if judged.quiet[place] > 0]
    marks = np.array([known[place] in flagged for place in places])
    found = rules.split(marks, lost[places])
    assert area == pytest.approx(expected.auc, abs=1e-12)
    assert (found.flagged, found.others) == (expected.split.flagged, expected.split.others)
    assert found.ratio == pytest.approx(expected.split.ratio)
    return area, found, expected


def test_what_is_stored_of_a_generated_twin_equals_the_pure_judgement(company):
    area, found, expected = measure(company, twin(200))
    assert expected.customers > 150
    assert math.isfinite(found.ratio)
    assert found.ratio > 1.2
    assert area > 0.65


def read_cdnow():
    bought = defaultdict(list)
    for line in CDNOW.read_text().splitlines():
        customer, _sample, day, _discs, dollars = line.split()
        bought[customer].append((dt.date.fromisoformat(day), round(float(dollars) * 100)))
    return bought


@pytest.mark.soak
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_purchases_of_the_sample_imported_as_orders_are_judged_as_the_pure_figures_say(company):
    if not CDNOW.exists():
        pytest.skip("the CDNOW sample is not beside the repository (../shared/data/cdnow)")
    area, found, expected = measure(company, read_cdnow())
    # The promise was 0.785: it is not reached, and the figure is kept honest here.
    assert area == pytest.approx(0.7828, abs=0.0002)
    assert area > expected.auc_of_silence + 0.01
    assert found.ratio >= 1.5
