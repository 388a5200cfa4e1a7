"""The least that can be done: Flask, SQL and a bare table. No rights, no log, no languages, no forms that judge."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Flask, jsonify, render_template, request
from flask.testing import FlaskClient
from jinja2 import DictLoader

SIZE = 25
CUSTOMERS = """
    SELECT c.id, c.name, c.level, i.name AS industry, r.name AS region, c.lifecycle_stage, c.last_contact_at,
           c.next_contact_at, u.first_name AS owner
    FROM customer c LEFT JOIN industry i ON i.id = c.industry_id LEFT JOIN region r ON r.id = c.region_id
         LEFT JOIN ab_user u ON u.id = c.owner_id
    WHERE c.deleted_at IS NULL {also} ORDER BY c.created_at DESC, c.id DESC LIMIT 25 OFFSET :offset"""
RELATED = {
    "contact": "SELECT id, name, job_title, decision_maker FROM contact",
    "interaction": "SELECT id, happened_at, kind, content FROM interaction",
    "opportunity": "SELECT id, name, amount, expected_close_on FROM opportunity",
    "ticket": "SELECT id, subject, status, priority FROM ticket",
}
TEMPLATES = {
    "table": """{% macro table(rows) %}<table>{% for row in rows %}<tr>{% for value in row.values() %}
        <td>{{ value }}</td>{% endfor %}</tr>{% endfor %}</table>{% endmacro %}""",
    "list": """{% from "table" import table %}<html><body><h1>Customers</h1>{{ table(rows) }}</body></html>""",
    "record": """{% from "table" import table %}<html><body>
        {% for name, value in record.items() %}<p>{{ name }}: {{ value }}</p>{% endfor %}
        {% for name, rows in related.items() %}<h2>{{ name }}</h2>{{ table(rows) }}{% endfor %}</body></html>""",
    "form": """<html><body><form method="post"><input name="name"><input name="job_title"><input name="address">
        {% if customers is not none %}<select name="customer">{% for each in customers %}
        <option value="{{ each.id }}">{{ each.name }}</option>{% endfor %}</select>{% endif %}</form></body></html>""",
}


def make(given: Mapping[str, str]) -> Flask:
    """The application on the database."""
    app = Flask("raw")
    app.jinja_loader = DictLoader(TEMPLATES)
    app.jinja_env.autoescape = True
    engine = sa.create_engine(given["DATABASE_URL"])

    def read(statement: str, **values: Any) -> list[dict[str, Any]]:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(statement), values).mappings()]

    def customers() -> list[dict[str, Any]]:
        words, offset = request.args.get("q", ""), (int(request.args.get("page", 1)) - 1) * SIZE
        if not words:
            return read(CUSTOMERS.format(also=""), offset=offset)
        return read(CUSTOMERS.format(also="AND (lower(c.name) LIKE :q OR lower(c.code) LIKE :q)"), offset=offset,
                    q=f"%{words.lower()}%")

    app.add_url_rule("/customers", "list", lambda: render_template("list", rows=customers()))
    app.add_url_rule("/api/customers", "api", lambda: jsonify(result=customers()))

    @app.get("/customers/<int:pk>")
    def record(pk: int) -> str:
        found = read("SELECT * FROM customer WHERE id = :pk AND deleted_at IS NULL", pk=pk)[0]
        related = {name: read(f"{select} WHERE customer_id = :pk AND deleted_at IS NULL ORDER BY id DESC LIMIT 10",
                              pk=pk) for name, select in RELATED.items()}
        return render_template("record", record=found, related=related)

    @app.get("/contacts/new")
    def form() -> str:
        names = None if "plain" in request.args else read("SELECT id, name FROM customer WHERE deleted_at IS NULL")
        return render_template("form", customers=names)

    return app


def log_in(app: Flask, _user: str) -> FlaskClient:
    """Anybody: there is no login."""
    return app.test_client()
