"""Rooms: the same furniture everywhere, pure rules, a mirrored test for every module, tests named as sentences."""

import ast

import grimp
import pytest

from tests.house import inspection, tree

# Rooms of business have furniture only. The others have parts of their own, which may hold furniture again.
PARTS = {
    "desk": (), "customers": (), "sales": (), "support": (), "marketing": (),
    "security": ("roles", "passwords", "csrf", "headers", "sessions", "manager", "door", "watch", "templates", "audit",
                 "throttle", "encryption"),
    "insight": ("churn", "forecast", "rfm", "association", "profiles", "dashboards"),
    "data": ("reading", "writing", "imports", "exports", "duplicates", "quality", "connectors", "backup", "demo"),
    "workflows": ("runtime",),
}
ROOMS = {"kernel", *PARTS}
ABOVE_THE_ROOMS = {"__init__", "models", "views", "commands", "templates", "static", "translations"}


def rules_modules():
    modules = {path: tree.name(path).removesuffix(".py").replace("/", ".") for path in tree.rooms_code()}
    return [path for path, module in modules.items() if inspection.furniture_of(module) == "rules"]


def test_the_house_has_its_rooms_and_what_stands_above_them_and_nothing_else():
    found = {path.stem for path in (tree.ROOT / "app").iterdir()} - {"__pycache__"}
    assert found <= ROOMS | ABOVE_THE_ROOMS


def test_every_room_has_the_furniture_of_the_house():
    tree.expect_faultless(lambda path: inspection.room_faults(tree.name(path), PARTS), tree.rooms_code())


def test_rules_import_neither_the_web_nor_the_database():
    tree.expect_faultless(lambda path: inspection.framework_imports(tree.parsed(path)), rules_modules())


def test_rules_do_not_reach_models_operations_or_views_through_others():
    graph = grimp.build_graph("app", cache_dir=None)
    kinds = {module: inspection.furniture_of(module) for module in graph.modules}
    impure = {module for module, kind in kinds.items() if kind not in (None, "rules")}
    rules = [module for module, kind in kinds.items() if kind == "rules"]
    found = {module: sorted(graph.find_upstream_modules(module) & impure) for module in rules}
    tree.expect_none(f"{module} reaches {', '.join(reached)}" for module, reached in found.items() if reached)


def test_every_module_has_its_mirrored_tests():
    modules = [path for path in tree.rooms_code()
               if path.name != "__init__.py" and inspection.does_something(tree.parsed(path))]
    wanted = {tree.name(path): inspection.mirrors(tree.name(path)) for path in modules}
    tree.expect_none(f"{module} has no tests in {' or '.join(places)}" for module, places in wanted.items()
                     if not any((tree.ROOT / place).exists() for place in places))


def test_every_test_is_named_as_a_sentence():
    tree.expect_faultless(lambda path: inspection.short_test_names(tree.parsed(path)), tree.tests_code())


def test_every_file_of_tests_can_be_found_by_the_runner():
    astray = [tree.name(path) for path in tree.tests_code() if not path.name.startswith("test_")
              and any(function.name.startswith("test_") for function in tree.parsed(path).body
                      if isinstance(function, inspection.FUNCTIONS))]
    assert astray == []


@pytest.mark.parametrize("path", ["app/sales/services.py", "app/sales/logic/deals.py", "app/customers/forms.py",
                                  "app/workflows/magic.py"])
def test_a_strange_piece_of_furniture_is_found(path):
    (fault,) = inspection.room_faults(path, PARTS)
    assert "is no furniture" in fault.text


@pytest.mark.parametrize("path", ["app/sales/rules.py", "app/sales/rules/deals.py", "app/sales/__init__.py",
                                  "app/kernel/gate.py", "app/insight/churn/rules/signs.py", "app/models.py",
                                  "app/__init__.py"])
def test_furniture_parts_and_kernel_modules_pass(path):
    assert inspection.room_faults(path, PARTS) == []


@pytest.mark.parametrize(("module", "expected"), [
    ("app.sales.rules", "rules"), ("app.sales.rules.models", "rules"), ("app.workflows.models.rules", "models"),
    ("app.insight.churn.rules.signs", "rules"), ("app.kernel.gate", None), ("app.models", None), ("app", None),
])
def test_a_module_belongs_to_the_outermost_furniture_it_lies_in(module, expected):
    assert inspection.furniture_of(module) == expected


@pytest.mark.parametrize("text", ["import flask", "from flask_babel import lazy_gettext", "import sqlalchemy as sa",
                                  "from sqlalchemy.orm import Session", "def f():\n    import werkzeug"])
def test_a_framework_in_a_rule_is_found(text):
    (fault,) = inspection.framework_imports(ast.parse(text))
    assert fault.line == text.count("\n") + 1


@pytest.mark.parametrize("text", ["import datetime", "from app.kernel.problems import N_",
                                  "from app.sales import rules"])
def test_plain_imports_in_a_rule_pass(text):
    assert inspection.framework_imports(ast.parse(text)) == []


@pytest.mark.parametrize(("path", "expected"), [
    ("app/sales/rules.py", ["tests/sales/test_rules.py"]),
    ("app/views.py", ["tests/test_views.py"]),
    ("app/commands/init.py", ["tests/commands/test_init.py"]),
    ("app/sales/rules/deals.py", ["tests/sales/rules/test_deals.py", "tests/sales/test_rules.py"]),
    ("app/kernel/filters/tree.py", ["tests/kernel/filters/test_tree.py", "tests/kernel/test_filters.py"]),
    ("app/insight/churn/rules/signs.py", ["tests/insight/churn/rules/test_signs.py",
                                          "tests/insight/churn/test_rules.py"]),
])
def test_the_mirror_of_a_module_lies_path_for_path(path, expected):
    assert inspection.mirrors(path) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("LIMIT = 3\nfrom a import b\n", False), ("def act():\n    pass\n", True), ("class Room:\n    pass\n", True),
    ('"""Only words."""\n', False), ("async def act():\n    pass\n", True),
])
def test_only_modules_that_define_something_need_tests(text, expected):
    assert inspection.does_something(ast.parse(text)) is expected


def test_a_test_whose_name_is_no_sentence_is_found():
    planted = ast.parse("def test_login():\n    pass\nclass TestX:\n    def test_it_works_(self):\n        pass\n"
                        "def test_a_zero_survives_here():\n    pass\n")
    assert sorted(fault.line for fault in inspection.short_test_names(planted)) == [1, 4]
