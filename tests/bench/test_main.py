"""The whole run, tiny, on a PostgreSQL of its own."""

import tempfile
from pathlib import Path

import psutil
import pytest

from bench import __main__ as bench
from bench.cases import CASES


@pytest.fixture
def place(monkeypatch):
    """Where the run makes its folder; the database server may run as another account."""
    with tempfile.TemporaryDirectory() as name:
        made = Path(name)
        made.chmod(0o711)
        monkeypatch.setattr(tempfile, "tempdir", name)
        yield made


def test_a_run_writes_a_page_with_every_case_and_leaves_nothing_behind(place, tmp_path, capsys):
    out = tmp_path / "RESULTS.md"
    bench.main(["--customers", "60", "--systems", "postgresql", "--rounds", "1", "--out", str(out), "--requests"])
    text = out.read_text(encoding="utf-8")
    assert "## 60 customers, postgresql" in text
    for case in CASES:
        assert text.count(f"| {case.name} |") == len(case.addresses)
    assert "/tmp" not in text
    assert list(place.glob("kemai-bench-*")) == []
    commands = [" ".join(each.info["cmdline"] or []) for each in psutil.process_iter(["cmdline"])]
    assert not [command for command in commands if str(place) in command]
    assert "60 customers on postgresql" in capsys.readouterr().out


def test_what_is_asked_for_can_be_narrowed():
    asked = bench.options(["--customers", "5", "7", "--systems", "sqlite"])
    assert (asked.customers, asked.systems, asked.rounds) == ([5, 7], ["sqlite"], 100)
    with pytest.raises(SystemExit):
        bench.options(["--systems", "oracle"])
