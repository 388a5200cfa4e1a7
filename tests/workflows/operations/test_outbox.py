"""Mails leave after the commit: once where the server is honest, under one Message-ID, stubbornly but not for ever."""

import datetime as dt
import email
import socket

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from app.kernel import clock
from app.kernel.database import session, unit
from app.workflows.models import OutboxMessage
from app.workflows.operations import outbox

START = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)


class Postman:
    """A mail server's hand that keeps what it gets; it refuses as long as `refusal` says how."""

    def __init__(self, port):
        self.letters, self.refusal, self.port = [], "", port
        self.open()

    def open(self):
        """Begin to listen."""
        self.server = Controller(self, hostname="127.0.0.1", port=self.port)
        self.server.start()

    def close(self):
        """Hear no more."""
        self.server.stop()

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  the name that aiosmtpd calls
        """One letter."""
        if self.refusal:
            return self.refusal
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@pytest.fixture
def postman():
    """A real server on a free port of loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hand = Postman(port)
    yield hand
    hand.close()


@pytest.fixture
def mailing(company, postman):
    company.app.config["SMTP_URL"] = f"smtp://127.0.0.1:{postman.port}"
    company.app.config["CRM_BASE_URL"] = "https://crm.example.com"
    return company


def promise(company, key="reminder:1", address="li.lei@example.com"):
    with company.acting("system"), unit():
        return outbox.post(key, "email", subject="跟进 提醒", body="Call 李雷", address=address)


def send(company):
    with company.acting("system"):
        count = 0
        while outbox.send_one():
            count += 1
        return count


def message(company):
    with company.acting("system"):
        return session().scalars(sa.select(OutboxMessage)).one()


def test_a_mail_reaches_the_server_once_and_is_promised_once(mailing, postman):
    assert promise(mailing)
    assert not promise(mailing)
    assert send(mailing) == 1
    assert send(mailing) == 0
    letter, = postman.letters
    assert letter["To"] == "li.lei@example.com"
    assert letter["Subject"] == "跟进 提醒"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().strip() == "Call 李雷"
    assert letter["Message-ID"].endswith("@crm.example.com>")
    sent = message(mailing)
    assert (sent.state, sent.attempts, sent.error) == ("sent", 1, None)


def test_a_server_that_refuses_is_tried_again_later_under_the_same_message_id(mailing, postman):
    postman.refusal = "451 later"
    with clock.at(START):
        promise(mailing)
        assert send(mailing) == 1
    waiting = message(mailing)
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    assert START <= waiting.due_at <= START + dt.timedelta(seconds=15)
    assert "451" in waiting.error
    first = message_id_of(mailing)
    postman.refusal = ""
    with clock.at(START + dt.timedelta(minutes=1)):
        assert send(mailing) == 1
    letter, = postman.letters
    assert letter["Message-ID"] == first
    assert message(mailing).state == "sent"


def message_id_of(company):
    row = message(company)
    with company.app.app_context():
        return outbox.letter(outbox.Parcel(row.id, row.fence, row.attempts, row.key, row.channel, "a@example.com",
                                           row.subject, row.body))["Message-ID"]


def test_a_worker_that_dies_after_sending_sends_again_under_the_same_message_id(mailing, postman):
    with clock.at(START), mailing.acting("system"):
        promise(mailing)
        outbox.send_mail(outbox.in_unit(outbox._claim))
        assert not outbox.send_one()
    with clock.at(START + outbox.LEASE):
        assert send(mailing) == 1
    first, second = postman.letters
    assert first["Message-ID"] == second["Message-ID"]


def test_a_server_that_is_down_costs_nothing_but_time(mailing, postman):
    postman.close()
    with clock.at(START):
        promise(mailing)
        assert send(mailing) == 1
    assert message(mailing).state == "waiting"
    postman.open()
    with clock.at(START + dt.timedelta(minutes=1)):
        assert send(mailing) == 1
    assert len(postman.letters) == 1


def test_after_many_tries_a_mail_is_given_up(mailing, postman):
    postman.refusal = "550 no such user"
    promise(mailing)
    for step in range(outbox.POLICY.attempts + 2):
        with clock.at(clock.now() + dt.timedelta(hours=2 * step)):
            send(mailing)
    dead = message(mailing)
    assert (dead.state, dead.attempts) == ("dead", outbox.POLICY.attempts)
    assert postman.letters == []


def test_a_mail_that_kills_every_worker_is_given_up_too(mailing):
    with clock.at(START):
        promise(mailing)
    for step in range(outbox.POLICY.attempts + 1):
        with clock.at(START + step * outbox.LEASE), mailing.acting("system"):
            outbox.in_unit(outbox._claim)
    assert message(mailing).state == "dead"
    assert message(mailing).error == "the worker died at every try"


def test_one_address_that_cannot_be_written_to_stops_no_other(mailing, postman):
    promise(mailing, "bad", "no address at all")
    promise(mailing, "good")
    send(mailing)
    assert [letter["To"] for letter in postman.letters] == ["li.lei@example.com"]


def test_a_late_worker_may_not_write_over_its_successor(mailing):
    with clock.at(START), mailing.acting("system"):
        promise(mailing)
        late = outbox.in_unit(outbox._claim)
    with clock.at(START + outbox.LEASE), mailing.acting("system"):
        outbox.in_unit(outbox._claim)
        outbox.in_unit(outbox._finish, late, "")
    assert message(mailing).state == "waiting"


def test_the_address_is_not_in_the_table_in_plain(mailing):
    promise(mailing)
    with mailing.app.app_context():
        stored = sa.table("outbox_message", sa.column("address"))
        with outbox.session().get_bind().connect() as connection:
            raw = connection.execute(sa.select(stored.c.address)).scalar_one()
    assert "li.lei" not in str(raw)
    assert message(mailing).address == "li.lei@example.com"


def test_nobody_without_an_address_is_promised_anything(mailing):
    with mailing.acting("system"), unit():
        assert not outbox.post("k", "email", subject="s", body="b")
        assert not outbox.post("k", "email", subject="s", body="b", address="x@host.localdomain")
        assert outbox.post("k", "email", subject="s", body="b", user_id=mailing.ids["sales1"])


def test_without_a_server_the_mail_waits_and_says_why(company):
    company.app.config["SMTP_URL"] = ""
    promise(company)
    assert send(company) == 1
    assert "SMTP_URL is not set" in message(company).error


class Encrypted:
    """A connection that notes how it was secured and who logged in."""

    def __init__(self, host, port, timeout, context=None):
        self.said = [("connect", host, port)]

    def ehlo_or_helo_if_needed(self):
        """Learn what the server can."""
        self.said.append("ehlo")

    def has_extn(self, name):
        """Whether the server can `name`; nobody knows before the greeting."""
        return "ehlo" in self.said and name == "starttls"

    def starttls(self, context=None):
        """Begin TLS."""
        self.said.append(("starttls", context is not None))

    def login(self, user, password):
        """Log in."""
        if password == "wrong":
            raise outbox.smtplib.SMTPAuthenticationError(535, b"no")
        self.said.append(("login", user, password))

    def close(self):
        """Hang up."""
        self.said.append("close")


@pytest.mark.parametrize(("url", "said"), [
    ("smtp://mail.example.com", [("connect", "mail.example.com", 25), "ehlo", ("starttls", False)]),
    ("smtp://me:p%40ss@mail.example.com:587", [("connect", "mail.example.com", 587), "ehlo", ("starttls", True),
                                               ("login", "me", "p@ss")]),
    ("smtps://mail.example.com", [("connect", "mail.example.com", 465), "ehlo"])])
def test_a_connection_is_encrypted_where_the_server_can_and_before_the_password(monkeypatch, url, said):
    monkeypatch.setattr(outbox.smtplib, "SMTP", Encrypted)
    monkeypatch.setattr(outbox.smtplib, "SMTP_SSL", Encrypted)
    assert outbox._connect(url).said == said


def test_a_refused_password_leaves_no_connection_open(monkeypatch):
    made = []
    monkeypatch.setattr(outbox.smtplib, "SMTP", lambda *a, **k: made.append(Encrypted(*a, **k)) or made[-1])
    with pytest.raises(outbox.smtplib.SMTPAuthenticationError):
        outbox._connect("smtp://me:wrong@mail.example.com")
    assert made[0].said[-1] == "close"
