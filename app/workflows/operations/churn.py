"""The nightly look at every customer: alerts raised, kept and closed, with reasons, owner told, task made."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import fields as parts_of
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.customers.models import Customer
from app.insight.churn import rules
from app.insight.churn.queries import CauseWords, read_causes, read_ledger
from app.insight.churn.rules import AlertState, CauseFacts, ChurnSettings, Decision, Judgements, Suggestion
from app.kernel import clock
from app.kernel.actor import SYSTEM, under
from app.kernel.bulk import add_rows, change_rows
from app.kernel.database import acting_as, in_unit, session
from app.kernel.dialects import hold_lock
from app.kernel.entity import scoped_by_table
from app.kernel.language import say_problem
from app.kernel.settings import declare, read_setting
from app.workflows.models import ChurnAlert, WinBackPlan
from app.workflows.models.alerts import ACTIVE
from app.workflows.operations.jobs import job
from app.workflows.operations.people import tell

CHUNK = 200
EDITABLE = ("raise_at", "close_at", "cooldown_days", "dismissed_cooldown_days", "recent_days")
for name, label in (("raise_at", _l("Churn: score that raises an alert")),
                    ("close_at", _l("Churn: score below which an alert closes")),
                    ("cooldown_days", _l("Churn: days without a new alert after one was closed")),
                    ("dismissed_cooldown_days", _l("Churn: the same after a dismissed alert")),
                    ("recent_days", _l("Churn: length of the recent time in days"))):
    declare(f"churn.{name}", default=getattr(ChurnSettings(), name), label=label, least=0,
            kind="integer" if name.endswith("days") else "decimal")
declare("churn.product_words", default="product, quality, malfunction, defect, broken, competitor, "
        "产品, 质量, 故障, 损, 竞争", kind="text",
        label=_l("Churn: words of categories and loss reasons about the product"))
declare("churn.price_words", default="price, pricing, billing, invoice, expensive, 价格, 账单, 费用, 太贵", kind="text",
        label=_l("Churn: words of categories and loss reasons about the price"))
declare("churn.task_days", default=3, kind="integer", least=0, label=_l("Churn: days until the follow-up task is due"))


def cause_words() -> CauseWords:
    """The words by which rows that an admin named are understood."""
    product, price = (tuple(word for part in str(read_setting(f"churn.{name}_words")).split(",")
                            if (word := part.strip().casefold())) for name in ("product", "price"))
    return CauseWords(product, price)


def settings_in_force() -> ChurnSettings:
    """The defaults with what an admin changed."""
    known = {each.name: each.type for each in parts_of(ChurnSettings)}
    chosen = {name: read_setting(f"churn.{name}") for name in EDITABLE}
    return ChurnSettings(**{name: float(value) if known[name] in (float, "float") else int(value)
                            for name, value in chosen.items()})


@job("churn", _l("Churn alerts"))
def scan(arguments: dict[str, Any]) -> int:
    """Judge every customer as of today (or ``{"at": "1998-06-30"}``); how many alerts were raised or closed."""
    at = dt.date.fromisoformat(arguments["at"]) if arguments.get("at") else clock.now().date()
    with acting_as(SYSTEM):
        ids, ledger = read_ledger(at)
        settings = settings_in_force()
        if not ids:
            return 0
        judged = rules.judge_all(ledger, rules.learn_segments(ledger, at, settings), settings, at)
        states = _latest_alerts()
        decided = {customer: rules.decide(states.get(customer, (None, 0))[0], float(judged.score[place]), settings, at,
                                          bool(judged.may_alert[place])) for place, customer in enumerate(ids)}
        session().rollback()
        return _write_back(decided, dict(zip(ids, range(len(ids)), strict=True)), judged, states, at)


def _latest_alerts() -> dict[int, tuple[AlertState, int]]:
    """By customer the state of the latest alert, and its id."""
    found = sa.select(ChurnAlert.customer_id, ChurnAlert.status, ChurnAlert.closed_at, ChurnAlert.id,
                      Customer.last_order_at).join(Customer, Customer.id == ChurnAlert.customer_id)
    states = {}
    for customer, status, closed_at, alert_id, ordered_at in session().execute(found.order_by(ChurnAlert.id)):
        bought = closed_at is not None and ordered_at is not None and ordered_at > closed_at
        states[customer] = (AlertState(status, closed_at.date() if closed_at else None, bought), alert_id)
    return states


def _write_back(decided: dict[int, Decision], places: dict[int, int], judged: Judgements,
                states: dict[int, tuple[AlertState, int]], at: dt.date) -> int:
    raised = [customer for customer, decision in decided.items() if decision is Decision.RAISE]
    closed = [states[customer][1] for customer, decision in decided.items() if decision is Decision.CLOSE]
    kept = {states[customer][1]: round(float(judged.score[places[customer]]))
            for customer, decision in decided.items() if decision is Decision.KEEP and customer in states}
    total = 0
    with under(cause="churn", verb=""):
        for part in _chunks(raised):
            total += in_unit(_raise_part, part, places, judged, at)
        for part in _chunks(closed):
            total += in_unit(_close_part, part)
        for part in _chunks(list(kept)):
            in_unit(_keep_part, {alert: kept[alert] for alert in part})
    return total


def _chunks(items: list[int]) -> Iterable[list[int]]:
    return (items[start:start + CHUNK] for start in range(0, len(items), CHUNK))


def _raise_part(customers: list[int], places: dict[int, int], judged: Judgements, at: dt.date) -> int:
    """One unit of new alerts; a customer who got one meanwhile, or left, is passed over."""
    # Two scans at once would both find a customer without an alert, and the later one would fail on the unique key.
    hold_lock("churn")
    taken = set(session().scalars(sa.select(ChurnAlert.customer_id).where(
        ChurnAlert.customer_id.in_(customers), ChurnAlert.status.in_(ACTIVE))))
    rows = session().execute(sa.select(Customer.id, Customer.name, Customer.owner_id, Customer.team_id)
                             .where(Customer.id.in_(customers)))
    plans = {plan.cause: plan for plan in session().scalars(sa.select(WinBackPlan))}
    wanted = [row for row in rows if row.id not in taken]
    causes = read_causes([row.id for row in wanted], at, cause_words())
    made = [_alert_row(row, judged.judgement(places[row.id]), causes[row.id], plans) for row in wanted]
    outcome = add_rows(ChurnAlert, made, as_actor=SYSTEM)
    for position, alert_id in outcome.created.items():
        _tell(wanted[position], alert_id, made[position])
    return len(outcome.done)


def _alert_row(row: Any, judgement: Any, causes: CauseFacts, plans: dict[str, WinBackPlan]) -> dict[str, Any]:
    said = [say_problem(sign.sentence) for sign in judgement.signs]
    suggestion = rules.suggest_cause(judgement.signs, causes)
    return {
        "customer": row.id, "owner": row.owner_id, "team": row.team_id, "score": round(judgement.score),
        "reason": (said[0] if said else gettext("Unusual silence"))[:300],
        "sign": judgement.signs[0].kind.value if judgement.signs else "rhythm",
        "reasons": [{"sign": sign.kind.value, "sentence": sentence, "strength": round(sign.strength, 3)}
                    for sign, sentence in zip(judgement.signs, said, strict=True)],
        "cause": suggestion.cause.value, "evidence": say_problem(suggestion.evidence),
        "plan": _plan_text(suggestion, plans)}


def _plan_text(suggestion: Suggestion, plans: dict[str, WinBackPlan]) -> str:
    own = plans.get(suggestion.cause.value)
    if own is not None:
        return "\n".join(filter(None, [own.plan, own.expected_effect]))
    return "\n".join([say_problem(suggestion.plan), say_problem(suggestion.expected)])


def _tell(customer: Any, alert_id: int, alert: dict[str, Any]) -> None:
    """The owner gets a notice and a follow-up task; without an owner nobody is told."""
    if customer.owner_id is None:
        return
    title = gettext("Churn risk: %(name)s", name=customer.name)
    tell(customer.owner_id, "escalation", f"{title} – {alert['reason']}"[:300], "churn_alert", alert_id,
                f"churn:{alert_id}", ("in_app", "email"))
    due = clock.now() + dt.timedelta(days=read_setting("churn.task_days"))
    task = {"subject": gettext("Win back %(name)s", name=customer.name)[:300], "about": f"customer:{customer.id}",
            "assignee": customer.owner_id, "due_at": due, "priority": "high"}
    add_rows(scoped_by_table()["task"], [task], as_actor=SYSTEM)


def _close_part(alerts: list[int]) -> int:
    # Kept and not dismissed: the alert was no mistake, so that the long rest after a mistake does not apply.
    text = gettext("The score fell by itself.")
    return len(change_rows(ChurnAlert, {alert: {"status": "kept", "outcome": text} for alert in alerts},
                           as_actor=SYSTEM).done)


def _keep_part(scores: dict[int, int]) -> int:
    return len(change_rows(ChurnAlert, {alert: {"score": score} for alert, score in scores.items()},
                           as_actor=SYSTEM).done)
