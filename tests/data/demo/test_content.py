"""The company as a whole: reproducible, complete, consistent, alive, and streamed."""

import datetime as dt
import itertools
import json
import re
import statistics
import subprocess
import sys
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from app.data.demo.catalogue import USERS
from app.data.demo.content import SIZES, Company, company
from app.insight.churn.rules.facts import CustomerFacts, ledger_of
from app.insight.churn.rules.scoring import judge_all
from app.insight.churn.rules.segments import learn_segments
from app.insight.churn.rules.settings import ChurnSettings
from tests.data.demo.world import MORNING, SMALL, TODAY, WIDER, by_key, digest, grouped, rows, share

ROOT = Path(__file__).resolve().parents[3]
POINTERS = {
    "team": {"parent": "team", "manager": "user"}, "user": {"team": "team"}, "stage": {"pipeline": "pipeline"},
    "queue": {"team": "team"}, "product": {"category": "product_category"},
    "ticket_category": {"parent": "ticket_category", "queue": "queue"},
    "customer": {"industry": "industry", "region": "region", "lead_source": "lead_source", "owner": "user",
                 "team": "team"},
    "lifecycle_change": {"customer": "customer", "order": "order", "owner": "user", "team": "team"},
    "contact": {"customer": "customer", "owner": "user", "team": "team"},
    "opportunity": {"customer": "customer", "pipeline": "pipeline", "stage": "stage", "competitor": "competitor",
                    "source": "lead_source", "loss_reason": "loss_reason", "owner": "user", "team": "team"},
    "opportunity_line": {"opportunity": "opportunity", "product": "product"},
    "stage_change": {"opportunity": "opportunity", "from_stage": "stage", "to_stage": "stage", "owner": "user",
                     "team": "team"},
    "lead": {"source": "lead_source", "industry": "industry", "region": "region", "converted_customer": "customer",
             "converted_contact": "contact", "converted_opportunity": "opportunity", "owner": "user", "team": "team"},
    "order": {"customer": "customer", "opportunity": "opportunity", "owner": "user", "team": "team"},
    "order_line": {"order": "order", "product": "product"},
    "interaction": {"customer": "customer", "contact": "contact", "opportunity": "opportunity", "owner": "user",
                    "team": "team"},
    "task": {"assignee": "user", "owner": "user", "team": "team"},
    "ticket": {"category": "ticket_category", "customer": "customer", "contact": "contact", "product": "product",
               "order": "order", "queue": "queue", "assignee": "user", "owner": "user", "team": "team"},
    "ticket_message": {"ticket": "ticket", "owner": "user", "team": "team"},
}
FIELDS = {
    "customer": "name kind code level industry region province city address size website phone email gender birth_date "
                "occupation preferences needs lifecycle_stage last_contact_at next_contact_at last_order_at tags "
                "lead_source",
    "contact": "name customer job_title decision_maker phone email wechat gender birth_date preferences remark",
    "interaction": "kind customer contact opportunity happened_at direction content reaction outcome next_step next_at",
    "lead": "name company phone email status source interest score next_at converted_customer converted_opportunity",
    "opportunity": "name customer pipeline stage amount currency expected_close_on closed_at probability score source "
                   "need competitor loss_reason lesson",
    "order": "number customer opportunity ordered_at status channel amount currency",
    "order_line": "order product quantity unit_price discount amount",
    "product": "code name category unit_price currency active",
    "stage": "key label category order expected_days",
    "ticket": "number subject description kind category priority status channel customer contact product order queue "
              "assignee response_due_at first_responded_at resolve_due_at resolved_at satisfaction resolution",
    "task": "subject about assignee due_at remind_at priority status",
}


def text_of_everything():
    return "\n".join(json.dumps(row, default=str, ensure_ascii=False)
                     for entity in SMALL.entities() for row in rows(entity))


def test_the_same_seed_gives_the_same_company_in_another_process():
    program = ("from tests.data.demo.world import SMALL, digest\n"
               "print(digest(SMALL))")
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={"PYTHONHASHSEED": "99", "PYTHONPATH": "."},
                          capture_output=True, text=True, check=True)
    assert told.stdout.strip() == digest(SMALL)


