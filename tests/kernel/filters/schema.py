"""A small world to filter: every kind of field, nullable, with values that databases like to disagree about."""

import datetime as dt
import hashlib
import random
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm
from sqlalchemy.types import TypeDecorator

from app.kernel import fields

UTC = dt.UTC


class Base(orm.DeclarativeBase):
    """The test schema's own registry, apart from the product's."""


class Sealed(TypeDecorator):
    """Stands for an encrypted column: unreadable in the database, comparable by a keyed hash."""

    impl = sa.String(400)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else value.encode().hex()

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else bytes.fromhex(value).decode()

    def index_values(self, text: str) -> tuple[str, ...]:
        """The hashes of the text without spaces under today's key and the last; none if nothing is left to hash."""
        kept = text.replace(" ", "")
        return tuple(hashlib.sha256(f"{key}{kept}".encode()).hexdigest() for key in ("new", "old")) if kept else ()

    def index_value(self, text: str) -> str | None:
        """The hash to store today."""
        return next(iter(self.index_values(text)), None)


deal_tag = sa.Table("flt_deal_tag", Base.metadata,
                    sa.Column("deal_id", sa.ForeignKey("flt_deal.id"), primary_key=True),
                    sa.Column("tag_id", sa.ForeignKey("flt_tag.id"), primary_key=True))
deal_deal = sa.Table("flt_deal_deal", Base.metadata,
                     sa.Column("deal_id", sa.ForeignKey("flt_deal.id"), primary_key=True),
                     sa.Column("like_id", sa.ForeignKey("flt_deal.id"), primary_key=True))


class User(Base):
    """A user table as the framework has it: no field is declared on it."""

    __tablename__ = "ab_user"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    username: orm.Mapped[str] = orm.mapped_column(sa.String(64))


class Region(Base):
    __tablename__ = "flt_region"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    name = fields.text(_l("Name"))


class Tag(Base):
    __tablename__ = "flt_tag"
    natural_key = ("word",)
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    word = fields.text(_l("Word"))
    rank = fields.integer(_l("Rank"))


class Shop(Base):
    __tablename__ = "flt_shop"
    natural_key = ("code",)
    lookup_keys = ("code", "name", "kind")
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    code = fields.text(_l("Code"), 40)
    name = fields.text(_l("Name"))
    kind = fields.choice(_l("Kind"), {"organisation": _l("Organisation"), "person": _l("Person")})
    region_id = fields.pointer("flt_region", _l("Region"))
    owner_id = fields.pointer("ab_user", _l("Owner"))
    region = orm.relationship(Region)
    owner = orm.relationship(User)


class Slot(Base):
    """A row that has nothing to be called by."""

    __tablename__ = "flt_slot"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    hour = fields.integer(_l("Hour"))
    next_id = fields.pointer("flt_slot", _l("Next"))


class Deal(Base):
    __tablename__ = "flt_deal"
    id = orm.mapped_column(sa.Integer, primary_key=True, info={"kind": "integer", "label": _l("Number")})
    name = fields.text(_l("Name"))
    notes = fields.long_text(_l("Notes"), required=True)
    seats = fields.integer(_l("Seats"))
    rank = orm.mapped_column(sa.SmallInteger, nullable=True, info={"kind": "integer", "label": _l("Rank")})
    rate = fields.decimal(_l("Rate"))
    amount = fields.money(_l("Amount"))
    active = fields.boolean(_l("Active"), default=None)
    closes_on = fields.date(_l("Closes on"))
    happened_at = fields.moment(_l("Happened at"))
    stage = fields.choice(_l("Stage"), {"open": _l("Open"), "won": _l("Won"), "lost": _l("Lost")})
    colour = orm.mapped_column(sa.String(20), nullable=True, info={"kind": "choice", "label": _l("Colour")})
    about = orm.mapped_column(sa.String(40), nullable=True, info={"kind": "about", "label": _l("About")})
    extra = fields.json(_l("Extra"))
    phone = orm.mapped_column(Sealed, nullable=True, info={
        "kind": "personal", "label": _l("Phone"), "personal": True, "blind_index": "phone_hash"})
    phone_hash = orm.mapped_column(sa.String(64), nullable=True)
    secret = orm.mapped_column(Sealed, nullable=True, info={
        "kind": "personal", "label": _l("Secret"), "blind_index": None})
    shop_id = fields.pointer("flt_shop", _l("Shop"))
    parent_id = fields.pointer("flt_deal", _l("Parent"))
    owner_id = fields.pointer("ab_user", _l("Owner"))
    # A pointer without a relation, as one that points up to a higher room.
    region_id = fields.pointer("flt_region", _l("Region"))
    # A pointer to a table that no class maps.
    ledger_id = orm.mapped_column(sa.Integer, nullable=True, info={
        "kind": "pointer", "label": _l("Ledger"), "target": "flt_ledger"})
    unseen = orm.mapped_column(sa.String(20), nullable=True)

    shop_seen = orm.relationship(Shop, viewonly=True)
    shop = orm.relationship(Shop)
    parent = orm.relationship("Deal", remote_side="Deal.id", foreign_keys=parent_id)
    owner = orm.relationship(User)
    tags = fields.many("Tag", deal_tag, _l("Tags"))
    like = fields.many("Deal", deal_deal, _l("Like"), primaryjoin=id == deal_deal.c.deal_id,
                       secondaryjoin=id == deal_deal.c.like_id)


