"""The gate: nothing is flushed that may not be, or that is not right."""

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer, Interaction, Tag
from app.desk.models import Task
from app.kernel import clock, gate
from app.kernel.actor import NoActor, under
from app.kernel.database import OutsideUnit, session, unit
from app.kernel.errors import NotAllowed, RuleError
from app.kernel.events import DomainEvent
from app.kernel.settings import Setting
from tests.kernel.counting import counted


def add_customer(company, name="Acme", owner="sales1", **values):
    """A customer of `owner`; None puts it into the pool. Its id."""
    with company.acting("system"), unit() as current:
        customer = Customer(name=name, owner_id=company.ids[owner] if owner else None, **values)
        current.add(customer)
        current.flush()
        return customer.id


def the(model, record_id):
    """The record as the actor in force sees it, None if he does not."""
    return session().scalars(sa.select(model).where(model.id == record_id)).first()


def test_a_change_outside_a_unit_is_a_bug(company):
    pk = add_customer(company)
    with company.acting("sales1"):
        the(Customer, pk).name = "Other"
        with pytest.raises(OutsideUnit):
            session().flush()


def test_code_without_an_actor_sees_nothing_and_fails(company):
    add_customer(company)
    with company.app.app_context():
        with pytest.raises(NoActor):
            session().scalars(sa.select(Customer)).all()
        with pytest.raises(NoActor):
            session().execute(sa.select(sa.func.count()).select_from(Customer)).scalar()
        with pytest.raises(NoActor):
            session().query(Customer).count()


def test_a_seller_changes_his_own_customer(company):
    pk = add_customer(company)
    with company.acting("sales1"), unit():
        the(Customer, pk).name = "Acme Ltd"
    with company.acting("system"):
        assert the(Customer, pk).name == "Acme Ltd"
        assert the(Customer, pk).version == 2
        assert the(Customer, pk).updated_by_id == company.ids["sales1"]


def test_a_viewer_who_sees_a_record_cannot_change_it(company):
    pk = add_customer(company)
    with company.acting("viewer"):
        assert the(Customer, pk) is not None
        with pytest.raises(NotAllowed), unit():
            the(Customer, pk).name = "Mine now"
    with company.acting("system"):
        assert the(Customer, pk).name == "Acme"


def test_a_row_cannot_be_pushed_to_a_colleague_without_the_right_to_assign(company):
    pk = add_customer(company)
    with company.acting("sales1"), pytest.raises(NotAllowed), unit():
        the(Customer, pk).owner_id = company.ids["sales2"]
    with company.acting("manager"), unit():
        the(Customer, pk).owner_id = company.ids["sales2"]
    with company.acting("system"):
        assert the(Customer, pk).owner_id == company.ids["sales2"]
        assert the(Customer, pk).team_id == company.teams["West"]


def test_a_new_row_for_somebody_else_needs_the_right_to_assign(company):
    with company.acting("sales1"), pytest.raises(NotAllowed), unit() as current:
        current.add(Customer(name="For another", owner_id=company.ids["sales2"]))
    with company.acting("manager"), unit() as current:
        current.add(Customer(name="For another", owner_id=company.ids["sales2"]))
    with company.acting("system"):
        assert session().execute(sa.select(sa.func.count(Customer.id))).scalar() == 1


def test_the_creator_becomes_the_owner_and_the_team_follows(company):
    with company.acting("sales1"), unit() as current:
        current.add(Customer(name="Acme"))
    with company.acting("system"):
        customer = session().scalars(sa.select(Customer)).one()
        assert (customer.owner_id, customer.team_id) == (company.ids["sales1"], company.teams["East"])
        assert customer.created_by_id == company.ids["sales1"]


def test_every_problem_is_told_by_field_and_nothing_is_saved(company):
    with company.acting("sales1"), pytest.raises(RuleError) as refused, unit() as current:
        current.add(Customer(name="", level="nonsense", website="x" * 300))
    assert set(refused.value.problems) == {"name", "level", "website"}
    with company.acting("system"):
        assert session().scalars(sa.select(Customer)).all() == []
        assert session().scalars(sa.select(DomainEvent).where(DomainEvent.entity == "customer")).all() == []


def test_a_pointer_to_a_strangers_row_is_refused_beside_its_field(company):
    strange = add_customer(company, owner="sales2")
    with company.acting("sales1"), pytest.raises(RuleError) as refused, unit() as current:
        current.add(Contact(name="Li", customer_id=strange))
    assert set(refused.value.problems) == {"customer"}
    with company.acting("sales1"), pytest.raises(RuleError) as refused, unit() as current:
        current.add(Contact(name="Li", customer_id=987654))
    assert set(refused.value.problems) == {"customer"}


