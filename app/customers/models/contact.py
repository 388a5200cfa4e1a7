"""The people who speak for a customer."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.customers.models.customer import GENDERS
from app.customers.rules.entry import entry_problems, tidy_birth_date
from app.kernel import clock, fields
from app.kernel.entity import Entity, Find, Values
from app.kernel.problems import Problem
from app.security.encryption.columns import blind_index, personal


class Contact(Entity):
    """A person at a customer. Whoever owns the customer owns its contacts."""

    __tablename__ = "contact"
    __table_args__ = (sa.Index("ix_contact_name", "name"),)
    entity_label, entity_label_plural = _l("Contact"), _l("Contacts")
    lookup_keys = ("name",)
    hangs_on = ("customer",)
    through = "customer"

    name = fields.text(_l("Name"), 120, required=True, aliases=("姓名", "联系人姓名"))
    customer_id = fields.pointer("customer", _l("Customer"), aliases=("客户名称",))
    job_title = fields.text(_l("Job title"), 80)
    decision_maker = fields.boolean(_l("Decision maker"), aliases=("是否关键决策人",))
    phone = personal(_l("Phone"), normal="phone", length=80, aliases=("手机", "联系电话"))
    phone_index = blind_index()
    email = personal(_l("E-mail"), normal="email", length=200, aliases=("电子邮箱", "邮箱", "Email"))
    email_index = blind_index()
    wechat = personal(_l("WeChat"), normal="text", length=80)
    wechat_index = blind_index()
    gender = fields.choice(_l("Gender"), GENDERS)
    birth_date = personal(_l("Birth date"), normal="date", length=20, aliases=("生日",))
    birth_date_index = blind_index()
    preferences = fields.long_text(_l("Preferences and interests"), 4000)
    address = fields.text(_l("Address"), 300)
    remark = fields.long_text(_l("Remark"), aliases=("备注",))

    customer = orm.relationship("Customer", foreign_keys=[customer_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return entry_problems(values, before, clock.today())

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        made: dict[str, Any] = {"birth_date": tidy_birth_date(values.get("birth_date"))}
        if before is None or before.get("customer") != values.get("customer"):
            parent = find("customer", values.get("customer"))
            made |= {name: parent[name] for name in ("owner", "team") if parent}
        return made
