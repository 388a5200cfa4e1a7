"""What stands at the door of every application."""

import pytest


def test_an_address_behind_a_proxy_is_believed_only_where_a_proxy_stands(new_app):
    seen = {}
    for hops in (0, 1):
        app = new_app(PROXY_HOPS=hops)

        @app.before_request
        def note(hops=hops):
            from flask import request
            seen[hops] = request.remote_addr

        app.test_client().get("/login/", headers={"X-Forwarded-For": "203.0.113.9"})
    assert seen[0] != "203.0.113.9"
    assert seen[1] == "203.0.113.9"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_answer_carries_the_headers(company):
    answer = company.client().get("/login/")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_foreign_host_is_not_answered(company):
    assert company.client().get("/login/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_refusal_for_lack_of_rights_is_audited_and_changes_nothing_else(company):
    import sqlalchemy as sa

    from app.kernel.database import session
    from app.security.models import AuditEntry

    assert company.client("viewer").post("/api/v1/team/", json={"name": "X"}).status_code == 403
    with company.acting("system"):
        last = session().scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (last.kind, last.actor_name, last.note) == ("denied", "viewer", "POST /api/v1/team/: 403")
