"""Three environments, and the starts that are refused."""

import base64
import datetime as dt
import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import config
from config import ConfigurationError, Development, Production, Test, load

SECRET = "a-secret-of-our-own-" + "9f8e7d6c5b4a" * 2
KEYS = "k1:" + base64.b64encode(b"0123456789abcdef" * 2).decode()
SAFE = {"SECRET_KEY": SECRET, "ENCRYPTION_KEYS": KEYS}


@pytest.fixture
def instance(tmp_path):
    return tmp_path / "instance"


@pytest.fixture
def loaded(instance):
    """Loads the configuration of an environment with nothing but the given settings."""
    return lambda **given: load({"CRM_INSTANCE_DIR": str(instance), **given})


def mode(file):
    return stat.S_IMODE(file.stat().st_mode)


def test_development_keeps_the_keys_that_it_makes(loaded, instance):
    first, second = loaded(), loaded()
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert first["ENCRYPTION_KEYS"] == second["ENCRYPTION_KEYS"]
    assert len(first["SECRET_KEY"]) >= config.LEAST_SECRET
    assert [len(key) for key in first["ENCRYPTION_KEYS"].values()] == [32]
    assert {file.name for file in instance.iterdir()} == {"secret_key", "encryption_keys"}


def test_two_machines_have_different_keys(tmp_path):
    first, second = (load({"CRM_INSTANCE_DIR": str(tmp_path / name)}) for name in ("a", "b"))
    assert first["SECRET_KEY"] != second["SECRET_KEY"]
    assert first["ENCRYPTION_KEYS"] != second["ENCRYPTION_KEYS"]


def test_only_the_owner_reads_the_kept_keys(loaded, instance):
    loaded()
    assert mode(instance) == 0o700
    assert mode(instance / "secret_key") == mode(instance / "encryption_keys") == 0o600


def test_the_console_says_once_that_a_key_was_made_and_does_not_show_it(loaded, instance, capsys):
    made = loaded()
    said = capsys.readouterr()
    assert str(instance / "encryption_keys") in said.err
    assert said.out == ""
    assert base64.b64encode(next(iter(made["ENCRYPTION_KEYS"].values()))).decode() not in said.err
    loaded()
    assert capsys.readouterr().err == ""


def test_the_keys_lie_beside_the_sqlite_file(loaded, tmp_path, instance):
    (tmp_path / "data").mkdir()
    loaded(DATABASE_URL=f"sqlite:///{tmp_path}/data/crm.db")
    assert {file.name for file in (tmp_path / "data").iterdir()} == {"secret_key", "encryption_keys"}
    assert list(instance.iterdir()) == []


@pytest.mark.parametrize("url", ["postgresql://db/kemai", "sqlite://", "sqlite:///:memory:"])
def test_without_a_database_file_the_keys_lie_in_the_instance_folder(loaded, instance, url):
    loaded(DATABASE_URL=url)
    assert {file.name for file in instance.iterdir()} == {"secret_key", "encryption_keys"}


def test_a_database_without_its_keys_is_not_given_new_ones(loaded, instance):
    loaded()
    (instance / "kemai.db").write_bytes(b"rows")
    (instance / "encryption_keys").unlink()
    with pytest.raises(ConfigurationError, match="bring back"):
        loaded()
    assert not (instance / "encryption_keys").exists()
    assert loaded(ENCRYPTION_KEYS=KEYS)["ENCRYPTION_KEYS"] == {"k1": b"0123456789abcdef" * 2}


def test_given_keys_are_taken_and_none_are_made(loaded, instance):
    values = loaded(**SAFE)
    assert values["SECRET_KEY"] == SECRET
    assert list(instance.iterdir()) == []


