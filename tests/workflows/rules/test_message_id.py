"""An e-mail keeps its name through every try."""

import email.policy
import re
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.workflows.rules.message_id import message_id

unhurried = settings(deadline=None)  # a busy machine is no fault of the product


def test_the_same_entry_has_the_same_name_at_every_try_and_in_every_process() -> None:
    assert message_id("follow_up/lead/7", "crm.example.com") == (
        "<af07172d271c0b255357f7beec3773f620abfbbc@crm.example.com>")


@unhurried
@given(st.text(min_size=1), st.text(min_size=1))
def test_two_entries_have_two_names(one: str, other: str) -> None:
    assert (message_id(one, "example.com") == message_id(other, "example.com")) == (one == other)


@unhurried
@given(st.text(min_size=1))
def test_whatever_the_key_the_name_is_plain_and_short(key: str) -> None:
    assert re.fullmatch(r"<[0-9a-f]{40}@example\.com>", message_id(key, "example.com"))


def test_the_key_does_not_show() -> None:
    assert "customer" not in message_id("customer/12/2026-01-01", "example.com")


@pytest.mark.parametrize(("domain", "shown"), [
    ("CRM.Example.COM", "crm.example.com"), (" example.com. ", "example.com"), ("localhost", "localhost"),
    ("客脉.example", "xn--ubt638f.example"), ("127.0.0.1", "[127.0.0.1]"), ("::1", "[::1]"), ("[::1]", "[::1]"),
])
def test_the_domain_is_written_as_mail_wants_it(domain: str, shown: str) -> None:
    assert message_id("key", domain).endswith(f"@{shown}>")


@pytest.mark.parametrize("domain", [
    "", "  ", "exa mple.com", "example.com:8080", "a@b.example", "x..y", "-a.example", "a>b", "a\r\nBcc: x", "a" * 64,
    ".".join(["a" * 60] * 5), "https://example.com",
])
def test_what_is_no_host_is_refused(domain: str) -> None:
    with pytest.raises(ValueError, match="not a mail domain"):
        message_id("key", domain)


def test_a_host_may_have_253_characters_and_no_more() -> None:
    longest = ".".join(["a" * 63] * 3 + ["a" * 61])
    assert len(longest) == 253
    assert message_id("key", longest).endswith(f"@{longest}>")
    with pytest.raises(ValueError, match="not a mail domain"):
        message_id("key", longest + "a")


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(ValueError, match="outbox key"):
        message_id("", "example.com")


@pytest.mark.parametrize("domain", ["crm.example.com", "127.0.0.1", ".".join(["a" * 30] * 4)])
def test_the_name_survives_being_written_and_read(domain: str) -> None:
    name = message_id("key", domain)
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["Message-ID"] = name
    assert b"=?" not in mail.as_bytes()
    read = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    assert read["Message-ID"].strip() == name


@pytest.mark.parametrize("domain", [
    "", " ", ".", "-a.com", "a-.com", "a..b", "a b.com", "a@b.com", "a.com:25", "a\r\nb.com", "x" * 64 + ".com",
    ".".join(["a" * 60] * 5), "<a.com>", "[a.com]", "_a.com", "\x00", "a.com/x"])
def test_no_mail_is_named_for_what_is_no_domain(domain: str) -> None:
    with pytest.raises(ValueError, match="not a mail domain"):
        message_id("k", domain)


def test_an_entry_without_a_key_has_no_name() -> None:
    with pytest.raises(ValueError, match="outbox key"):
        message_id("", "example.com")