def test_reading_one_entity_alone_changes_none_of_its_rows():
    alone = list(company("small", 7, TODAY).tickets())
    assert alone == list(rows("ticket"))


def test_two_seeds_make_two_different_companies():
    other = company("small", 8, TODAY)
    assert digest(other) != digest(SMALL)
    names = {row["name"] for row in other.customers()}
    assert share(names & {row["name"] for row in rows("customer")}, names) < 0.05


def test_another_day_moves_the_dates_and_nothing_else():
    later = company("small", 7, TODAY + dt.timedelta(days=10))
    for before, after in zip(rows("order"), later.orders(), strict=True):
        assert after["ordered_at"] - before["ordered_at"] == dt.timedelta(days=10)
        assert {**after, "ordered_at": 0, "created_at": 0} == {**before, "ordered_at": 0, "created_at": 0}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_small_company_has_about_the_promised_sizes(seed):
    made = company("small", seed, TODAY)
    promised = {"customer": 240, "contact": 600, "lead": 300, "opportunity": 400, "order": 900, "interaction": 1500,
                "ticket": 200}
    for entity, count in promised.items():
        assert 0.8 * count < len(rows(entity, made)) < 1.2 * count, entity
    assert len(rows("customer", made)) == 240


def test_the_three_sizes_have_their_numbers_of_customers():
    assert {size: company(size, 1, TODAY).customer_count for size in SIZES} == {
        "small": 240, "100k": 100_000, "1m": 1_000_000}


def test_an_unknown_size_is_refused_by_name():
    with pytest.raises(KeyError, match="huge"):
        company("huge", 1, TODAY)


def test_larger_companies_keep_the_proportions_of_small_ones():
    for entity in ("contact", "opportunity", "order", "ticket", "lead"):
        small, wide = (len(rows(entity, made)) / made.customer_count for made in (SMALL, WIDER))
        assert wide == pytest.approx(small, rel=0.2), entity


def test_a_million_customers_are_streamed_in_constant_memory():
    made = company("1m", 3, TODAY)
    stream = made.order_lines()
    next(stream)
    tracemalloc.start()
    try:
        for _ in itertools.islice(stream, 5_000):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 500_000


def test_every_row_has_the_fields_of_its_entity():
    for entity, fields in FIELDS.items():
        for row in rows(entity):
            assert set(fields.split()) <= set(row), entity


def test_rows_of_one_entity_all_have_the_same_fields():
    for entity in SMALL.entities():
        assert len({frozenset(row) for row in rows(entity)}) == 1, entity


@pytest.mark.parametrize("made", [SMALL, WIDER], ids=["small", "wider"])
def test_every_key_is_unique_within_its_entity(made):
    for entity in made.entities():
        keys = Counter(row["key"] for row in rows(entity, made))
        assert max(keys.values()) == 1, entity


def test_every_pointer_leads_to_an_existing_row():
    for entity, fields in POINTERS.items():
        for row in rows(entity):
            for field, target in fields.items():
                assert row[field] is None or row[field] in by_key(target), (entity, row["key"], field)


def test_every_tag_of_a_customer_is_an_existing_tag():
    assert {tag for row in rows("customer") for tag in row["tags"]} <= set(by_key("tag"))


def test_every_task_is_about_an_existing_record():
    for row in rows("task"):
        entity, key = row["about"]
        assert key in by_key(entity)


def test_an_entity_comes_after_those_that_it_points_at():
    order = list(SMALL.entities())
    for entity, fields in POINTERS.items():
        for field, target in fields.items():
            if (entity, field) != ("team", "manager"):  # the one circle: users have teams, and teams a manager
                assert order.index(target) <= order.index(entity), (entity, field)


def test_within_a_tree_parents_come_before_their_children():
    for entity in ("team", "ticket_category"):
        seen = {None}
        for row in rows(entity):
            assert row["parent"] in seen
            seen.add(row["key"])