def test_processes_that_start_together_read_the_same_keys(instance):
    code = "import config; loaded = config.load(); print(loaded['SECRET_KEY'], loaded['ENCRYPTION_KEYS'])"
    started = [subprocess.Popen([sys.executable, "-c", code], env={"CRM_INSTANCE_DIR": str(instance)},
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(config.__file__).parent)
               for _ in range(4)]
    said = [process.communicate(timeout=60) for process in started]
    assert len({out for out, _ in said}) == 1
    assert sum(b"Made" in error for _, error in said) == 1
    assert {file.name for file in instance.iterdir()} == {"secret_key", "encryption_keys"}


def test_a_key_that_another_process_made_meanwhile_is_taken(tmp_path, capsys):
    file = tmp_path / "key"

    def meanwhile():
        file.write_text("theirs\n")
        return "ours"

    assert config._kept(file, meanwhile, "Made it.") == "theirs"
    assert capsys.readouterr().err == ""
    assert list(tmp_path.iterdir()) == [file]


WEAK = [{}, {"SECRET_KEY": "short"}, {"SECRET_KEY": "x" * 31}, {"SECRET_KEY": Test.SECRET_KEY},
        {"SECRET_KEY": "change-me-change-me-change-me-change-me"}, {"SECRET_KEY": "   "}]


@pytest.mark.parametrize("weak", WEAK)
@pytest.mark.parametrize("where", [
    {"CRM_ENV": "production"}, {"HOST": "0.0.0.0"}, {"HOST": "crm.example.com"},
    {"HOST": "192.168.1.5", "CRM_ENV": "development"}, {"HOST": "::", "CRM_ENV": "test"}])
def test_a_weak_secret_does_not_serve_users(loaded, instance, weak, where):
    with pytest.raises(ConfigurationError, match="SECRET_KEY must be at least 32 random characters"):
        loaded(ENCRYPTION_KEYS=KEYS, **weak, **where)
    assert list(instance.iterdir()) == []


@pytest.mark.parametrize("keys", [{}, {"ENCRYPTION_KEYS": ""}, {"ENCRYPTION_KEYS": Test.ENCRYPTION_KEYS}])
@pytest.mark.parametrize("where", [{"CRM_ENV": "production"}, {"HOST": "0.0.0.0"}])
def test_users_are_not_served_without_a_key_ring(loaded, keys, where):
    with pytest.raises(ConfigurationError, match="ENCRYPTION_KEYS must hold a key of your own"):
        loaded(SECRET_KEY=SECRET, **keys, **where)


def test_production_starts_with_both_keys(loaded):
    values = loaded(CRM_ENV="production", **SAFE)
    assert values["SECRET_KEY"] == SECRET
    assert values["TESTING"] is False


def test_an_address_outside_loopback_means_production(loaded):
    assert loaded(HOST="0.0.0.0", **SAFE)["CRM_ENV"] == "production"
    assert loaded(HOST="0.0.0.0", CRM_ENV="development", **SAFE)["CRM_ENV"] == "development"
    assert loaded()["CRM_ENV"] == "development"


@pytest.mark.parametrize(("host", "loopback"), [
    ("127.0.0.1", True), ("127.8.8.8", True), ("localhost", True), ("::1", True), ("[::1]", True), ("0.0.0.0", False),
    ("::", False), ("10.0.0.1", False), ("localhost.example.com", False), ("", False)])
def test_loopback_is_told_from_outside(host, loopback):
    assert config.is_loopback(host) is loopback


@pytest.mark.parametrize(("given", "secure"), [
    ({}, False), ({"CRM_ENV": "production", **SAFE}, True), ({"COOKIES_SECURE": "yes"}, True),
    ({"CRM_ENV": "production", "COOKIES_SECURE": "no", **SAFE}, False)])
def test_cookies_travel_over_https_only_in_production_unless_told_otherwise(loaded, given, secure):
    values = loaded(**given)
    assert values["SESSION_COOKIE_SECURE"] is values["REMEMBER_COOKIE_SECURE"] is values["COOKIES_SECURE"] is secure


def test_cookies_are_kept_from_scripts_and_from_other_sites(loaded):
    values = loaded()
    assert values["SESSION_COOKIE_HTTPONLY"] is values["REMEMBER_COOKIE_HTTPONLY"] is True
    assert values["SESSION_COOKIE_SAMESITE"] == values["REMEMBER_COOKIE_SAMESITE"] == "Lax"


