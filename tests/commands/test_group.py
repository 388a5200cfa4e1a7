"""What all commands share: who acts, how an answer looks, how a refusal ends."""

import json

import click
import pytest

from app.commands.group import actor_named, answer, as_json, guarded
from app.kernel.actor import circumstance
from app.kernel.errors import CrmError, RuleError
from app.kernel.problems import problem


@click.command()
@click.argument("what")
@as_json
@guarded
def planted(what, json_):
    """Answer, or refuse."""
    if what == "refuse":
        raise RuleError(problems={"name": problem("Say a name.")})
    answer(json_, f"{what} by {circumstance().channel}", what=what)


def run(company, *words):
    with company.app.app_context():
        return company.app.test_cli_runner().invoke(planted, words)


def test_an_answer_is_text_for_people_and_one_object_for_machines(company):
    assert run(company, "hello").output == "hello by cli\n"
    assert json.loads(run(company, "hello", "--json").output) == {"what": "hello"}


def test_a_refusal_is_told_in_words_and_ends_with_one(company):
    told = run(company, "refuse")
    assert told.exit_code == 1
    assert "name: Say a name." in told.output
    told = run(company, "refuse", "--json")
    assert told.exit_code == 1
    assert json.loads(told.output)["problems"] == {"name": "Say a name."}


def test_the_named_user_acts_and_the_system_without_a_name(company):
    with company.app.app_context():
        assert actor_named(None).is_system
        assert actor_named("sales1").id == company.ids["sales1"]
        with pytest.raises(CrmError, match="no active user"):
            actor_named("nobody")
