"""The demo company in the database: the same rows on both systems, charts with something in them, and taken back."""

import contextlib
import datetime as dt
import hashlib

import pytest
import sqlalchemy as sa

import config as configuration
from app import create_app
from app.commands.setup import sync
from app.data.demo import loading
from app.data.demo.content import Company, company
from app.kernel import batches, clock
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, db, in_unit, session
from app.kernel.entity import Entity, entity_class
from app.kernel.errors import RuleError
from app.kernel.fields import fields_of
from app.security.passwords import check_password
from tests.data.demo.world import TODAY

PASSWORD = "a-long-demo-password"
NOW = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
# Enough customers for two blocks, the second one not full.
LITTLE = Company(60, 7, TODAY)
ENTITIES = ("customer", "contact", "opportunity", "opportunity_line", "stage_change", "lead", "order", "order_line",
            "lifecycle_change", "interaction", "task", "ticket", "ticket_message")


@contextlib.contextmanager
def empty_product(databases, folder):
    """An app on a database of its own with nothing but roles and settings, the system acting."""
    url = databases.new()
    app = create_app(configuration.load({"CRM_ENV": "test", "DATABASE_URL": url,
                                         "CRM_INSTANCE_DIR": str(folder / "instance")}))
    with app.app_context():
        db.create_all()
        with acting_as(SYSTEM), clock.at(NOW):
            in_unit(sync)
            yield app
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


@pytest.fixture
def load(app):
    """Loads a company as the system at a fixed moment; the outcome."""
    def run(made=LITTLE, **options):
        with app.app_context(), acting_as(SYSTEM), clock.at(NOW):
            return loading.load(made, PASSWORD, **options)

    return run


@pytest.fixture
def reading(app):
    """An application context with the system acting."""
    with app.app_context(), acting_as(SYSTEM):
        yield


def living(name):
    model = entity_class(name)
    found = sa.select(model).order_by(model.id)
    if issubclass(model, Entity):
        found = found.where(model.deleted_at.is_(None))
    return list(session().scalars(found))


def digest():
    """A fingerprint of all records; who is pointed at is named by key, since ids belong to a database."""
    keys = {(name, record.id): record.external_ids["demo"] for name in ENTITIES for record in living(name)
            if hasattr(record, "external_ids")}
    state = hashlib.sha256()
    for name in ENTITIES:
        state.update("\n".join(sorted(_spelled(record, keys) for record in living(name))).encode())
    return state.hexdigest()


def _spelled(record, keys):
    said = []
    for name, each in sorted(fields_of(type(record)).items()):
        value = getattr(record, each.column)
        if each.kind in ("pointer", "user"):
            value = keys.get((each.target, value), str(getattr(record, name, "")) if value else None)
        elif each.kind == "about":
            value = keys[record.about_entity, record.about_id]
        elif each.kind == "many":
            value = sorted(str(other) for other in value)
        elif each.kind == "decimal":
            value = format(value.normalize(), "f")
        if name not in ("id", "about_id"):
            said.append((name, str(value)))
    return repr(said)


def test_the_same_seed_makes_the_same_records_on_both_databases(sqlite_databases, postgresql_databases, tmp_path):
    found = []
    for databases in (sqlite_databases, postgresql_databases):
        with empty_product(databases, tmp_path):
            loading.load(LITTLE, PASSWORD)
            found.append(digest())
    assert found[0] == found[1]


def test_another_seed_makes_other_records(load, reading):
    load(Company(5, 7, TODAY))
    first = {record.name for record in living("customer")}
    other = {row["name"] for row in Company(5, 8, TODAY).customers()}
    assert first != other


def test_every_generated_row_becomes_one_record(load, reading):
    loaded = load()
    for name in ENTITIES:
        generated = len(list(LITTLE.entities()[name]()))
        assert loaded.rows[name] == generated, name
        assert len(living(name)) == generated, name


def test_what_reactions_work_out_agrees_with_the_rows(load, reading):
    load()
    rows = {row["key"]: row for row in LITTLE.customers()}
    for customer in living("customer"):
        row = rows[customer.code]
        assert customer.lifecycle_stage == row["lifecycle_stage"]
        assert customer.last_order_at == row["last_order_at"]
        assert customer.last_contact_at == row["last_contact_at"]
    totals = {row["key"]: row["amount"] for row in LITTLE.orders()}
    assert {order.number: order.amount for order in living("order")} == totals


def test_lost_deals_remember_how_far_they_came(load, reading):
    load()
    lost = [deal for deal in living("opportunity") if deal.stage_category == "lost"]
    assert lost
    assert {deal.furthest_stage.category for deal in lost} == {"open"}
    assert all(deal.closed_at is not None and deal.loss_reason_id is not None for deal in lost)


