"""The linter is content, as `make lint` asks it."""

import subprocess
import sys

from tests.house import tree


def test_the_linter_finds_nothing():
    asked = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise"]
    told = subprocess.run(asked, cwd=tree.ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
