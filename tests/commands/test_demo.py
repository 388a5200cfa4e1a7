"""``flask crm demo`` as a person and as a script call it."""

import json

import pytest

from app.commands import demo as command
from app.data.demo import content

PASSWORD = "a-long-demo-password"


@pytest.fixture
def run(app, monkeypatch):
    """Runs the command on a company of three customers."""
    monkeypatch.setitem(content.SIZES, "small", 3)

    def call(*arguments):
        return app.test_cli_runner().invoke(args=["crm", "demo", *arguments])

    return call


def test_it_tells_a_machine_what_came_in(run):
    answer = run("--size", "small", "--seed", "7", "--password", PASSWORD, "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["loaded"] is True
    assert told["rows"]["customer"] == 3
    assert {"sales1", "sales2", "admin"} <= set(told["users"])
    assert told["batch"] > 0


def test_it_tells_a_person_the_logins(run):
    answer = run("--password", PASSWORD)
    assert answer.exit_code == 0, answer.output
    assert "sales1" in answer.stdout
    assert PASSWORD in answer.stdout


def test_if_empty_touches_nothing_where_somebody_works_already(run):
    answer = run("--if-empty", "--password", PASSWORD, "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["loaded"] is False


def test_if_empty_names_the_logins_of_the_company_that_is_here(run):
    run("--password", PASSWORD)
    answer = run("--if-empty", "--password", PASSWORD)
    assert answer.exit_code == 0
    assert "sales1" in answer.stdout


def test_if_empty_says_how_to_get_rid_of_half_a_company(run, monkeypatch):
    def stop(*_rest):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(command.loading, "_add_block", stop)
        run("--password", PASSWORD)
    answer = run("--if-empty", "--password", PASSWORD)
    assert answer.exit_code == 0
    assert "crm undo" in answer.stdout


def test_a_second_company_is_refused_with_a_status(run):
    run("--password", PASSWORD)
    answer = run("--password", PASSWORD, "--json")
    assert answer.exit_code == 1
    assert "already" in json.loads(answer.stdout)["error"]


def test_a_weak_password_is_refused_with_a_status(run):
    answer = run("--password", "short", "--json")
    assert answer.exit_code == 1
    assert "password" in json.loads(answer.stdout)["problems"]


def test_an_unknown_size_is_refused(run):
    assert run("--size", "huge", "--password", PASSWORD).exit_code == 2


def test_a_terminal_sees_progress(run, monkeypatch):
    shown = []

    class Bar:
        def __enter__(self):
            return self

        def __exit__(self, *_rest):
            return None

        def update(self, number):
            shown.append(number)

    monkeypatch.setattr(command, "sys", type("Terminal", (), {"stderr": type("Err", (), {"isatty": lambda: True})}))
    monkeypatch.setattr(command.click, "progressbar", lambda **_options: Bar())
    assert run("--password", PASSWORD).exit_code == 0
    assert shown == [3]
