"""The promised hours as settings that an admin edits."""

import pytest

from app.kernel.settings import Setting, declared
from app.support.models.hours import promise_of
from app.support.rules.promises import USUAL_HOURS, Promise
from tests.desk.records import edit, stored


@pytest.mark.parametrize("priority", USUAL_HOURS)
def test_every_priority_has_two_settings_with_the_usual_hours(company, priority):
    with company.acting("sales1"):
        assert promise_of(priority) == Promise(*USUAL_HOURS[priority])
    assert {f"support.response_hours.{priority}", f"support.resolution_hours.{priority}"} <= set(declared())


def test_an_edited_row_is_what_counts(company):
    (row,) = stored(company, Setting, "id", where=Setting.name == "support.resolution_hours.low")
    edit(company, Setting, row, value="99")
    with company.acting("sales1"):
        assert promise_of("low") == Promise(24, 99)


def test_an_unknown_priority_promises_nothing(company):
    with company.acting("sales1"):
        assert promise_of("extreme") == Promise(0, 0)


def test_the_label_of_a_setting_names_its_priority():
    assert "Urgent" in str(declared()["support.response_hours.urgent"].label)