def test_an_innocent_save_keeps_a_pointer_that_the_editor_cannot_see(company):
    strange = add_customer(company, owner="sales2")
    with company.acting("system"), unit() as current:
        visit = Interaction(kind="visit", customer_id=strange, happened_at=clock.now(), owner_id=company.ids["sales1"])
        current.add(visit)
        current.flush()
        pk = visit.id
    with company.acting("sales1"), unit():
        mine = the(Interaction, pk)
        assert mine.customer is None
        mine.content = "Signed"
    with company.acting("system"):
        assert the(Interaction, pk).customer_id == strange
        assert the(Interaction, pk).content == "Signed"


def test_a_row_loaded_by_the_system_is_not_served_to_a_user_from_memory(company):
    from app.kernel.actor import SYSTEM
    from app.kernel.database import acting_as

    strange = add_customer(company, owner="sales2")
    with company.acting("system"), unit() as current:
        visit = Interaction(kind="visit", customer_id=strange, happened_at=clock.now(), owner_id=company.ids["sales1"])
        current.add(visit)
        current.flush()
        pk = visit.id
    with company.acting("sales1"):
        with acting_as(SYSTEM):
            kept = the(Customer, strange)
            assert kept.name == "Acme"
        assert the(Interaction, pk).customer is None


def test_an_invisible_tag_cannot_be_attached_by_its_id(company):
    pk = add_customer(company)
    with company.acting("system"), unit() as current:
        tag = Tag(name="gone")
        current.add(tag)
        current.flush()
        tag_id = tag.id
    from app.kernel import bulk
    with company.acting("system"), unit():
        bulk.delete_rows(Tag, [tag_id])
    with company.acting("sales1"), unit():
        outcome = bulk.change_rows(Customer, {pk: {"tags": [tag_id]}})
    assert set(outcome.refused[pk]) == {"tags"}


def test_a_change_of_tags_alone_steps_the_version_and_is_an_event(company):
    pk = add_customer(company)
    with company.acting("system"), unit() as current:
        current.add(Tag(name="vip"))
    with company.acting("sales1"), unit() as current:
        the(Customer, pk).tags = list(current.scalars(sa.select(Tag)))
    with company.acting("system"):
        assert the(Customer, pk).version == 2
        latest = session().scalars(sa.select(DomainEvent).order_by(DomainEvent.id.desc())).first()
        assert list(latest.changes) == ["tags"]


def test_a_natural_key_of_a_living_record_is_taken_and_of_a_deleted_one_is_free(company):
    from app.kernel import bulk

    pk = add_customer(company, code="C1")
    with company.acting("sales1"), pytest.raises(RuleError) as refused, unit() as current:
        current.add(Customer(name="Twin", code="C1"))
    assert set(refused.value.problems) == {"code"}
    with company.acting("system"), unit():
        bulk.delete_rows(Customer, [pk])
    with company.acting("sales1"), unit() as current:
        current.add(Customer(name="Twin", code="C1"))


def test_an_empty_natural_key_is_no_key(company):
    add_customer(company, code=None)
    add_customer(company, code="")


def test_records_are_never_removed_by_a_session(company):
    pk = add_customer(company)
    with company.acting("admin"), pytest.raises(RuntimeError), unit() as current:
        current.delete(the(Customer, pk))


def test_a_mere_read_does_not_write_a_refused_change(company):
    pk = add_customer(company)
    with company.acting("sales1"):
        the(Customer, pk).name = ""
        with pytest.raises(OutsideUnit):
            session().scalars(sa.select(Customer)).all()
        session().rollback()
        assert the(Customer, pk).name == "Acme"


def test_a_masked_column_cannot_be_written(company):
    pk = add_customer(company, phone="13800138000")
    with company.acting("admin"), unit() as current:
        from flask_appbuilder.security.sqla.models import Role

        from app.security.models import ColumnRule
        role = current.scalars(sa.select(Role).where(Role.name == "Sales")).one()
        current.add(ColumnRule(role_id=role.id, entity="customer", field="phone", mode="mask"))
    with company.acting("sales1"), pytest.raises(RuleError) as refused, unit():
        the(Customer, pk).phone = "13900139000"
    assert set(refused.value.problems) == {"phone"}


