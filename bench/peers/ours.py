"""The product as it is served: its own application, asked with the cookie of a login."""

from collections.abc import Mapping

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from bench import company


def make(given: Mapping[str, str]) -> Flask:
    """The application on the database."""
    return create_app(company.settings(given))


def log_in(app: Flask, user: str) -> FlaskClient:
    """A browser of the user."""
    client = app.test_client()
    page = client.get("/login/").text
    token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
    answer = client.post("/login/", data={"username": user, "password": app.config["SECRET_KEY"], "csrf_token": token})
    if answer.status_code != 302:
        raise RuntimeError(f"{user} could not log in: {answer.status_code}")
    return client