def test_what_hangs_on_a_customer_carries_the_owner_of_the_customer():
    customers = by_key("customer")
    for entity in ("contact", "opportunity", "order"):
        for row in rows(entity):
            assert (row["owner"], row["team"]) == tuple(customers[row["customer"]][key] for key in ("owner", "team"))


def test_contacts_and_orders_of_a_ticket_belong_to_its_customer():
    for row in rows("ticket"):
        assert by_key("contact")[row["contact"]]["customer"] == row["customer"]
        if row["order"]:
            assert by_key("order")[row["order"]]["customer"] == row["customer"]
            assert by_key("order")[row["order"]]["ordered_at"] < row["created_at"]


def test_nothing_that_happened_lies_after_the_morning_of_today():
    past = {"customer": ["created_at", "last_contact_at", "last_order_at"], "contact": ["created_at"],
            "opportunity": ["created_at", "closed_at"], "stage_change": ["at"], "lead": ["created_at", "converted_at"],
            "lifecycle_change": ["at"],
            "order": ["ordered_at"], "interaction": ["happened_at"], "task": ["created_at"],
            "ticket": ["created_at", "first_responded_at", "resolved_at"], "ticket_message": ["created_at"]}
    for entity, fields in past.items():
        for row in rows(entity, WIDER):
            for field in fields:
                assert row[field] is None or row[field] < MORNING, (entity, row["key"], field)


def test_nothing_happened_before_the_customer_was_known():
    customers = by_key("customer", WIDER)
    for entity, field in (("opportunity", "created_at"), ("order", "ordered_at"), ("interaction", "happened_at"),
                          ("ticket", "created_at")):
        for row in rows(entity, WIDER):
            assert row[field].date() >= customers[row["customer"]]["created_at"].date(), (entity, row["key"])


def test_every_moment_is_aware_and_in_office_hours_of_shanghai():
    for row in rows("interaction"):
        assert row["happened_at"].utcoffset() == dt.timedelta()
        assert 9 <= (row["happened_at"] + dt.timedelta(hours=8)).hour < 18


def test_mail_addresses_lie_in_domains_kept_for_examples():
    addresses = re.findall(r"[\w.+-]+@[\w.-]+", text_of_everything())
    assert len(addresses) > 500
    assert {address.partition("@")[2] for address in addresses} <= {"example.com", "example.cn", "example.org"}


def test_web_addresses_lie_below_example_com():
    sites = re.findall(r"https?://([\w.-]+)", text_of_everything())
    assert len(sites) > 100
    assert all(site.endswith(".example.com") for site in sites)


def test_no_number_could_ring_at_a_real_person():
    fictional = re.compile(r"16[134]\d{8}|0\d{2,3}-9\d{7}|\+1 \d{3}-555-01\d{2}|\+44 20 7946 0\d{3}")
    for entity in ("customer", "contact", "lead"):
        for row in rows(entity, WIDER):
            assert fictional.fullmatch(row["phone"]), row["phone"]


def test_no_text_looks_like_a_chinese_identity_number():
    assert not re.search(r"(?<!\d)\d{17}[\dX](?!\d)", text_of_everything())


def test_no_text_keeps_an_unfilled_place():
    assert not re.search(r"\{(?:person|product|organisation)\}", text_of_everything())


def test_mobile_numbers_and_mail_addresses_do_not_repeat():
    for entity in ("customer", "contact", "lead"):
        addresses = Counter(row["email"] for row in rows(entity, WIDER))
        assert max(addresses.values()) == 1, entity
        mobiles = Counter(row["phone"] for row in rows(entity, WIDER) if row["phone"].startswith("16"))
        assert max(mobiles.values()) == 1, entity


def test_most_of_the_company_is_chinese_and_some_of_it_english():
    names = [row["name"] for row in rows("customer", WIDER)]
    assert 0.03 < share([name for name in names if name.isascii()], names) < 0.08
    contents = [row["content"] for row in rows("interaction", WIDER)]
    assert 0.02 < share([text for text in contents if text.isascii()], contents) < 0.15