def test_only_an_administrator_writes_users_roles_and_rights(company):
    from flask_appbuilder.security.sqla.models import Role, User

    from app.security.models import AccessGrant

    for who in ("manager", "sales1", "support1"):
        with company.acting(who), pytest.raises(NotAllowed), unit() as current:
            current.add(Role(name="Boss"))
        with company.acting(who), pytest.raises(NotAllowed), unit() as current:
            current.add(AccessGrant(role_id=1, entity="*", verb="read", scope="all"))
        with company.acting(who), pytest.raises(NotAllowed), unit() as current:
            user = current.scalars(sa.select(User).where(User.username == who)).one()
            user.roles = list(current.scalars(sa.select(Role).where(Role.name == "Admin")))


def test_the_owner_may_be_nobody_who_left(company):
    from app.kernel.database import in_unit
    from app.security import operations

    pk = add_customer(company)
    with company.acting("admin"):
        in_unit(operations.set_active, company.ids["sales2"], False)
    with company.acting("admin"), pytest.raises(RuleError) as refused, unit():
        the(Customer, pk).owner_id = company.ids["sales2"]
    assert set(refused.value.problems) == {"owner"}


def test_a_setting_of_the_wrong_type_is_refused(company):
    from app.kernel.settings import declared, read_setting

    name = next(name for name, known in declared().items() if known.kind == "integer")
    with company.acting("admin"), pytest.raises(RuleError) as refused, unit() as current:
        current.scalars(sa.select(Setting).where(Setting.name == name)).one().value = "many"
    assert set(refused.value.problems) == {"value"}
    with company.acting("admin"), unit() as current:
        current.scalars(sa.select(Setting).where(Setting.name == name)).one().value = "7"
    with company.acting("sales1"):
        assert read_setting(name) == 7


def test_a_stale_object_is_told_by_the_database(company):
    from sqlalchemy.orm.exc import StaleDataError

    pk = add_customer(company)
    with company.acting("sales1"), pytest.raises(StaleDataError), unit() as current:
        mine = the(Customer, pk)
        current.connection().exec_driver_sql(f"UPDATE customer SET version = 9 WHERE id = {pk}")
        mine.name = "Late"


HUGE = 2**70


@pytest.mark.parametrize(("values", "fields"), [
    ({"industry_id": HUGE}, {"industry"}), ({"industry_id": -HUGE}, {"industry"}), ({"industry_id": 0}, {"industry"}),
    ({"owner_id": HUGE}, {"owner"}), ({"team_id": HUGE}, {"team"}), ({"code": "a\x00"}, {"code"}),
    ({"code": "\ud800", "industry_id": HUGE}, {"code", "industry"}), ({"phone": "\x00"}, {"phone"})])
def test_what_no_database_could_even_look_up_is_a_problem_of_its_field(company, values, fields):
    with company.acting("admin"), pytest.raises(RuleError) as refused, unit() as current:
        current.add(Customer(name="Acme", **values))
    assert set(refused.value.problems) == fields
    with company.acting("system"):
        assert session().scalars(sa.select(Customer.id)).all() == []


def test_a_contact_of_a_customer_that_cannot_be_is_refused_before_anything_follows_from_it(company):
    with company.acting("sales1"), pytest.raises(RuleError) as refused, unit() as current:
        current.add(Contact(name="Li", customer_id=HUGE))
    assert set(refused.value.problems) == {"customer"}


def test_the_same_value_again_is_no_change_and_needs_no_unit(company):
    pk = add_customer(company)
    with company.acting("viewer"):
        seen = the(Customer, pk)
        seen.name = "Acme"
        assert seen in session().dirty
        session().flush()
    with company.acting("system"):
        assert the(Customer, pk).version == 1


def test_restoring_through_the_session_is_told_as_an_undelete(company):
    pk = add_customer(company)
    with company.acting("sales1"), unit():
        the(Customer, pk).deleted_at = clock.now()
    with company.acting("sales1"):
        assert the(Customer, pk) is None
    with company.acting("admin"), unit() as current:
        found = sa.select(Customer).where(Customer.id == pk).execution_options(with_deleted=True)
        current.scalars(found).one().deleted_at = None
    with company.acting("system"):
        kinds = session().scalars(sa.select(DomainEvent.kind).where(DomainEvent.entity == "customer")
                                  .order_by(DomainEvent.id)).all()
        assert kinds == ["create", "delete", "undelete"]
        assert the(Customer, pk).version == 3


def test_a_new_record_may_leave_a_masked_field_empty_but_not_fill_it(company):
    with company.acting("admin"), unit() as current:
        from flask_appbuilder.security.sqla.models import Role

        from app.security.models import ColumnRule
        role = current.scalars(sa.select(Role).where(Role.name == "Sales")).one()
        current.add(ColumnRule(role_id=role.id, entity="customer", field="phone", mode="mask"))
    with company.acting("sales1"), unit() as current:
        current.add(Customer(name="Without", phone=""))
        current.add(Customer(name="Also without", phone=None))
    with company.acting("sales1"), pytest.raises(RuleError) as refused, unit() as current:
        current.add(Customer(name="With", phone="13800138000"))
    assert set(refused.value.problems) == {"phone"}
    with company.acting("system"):
        assert sorted(session().scalars(sa.select(Customer.name))) == ["Also without", "Without"]