TEXTS = [None, "", "Äpfel", "äpfel", "ÄPFEL 100%", "客户_脉", "客户脉络", "a_b", "a%b", "axb", "c:\\d", "c:/d",
         "Straße", "STRASSE", "İstanbul", "istanbul", "ISTANBUL", "ΟΔΟΣ", "οδος", "οδοσ", "shop 😀 x", "😀",
         "it's \"so\"", "null", "me", "true", "007", "100", "\u212aelvin", "e\u0301tude", "étude", " lead", "trail ",
         "A\nB", "\t"]
INTEGERS = [None, 0, 1, -1, 7, 100, 2**31 - 1, -(2**31) + 1]
RATES = [None, Decimal("0"), Decimal("0.1"), Decimal("0.3"), Decimal("-2.5"), Decimal("99999999999.9999"),
         Decimal("1234567.8901"), Decimal("1E+2")]
AMOUNTS = [None, 0, 1, 10_000, 10_050, -10_000, 2**53 + 1, 2**62]
DAYS = [None, dt.date(2026, 3, 28), dt.date(2026, 3, 29), dt.date(2026, 3, 30), dt.date(2026, 2, 28),
        dt.date(2026, 10, 25), dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 4, 1), dt.date(1931, 5, 6)]
MOMENTS = [None, dt.datetime(2026, 3, 28, 22, 59, 59, 999_999, UTC), dt.datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
           dt.datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), dt.datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
           dt.datetime(2026, 3, 29, 21, 59, 59, 999_999, UTC), dt.datetime(2026, 3, 29, 22, 0, tzinfo=UTC),
           dt.datetime(2026, 10, 24, 22, 0, tzinfo=UTC), dt.datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
           dt.datetime(2026, 10, 25, 1, 30, tzinfo=UTC), dt.datetime(2026, 10, 25, 23, 0, tzinfo=UTC),
           dt.datetime(2026, 3, 31, 16, 0, tzinfo=UTC), dt.datetime(2025, 12, 31, 16, 0, 0, 1, UTC)]
EXTRAS = [None, {}, [], "", {"a": 1}, 0, False, [None], "客"]
PHONES = [None, "13800138000", "138 0013 8000", "+86 138", ""]


def build(seed: int = 7, count: int = 60) -> list[Any]:
    """Rows of the whole schema, the same for the same seed, parents before their children."""
    chance = random.Random(seed)
    users = [User(id=number, username=name) for number, name in enumerate(("ada", "bo", "客服"), 1)]
    regions = [Region(id=number, name=name) for number, name in enumerate(("North", "华东", None), 1)]
    tags = [Tag(id=number, word=word, rank=rank) for number, (word, rank) in
            enumerate((("vip", 1), ("new", None), ("客户_脉", 3), (None, 1), ("7", 2)), 1)]
    shops = [Shop(id=number, code=chance.choice(["S1", "S2", None, "42"]), name=chance.choice(TEXTS),
                  kind=chance.choice(["organisation", "person", None]), region=chance.choice([*regions, None]),
                  owner=chance.choice([*users, None])) for number in range(1, 9)]
    deals: list[Deal] = []
    for number in range(1, count + 1):
        deals.append(_deal(number, chance, deals, users, regions, tags, shops))
    return [*users, *regions, *tags, *shops, *deals]


def _deal(number: int, chance: random.Random, deals: list[Deal], users: list[User], regions: list[Region],
          tags: list[Tag], shops: list[Shop]) -> Deal:
    pick, phone = chance.choice, chance.choice(PHONES)
    deal = Deal(id=number, name=pick(TEXTS), notes=pick([text or "" for text in TEXTS]), seats=pick(INTEGERS),
                rank=pick([None, 1, 2, 32_767]), rate=pick(RATES), amount=pick(AMOUNTS),
                active=pick([None, True, False]), closes_on=pick(DAYS), happened_at=pick(MOMENTS),
                stage=pick([None, "open", "won", "lost"]), colour=pick([None, "red", "蓝"]),
                about=pick([None, "shop:1", "deal:2"]), phone=phone, secret=pick(PHONES),
                phone_hash=pick(Sealed().index_values(phone or "") or (None,)), shop=pick([*shops, None]),
                parent=pick([*deals[-5:], None]), owner=pick([*users, None]),
                region_id=pick([None, *(region.id for region in regions)]), ledger_id=pick([None, 1, 2]),
                tags=chance.sample(tags, chance.choice([0, 0, 1, 2, 3])), like=chance.sample(deals, min(2, len(deals))))
    if chance.random() < 0.8:
        deal.extra = pick(EXTRAS)  # left out in some rows: SQL NULL beside JSON's null
    return deal
