"""Floors: a floor imports only from below, nothing imports in circles, and imports stand at the top."""

import ast
import itertools
import subprocess
import sys
import tomllib
from pathlib import Path
from textwrap import dedent

import grimp
import pytest

from tests.house import inspection, tree

# From the top floor to the ground; neighbours in one tuple.
FLOORS = (("views",), ("models",), ("workflows",), ("insight", "data"), ("marketing", "support"), ("sales",),
          ("customers",), ("desk",), ("security",), ("kernel",))
LINTER = Path(sys.executable).with_name("lint-imports")


@pytest.fixture(scope="module")
def edges():
    """All (importer, imported) pairs of modules in the house."""
    graph = grimp.build_graph("app", cache_dir=None)
    return {(importer, imported) for importer in graph.modules
            for imported in graph.find_modules_directly_imported_by(importer)}


def contracts():
    settings = tomllib.loads((tree.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["tool"]["importlinter"]["contracts"]


def rooms_of(layer):
    return {room.strip(" ()").removeprefix("app.") for room in layer.split("|")}


def run_linter(folder):
    return subprocess.run([LINTER, "--no-cache", "--config", folder / "pyproject.toml"], cwd=folder, check=False,
                          capture_output=True, text=True)


def test_the_contract_of_the_floors_is_the_one_of_the_house():
    (floors,) = [contract for contract in contracts() if contract["type"] == "layers"]
    written = [rooms_of(layer) for layer in floors["layers"]]
    assert written == [set(neighbours) for neighbours in FLOORS]
    assert not floors.get("ignore_imports")


def test_the_contracts_for_imports_are_kept():
    (floors,) = [contract for contract in contracts() if contract["type"] == "layers"]
    built = {path.stem if path.suffix == ".py" else path.name for path in (tree.ROOT / "app").iterdir()
             if path.suffix == ".py" or (path / "__init__.py").exists()}
    required = {room for layer in floors["layers"] for one in layer.split("|") if "(" not in one
                for room in rooms_of(one)}
    if required - built:
        pytest.skip(f"not built yet: {', '.join(sorted(required - built))}")
    told = run_linter(tree.ROOT)
    assert told.returncode == 0, told.stdout + told.stderr


def test_no_room_imports_from_a_floor_above_or_beside_it(edges):
    tree.expect_none(inspection.floor_faults(edges, FLOORS))


def test_no_modules_import_each_other_in_a_circle(edges):
    assert inspection.import_cycle(edges) is None


def test_imports_stand_at_the_top_except_where_the_house_is_put_together():
    def faults(path):
        allowed = ("create_app",) if tree.name(path) == "app/__init__.py" else ()
        return inspection.lazy_imports(tree.parsed(path), allowed)

    tree.expect_faultless(faults, (*tree.rooms_code(), *tree.started_code()))


@pytest.mark.parametrize(("importer", "imported", "part"), [
    ("app.kernel.entity", "app.sales.models", "from a floor above"),
    ("app.customers.queries", "app.sales.models", "from a floor above"),
    ("app.data.imports", "app.insight.churn", "imports its neighbour"),
    ("app.models", "app.views", "from a floor above"),
])
def test_an_import_that_climbs_or_crosses_is_found(importer, imported, part):
    (fault,) = inspection.floor_faults([(importer, imported)], FLOORS)
    assert part in fault
    assert importer in fault


@pytest.mark.parametrize(("importer", "imported"), [
    ("app.sales.models", "app.customers.models"), ("app.views", "app.kernel.views"), ("app", "app.views"),
    ("app.sales.rules", "app.sales.models"), ("app.commands", "app.views"),
])
def test_an_import_from_below_or_within_the_room_passes(importer, imported):
    assert inspection.floor_faults([(importer, imported)], FLOORS) == []


def test_a_circle_of_three_modules_is_told_in_the_order_of_the_imports():
    circle = inspection.import_cycle([("a", "b"), ("b", "c"), ("c", "a"), ("a", "d")])
    assert circle[0] == circle[-1]
    assert set(circle) == {"a", "b", "c"}
    assert ("a", "b") in set(itertools.pairwise(circle))


def test_modules_that_share_an_import_are_no_circle():
    assert inspection.import_cycle([("a", "c"), ("b", "c"), ("a", "b")]) is None


def test_an_import_inside_a_function_is_found_with_its_line():
    planted = ast.parse(dedent("""\
        import os
        def load():
            if os.sep:
                from app.sales import models
        class Door:
            def open(self):
                import json
        """))
    faults = inspection.lazy_imports(planted)
    assert sorted((fault.line, fault.text.split(":")[0]) for fault in faults) == [
        (4, "an import inside load"), (7, "an import inside open")]


def test_create_app_may_import_and_its_inner_functions_may_not():
    planted = ast.parse(dedent("""\
        def create_app():
            from app import views
            def serve():
                import json
        """))
    (fault,) = inspection.lazy_imports(planted, ("create_app",))
    assert fault.line == 4


def test_imports_under_a_condition_of_the_module_are_not_lazy():
    assert inspection.lazy_imports(ast.parse("if True:\n    import json\nclass A:\n    import os\n")) == []


def test_the_linter_finds_a_planted_climb(tmp_path):
    house = tmp_path / "house"
    house.mkdir()
    for room, text in {"__init__": "", "roof": "import house.cellar\n", "cellar": ""}.items():
        (house / f"{room}.py").write_text(text)
    (tmp_path / "pyproject.toml").write_text(dedent("""\
        [tool.importlinter]
        root_package = "house"
        [[tool.importlinter.contracts]]
        name = "floors"
        type = "layers"
        layers = ["house.roof", "house.cellar"]
        """))
    assert run_linter(tmp_path).returncode == 0
    (house / "roof.py").write_text("")
    (house / "cellar.py").write_text("import house.roof\n")
    told = run_linter(tmp_path)
    assert told.returncode == 1
    assert "house.cellar" in told.stdout