def test_histories_tell_what_happened_and_not_when_it_was_loaded(load, reading):
    load()
    wanted = sorted((row["at"], row["to_stage"]) for row in LITTLE.lifecycle_changes())
    assert sorted((entry.at, entry.to_stage) for entry in living("lifecycle_change")) == wanted
    moves = sorted((row["at"], row["stayed_seconds"] or 0) for row in LITTLE.stage_changes())
    assert sorted((entry.at, entry.stayed_seconds or 0) for entry in living("stage_change")) == moves


def test_tasks_are_about_the_records_of_their_customer(load, reading):
    load()
    codes = {record.id: record.code for record in living("customer")}
    deals = {record.id: codes[record.customer_id] for record in living("opportunity")}
    for task in living("task"):
        code = codes[task.about_id] if task.about_entity == "customer" else deals[task.about_id]
        assert task.external_ids["demo"].removeprefix("TK") == code.removeprefix("C")


def test_users_have_role_team_language_and_the_password(databases, tmp_path):
    with empty_product(databases, tmp_path):
        assert loading.is_empty()
        loading.load(Company(3, 7, TODAY), PASSWORD)
        assert not loading.is_empty()
        profiles = {profile.user.username: profile for profile in living("user_profile")}
        assert sorted(profiles) == ["admin", "analyst", "manager", "marketing", "sales1", "sales2", "support1",
                                    "support2", "viewer"]
        assert (profiles["sales1"].team.name, profiles["sales2"].team.name) == ("华东销售部", "华南销售部")
        assert profiles["sales1"].team.parent.name == profiles["sales2"].team.parent.name == "客脉"
        assert profiles["sales1"].team.manager.username == "manager"
        assert (profiles["sales1"].locale, profiles["sales1"].zone) == ("zh", "Asia/Shanghai")
        assert [role.name for role in profiles["manager"].user.roles] == ["Manager"]
        assert check_password(profiles["sales1"].user.password, PASSWORD)


def test_charts_have_something_to_show(load, company):
    load(Company(40, 7, TODAY))
    browser = company.browser("admin")
    for url in ("/customer/chart/by_industry", "/opportunity/chart/won_by_month", "/lead/chart/by_source",
                "/ticket/chart/by_status"):
        answer = browser.get(url)
        assert answer.status_code == 200, url
        assert answer.json.get("points") or answer.json.get("rows"), url


def test_taking_the_batch_back_empties_it(load, reading):
    loaded = load(Company(12, 7, TODAY))
    assert living("customer")
    undone = batches.undo(loaded.batch_id)
    assert (undone.kept, undone.conflicting) == (0, 0)
    for name in ENTITIES:
        if name not in ("stage_change", "lifecycle_change"):
            assert living(name) == [], name
    assert load(Company(12, 7, TODAY)).rows["customer"] == 12


def test_a_second_company_is_refused_until_the_first_is_taken_back(load, reading):
    loaded = load(Company(3, 7, TODAY))
    with pytest.raises(RuleError) as refused:
        load(Company(3, 8, TODAY))
    assert refused.value.sentence.params["batch"] == loaded.batch_id


def test_a_weak_password_loads_nothing(app, reading):
    from app.data.demo import loading
    with pytest.raises(RuleError):
        loading.load(Company(3, 7, TODAY), "short")
    assert living("customer") == []
    assert loading.standing_batch() is None


def test_an_interrupted_load_is_marked_and_can_be_taken_back(load, reading):
    from app.data.demo import loading
    def stop(_customers):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(progress=stop)
    standing = loading.standing_batch()
    assert (standing.state, standing.rows_created > 50) == ("failed", True)
    batches.undo(standing.id)
    assert living("customer") == []
    assert loading.standing_batch() is None


def test_progress_counts_every_customer_once(load):
    told = []
    load(progress=told.append)
    assert told == [50, 10]


def test_a_product_with_other_users_is_not_empty(reading):
    assert not loading.is_empty()  # for the users of the test company


def test_blocks_keep_together_what_belongs_to_a_customer(app):
    with app.app_context():
        made = list(loading.blocks(LITTLE))
    assert [len(block["customer"]) for block in made] == [50, 10]
    for block in made:
        customers = {row["key"] for row in block["customer"]}
        assert {row["customer"] for row in block["order"]} <= customers
        assert {row["order"] for row in block["order_line"]} == {row["key"] for row in block["order"]}
    assert sum(len(block["ticket_message"]) for block in made) == len(list(LITTLE.ticket_messages()))


def test_the_small_company_is_the_one_that_is_loaded_first():
    assert company("small", 1, TODAY).customer_count == 240
