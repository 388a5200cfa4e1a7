"""Keys bear their names whatever was imported first: Flask-AppBuilder's tables take them when they are made."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import importlib, sys
importlib.import_module(sys.argv[1])
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
print(sorted(str(each.name) for each in Model.metadata.tables["ab_permission_view_role"].constraints))
"""


@pytest.mark.parametrize("module", ["app.commands", "app.commands.group", "app.kernel.views", "app.models",
                                    "bench.company"])
def test_whatever_comes_first_the_keys_bear_their_names(module):
    said = subprocess.run([sys.executable, "-c", PROGRAM, module], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "fk_ab_permission_view_role_role_id" in said.stdout
    assert "pk_ab_permission_view_role" in said.stdout
