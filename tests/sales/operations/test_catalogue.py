"""What an empty installation begins with."""

from app.sales.models import LeadSource, LossReason, Pipeline, Stage
from app.sales.operations import lay_out_catalogue
from app.sales.operations.catalogue import STAGES


def test_there_is_a_pipeline_with_open_stages_and_both_ends(office):
    office.as_("system", lay_out_catalogue)
    assert office.rows(Stage, "key", "category", "order", "probability") == [
        (key, category, order, probability)
        for order, (key, _label, category, _days, probability) in enumerate(STAGES, start=1)]
    assert office.count(LossReason) > 3
    assert all(measure and strategy for measure, strategy in office.rows(LeadSource, "measure", "strategy"))


def test_laying_it_out_again_adds_nothing(office):
    for _time in range(2):
        office.as_("system", lay_out_catalogue)
    assert (office.count(Pipeline), office.count(Stage)) == (1, len(STAGES))


def test_what_an_admin_made_is_left_alone(office):
    office.add(LossReason, name="Ours", by="admin")
    office.as_("system", lay_out_catalogue)
    assert office.rows(LossReason, "name") == [("Ours",)]
    assert office.count(Pipeline) == 1
