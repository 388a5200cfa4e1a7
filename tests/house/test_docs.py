"""Documents: every setting, every command and every public function is explained."""

import ast
from textwrap import dedent

import click
import pytest

import environment
from tests.house import inspection, tree


def documents():
    """All that a reader may look at, as one text."""
    paths = [*tree.ROOT.glob("*.md"), *tree.ROOT.glob("docs/**/*.md")]
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(paths))


@pytest.fixture
def crm(app):
    """The command group of the product."""
    return app.cli.commands["crm"]


def test_every_setting_is_documented():
    tree.expect_none(inspection.unnamed_in(documents(), [setting.name for setting in environment.SETTINGS]))


def test_every_setting_has_a_unit_and_a_description():
    assert [one.name for one in environment.SETTINGS if not (one.unit and one.description.endswith("."))] == []


def test_the_table_of_settings_is_the_one_that_the_code_prints():
    assert environment.markdown().strip() in documents()


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_command_is_documented(crm):
    names = [f"flask {path}" for path, _ in inspection.command_paths(crm, "crm")]
    assert names
    tree.expect_none(inspection.unnamed_in(documents(), names))


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_command_and_option_explains_itself(crm):
    silent = []
    for path, command in inspection.command_paths(crm, "crm"):
        silent += [] if command.help else [path]
        silent += [f"{path} {option.opts[0]}" for option in command.params
                   if isinstance(option, click.Option) and not option.help]
    tree.expect_none(silent)


def test_every_public_function_and_class_has_a_docstring():
    code = [*tree.rooms_code(), *tree.started_code()]
    tree.expect_faultless(lambda path: inspection.undocumented(tree.parsed(path)), code)


def test_every_module_says_what_it_is_for():
    code = [*tree.rooms_code(), *tree.started_code()]
    modules = {tree.name(path): tree.parsed(path) for path in code}
    tree.expect_none(name for name, module in modules.items() if module.body and not ast.get_docstring(module))


def test_every_public_function_and_method_has_type_hints():
    code = [*tree.rooms_code(), *tree.started_code()]
    tree.expect_faultless(lambda path: inspection.unhinted(tree.parsed(path)), code)


def test_a_missing_docstring_is_found():
    planted = ast.parse(dedent('''\
        def told():
            """Says so."""
        def silent():
            pass
        class Silent:
            def method(self):
                pass
        def _private():
            pass
        '''))
    assert [fault.text.split()[0] for fault in inspection.undocumented(planted)] == ["silent", "Silent"]


def test_missing_hints_are_found_and_named():
    planted = ast.parse(dedent("""\
        def good(a: int, *rest: int, key: str = "", **more: str) -> None: ...
        def bad(a, b: int, *rest, key, **more): ...
        def no_result(a: int): ...
        def _private(a): ...
        class Room:
            def __init__(self, a): ...
            def good(self, a: int) -> None: ...
            def bad(self, a) -> None: ...
            @staticmethod
            def alone(a) -> None: ...
            @classmethod
            def made(cls) -> None: ...
        class _Private:
            def bad(self, a): ...
        """))
    assert [(fault.line, fault.text) for fault in inspection.unhinted(planted)] == [
        (2, "bad has no type hint for a, key, rest, more, return"),
        (3, "no_result has no type hint for return"),
        (8, "bad has no type hint for a"),
        (10, "alone has no type hint for a"),
    ]


def test_commands_are_found_through_groups_within_groups():
    top, inner = click.Group("crm"), click.Group("user")
    inner.add_command(click.Command("add"))
    top.add_command(inner)
    top.add_command(click.Command("doctor"))
    assert [path for path, _ in inspection.command_paths(top, "crm")] == ["crm doctor", "crm user add"]


def test_a_name_that_no_document_mentions_is_found():
    text = "Set `PORT`. Run `flask crm user add NAME`. UPLOAD_DIRECTORY."
    named = ["PORT", "flask crm user add", "flask crm user"]
    assert inspection.unnamed_in(text, [*named, "HOST", "UPLOAD_DIR", "POR"]) == ["HOST", "UPLOAD_DIR", "POR"]


def test_a_longer_word_does_not_document_a_shorter_one():
    assert inspection.unnamed_in("flask crm undoing", ["flask crm undo"]) == ["flask crm undo"]
    assert inspection.unnamed_in("undoing, then flask crm undo", ["flask crm undo"]) == []
