"""Records that cells name: found by the most trusted name, under rights, in however many ways it is written."""

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer, Industry
from app.data.operations.references import References
from app.data.rules import Reference
from app.kernel.database import in_unit, session
from app.kernel.fields import fields_of
from app.sales.models import Opportunity, Pipeline, Stage
from app.security import operations
from tests.desk.records import add, delete
from tests.desk.records import edit as change
from tests.kernel.views.conftest import desk

__all__ = ["desk"]

CUSTOMER, OWNER, STAGE = (fields_of(Contact)["customer"], fields_of(Customer)["owner"], fields_of(Opportunity)["stage"])


def meant(company, who, field, *texts):
    """By text the ids that it means for the person, all looked up at once."""
    wanted = [Reference(text, tuple(part.strip() for part in text.split("/"))) for text in texts]
    with company.acting(who):
        found = References()
        found.learn(field, wanted)
        return {each.text: found.ids(field, each)[0] for each in wanted}


def test_a_record_is_found_by_its_code_its_title_and_its_number(desk):
    change(desk, Customer, desk.mine, code="C-1")
    found = meant(desk, "sales1", CUSTOMER, "C-1", "Acme", f"#{desk.mine}", "Nobody")
    assert found == {"C-1": (desk.mine,), "Acme": (desk.mine,), f"#{desk.mine}": (desk.mine,), "Nobody": ()}


def test_a_strangers_record_and_a_deleted_one_are_not_found_by_any_name(desk):
    change(desk, Customer, desk.theirs, code="C-2")
    names = ("Zenith", "C-2", f"#{desk.theirs}")
    assert set(meant(desk, "sales1", CUSTOMER, *names).values()) == {()}
    assert set(meant(desk, "manager", CUSTOMER, *names).values()) == {(desk.theirs,)}
    delete(desk, Customer, desk.theirs)
    assert set(meant(desk, "manager", CUSTOMER, *names).values()) == {()}


def test_the_code_of_one_record_is_trusted_more_than_the_title_of_another(desk):
    coded = add(desk, Customer, name="Other", code="Acme", owner=desk.ids["sales1"])
    with desk.acting("sales1"):
        found = References()
        reference = Reference("Acme")
        found.learn(CUSTOMER, [reference])
        best, everything = found.ids(CUSTOMER, reference)
    assert best == (coded,)
    assert set(everything) == {coded, desk.mine}


def test_a_title_that_two_records_bear_means_both(desk):
    twin = add(desk, Customer, name="Acme", owner=desk.ids["sales1"])
    assert meant(desk, "sales1", CUSTOMER, "Acme") == {"Acme": (desk.mine, twin)}


@pytest.mark.parametrize("text", ["#0", "#-1", "#1.5", "#", "# 1", "#٣", "#" + "9" * 18, "#" + "9" * 40, "", "%", "'"])
def test_a_text_that_only_looks_like_a_number_means_nothing(desk, text):
    assert meant(desk, "admin", CUSTOMER, text) == {text: ()}


def test_an_address_of_mail_means_its_user_in_any_case_of_letters_all_in_one_file(desk):
    texts = ("sales1@example.com", "Sales1@Example.com", "SALES1@EXAMPLE.COM", "sales1")
    assert meant(desk, "sales1", OWNER, *texts) == dict.fromkeys(texts, (desk.ids["sales1"],))


def test_a_user_who_left_is_not_found(desk):
    with desk.acting("admin"):
        in_unit(operations.set_active, desk.ids["sales2"], False)
    assert set(meant(desk, "admin", OWNER, "sales2", "sales2@example.com").values()) == {()}


def test_a_stage_is_found_below_its_pipeline_however_the_two_are_set_apart(desk):
    with desk.acting("system"):
        pipeline = session().scalars(sa.select(Pipeline).order_by(Pipeline.id)).first()
        stage = session().scalars(sa.select(Stage).where(Stage.pipeline_id == pipeline.id).order_by(Stage.id)).first()
        name, wanted = f"{pipeline.name} / {stage.label}", (stage.id,)
        tight = f"{pipeline.name}/{stage.label}"
    found = meant(desk, "admin", STAGE, name, tight, "No pipeline / No stage")
    assert found == {name: wanted, tight: wanted, "No pipeline / No stage": ()}


def test_what_was_found_once_is_not_asked_for_again(desk):
    with desk.acting("sales1"):
        found, reference = References(), Reference("Acme")
        found.learn(CUSTOMER, [reference])
    change(desk, Customer, desk.mine, name="Renamed")
    with desk.acting("sales1"):
        found.learn(CUSTOMER, [reference])
        assert found.ids(CUSTOMER, reference)[0] == (desk.mine,)
        assert found.ids(fields_of(Customer)["industry"], reference) == ((), ()), "another entity is another name"


def test_an_industry_is_found_by_a_person_who_may_read_no_customer(desk):
    field = fields_of(Customer)["industry"]
    assert field.target == Industry.__tablename__
    assert meant(desk, "marketing", field, "Steel", "steel") == {"Steel": (desk.industry,), "steel": ()}
