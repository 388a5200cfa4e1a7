"""The linter works, and nobody silences it without saying which rule and why."""

import subprocess
import sys

import pytest

from tests.house import forbidden, tree


def test_the_linter_finds_a_planted_fault(tmp_path):
    (tmp_path / "planted.py").write_text("import os\n")
    asked = [sys.executable, "-m", "ruff", "check", "--no-cache", "--config", tree.ROOT / "pyproject.toml", tmp_path]
    told = subprocess.run(asked, cwd=tree.ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "F401" in told.stdout


def test_every_silenced_rule_is_explained():
    code = (*tree.rooms_code(), *tree.started_code(), *tree.tests_code())
    tree.expect_faultless(lambda path: forbidden.unexplained_opt_outs(path.read_text(encoding="utf-8")), code)


@pytest.mark.parametrize("mark", ["# no" + "qa", "# no" + "qa: F401", "# no" + "qa: F401,E501", "# ruff: no" + "qa",
                                  "# no" + "qa: F401 unused", "#NO" + "QA:F401"])
def test_silence_without_a_reason_is_found(mark):
    assert [fault.line for fault in forbidden.unexplained_opt_outs(f"x = 1\nimport os  {mark}\n")] == [2]


@pytest.mark.parametrize("mark", ["# no" + "qa: F401  its import registers the listeners", "# an ordinary comment",
                                  "# no" + "qa: F401, E501 - a table that reads best in one line"])
def test_silence_with_rule_and_reason_passes(mark):
    assert forbidden.unexplained_opt_outs(f"import os  {mark}\n") == []


def test_a_text_that_speaks_of_silence_is_no_silence():
    assert forbidden.unexplained_opt_outs('mark = "# no' + 'qa"\n') == []