def test_flask_gets_the_settings_under_the_names_that_it_knows(loaded):
    values = loaded(DATABASE_URL="postgres://db/kemai", CRM_LOCALE="en", CRM_TIMEZONE="Europe/Berlin",
                    UPLOAD_LIMIT="3", SESSION_HOURS="2", CRM_BASE_URL="https://crm.example.com", DATABASE_POOL="7")
    assert values["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://db/kemai"
    assert (values["BABEL_DEFAULT_LOCALE"], values["BABEL_DEFAULT_TIMEZONE"]) == ("en", "Europe/Berlin")
    assert values["MAX_CONTENT_LENGTH"] == 3 * 1024 * 1024
    assert values["PERMANENT_SESSION_LIFETIME"] == dt.timedelta(hours=2)
    assert values["PREFERRED_URL_SCHEME"] == "https"
    assert values["SQLALCHEMY_ENGINE_OPTIONS"]["pool_size"] == 7
    assert values["SQLALCHEMY_ENGINE_OPTIONS"]["pool_pre_ping"] is True


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///x.db", "postgresql://db/kemai"])
def test_the_values_of_a_failed_statement_never_reach_the_log(loaded, url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert loaded(DATABASE_URL=url)["SQLALCHEMY_ENGINE_OPTIONS"]["hide_parameters"] is True


def test_only_hosts_that_are_ours_are_trusted(loaded):
    values = loaded(CRM_BASE_URL="https://crm.example.com:8443", TRUSTED_HOSTS="crm.internal,.branch.example.com")
    assert set(values["TRUSTED_HOSTS"]) == {"localhost", "127.0.0.1", "crm.example.com", "crm.internal",
                                            ".branch.example.com"}


def test_the_faults_that_flask_appbuilder_starts_with_are_switched_off(loaded):
    values = loaded()
    for name in ("FAB_UPDATE_PERMS", "FAB_CREATE_DB", "FAB_API_SWAGGER_UI", "FAB_API_SHOW_STACKTRACE",
                 "FAB_ALLOW_GET_UNSAFE_MUTATIONS", "AUTH_USER_REGISTRATION"):
        assert values[name] is False
    assert values["AUTH_RATE_LIMITED"] is values["RATELIMIT_ENABLED"] is True
    assert 0 < values["FAB_API_MAX_PAGE_SIZE"] <= 1000
    assert set(values["LANGUAGES"]) == {"zh", "en"}
    assert values["JWT_ACCESS_TOKEN_EXPIRES"] < values["JWT_REFRESH_TOKEN_EXPIRES"] <= dt.timedelta(days=1)


def test_the_test_suite_has_fixed_keys_and_no_throttle(loaded, instance):
    values = loaded(CRM_ENV="test")
    assert values["TESTING"] is True
    assert values["RATELIMIT_ENABLED"] is False
    assert values["SECRET_KEY"] == Test.SECRET_KEY
    assert list(values["ENCRYPTION_KEYS"]) == ["test"]
    assert list(instance.iterdir()) == []


def test_overrides_come_after_everything_else(instance):
    assert load({"CRM_INSTANCE_DIR": str(instance)}, PORT=1, APP_NAME="Other")["PORT"] == 1


def test_no_environment_runs_the_debugger():
    assert not any(getattr(environment, "DEBUG", False) for environment in (Development, Test, Production))


def test_the_environment_of_the_process_is_the_default(instance, monkeypatch):
    for name in os.environ:
        if name in {setting.name for setting in config.read_environment.__globals__["SETTINGS"]}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("CRM_INSTANCE_DIR", str(instance))
    monkeypatch.setenv("PORT", "9999")
    assert load()["PORT"] == 9999


def test_the_version_is_the_one_of_the_project():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    assert load({"CRM_ENV": "test"})["APP_VERSION"] == project["project"]["version"]
