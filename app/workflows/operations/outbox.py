"""The outbox: what was promised inside a unit leaves after its commit, under a name that is the same for every try."""

import datetime as dt
import random
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import User

from app.kernel import clock
from app.kernel.database import in_unit, session
from app.kernel.dialects import insert_once, locked
from app.security.encryption.columns import stored_pair
from app.workflows.models import OutboxMessage
from app.workflows.operations.jobs import ME, tried
from app.workflows.rules import backoff
from app.workflows.rules.message_id import message_id

LEASE = dt.timedelta(minutes=2)
POLICY = backoff.Policy(base=15, cap=3600, attempts=10)
TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Parcel:
    """A claimed message, apart from the database: what a channel needs to send it."""

    id: int
    fence: int
    attempts: int
    key: str
    channel: str
    address: str
    subject: str
    body: str


Channel = Callable[[Parcel], None]
_channels: dict[str, Channel] = {}


def channel(name: str) -> Callable[[Channel], Channel]:
    """Register the decorated function as the channel `name`; it raises when the message did not leave."""

    def register(send: Channel) -> Channel:
        _channels[name] = send
        return send

    return register


def post(key: str, channel_name: str, *, subject: Any, body: str, user_id: int | None = None,
         address: str | None = None) -> bool:
    """Promise a message inside the unit in force; False if the key was promised before. `address` defaults to the
    user's e-mail; without either nothing is promised."""
    target = address or (session().scalars(sa.select(User.email).where(User.id == user_id, User.active)).first()
                         if user_id else None)
    if not target or target.endswith(".localdomain"):
        return False
    now = clock.now()
    return insert_once(OutboxMessage, {
        "key": key[:250], "channel": channel_name, "user_id": user_id, "subject": str(subject)[:300], "body": body,
        "state": "waiting", "due_at": now, "attempts": 0, "fence": 0, "made_at": now,
        **stored_pair(OutboxMessage, "address", target)})


def send_one() -> bool:
    """Claim and send one due message; whether there was one. The sending happens outside of any unit."""
    parcel = in_unit(_claim)
    if parcel is None:
        return False
    in_unit(_finish, parcel, tried(f"message {parcel.id}", lambda: _channels[parcel.channel](parcel)))
    return True


def _claim() -> Parcel | None:
    now = clock.now()
    free = sa.and_(OutboxMessage.state == "waiting", OutboxMessage.due_at <= now,
                   sa.or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until <= now))
    found = locked(sa.select(OutboxMessage).where(free).order_by(OutboxMessage.due_at, OutboxMessage.id).limit(1),
                   skip=True)
    row = session().scalars(found).first()
    if row is None:
        return None
    if backoff.is_poison(row.attempts, POLICY):
        # Every try ended with the worker's death, before it could say so.
        row.state, row.holder, row.lease_until = "dead", None, None
        row.error = row.error or "the worker died at every try"
        return _claim()
    row.attempts, row.fence = row.attempts + 1, row.fence + 1
    row.holder, row.lease_until = ME, now + LEASE
    return Parcel(row.id, row.fence, row.attempts, row.key, row.channel, row.address or "", row.subject, row.body)


def _finish(parcel: Parcel, error: str) -> None:
    row = session().scalars(locked(sa.select(OutboxMessage).where(OutboxMessage.id == parcel.id))).one()
    if row.fence != parcel.fence:
        return
    now = clock.now()
    row.lease_until, row.holder, row.error = None, None, error or None
    if not error:
        row.state, row.sent_at = "sent", now
        return
    again = backoff.next_attempt(parcel.attempts, now, random.SystemRandom(), POLICY)
    row.state, row.due_at = ("dead", row.due_at) if again is None else ("waiting", again)


@channel("email")
def send_mail(parcel: Parcel) -> None:
    """By SMTP, under a Message-ID that is the same for every try."""
    with _connect(current_app.config.get("SMTP_URL") or "") as server:
        server.send_message(letter(parcel))


def letter(parcel: Parcel) -> EmailMessage:
    """The mail as it leaves."""
    sender = current_app.config.get("SMTP_FROM") or "kemai@localhost"
    domain = urlsplit(current_app.config.get("CRM_BASE_URL") or "").hostname or "localhost"
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, Address(addr_spec=parcel.address)
    mail["Subject"] = " ".join(parcel.subject.split())
    mail["Message-ID"] = message_id(parcel.key, domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(parcel.body)
    return mail


def _connect(url: str) -> smtplib.SMTP:
    """A connection by ``smtp://user:password@host:port``, ``smtps://`` for TLS from the start."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("SMTP_URL is not set")
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=TIMEOUT_SECONDS,
                                  context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(parts.hostname, parts.port or 25, timeout=TIMEOUT_SECONDS)
    try:
        server.ehlo_or_helo_if_needed()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            # A password is given to the named server only; without one even an unproven TLS is better than none.
            server.starttls(context=ssl.create_default_context() if parts.username else None)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server
