"""The screens of leads."""

from flask_babel import lazy_gettext as _l

from app.customers.views import REASON
from app.kernel.views import Action, Chart, EntityInterface, EntityView, View, count
from app.sales import operations, queries
from app.sales.models import Lead
from app.sales.operations.actions import CONVERSION_FIELDS

WORKED_ON = ["new", "contacted", "qualified"]


class LeadView(EntityView):
    """Leads, own ones and the lead pool."""

    datamodel = EntityInterface(Lead)
    icon = "bulb"
    list_columns = ["name", "company", "status", "source", "score", "next_at", "owner"]
    text_columns = ["name", "company", "phone", "email"]
    search_columns = ["status", "source", "industry", "region", "score", "next_at", "last_contact_at", "created_at",
                      "converted_at", "owner", "team"]
    form_sections = [
        (_l("Basics"), ["name", "company", "job_title", "status", "source", "score", "owner"]),
        (_l("Ways of contact"), ["phone", "email", "industry", "region", "address"]),
        (_l("Wishes"), ["interest", "next_at", "remark"]),
    ]
    show_columns = [
        "name", "company", "job_title", "status", "source", "score", "phone", "email", "industry", "region", "address",
        "interest", "next_at", "last_contact_at", "remark", "converted_at", "converted_customer", "converted_contact",
        "converted_opportunity", "owner", "team", "owned_since", "created_at", "updated_at"]
    base_order = ("created_at", "desc")
    saved_views = [
        View(_l("Mine"), owner="me", status=WORKED_ON),
        View(_l("Lead pool"), owner__is_empty=True),
        View(_l("Overdue follow-ups"), owner="me", next_at="overdue", status=WORKED_ON),
        View(_l("Converted this month"), converted_at="this_month"),
    ]
    charts = [
        Chart("by_source", _l("Leads by source with conversion"), kind="table", period="created_at",
              query=queries.leads_by_source),
        Chart("by_status", _l("Leads by status"), group="status", measure=count(), kind="pie", period="created_at",
              rollup=True),
        Chart("new_by_month", _l("New leads by month"), group="created_at:month", split="source", measure=count(),
              period="created_at"),
        Chart("overdue_by_owner", _l("Overdue follow-ups by owner"), group="owner", measure=count(), period="next_at",
              where={"next_at": "overdue", "status": WORKED_ON, "owner__is_not_empty": True}),
    ]
    related = ["interaction", "task", "attachment"]
    board_by, calendar_by, timeline = "status", "next_at", True
    bulk_fields = ["owner", "status", "source", "industry", "region", "next_at"]
    actions = [
        Action("convert", _l("Convert"), operations.convert, fields=CONVERSION_FIELDS, verb="edit", icon="arrows-split",
               help=_l("Makes a customer, a contact and an opportunity of it.")),
        Action("claim", _l("Claim"), operations.claim, many=True, icon="hand-grab"),
        Action("release", _l("Release to the pool"), operations.release, many=True, fields=[REASON], icon="door-exit"),
    ]
