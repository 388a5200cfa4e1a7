"""Users, sessions and rights are changed by named operations that guard themselves."""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import ApiKey, User

from app.customers.models import Customer
from app.kernel import batches, clock
from app.kernel.database import in_unit, session, unit
from app.kernel.errors import Missing, NotAllowed, RuleError, Unknown
from app.security import operations
from app.security.models import AuditEntry, UserProfile
from app.security.passwords import METHOD, hash_password, needs_rehash
from app.security.queries import standing_of
from tests.desk.records import stored
from tests.kernel.test_gate import add_customer, the
from tests.world import PASSWORD


def audit_kinds(company):
    with company.acting("system"):
        return session().scalars(sa.select(AuditEntry.kind).order_by(AuditEntry.id)).all()


def test_a_login_is_counted_and_audited(company):
    with company.app.app_context():
        user_id, standing = operations.log_in("sales1", PASSWORD)
    assert user_id == company.ids["sales1"]
    assert standing.active
    with company.acting("system"):
        user = session().scalars(sa.select(User).where(User.id == user_id)).one()
        assert user.login_count == 1
        assert user.last_login is not None
    assert audit_kinds(company)[-1] == "login"


@pytest.mark.parametrize("name", ["sales1", "nobody"])
def test_a_wrong_login_tells_nothing_and_is_audited(company, name):
    with company.app.app_context(), pytest.raises(Unknown) as refused:
        operations.log_in(name, "wrong")
    assert str(refused.value.sentence) == operations.WRONG
    assert audit_kinds(company)[-1] == "login_failed"


def test_a_new_user_needs_a_free_name_a_free_mail_and_a_known_role(company):
    with company.acting("admin"):
        for given, field in (({"name": "sales1", "email": "x@example.com"}, "username"),
                             ({"name": "x", "email": "sales1@example.com"}, "email")):
            with pytest.raises(RuleError) as refused:
                in_unit(operations.add_user, given["name"], "hash", email=given["email"], role_names=["Sales"])
            assert set(refused.value.problems) == {field}
        with pytest.raises(RuleError) as refused:
            in_unit(operations.add_user, "x", "hash", email="x@example.com", role_names=["Emperor"])
        assert set(refused.value.problems) == {"roles"}


def test_nobody_but_the_administrator_makes_users(company):
    for who in ("manager", "sales1", "viewer"):
        with company.acting(who), pytest.raises(NotAllowed):
            in_unit(operations.add_user, "x", "hash", email="x@example.com", role_names=["Admin"])
    with company.acting("sales1"), pytest.raises(NotAllowed):
        operations.require_security()


def test_the_last_administrator_stays(company):
    with company.acting("admin"):
        with pytest.raises(RuleError):
            in_unit(operations.set_roles, company.ids["admin"], ["Sales"])
        with pytest.raises(RuleError):
            in_unit(operations.set_active, company.ids["admin"], False)
        in_unit(operations.set_roles, company.ids["manager"], ["Admin"])
        in_unit(operations.set_roles, company.ids["admin"], ["Sales"])
    with company.acting("admin") as actor:
        assert actor.roles == {"Sales"}


def test_another_administrator_may_be_shut_out_but_not_the_last(company):
    with company.acting("admin"):
        in_unit(operations.set_roles, company.ids["manager"], ["Admin"])
        in_unit(operations.set_active, company.ids["manager"], False)
        in_unit(operations.set_active, company.ids["manager"], True)
    with company.acting("manager"):
        in_unit(operations.set_active, company.ids["admin"], False)
        with pytest.raises(RuleError):
            in_unit(operations.set_active, company.ids["manager"], False)


def test_an_unknown_user_or_team_is_told(company):
    with company.acting("admin"):
        with pytest.raises(Missing):
            in_unit(operations.set_active, 987654, True)
        with pytest.raises(RuleError):
            operations.find_team("Nowhere")
        assert operations.find_team("East").id == company.teams["East"]


def test_a_weak_password_is_refused_before_it_is_hashed(company):
    with company.acting("admin"):
        for weak in ("short", "passwordpassword", "sales1sales1sales1"):
            with pytest.raises(RuleError) as refused:
                operations.hashed_or_problem(weak, "sales1", "sales1@example.com")
            assert set(refused.value.problems) == {"password"}


def test_moving_to_another_team_leaves_the_rows_or_takes_them_as_a_batch(company):
    pk = add_customer(company)
    with company.acting("admin"):
        profile = session().scalars(sa.select(UserProfile.id).where(UserProfile.user_id == company.ids["sales1"])).one()
        assert in_unit(operations.move_to_team, profile, company.teams["West"], with_rows=False) is None
    with company.acting("system"):
        assert the(Customer, pk).team_id == company.teams["East"]
    with company.acting("admin"):
        batch = in_unit(operations.move_to_team, profile, company.teams["West"], with_rows=True)
        assert the(Customer, pk).team_id == company.teams["West"]
        outcome = batches.undo(batch)
        assert outcome.reversed >= 1
    with company.acting("system"):
        assert the(Customer, pk).team_id == company.teams["East"]
    with company.acting("admin"), pytest.raises(Missing):
        in_unit(operations.move_to_team, 987654, company.teams["West"], with_rows=False)


