"""Settings: declared in code, chosen as rows."""

import pytest
import sqlalchemy as sa

from app.kernel import settings
from app.kernel.database import session, unit
from app.kernel.errors import RuleError
from app.kernel.settings import Setting, read_setting


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    """A setting of the tests' own."""
    monkeypatch.setattr(settings, "_declared", dict(settings._declared))
    settings.declare("days", default=3, kind="integer", label="Days", least=1, most=30)


def choose(company, value, name="days"):
    """Write the setting's row as the administrator."""
    with company.acting("admin"), unit() as current:
        row = current.scalars(sa.select(Setting).where(Setting.name == name)).first()
        if row is None:
            current.add(Setting(name=name, value=value))
        else:
            row.value = value


def test_without_a_row_the_default_is_in_force(company):
    with company.acting("sales1"):
        assert read_setting("days") == 3


def test_the_row_is_in_force_for_everybody_and_typed(company):
    choose(company, "7")
    with company.acting("sales1"):
        assert read_setting("days") == 7
    choose(company, "")
    with company.acting("sales1"):
        assert read_setting("days") == 3


@pytest.mark.parametrize(("name", "value", "field"), [
    ("days", "seven", "value"), ("days", "0", "value"), ("days", "31", "value"), ("nothing", "1", "name")])
def test_a_wrong_value_or_name_is_refused(company, name, value, field):
    with pytest.raises(RuleError) as raised:
        choose(company, value, name)
    assert list(raised.value.problems) == [field]


def test_an_undeclared_setting_is_a_bug(company):
    with company.acting("sales1"), pytest.raises(KeyError):
        read_setting("nothing")


def test_settings_are_read_in_one_statement_for_a_whole_unit(company):
    with company.acting("system"), unit():
        assert read_setting("days") == 3
        session().info["found"]["settings"]["days"] = "9"
        assert read_setting("days") == 9


def test_what_is_declared_cannot_be_changed_from_outside():
    settings.declared().clear()
    assert settings.declared()["days"].default == 3
    assert settings.declared()["days"].field().least == 1
