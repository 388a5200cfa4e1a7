"""What a start does not refuse and still is wrong: each fault is planted, and the doctor's sentence says what to do."""

from pathlib import Path

import pytest

import config as configuration
from app.commands.configuration import database, folders, hosts, keys, mail, skew
from app.kernel.server import Server

KEY = "a" * 40


@pytest.fixture
def config(tmp_path):
    """A good configuration of a production."""
    return {"CRM_ENV": "production", "SECRET_KEY": KEY, "CRM_INSTANCE_DIR": str(tmp_path),
            "DATABASE_URL": f"sqlite:///{tmp_path}/kemai.db", "UPLOAD_DIR": str(tmp_path / "uploads"),
            "BACKUP_DIR": None, "CRM_BASE_URL": "https://crm.example.com", "SESSION_COOKIE_SECURE": True,
            "TRUSTED_HOSTS": ["localhost", "crm.example.com"], "SMTP_URL": "smtp://me:secret@mail.example.com",
            "SMTP_FROM": "crm@example.com"}


def told(check, *given):
    """The sentence of a check that finds a fault."""
    name, fine, say = check(*given)
    assert (name, fine) == (check.__name__, False)
    return say


def test_a_good_configuration_is_in_order(config, tmp_path):
    for check in (keys, hosts, mail):
        assert check(config)[1], check(config)
    assert folders(config, tmp_path / "static")[1]


@pytest.mark.parametrize("secret", ["", "short", configuration.Test.SECRET_KEY])
def test_a_weak_key_of_a_production(config, secret):
    assert "at least 32 random characters" in told(keys, config | {"SECRET_KEY": secret})
    assert keys(config | {"SECRET_KEY": secret, "CRM_ENV": "development"})[1]


@pytest.mark.parametrize("name", ["secret_key", "encryption_keys"])
@pytest.mark.parametrize("where", ["CRM_INSTANCE_DIR", "DATABASE_URL"])
def test_a_key_file_that_others_may_read(config, tmp_path, name, where):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    config[where] = str(folder) if where == "CRM_INSTANCE_DIR" else f"sqlite:///{folder}/kemai.db"
    (folder / name).write_text("key")
    (folder / name).chmod(0o640)
    assert told(keys, config) == f"others of this machine may read them: chmod 600 {folder / name}"
    (folder / name).chmod(0o600)
    assert keys(config)[1]


@pytest.mark.parametrize(("change", "word"), [
    ({"TRUSTED_HOSTS": ["localhost"]}, "does not answer crm.example.com"),
    ({"TRUSTED_HOSTS": ["crm.example.com", "*"]}, "every name"),
    ({"CRM_BASE_URL": "http://127.0.0.1:8080", "TRUSTED_HOSTS": ["127.0.0.1"]}, "own machine"),
    ({"CRM_BASE_URL": "http://crm.example.com"}, "HTTPS"),
    ({"SESSION_COOKIE_SECURE": False}, "COOKIES_SECURE"),
])
def test_an_address_that_nobody_should_be_served_under(config, change, word):
    assert word in told(hosts, config | change)


def test_a_host_below_a_trusted_one_is_answered_and_a_development_may_be_plain(config):
    assert hosts(config | {"TRUSTED_HOSTS": [".example.com"]})[1]
    assert hosts(config | {"CRM_ENV": "development", "CRM_BASE_URL": "http://127.0.0.1:8080",
                           "TRUSTED_HOSTS": ["127.0.0.1"], "SESSION_COOKIE_SECURE": False})[1]


@pytest.mark.parametrize(("change", "word"), [
    ({"SMTP_URL": "smtp://me@mail.example.com"}, "without a password"),
    ({"SMTP_FROM": "crm@localhost"}, "SMTP_FROM"), ({"SMTP_FROM": "crm"}, "SMTP_FROM"),
])
def test_mail_settings_that_are_incomplete(config, change, word):
    assert word in told(mail, config | change)


def test_without_a_mail_server_notices_stay_and_one_of_this_machine_takes_any_sender(config):
    assert mail(config | {"SMTP_URL": None}) == ("mail", True, "notices stay in the app: set SMTP_URL")
    assert mail(config | {"SMTP_URL": "smtp://127.0.0.1:25", "SMTP_FROM": "crm@localhost"})[1]


@pytest.mark.parametrize("name", ["CRM_INSTANCE_DIR", "UPLOAD_DIR", "BACKUP_DIR"])
def test_a_folder_that_the_web_serves_or_that_cannot_be_written(config, tmp_path, name):
    web_root = tmp_path / "static"
    assert f"{name} lies in" in told(folders, config | {name: str(web_root / "kept")}, web_root)
    (tmp_path / "file").write_text("")
    assert f"{name} cannot be written" in told(folders, config | {name: str(tmp_path / "file" / "kept")}, web_root)


def test_a_folder_whose_disk_refuses_cannot_be_written(config, tmp_path, monkeypatch):
    def full(**_given):
        raise OSError("read-only file system")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    assert "UPLOAD_DIR cannot be written" in told(folders, config, Path("/nowhere/static"))


def test_a_database_that_is_too_old_or_keeps_the_wrong_journal():
    assert "upgrade it" in told(database, Server("postgresql", (14, 9), "", 0.0))
    assert "local disk" in told(database, Server("sqlite", (3, 45, 1), "delete", 0.0))
    assert database(Server("postgresql", (15,), "", 0.0)) == ("database", True, "PostgreSQL 15")
    assert database(Server("sqlite", (3, 45, 1), "wal", 0.0)) == ("database", True, "SQLite 3.45.1")


@pytest.mark.parametrize("ahead", [-6.0, 6.0])
def test_a_clock_that_is_off(ahead):
    assert f"{ahead:+.0f} s off" in told(skew, Server("postgresql", (15,), "", ahead))
    assert skew(Server("postgresql", (15,), "", ahead / 2))[1]