def test_an_api_key_is_kept_as_a_digest_and_is_the_users_own(company):
    with company.acting("sales1"):
        key = in_unit(operations.make_api_key, "mine", 30)
        row = session().scalars(sa.select(ApiKey)).one()
        assert key.startswith(row.key_prefix)
        assert key not in (row.key_hash, row.lookup_hash)
        assert row.expires_on is not None
        pk = row.id
    with company.acting("sales2"), pytest.raises(Missing):
        in_unit(operations.revoke_api_key, pk)


def test_logging_out_raises_the_epoch_and_is_audited(company):
    with company.app.app_context():
        operations.log_out(company.ids["sales1"])
    with company.acting("system"):
        from app.security.queries import standing_of
        assert standing_of(company.ids["sales1"]).session_epoch == 2
    assert audit_kinds(company)[-1] == "logout"


def test_the_own_password_change_judges_both_passwords(company):
    with company.acting("sales1"):
        with pytest.raises(RuleError) as refused:
            operations.change_own_password("wrong", "another-long-password")
        assert set(refused.value.problems) == {"current"}
        with pytest.raises(RuleError) as refused:
            operations.change_own_password(PASSWORD, "short")
        assert set(refused.value.problems) == {"password"}
        operations.change_own_password(PASSWORD, "another-long-password")
    assert company.log_in("sales1", "another-long-password").status_code == 200


def test_a_restore_ends_every_session_with_one_number_that_was_never_handed_out(company):
    before = stored(company, UserProfile, "session_epoch")
    with company.acting("system"):
        in_unit(operations.told_restore, "20260302T000000000000Z: 5 rows")
    epochs = stored(company, UserProfile, "session_epoch")
    assert len(set(epochs)) == 1
    assert not set(epochs) & set(before)
    assert stored(company, AuditEntry, "note", where=AuditEntry.kind == "restore") == ["20260302T000000000000Z: 5 rows"]


@pytest.mark.parametrize("name", ["sales1\x00", "\ud800", "\x00", "", " ", "' OR 1=1 --", "x" * 10_000])
@pytest.mark.parametrize("password", [PASSWORD, "\ud800"])
def test_no_name_and_no_password_is_more_than_a_wrong_login(company, name, password):
    with company.app.app_context(), pytest.raises(Unknown) as refused:
        operations.log_in(name, password)
    assert str(refused.value.sentence) == operations.WRONG
    assert audit_kinds(company)[-1] == "login_failed"


def test_an_older_hash_is_renewed_at_the_next_login_and_ends_no_session(company):
    older = hash_password(PASSWORD, "scrypt:1024:8:1")
    with company.acting("admin"):
        in_unit(operations.set_password, company.ids["sales1"], older)
    with company.app.app_context():
        user_id, standing = operations.log_in("sales1", PASSWORD)
    with company.acting("system"):
        stored_now = session().scalars(sa.select(User.password).where(User.id == user_id)).one()
        assert stored_now != older
        assert not needs_rehash(stored_now, company.app.config.get("FAB_PASSWORD_HASH_METHOD") or METHOD)
        assert standing_of(user_id).session_epoch == standing.session_epoch


def test_who_is_shut_out_while_he_logs_in_is_refused(company, monkeypatch):
    monkeypatch.setattr(operations, "standing_of", lambda user_id: None)
    with company.app.app_context(), pytest.raises(Unknown) as refused:
        operations.log_in("sales1", PASSWORD)
    assert str(refused.value.sentence) == operations.WRONG


def test_a_user_without_a_profile_can_still_log_out(company):
    with company.acting("system"), unit() as current:
        profile = current.scalars(sa.select(UserProfile).where(UserProfile.user_id == company.ids["viewer"])).one()
        profile.deleted_at = clock.now()
    with company.app.app_context():
        operations.log_out(company.ids["viewer"])
    assert audit_kinds(company)[-1] == "logout"


def test_who_holds_security_may_touch_users(company):
    with company.acting("admin"):
        operations.require_security()
        with pytest.raises(Missing):
            operations.find_user(10**6)
    for who in ("manager", "analyst", "support1"):
        with company.acting(who), pytest.raises(NotAllowed):
            operations.require_security()


@pytest.mark.parametrize("days", [None, 1])
def test_a_key_lives_as_long_as_it_was_given(company, days):
    start = clock.now()
    with company.acting("sales1"), clock.at(start):
        key = in_unit(operations.make_api_key, "k" * 500, days)
    header = {"Authorization": f"Bearer {key}"}
    client = company.app.test_client()
    with clock.at(start + dt.timedelta(hours=23)):
        assert client.get("/api/v1/team/", headers=header).status_code == 200
    with clock.at(start + dt.timedelta(hours=25)):
        assert client.get("/api/v1/team/", headers=header).status_code == (200 if days is None else 401)
