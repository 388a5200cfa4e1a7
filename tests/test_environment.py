"""Texts of the environment become values, or a refusal that names the setting."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import environment
from environment import ConfigurationError, Setting, read_environment

KEY = base64.b64encode(bytes(32)).decode()


def refusal(name, text):
    with pytest.raises(ConfigurationError) as caught:
        read_environment({name: text})
    return str(caught.value)


def test_without_any_setting_the_product_serves_itself_on_loopback():
    values = read_environment({})
    assert (values["CRM_ENV"], values["HOST"], values["PORT"]) == ("development", "127.0.0.1", 8080)
    assert values["CRM_BASE_URL"] == "http://127.0.0.1:8080"
    assert values["DATABASE_URL"] == f"sqlite:///{environment.ROOT}/instance/kemai.db"
    assert values["UPLOAD_DIR"] == f"{environment.ROOT}/instance/uploads"
    assert (values["CRM_LOCALE"], values["CRM_TIMEZONE"], values["CRM_CURRENCY"]) == ("zh", "Asia/Shanghai", "CNY")
    assert values["SMTP_URL"] is values["SECRET_KEY"] is values["ENCRYPTION_KEYS"] is None


def test_an_empty_text_means_not_set():
    assert read_environment({"PORT": ""})["PORT"] == 8080


def test_a_default_follows_the_settings_that_it_names():
    values = read_environment({"PORT": "9000", "HOST": "localhost", "CRM_INSTANCE_DIR": "/srv/kemai"})
    assert values["CRM_BASE_URL"] == "http://localhost:9000"
    assert values["DATABASE_URL"] == "sqlite:////srv/kemai/kemai.db"
    assert values["UPLOAD_DIR"] == "/srv/kemai/uploads"


def test_an_address_of_ipv6_is_written_as_it_stands_before_a_port():
    assert read_environment({"HOST": "::1"})["CRM_BASE_URL"] == "http://[::1]:8080"
    assert read_environment({"HOST": "[::1]"})["HOST"] == "[::1]"


@pytest.mark.parametrize("text", [
    "postgres://ann:secret@db/kemai", "postgresql://ann:secret@db/kemai", "postgresql+psycopg://ann:secret@db/kemai"])
def test_every_spelling_of_postgresql_goes_through_psycopg_3(text):
    assert read_environment({"DATABASE_URL": text})["DATABASE_URL"] == "postgresql+psycopg://ann:secret@db/kemai"


def test_the_options_of_a_database_address_survive():
    text = "postgresql://ann@/kemai?host=/run/postgresql&sslmode=require"
    assert read_environment({"DATABASE_URL": text})["DATABASE_URL"] == (
        "postgresql+psycopg://ann@/kemai?host=%2Frun%2Fpostgresql&sslmode=require")


def test_a_relative_sqlite_file_lies_where_the_process_was_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_environment({"DATABASE_URL": "sqlite:///crm.db"})["DATABASE_URL"] == f"sqlite:///{tmp_path}/crm.db"


@pytest.mark.parametrize("text", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_has_no_file(text):
    assert read_environment({"DATABASE_URL": text})["DATABASE_URL"] == text


@pytest.mark.parametrize("text", ["mysql://ann@db/kemai", "postgresql+psycopg2://ann@db/kemai", "kemai.db"])
def test_any_other_database_is_refused(text):
    assert refusal("DATABASE_URL", text).startswith("DATABASE_URL cannot be read (URL): ")


def test_a_refused_database_address_does_not_repeat_its_password():
    assert "hunter2" not in refusal("DATABASE_URL", "mysql://ann:hunter2@db/kemai")
    assert "hunter2" not in refusal("DATABASE_URL", "//ann:hunter2")


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("65535", 65535), ("8080", 8080)])
def test_a_port_is_a_whole_number(text, number):
    assert read_environment({"PORT": text})["PORT"] == number


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "80.5", "1e3"])
def test_a_port_outside_its_bounds_is_refused(text):
    assert refusal("PORT", text).startswith("PORT cannot be read (TCP port): ")


@given(st.integers(0, 10), st.integers())
def test_whole_numbers_are_read_within_their_bounds_only(inside, anywhere):
    read = environment.whole(0, 10)
    assert read(str(inside)) == inside
    if not 0 <= anywhere <= 10:
        with pytest.raises(ValueError, match="is not within 0 and 10"):
            read(str(anywhere))


@pytest.mark.parametrize(("text", "value"), [
    ("yes", True), ("TRUE", True), ("on", True), ("1", True), ("no", False), ("False", False), ("off", False),
    ("0", False)])
def test_a_switch_is_read_in_its_usual_spellings(text, value):
    assert read_environment({"COOKIES_SECURE": text})["COOKIES_SECURE"] is value


def test_any_other_switch_is_refused():
    assert "'maybe' is neither" in refusal("COOKIES_SECURE", "maybe")


def test_words_are_separated_by_commas():
    assert read_environment({"TRUSTED_HOSTS": "a.example, .b.example ,"})["TRUSTED_HOSTS"] == (
        "a.example", ".b.example")


@pytest.mark.parametrize("text", ["CRM", "prod", "Production"])
def test_an_unknown_environment_is_refused(text):
    assert refusal("CRM_ENV", text) == (
        f"CRM_ENV cannot be read (development, test or production): {text!r} is none of these.")


def test_a_language_that_the_product_does_not_speak_is_refused():
    assert "'fr' is none of these" in refusal("CRM_LOCALE", "fr")


@pytest.mark.parametrize("text", ["Mars/Olympus", "../../etc/passwd", "Asia"])
def test_an_unknown_time_zone_is_refused(text):
    assert "is unknown" in refusal("CRM_TIMEZONE", text)


def test_a_currency_is_read_in_capitals():
    assert read_environment({"CRM_CURRENCY": "eur"})["CRM_CURRENCY"] == "EUR"
    assert "none of these" in refusal("CRM_CURRENCY", "EURO")


def test_a_slash_at_the_end_of_an_address_is_dropped():
    assert read_environment({"CRM_BASE_URL": "https://crm.example.com/"})["CRM_BASE_URL"] == "https://crm.example.com"


@pytest.mark.parametrize(("name", "text"), [
    ("CRM_BASE_URL", "crm.example.com"), ("CRM_BASE_URL", "ftp://crm.example.com"), ("CRM_BASE_URL", "https://"),
    ("SMTP_URL", "mail.example.com:25"), ("SMTP_URL", "http://mail.example.com")])
def test_an_address_needs_its_scheme_and_a_host(name, text):
    assert "it must begin with" in refusal(name, text)


def test_the_first_key_of_the_ring_is_the_one_that_writes():
    other = base64.b64encode(b"k" * 32).decode()
    ring = read_environment({"ENCRYPTION_KEYS": f"new:{other}, old:{KEY}"})["ENCRYPTION_KEYS"]
    assert list(ring.items()) == [("new", b"k" * 32), ("old", bytes(32))]


@pytest.mark.parametrize(("text", "reason"), [
    (KEY, "each key needs an id"), (f":{KEY}", "each key needs an id"), (f"{'x' * 17}:{KEY}", "each key needs an id"),
    (f"k1:{KEY},k1:{KEY}", "each key needs an id"), ("k1:!!!", "key k1 is not base64"), ("k1:", "key k1 has 0 bytes"),
    ("k1:" + base64.b64encode(bytes(16)).decode(), "key k1 has 16 bytes")])
def test_a_key_ring_with_a_fault_is_refused_without_repeating_it(text, reason):
    said = refusal("ENCRYPTION_KEYS", text)
    assert reason in said
    assert KEY not in said


def test_a_relative_folder_starts_at_the_product_and_a_tilde_at_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert environment.path("data") == str(environment.ROOT / "data")
    assert environment.path("~/data") == str(tmp_path / "data")
    assert environment.path("/srv") == "/srv"


def test_the_table_shows_every_setting_with_its_default():
    lines = environment.markdown().splitlines()
    assert len(lines) == 2 + len(environment.SETTINGS)
    assert next(line for line in lines if "`UPLOAD_DIR`" in line) == (
        "| `UPLOAD_DIR` | folder | `<CRM_INSTANCE_DIR>/uploads` | Where attachments are stored. |")
    assert next(line for line in lines if "`SMTP_URL`" in line).startswith("| `SMTP_URL` | URL |  | Mail server")


def test_a_setting_cannot_be_changed_after_it_was_declared():
    setting = Setting("NAME", str, "text", "", "Says something.")
    with pytest.raises(AttributeError):
        setting.name = "OTHER"
    assert Path(environment.__file__).parent == environment.ROOT
