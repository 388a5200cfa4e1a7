"""The life of a request: who acts, refusals in words, bugs with a number."""

import logging
import sqlite3

import pytest
from flask import Flask
from sqlalchemy import exc
from sqlalchemy.orm.exc import StaleDataError
from werkzeug import exceptions
from werkzeug.routing import RequestRedirect

from app.kernel import errors
from app.kernel.actor import NOBODY, acting_or_none
from app.kernel.problems import problem
from app.kernel.web import wants_json
from tests.kernel.counting import counted

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def failing(new_app):
    """An app with a route that raises what the test puts there; `text` and `json` ask for it."""
    app = new_app()
    raised = []

    @app.get("/failing")
    def failing():
        raise raised[0]

    def ask(error, **headers):
        raised[:] = [error]
        return app.test_client().get("/failing", headers=headers)

    return ask


@pytest.mark.parametrize(("error", "status"), [
    (errors.Malformed(), 400), (errors.Unknown(), 401), (errors.NotAllowed(), 403), (errors.Missing(), 404),
    (errors.Stale(), 409), (errors.RuleError(), 422), (errors.TooMany(), 429), (errors.Unavailable(), 503),
    (exc.IntegrityError("INSERT", {}, Exception("secret value")), 409),
    (exc.OperationalError("SELECT", {}, Exception("secret value")), 500), (ZeroDivisionError("secret value"), 500)])
def test_a_program_reads_each_refusal_as_json(failing, error, status):
    answer = failing(error, Accept="application/json")
    assert answer.status_code == status
    assert set(answer.json) == {"message", "problems"}
    assert "secret" not in answer.get_data(as_text=True)


def test_problems_stand_by_their_fields(failing):
    error = errors.RuleError(problems={"amount": problem("At least %(least)s.", least=3)})
    answer = failing(error, **{"Accept": "application/json", "Accept-Language": "en"})
    assert answer.json["problems"] == {"amount": "At least 3."}


@pytest.mark.parametrize("error", [errors.NotAllowed(), errors.RuleError(problems={"a": problem("Wrong.")}),
                                   ZeroDivisionError()])
def test_a_person_reads_a_page(failing, error):
    answer = failing(error)
    assert answer.mimetype == "text/html"
    assert answer.status_code == getattr(error, "status", 500)


def test_a_visitor_is_led_to_the_login_and_back(failing):
    answer = failing(errors.Unknown())
    assert answer.status_code == 302
    assert "/login/" in answer.location
    assert "failing" in answer.location


def test_too_many_and_busy_say_when_to_come_again(failing):
    late = errors.TooMany()
    late.retry_after = 30
    assert failing(late, Accept="application/json").headers["Retry-After"] == "30"
    assert failing(errors.Unavailable()).headers["Retry-After"] == "2"


def test_a_bug_has_a_number_that_stands_in_the_log(failing, caplog):
    with caplog.at_level(logging.ERROR, "app.kernel.web"):
        answer = failing(ZeroDivisionError(), Accept="application/json")
    (record,) = [each for each in caplog.records if "bug in request" in each.message]
    assert record.args[0] in answer.json["message"]


@pytest.mark.parametrize(("path", "headers", "expected"), [
    ("/x", {}, False), ("/x", {"Accept": "text/html,*/*"}, False), ("/x", {"Accept": "application/json"}, True),
    ("/x", {"Authorization": "Bearer a"}, True), ("/api/v1/x", {"Accept": "text/html"}, True)])
def test_programs_are_told_from_people(databases, path, headers, expected):
    with Flask("plain").test_request_context(path, headers=headers):
        assert wants_json() is expected


def test_an_unknown_address_and_method_are_answered_in_words(app):
    client = app.test_client()
    assert client.get("/api/v1/nothing").status_code == 404
    assert set(client.get("/api/v1/nothing").json) == {"message", "problems"}
    assert client.put("/login/").status_code in (400, 405)


def test_nobody_acts_any_more_after_a_request(app):
    app.test_client().get("/login/")
    assert acting_or_none() in (None, NOBODY)


def test_a_busy_database_is_said_to_be_busy_and_not_broken(failing):
    busy = exc.OperationalError("UPDATE", {}, sqlite3.OperationalError("database is locked"))
    answer = failing(busy, Accept="application/json")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    broken = exc.OperationalError("UPDATE", {}, sqlite3.OperationalError("no such table: customer"))
    answer = failing(broken, Accept="application/json")
    assert answer.status_code == 500
    assert "customer" not in answer.get_data(as_text=True)


def test_a_redirect_that_is_raised_is_followed_and_no_refusal(failing):
    answer = failing(RequestRedirect("/login/"))
    assert (answer.status_code, answer.location) == (308, "/login/")


@pytest.mark.parametrize(("error", "status"), [
    (exceptions.MethodNotAllowed(), 405), (exceptions.RequestEntityTooLarge(), 413), (exceptions.NotFound(), 404),
    (exceptions.BadRequest(), 400), (exceptions.Forbidden(), 403), (exceptions.UnsupportedMediaType(), 415),
    (exceptions.TooManyRequests(), 429), (exceptions.ServiceUnavailable(), 503), (StaleDataError("UPDATE"), 409)])
def test_what_the_framework_refuses_is_said_in_our_shape(failing, error, status):
    answer = failing(error, Accept="application/json")
    assert answer.status_code == status
    assert set(answer.json) == {"message", "problems"}
    assert "UPDATE" not in answer.json["message"]


@pytest.mark.parametrize(("language", "said"), [
    ("en", "The system is busy. Please try again."), ("zh", "系统繁忙，请重试。")])
def test_a_refusal_is_said_in_the_language_of_the_reader(failing, language, said):
    answer = failing(errors.Unavailable(), **{"Accept": "application/json", "Accept-Language": language})
    assert answer.json["message"] == said


def test_a_file_of_the_program_is_served_without_asking_who_reads_it(app):
    with counted(app) as count:
        answer = app.test_client().get("/static/css/no-such-file.css")
    assert answer.status_code == 404
    assert len(count) == 0


class NotModified(exceptions.HTTPException):
    code = 304
    description = "nothing new"


def test_an_answer_that_is_no_refusal_stays_what_it_is(failing):
    assert failing(NotModified(), Accept="application/json").status_code == 304
