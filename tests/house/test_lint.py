"""The linter is content, and nobody has silenced it without saying why."""

import subprocess
import sys

import pytest

from tests.house import forbidden, tree


def ruff(*arguments):
    return subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", *arguments],
                          cwd=tree.ROOT, capture_output=True, text=True, check=False)


def test_the_linter_finds_nothing():
    told = ruff(".")
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_linter_finds_a_planted_fault(tmp_path):
    (tmp_path / "planted.py").write_text("import os\n")
    told = ruff("--config", str(tree.ROOT / "pyproject.toml"), str(tmp_path))
    assert told.returncode == 1
    assert "F401" in told.stdout


def test_every_silenced_rule_is_explained():
    code = (*tree.rooms_code(), *tree.started_code(), *tree.tests_code())
    assert tree.report({path: forbidden.unexplained_opt_outs(path.read_text(encoding="utf-8")) for path in code}) == []


@pytest.mark.parametrize("mark", ["# no" + "qa", "# no" + "qa: F401", "# no" + "qa: F401,E501", "# no" + "qa: F401 unused",
                                  "# ruff: no" + "qa", "#NO" + "QA:F401"])
def test_silence_without_a_reason_is_found(mark):
    assert [fault.line for fault in forbidden.unexplained_opt_outs(f"x = 1\nimport os  {mark}\n")] == [2]


@pytest.mark.parametrize("mark", ["# no" + "qa: F401  its import registers the listeners", "# an ordinary comment",
                                  "# no" + "qa: F401, E501 - a table that reads best in one line"])
def test_silence_with_rule_and_reason_passes(mark):
    assert forbidden.unexplained_opt_outs(f"import os  {mark}\n") == []
