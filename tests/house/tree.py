"""The files of the house: where the tests about it look."""

import ast
import os
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {".git", ".venv", "__pycache__", "node_modules", "instance", ".pytest_cache", ".ruff_cache", ".mypy_cache",
           ".hypothesis", ".import_linter_cache"}


def name(path):
    """The path from the root of the house, with slashes."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path):
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=name(path))


@cache
def rooms_code():
    """Every Python file below app/."""
    return tuple(sorted(ROOT.glob("app/**/*.py")))


@cache
def started_code():
    """The Python files beside app/: what starts, builds and measures the house."""
    return tuple(sorted((*ROOT.glob("*.py"), *ROOT.glob("frontend/*.py"), *ROOT.glob("bench/**/*.py"))))


@cache
def tests_code():
    """Every Python file below tests/."""
    return tuple(sorted(ROOT.glob("tests/**/*.py")))


def _listed_by_git():
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return [ROOT / line for line in told.stdout.split("\0") if line] if told.returncode == 0 else None


def _walked():
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [one for one in folders if one not in SKIPPED]
        yield from (Path(folder, one) for one in files)


@cache
def committed_texts():
    """Path and text of every file that is or would be committed and can be read as UTF-8."""
    listed = _listed_by_git() if (ROOT / ".git").exists() else None
    found = []
    for path in sorted(_walked() if listed is None else listed):
        if SKIPPED.isdisjoint(path.relative_to(ROOT).parts) and path.is_file():
            try:
                found.append((path, path.read_text(encoding="utf-8")))
            except UnicodeDecodeError:
                continue
    return tuple(found)


def expect_none(lines):
    """Fail with all of `lines`, which the runner would shorten if it compared them itself."""
    told = "\n".join(lines)
    assert not told, f"\n{told}"


def expect_faultless(checker, paths):
    """Fail with every fault that `checker(path)` finds in `paths`, as lines that an editor can jump to."""
    expect_none(f"{name(path)}:{fault.line}: {fault.text}" for path in paths for fault in checker(path))
