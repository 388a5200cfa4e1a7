"""The company that is measured: people, catalogues and a first thousand customers, made through the product itself."""

import base64
import random
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

import config
from app import create_app
from app.commands.setup import sync
from app.customers.models import Contact, Customer, Industry, Interaction, Region, Tag
from app.kernel import bulk, clock
from app.kernel.actor import SYSTEM
from app.kernel.bulk.outcome import CHUNK
from app.kernel.database import acting_as, db, in_unit, session
from app.kernel.entity import Entity
from app.sales.models import Opportunity, Stage
from app.sales.operations import lay_out_catalogue
from app.security import operations, roles
from app.security.models import Team
from app.support.models import Ticket
from bench.words import ADMIN, INDUSTRIES, LATIN, PLACES, PLAIN, REGIONS, TRADES, WORDS

SELLERS, TEAMS, DAYS = 40, 4, 20


def settings(given: Mapping[str, str]) -> dict[str, Any]:
    """The configuration of the product for a database: as in production, but served on loopback without HTTPS."""
    return config.load({"CRM_ENV": "production", "COOKIES_SECURE": "no", "CRM_LOCALE": "en",
                        "SMTP_URL": "smtp://127.0.0.1:9", **given})


def given_for(url: str, folder: Path) -> dict[str, str]:
    """What the processes that work on one database must agree on; the password of its users is the secret key."""
    return {"DATABASE_URL": url, "CRM_INSTANCE_DIR": str(folder), "SECRET_KEY": secrets.token_urlsafe(48),
            "ENCRYPTION_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()}


def build(given: Mapping[str, str], customers: int) -> Flask:
    """Schema, people, catalogues and `customers` customers with what hangs on them."""
    app = create_app(settings(given))
    with app.app_context():
        db.create_all()
        with acting_as(SYSTEM):
            in_unit(sync)
            in_unit(lay_out_catalogue)
            sellers = in_unit(_people, given["SECRET_KEY"])
            _fill(random.Random(1), customers, sellers)
    return app


def _people(password: str) -> list[int]:
    """The ids of the sellers."""
    teams = [Team(name=f"Team {number}") for number in range(TEAMS)]
    session().add_all(teams)
    session().flush()
    plain = operations.find_roles(["Viewer"])[0]
    operations.write_grants(plain, roles.TEMPLATES["Admin"], roles.SPECIALS["Admin"], {("contact", "customer"): "hide"})
    hashed = operations.hashed_or_problem(password, "nobody", "nobody@example.com")
    sellers = [(f"seller{number}", "Sales") for number in range(SELLERS)]
    ids = [operations.add_user(name, hashed, email=f"{name}@example.com", first_name=name.title(), role_names=[role],
                               team_id=teams[number % TEAMS].id, locale="en").id
           for number, (name, role) in enumerate([*sellers, (ADMIN, "Admin"), (PLAIN, plain.name)])]
    return ids[:SELLERS]


def _fill(draw: random.Random, customers: int, sellers: Sequence[int]) -> None:
    chosen = {"industry": _add(Industry, [{"name": name} for name in INDUSTRIES]),
              "region": _add(Region, [{"name": name} for name in REGIONS])}
    tags = _add(Tag, [{"name": name} for name in ("Fair", "Partner", "Newsletter")])
    stages = list(session().scalars(sa.select(Stage.id).where(Stage.category == "open").order_by(Stage.id)))
    start = clock.now() - clock.dt.timedelta(days=DAYS)
    ids = _add(Customer, list(_customers(draw, customers, sellers, chosen, tags, start)))
    _add(Contact, [{"name": _person(draw), "customer": draw.choice(ids), "job_title": draw.choice(TRADES),
                    "phone": f"139{each:08d}", "email": f"c{each}@example.com"} for each in range(customers)])
    _add(Interaction, [{"customer": draw.choice(ids), "content": _organisation(draw), "owner": draw.choice(sellers),
                        "happened_at": start} for _ in range(customers)])
    _add(Opportunity, [{"name": _organisation(draw), "customer": draw.choice(ids), "owner": draw.choice(sellers),
                        "amount": draw.randrange(100_000, 9_000_000), "stage": draw.choice(stages)}
                       for _ in range(customers // 2)])
    _add(Ticket, [{"subject": _organisation(draw), "customer": draw.choice(ids), "owner": draw.choice(sellers),
                   "kind": "request", "priority": "normal"} for _ in range(customers // 2)])


def _customers(draw: random.Random, number: int, sellers: Sequence[int], chosen: Mapping[str, Sequence[int]],
               tags: Sequence[int], start: Any) -> Iterator[dict[str, Any]]:
    for each in range(number):
        pointers = {name: draw.choice(ids) for name, ids in chosen.items()}
        yield {"name": _organisation(draw), "code": f"K{each}", "kind": "organisation", "city": draw.choice(PLACES),
               "level": draw.choice(("key", "regular", "minor")), "phone": f"138{each:08d}",
               "email": f"k{each}@example.com", "owner": draw.choice((*sellers, None)), "tags": [draw.choice(tags)],
               "created_at": start + clock.dt.timedelta(seconds=each), "next_contact_at": start, **pointers}


def _organisation(draw: random.Random) -> str:
    if draw.random() < 0.25:
        return f"{draw.choice(LATIN)} {draw.choice(LATIN)} {draw.choice(INDUSTRIES)} Ltd"
    return f"{draw.choice(PLACES)}{draw.choice(WORDS)}{draw.choice(WORDS)}{draw.choice(TRADES)}有限公司"


def _person(draw: random.Random) -> str:
    return f"{draw.choice('王李张刘陈杨赵黄周吴')}{draw.choice('伟芳娜敏静丽强磊军洋')}{draw.choice('明华军平勇')}"


def _add(model: type[Entity], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    made: list[int] = []
    for start in range(0, len(rows), CHUNK):
        part = rows[start:start + CHUNK]
        made += in_unit(lambda asked=part: list(bulk.add_rows(model, asked).insist().created.values()))
    return made
