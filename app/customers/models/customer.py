"""The customer: an organisation or a person."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.customers.rules import lifecycle
from app.customers.rules.entry import entry_problems, tidy_birth_date
from app.kernel import clock, fields, normal
from app.kernel.database import db
from app.kernel.entity import Entity, Find, Values, living_key
from app.kernel.problems import Problem
from app.kernel.rights.states import name_verb
from app.security.encryption.columns import blind_index, personal

name_verb("customer", "claim")
name_verb("customer", "release")

KINDS = {"organisation": _l("Organisation"), "person": _l("Person")}
LEVELS = {"key": _l("Key account"), "regular": _l("Regular"), "minor": _l("Low priority")}
SIZES = {"micro": _l("1 to 9 people"), "small": _l("10 to 49 people"), "medium": _l("50 to 249 people"),
         "large": _l("250 to 999 people"), "enterprise": _l("1,000 people and more")}
GENDERS = {"female": _l("Female"), "male": _l("Male"), "other": _l("Other")}
LIFECYCLE_STAGES = {
    lifecycle.POTENTIAL: _l("Potential"), lifecycle.FIRST: _l("First purchase"),
    lifecycle.REPEAT: _l("Repeat purchase"), lifecycle.LOYAL: _l("Loyal"), lifecycle.CHURNED: _l("Churned"),
}

customer_tag = sa.Table(
    "customer_tag", db.Model.metadata,
    sa.Column("customer_id", sa.ForeignKey("customer.id"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("tag.id"), primary_key=True, index=True))


class Customer(Entity):
    """Whom one does business with. Without an owner it lies in the public pool and may be claimed.

    The lifecycle stage follows from the orders, the time of the last contact from the interactions.
    """

    __tablename__ = "customer"
    __table_args__ = (living_key("customer", "code"),)
    entity_label, entity_label_plural = _l("Customer"), _l("Customers")
    natural_key = ("code",)
    lookup_keys = ("code", "name")
    pool = True
    collaborative = True

    name = fields.text(_l("Name"), 200, required=True, index=True,
                       aliases=("客户名称", "公司名称", "Customer name", "Account"))
    kind = fields.choice(_l("Kind"), KINDS, required=True, default="organisation", aliases=("客户类型",))
    code = fields.text(_l("Code"), 60, aliases=("客户编号",))
    level = fields.choice(_l("Level"), LEVELS, index=True, aliases=("客户级别",))
    industry_id = fields.pointer("industry", _l("Industry"), aliases=("客户行业", "Sector"))
    region_id = fields.pointer("region", _l("Region"), aliases=("大区",))
    province = fields.text(_l("Province"), 60, aliases=("省份",))
    city = fields.text(_l("City"), 60)
    address = fields.text(_l("Address"), 300, aliases=("详细地址",))
    size = fields.choice(_l("Size"), SIZES, aliases=("人员规模",))
    website = fields.text(_l("Website"), 200)
    phone = personal(_l("Phone"), normal="phone", length=80, aliases=("手机", "联系电话"))
    phone_index = blind_index()
    email = personal(_l("E-mail"), normal="email", length=200, aliases=("电子邮箱", "邮箱", "Email"))
    email_index = blind_index()
    gender = fields.choice(_l("Gender"), GENDERS)
    birth_date = personal(_l("Birth date"), normal="date", length=20, aliases=("生日",))
    birth_date_index = blind_index()
    occupation = fields.text(_l("Occupation"), 80)
    preferences = fields.long_text(_l("Preferences and interests"), 4000)
    needs = fields.long_text(_l("Needs"), 4000)
    lead_source_id = fields.pointer("lead_source", _l("Customer source"), aliases=("客户来源",))
    lifecycle_stage = fields.choice(_l("Lifecycle stage"), LIFECYCLE_STAGES, required=True, default=lifecycle.POTENTIAL,
                                    readonly=True, index=True)
    last_contact_at = fields.moment(_l("Last contact"), readonly=True, index=True)
    next_contact_at = fields.moment(_l("Next contact"), index=True, aliases=("下次联系时间",))
    last_order_at = fields.moment(_l("Last order"), readonly=True)
    churned_at = fields.moment(_l("Churned on"), readonly=True)
    owned_since = fields.moment(_l("Owned since"), readonly=True)
    # The form in which two spellings of one name are equal; duplicates are looked for by it.
    name_key = fields.text(_l("Name for comparing"), 400, readonly=True, index=True)
    tags = fields.many("Tag", customer_tag, _l("Tags"))
    remark = fields.long_text(_l("Remark"), aliases=("备注",))

    industry = orm.relationship("Industry", foreign_keys=[industry_id])
    region = orm.relationship("Region", foreign_keys=[region_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return entry_problems(values, before, clock.today())

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        made: dict[str, Any] = {"code": values.get("code") or None,
                                "name_key": normal.plain(values.get("name") or "")[:400],
                                "birth_date": tidy_birth_date(values.get("birth_date"))}
        if before is None or before.get("owner") != values.get("owner"):
            made["owned_since"] = clock.now() if values.get("owner") else None
        return made