def test_what_is_read_ahead_is_not_read_again_and_strange_numbers_are_not_asked_for(company):
    known = [add_customer(company, name=f"C{number}", code=f"C{number}") for number in range(3)]
    with counted(company.app) as count, company.acting("system"), unit() as current:
        gate.find_ahead(current, "customer", [*known, None, HUGE, -1, 10**6])
        find = gate.finder(current)
        asked = len(count)
        assert [find("customer", each)["code"] for each in known] == ["C0", "C1", "C2"]
        assert find("customer", 10**6) == {} == find("customer", HUGE) == find("customer", None)
        gate.find_ahead(current, "customer", known)
        assert len(count) == asked


def test_what_was_found_is_forgotten_with_the_unit(company):
    pk = add_customer(company, code="C1")
    with company.acting("system"):
        with unit() as current:
            assert gate.finder(current)("customer", pk)["code"] == "C1"
        with unit():
            the(Customer, pk).code = "C2"
        with unit() as current:
            assert gate.finder(current)("customer", pk)["code"] == "C2"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("values", "derived", "given", "followed"), [
    ({"owner": 1, "team": 7}, {}, False, {}), ({"owner": 1, "team": 7}, {"owner": 1}, False, {"owner": 1}),
    ({"owner": 1, "team": 7}, {"owner": 2}, True, {"owner": 2}),
    ({"owner": 1, "team": 7}, {"owner": 2, "team": 9}, False, {"owner": 2, "team": 9}),
    ({"owner": 1, "team": 7}, {"owner": 10**6}, False, {"owner": 10**6, "team": 7}),
    ({"owner": 1, "team": 7}, {"owner": None, "level": "key"}, False, {"owner": None, "level": "key"})])
def test_the_team_follows_an_owner_whom_a_rule_names(company, values, derived, given, followed):
    with company.acting("system"):
        assert gate.follow_owner(values, derived, team_is_given=given) == followed


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_nobody_and_numbers_that_nobody_has_are_in_no_team(company):
    with company.acting("system"):
        assert gate.team_of(company.ids["sales2"]) == company.teams["West"]
        assert [gate.team_of(each) for each in (None, 0, -1, 10**6, HUGE)] == [None] * 5


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("who", "text", "known"), [
    ("sales1", "customer:{mine}", True), ("sales1", "customer:{theirs}", False), ("manager", "customer:{theirs}", True),
    ("sales1", "customer:999999", False), ("sales1", "nothing:1", False), ("sales1", "", False),
    ("sales1", "customer:0", False), ("sales1", "customer:" + "9" * 18, False), ("admin", "import_batch:1", False)])
def test_a_record_is_about_what_its_writer_may_read(company, who, text, known):
    ids = {"mine": add_customer(company), "theirs": add_customer(company, owner="sales2")}
    with company.acting(who) as actor:
        assert gate.is_subject(session(), actor, Task, text.format(**ids)) is known


def test_a_child_may_be_made_together_with_its_parent(company):
    with company.acting("sales1"), unit() as current:
        current.add(Contact(name="Li", customer=Customer(name="Acme")))
    with company.acting("system"):
        made = session().scalars(sa.select(Contact)).one()
        assert (made.customer.name, made.owner_id) == ("Acme", company.ids["sales1"])


def test_a_tag_that_does_not_stand_yet_cannot_be_attached(company):
    with company.acting("admin"), pytest.raises(RuleError) as refused, unit() as current:
        current.add(Customer(name="Acme", tags=[Tag(name="new")]))
    assert "tags" in refused.value.problems
    with company.acting("system"):
        assert session().scalars(sa.select(Tag.id)).all() == []


def test_a_named_action_is_judged_and_told_by_its_own_name(company):
    pk = add_customer(company)
    with company.acting("viewer"), under(verb="release"), pytest.raises(NotAllowed), unit():
        the(Customer, pk).city = "X"
    with company.acting("admin"), under(verb="release"), unit():
        the(Customer, pk).city = "Y"
    with company.acting("system"):
        latest = session().scalars(sa.select(DomainEvent).order_by(DomainEvent.id.desc())).first()
        assert (latest.verb, latest.changes["city"]) == ("release", [None, "Y"])
