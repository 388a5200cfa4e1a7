"""At which migration the database stands, and how it goes to another."""

import flask_migrate
import pytest

from app.kernel import schema
from app.kernel.database import db


def test_the_code_knows_its_migrations_and_no_others(app):
    with app.app_context():
        assert schema.knows(schema.head())
        assert schema.knows("0001")
        assert not schema.knows("9999")
        assert not schema.knows("")


def test_a_database_without_a_schema_stands_nowhere(empty_app):
    with empty_app.app_context():
        assert schema.stands_at() is None


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_schema_goes_up_down_and_stays(empty_app, monkeypatch):
    with empty_app.app_context():
        schema.move_to(schema.head())
        assert schema.stands_at() == schema.head()
        moves = []
        monkeypatch.setattr(flask_migrate, "upgrade", lambda revision: moves.append(("up", revision)))
        monkeypatch.setattr(flask_migrate, "downgrade", lambda revision: moves.append(("down", revision)))
        schema.move_to(schema.head())
        monkeypatch.setattr(schema, "stands_at", lambda: None)
        schema.move_to("0001")
        monkeypatch.setattr(schema, "stands_at", schema.head)
        schema.move_to("0001")
        assert moves == [("up", "0001"), *([("down", "0001")] if schema.head() != "0001" else [])]
        db.session.remove()