def test_every_login_has_a_role_and_both_sellers_their_own_team():
    users = by_key("user")
    assert list(users) == ["admin", "manager", "sales1", "sales2", "support1", "support2", "marketing", "analyst",
                           "viewer"]
    assert len(users) == len(USERS)
    assert users["sales1"]["team"] != users["sales2"]["team"]
    parents = {key: team["parent"] for key, team in by_key("team").items()}
    assert {parents[users[name]["team"]] for name in ("sales1", "sales2")} == {users["manager"]["team"]}


def test_new_customers_arrive_in_every_month_of_the_last_year():
    months = Counter(row["created_at"].strftime("%Y-%m") for row in rows("customer"))
    assert len([month for month, count in months.items() if count >= 3]) >= 12
    assert sum(row["created_at"].date() > TODAY - dt.timedelta(days=14) for row in rows("customer")) >= 1


def test_orders_are_won_in_every_month_of_the_last_year():
    months = Counter(row["ordered_at"].strftime("%Y-%m") for row in rows("order"))
    last = [f"2025-{month:02d}" for month in range(3, 13)] + ["2026-01", "2026-02"]
    assert min(months[month] for month in last) >= 15


def test_every_chart_has_more_than_one_bar():
    wanted = {("customer", "industry"): 12, ("customer", "region"): 7, ("customer", "lifecycle_stage"): 5,
              ("customer", "level"): 3, ("customer", "kind"): 2, ("opportunity", "stage"): 5,
              ("opportunity", "loss_reason"): 6, ("opportunity", "source"): 6, ("lead", "source"): 7,
              ("lead", "status"): 5, ("order", "channel"): 4, ("order", "status"): 4,
              ("ticket", "status"): 7, ("ticket", "category"): 12,
              ("ticket", "kind"): 3, ("ticket", "priority"): 4, ("ticket", "queue"): 4, ("ticket", "assignee"): 3,
              ("ticket", "satisfaction"): 4, ("interaction", "kind"): 7, ("interaction", "reaction"): 3,
              ("task", "status"): 3, ("opportunity", "owner"): 2}
    for (entity, field), least in wanted.items():
        assert len(grouped(entity, field)) >= least, (entity, field)


def risks(made):
    """The churn score of every customer by key."""
    orders, interactions = grouped("order", "customer", made), grouped("interaction", "customer", made)
    facts = [CustomerFacts(
        purchases=[(order["ordered_at"].date(), order["amount"]) for order in orders.get(row["key"], ())
                   if order["status"] != "cancelled"],
        contacts=[held["happened_at"].date() for held in interactions.get(row["key"], ()) if held["kind"] != "note"],
        stage=row["lifecycle_stage"]) for row in rows("customer", made)]
    ledger = ledger_of(facts)
    judged = judge_all(ledger, learn_segments(ledger, TODAY), ChurnSettings(), TODAY)
    keys = [row["key"] for row in rows("customer", made)]
    return {key: score for key, score, may in zip(keys, judged.score, ledger.may_alert, strict=True) if may}


def test_the_churn_scan_finds_those_who_fell_silent_and_spares_those_who_buy():
    rhythms = {customer.key: customer.rhythm for customer in WIDER._profiles()}
    scores = {}
    for key, score in risks(WIDER).items():
        scores.setdefault(rhythms[key], []).append(score)
    medians = {rhythm: statistics.median(found) for rhythm, found in scores.items()}
    assert medians["stopped"] > medians["slowing"] > max(medians["regular"], medians["growing"])
    flagged = {rhythm: sum(score >= ChurnSettings().raise_at for score in found) for rhythm, found in scores.items()}
    assert flagged["stopped"] + flagged["slowing"] > 0.6 * sum(flagged.values())


def test_even_the_small_company_has_a_handful_of_customers_to_win_back():
    assert 5 <= sum(score >= ChurnSettings().raise_at for score in risks(SMALL).values()) <= 60


def test_a_company_without_customers_still_has_its_frame():
    empty = Company(0, 1, TODAY)
    assert list(empty.customers()) == list(empty.ticket_messages()) == []
    assert len(list(empty.entities()["product"]())) > 20
