"""Leads: signs of interest that may become customers."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.customers.rules.entry import entry_problems
from app.kernel import clock, fields
from app.kernel.entity import Entity, Find, Values
from app.kernel.problems import Problem
from app.kernel.rights.states import name_verb
from app.sales.rules import leads
from app.security.encryption.columns import blind_index, personal

name_verb("lead", "claim")
name_verb("lead", "release")

LEAD_STATUSES = {leads.NEW: _l("New"), leads.CONTACTED: _l("Contacted"), leads.QUALIFIED: _l("Qualified"),
                 leads.CONVERTED: _l("Converted"), leads.DISCARDED: _l("Discarded")}


class Lead(Entity):
    """Somebody who showed interest. Without an owner it lies in the lead pool and may be claimed."""

    __tablename__ = "lead"
    entity_label, entity_label_plural = _l("Lead"), _l("Leads")
    lookup_keys = ("name",)
    pool = True

    name = fields.text(_l("Name"), 200, required=True, index=True, aliases=("线索名称", "姓名"))
    company = fields.text(_l("Company"), 200, aliases=("公司", "公司名称"))
    job_title = fields.text(_l("Job title"), 80)
    phone = personal(_l("Phone"), normal="phone", length=80, aliases=("手机", "联系电话"))
    phone_index = blind_index()
    email = personal(_l("E-mail"), normal="email", length=200, aliases=("电子邮箱", "邮箱", "Email"))
    email_index = blind_index()
    status = fields.choice(_l("Status"), LEAD_STATUSES, required=True, default=leads.NEW, index=True)
    source_id = fields.pointer("lead_source", _l("Source"), aliases=("线索来源",))
    industry_id = fields.pointer("industry", _l("Industry"), aliases=("客户行业",))
    region_id = fields.pointer("region", _l("Region"), aliases=("大区",))
    address = fields.text(_l("Address"), 300)
    interest = fields.long_text(_l("Interest"), 4000)
    score = fields.integer(_l("Score"), least=0, most=100)
    next_at = fields.moment(_l("Next contact"), index=True, aliases=("下次联系时间",))
    last_contact_at = fields.moment(_l("Last contact"), readonly=True)
    owned_since = fields.moment(_l("Owned since"), readonly=True)
    converted_customer_id = fields.pointer("customer", _l("Converted to customer"), readonly=True)
    converted_contact_id = fields.pointer("contact", _l("Converted to contact"), readonly=True, index=False)
    converted_opportunity_id = fields.pointer("opportunity", _l("Converted to opportunity"), readonly=True)
    converted_at = fields.moment(_l("Converted on"), readonly=True)
    remark = fields.long_text(_l("Remark"), aliases=("备注",))

    source = orm.relationship("LeadSource", foreign_keys=[source_id])
    industry = orm.relationship("Industry", foreign_keys=[industry_id])
    region = orm.relationship("Region", foreign_keys=[region_id])
    converted_customer = orm.relationship("Customer", foreign_keys=[converted_customer_id])
    converted_contact = orm.relationship("Contact", foreign_keys=[converted_contact_id])
    converted_opportunity = orm.relationship("Opportunity", foreign_keys=[converted_opportunity_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return entry_problems(values, before, clock.today()) | leads.lead_problems(values, before)

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        made: dict[str, Any] = {
            "status": leads.status_after_contact(values.get("status"), values.get("last_contact_at"))}
        if before is None or before.get("owner") != values.get("owner"):
            made["owned_since"] = clock.now() if values.get("owner") else None
        return made
