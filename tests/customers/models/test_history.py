"""The two histories hold what cannot be filled in later."""

from app.customers.models import Customer, LifecycleChange, OwnerChange
from app.customers.models.customer import LIFECYCLE_STAGES
from app.customers.models.history import REASONS
from app.customers.rules import lifecycle, pool
from app.kernel.fields import fields_of


def test_the_history_of_stages_knows_every_stage_and_reason():
    assert tuple(LIFECYCLE_STAGES) == lifecycle.STAGES == tuple(fields_of(LifecycleChange)["to_stage"].choices)
    made = {lifecycle.why(before, after) for before in (None, *lifecycle.STAGES) for after in lifecycle.STAGES}
    assert made == set(REASONS)


def test_nothing_of_it_can_be_written_from_outside():
    outside = {name for name, field in fields_of(LifecycleChange).items() if not field.readonly}
    assert outside <= {"owner", "team"}


def test_a_row_of_the_history_carries_owner_and_team(office):
    office.add(Customer, name="Blue River", by="sales1")
    mine = office.ids["sales1"]
    assert office.rows(LifecycleChange, "owner_id", "team_id") == [(mine, office.teams["East"])]
    assert office.rows(OwnerChange, "kind", "to_owner_id") == [(pool.CREATED, mine)]
