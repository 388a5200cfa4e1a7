"""Every setting is declared, documented and read in one place."""

import ast
import re
from pathlib import Path

import pytest

from environment import SETTINGS, markdown

ROOT = Path(__file__).parents[2]
READERS = {"config.py"}
PRODUCT = [file for folder in ("app", "migrations", "bench") for file in (ROOT / folder).rglob("*.py")]
PRODUCT += list(ROOT.glob("*.py"))


def test_the_table_of_the_documentation_is_the_table_of_the_code():
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert markdown() in text, f"put this into docs/operations.md:\n\n{markdown()}"


def test_every_setting_that_other_systems_rely_on_is_there():
    promised = {"DATABASE_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "CRM_BASE_URL", "CRM_LOCALE", "CRM_TIMEZONE",
                "CRM_CURRENCY", "SMTP_URL", "UPLOAD_DIR", "PORT", "HOST"}
    assert promised <= {setting.name for setting in SETTINGS}


def test_no_setting_is_declared_twice():
    names = [setting.name for setting in SETTINGS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_has_a_unit_and_says_what_it_does(setting):
    assert setting.unit
    assert setting.description.endswith(".")
    assert "|" not in setting.unit + setting.default + setting.description


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_default_names_earlier_settings_only(setting):
    earlier = {other.name for other in SETTINGS[:SETTINGS.index(setting)]}
    assert set(re.findall(r"\{(\w+)\}", setting.default)) <= earlier


def reads_the_environment(source):
    """Whether a module looks into the environment itself."""
    return any((isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"))
               or (isinstance(node, ast.ImportFrom) and {alias.name for alias in node.names} & {"environ", "getenv"})
               for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize(("source", "expected"), [
    ("import os\nos.environ['HOME']", True),
    ("import os\nos.getenv('HOME')", True),
    ("from os import environ", True),
    ("from environment import SETTINGS", False),
    ("environ = 1", False),
])
def test_a_look_into_the_environment_is_noticed(source, expected):
    assert reads_the_environment(source) is expected


def test_nothing_but_the_configuration_looks_into_the_environment():
    guilty = [str(file.relative_to(ROOT)) for file in PRODUCT if reads_the_environment(file.read_text("utf-8"))]
    assert set(guilty) <= READERS


def test_every_setting_is_used():
    source = "\n".join(file.read_text("utf-8") for file in PRODUCT if file.name != "environment.py")
    unused = [setting.name for setting in SETTINGS if not re.search(rf"\b{setting.name}\b", source)]
    assert unused == []
