"""Pure checkers of shape: each takes a syntax tree, a path or numbers and answers the faults that it finds.

What a checker knows of the house is given to it, so that a test can plant a fault in a text of three lines.
"""

import ast
import graphlib
import math
from pathlib import PurePosixPath
from typing import NamedTuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
FURNITURE = ("rules", "models", "queries", "operations", "views")
RUMMAGE = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}


class Fault(NamedTuple):
    """A line and what is wrong there."""

    line: int
    text: str


def functions(tree):
    """All functions and methods of a module, nested ones too."""
    return [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]


def length(function):
    """Lines from ``def`` to the last line of the body."""
    return function.end_lineno - function.lineno + 1


def long_functions(tree, most):
    """Functions of more than `most` lines."""
    return [Fault(node.lineno, f"{node.name} has {length(node)} lines, {most} are allowed: split it by what it does")
            for node in functions(tree) if length(node) > most]


def percentile(numbers, part):
    """The smallest of `numbers` that at least `part` (0 to 1) of them do not exceed; 0 if there are none."""
    ordered = sorted(numbers)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)] if ordered else 0


def line_count(text):
    """Lines of a file, a last one without line end included."""
    return len(text.splitlines())


def rummage_names(path):
    """Parts of a path that say nothing about what lies there."""
    parts = [*PurePosixPath(path).parent.parts, PurePosixPath(path).stem]
    return [Fault(1, f"{part!r} says nothing about what lies there: name it for its purpose")
            for part in parts if part.removeprefix("test_").strip("_").lower() in RUMMAGE]


def lazy_imports(tree, allowed=()):
    """Imports inside functions other than those named in `allowed`."""
    return [Fault(found.lineno, f"an import inside {node.name}: move it to the top of the module")
            for node in functions(tree) if node.name not in allowed
            for found in _own_nodes(node) if isinstance(found, (ast.Import, ast.ImportFrom))]


def _own_nodes(function):
    """What stands in a function, but not in the functions inside it."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, FUNCTIONS):
            waiting.extend(ast.iter_child_nodes(node))


def import_cycle(edges):
    """One cycle among (importer, imported) pairs as a list that begins and ends with the same module, or None."""
    sorter = graphlib.TopologicalSorter()
    for importer, imported in edges:
        sorter.add(importer, imported)
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        return list(reversed(error.args[1]))
    return None


def floor_faults(edges, floors):
    """Imports among (importer, imported) pairs of modules below ``app`` that climb or cross over.

    `floors` are tuples of rooms from the top floor to the ground; rooms of one floor are neighbours.
    """
    level = {room: place for place, neighbours in enumerate(floors) for room in neighbours}
    found = []
    for importer, imported in sorted(edges):
        upper, lower = (module.split(".")[1] if "." in module else None for module in (importer, imported))
        if upper == lower or upper not in level or lower not in level:
            continue
        if level[upper] > level[lower]:
            found.append(f"{importer} imports {imported} from a floor above: speak through an event")
        elif level[upper] == level[lower]:
            found.append(f"{importer} imports its neighbour {imported}")
    return found


def imported_modules(tree):
    """(line, dotted module) of every import anywhere in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def framework_imports(tree, frameworks=("flask", "sqlalchemy", "werkzeug", "wtforms", "jinja2", "marshmallow")):
    """Imports of a web or database framework, its extensions included."""
    return [Fault(line, f"imports {module}: a rule takes values in and gives problems or numbers out")
            for line, module in imported_modules(tree) if module.startswith(frameworks)]


def room_faults(path, parts):
    """What is wrong with the place of a module below app/, if anything.

    `parts` maps rooms to the names that are allowed there beside the furniture; rooms that are not in it are free.
    """
    place = PurePosixPath(path).with_suffix("").parts[1:]
    if len(place) < 2 or place[0] not in parts:
        return []
    known = {"__init__", *FURNITURE, *parts[place[0]]}
    if place[1] not in known:
        return [Fault(1, f"{place[1]!r} is no furniture of the room {place[0]!r} ({', '.join(FURNITURE)}) "
                         "and no named part of it")]
    return []


def furniture_of(module):
    """Which furniture of its room the dotted `module` belongs to: ``rules`` for ``app.sales.rules.deals``; or None."""
    return next((part for part in module.split(".")[2:] if part in FURNITURE), None)


def mirrors(path):
    """Where the tests of a module below app/ may lie: path for path, or in one file for the package it is part of."""
    place = PurePosixPath(path).with_suffix("")
    inside = PurePosixPath(*place.parts[1:])
    candidates = [inside.parent / f"test_{inside.name}.py"]
    if len(inside.parts) > 2:
        candidates.append(inside.parent.parent / f"test_{inside.parent.name}.py")
    return [str("tests" / candidate) for candidate in candidates]


def does_something(tree):
    """Whether a module defines a function or a class, rather than only constants and imports."""
    return any(isinstance(node, (*FUNCTIONS, ast.ClassDef)) for node in tree.body)


def short_test_names(tree, words=4):
    """Tests whose names have fewer than `words` words after ``test``."""
    return [Fault(node.lineno, f"{node.name} is no sentence: say what holds, in at least {words} words")
            for node in functions(tree)
            if node.name.startswith("test_") and len([part for part in node.name.split("_")[1:] if part]) < words]


def undocumented(tree):
    """Public classes and module-level functions without a docstring."""
    return [Fault(node.lineno, f"{node.name} has no docstring") for node in tree.body
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not node.name.startswith("_")
            and not ast.get_docstring(node)]


def unhinted(tree):
    """Public functions, and public methods of public classes, with a parameter or result without type hint."""
    found = []
    for node in tree.body:
        if isinstance(node, FUNCTIONS):
            found += _missing_hints(node, method=False)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for inner in node.body:
                if isinstance(inner, FUNCTIONS):
                    found += _missing_hints(inner, method=True)
    return found


def _missing_hints(function, method):
    if function.name.startswith("_"):
        return []
    given = function.args
    plain = [*given.posonlyargs, *given.args]
    static = any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in function.decorator_list)
    checked = [*(plain[1:] if method and not static else plain), *given.kwonlyargs,
               *(extra for extra in (given.vararg, given.kwarg) if extra)]
    missing = [parameter.arg for parameter in checked if parameter.annotation is None]
    if function.returns is None:
        missing.append("return")
    return [Fault(function.lineno, f"{function.name} has no type hint for {', '.join(missing)}")] if missing else []


def command_paths(group, path):
    """(path, command) of every command below a click group that is no group itself: ``("crm user add", ...)``."""
    for key, command in sorted(group.commands.items()):
        inner = f"{path} {key}"
        if hasattr(command, "commands"):
            yield from command_paths(command, inner)
        else:
            yield inner, command


def unnamed_in(text, names):
    """The `names` that do not occur in `text` as whole words."""
    return [one for one in names if not _occurs(text, one)]


def _occurs(text, sought):
    start = text.find(sought)
    while start >= 0:
        before, after = text[start - 1:start], text[start + len(sought):start + len(sought) + 1]
        if not (before.isalnum() or before == "_" or after.isalnum() or after == "_"):
            return True
        start = text.find(sought, start + 1)
    return False
