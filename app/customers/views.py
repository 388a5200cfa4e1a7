"""What the screens of customers offer."""

from flask_babel import lazy_gettext as _l

from app.customers import operations
from app.customers.models import Contact, Customer, Industry, Interaction, LifecycleChange, Region, SegmentSnapshot, Tag
from app.kernel.fields import Field
from app.kernel.views import Action, Chart, EntityInterface, EntityView, View, count, sum_of

REASON = Field("reason", "reason", "text", _l("Reason"), required=True, max_length=200)


class CustomerView(EntityView):
    """Customers, own ones and the public pool."""

    datamodel = EntityInterface(Customer)
    icon = "building"
    list_columns = ["name", "level", "industry", "region", "lifecycle_stage", "last_contact_at", "next_contact_at",
                    "owner"]
    text_columns = ["name", "code", "phone", "email"]
    search_columns = ["kind", "level", "industry", "region", "province", "city", "size", "lifecycle_stage",
                      "lead_source", "tags", "last_contact_at", "next_contact_at", "last_order_at", "created_at",
                      "owner", "team"]
    form_sections = [
        (_l("Basics"), ["name", "kind", "code", "level", "industry", "size", "lead_source", "owner", "tags"]),
        (_l("Ways of contact"), ["phone", "email", "website", "region", "province", "city", "address"]),
        (_l("Person"), ["gender", "birth_date", "occupation"]),
        (_l("Wishes"), ["needs", "preferences", "next_contact_at", "remark"]),
    ]
    show_columns = [
        "name", "kind", "code", "level", "lifecycle_stage", "industry", "size", "lead_source", "tags", "phone", "email",
        "website", "region", "province", "city", "address", "gender", "birth_date", "occupation", "needs",
        "preferences", "last_contact_at", "next_contact_at", "last_order_at", "churned_at", "remark", "owner", "team",
        "owned_since", "created_at", "updated_at"]
    base_order = ("created_at", "desc")
    saved_views = [
        View(_l("Mine"), owner="me"),
        View(_l("Public pool"), owner__is_empty=True),
        View(_l("To contact today"), owner="me", next_contact_at="today"),
        View(_l("Overdue follow-ups"), owner="me", next_contact_at="overdue"),
        View(_l("Loyal"), lifecycle_stage="loyal"),
        View(_l("Churned"), lifecycle_stage="churned"),
    ]
    charts = [
        Chart("by_industry", _l("Customers by industry"), group="industry", measure=count(), period="created_at"),
        Chart("by_region", _l("Customers by region"), group="region", measure=count(), period="created_at"),
        Chart("by_lifecycle", _l("Customers by lifecycle stage"), group="lifecycle_stage", measure=count(), kind="pie",
              period="created_at", rollup=True),
        Chart("new_by_month", _l("New customers by month"), group="created_at:month", measure=count(),
              period="created_at"),
        Chart("overdue_by_owner", _l("Overdue follow-ups by owner"), group="owner", measure=count(),
              where={"next_contact_at": "overdue", "owner__is_not_empty": True}, period="next_contact_at"),
    ]
    related = ["contact", "interaction", "opportunity", "order", "ticket", "task", "attachment", "churn_alert",
               "lifecycle_change"]
    calendar_by, timeline = "next_contact_at", True
    bulk_fields = ["owner", "level", "industry", "region", "size", "tags", "next_contact_at"]
    actions = [
        Action("claim", _l("Claim"), operations.claim, many=True, icon="hand-grab"),
        Action("release", _l("Release to the pool"), operations.release, many=True, fields=[REASON], icon="door-exit"),
    ]


class ContactView(EntityView):
    """The people who speak for customers."""

    datamodel = EntityInterface(Contact)
    icon = "address-book"
    list_columns = ["name", "customer", "job_title", "decision_maker", "phone", "email", "owner"]
    text_columns = ["name", "customer.name", "phone", "email"]
    search_columns = ["customer", "job_title", "decision_maker", "gender", "owner", "team", "created_at"]
    form_sections = [
        (_l("Basics"), ["name", "customer", "job_title", "decision_maker"]),
        (_l("Ways of contact"), ["phone", "email", "wechat", "address"]),
        (_l("Person"), ["gender", "birth_date", "preferences", "remark"]),
    ]
    base_order = ("created_at", "desc")
    saved_views = [View(_l("Mine"), owner="me"), View(_l("Decision makers"), decision_maker=True)]
    related = ["interaction", "ticket", "attachment"]
    timeline = True
    bulk_fields = ["decision_maker"]


class InteractionView(EntityView):
    """What was said, and what comes next."""

    datamodel = EntityInterface(Interaction)
    icon = "message-2"
    list_columns = ["happened_at", "kind", "customer", "contact", "content", "next_at", "owner"]
    text_columns = ["content", "outcome", "customer.name"]
    search_columns = ["kind", "direction", "customer", "contact", "lead", "opportunity", "happened_at", "next_at",
                      "owner", "team"]
    form_sections = [
        (_l("Who and when"), ["kind", "direction", "happened_at", "customer", "contact", "lead", "opportunity"]),
        (_l("What was said"), ["content", "reaction", "outcome"]),
        (_l("What comes next"), ["next_step", "next_at"]),
    ]
    base_order = ("happened_at", "desc")
    saved_views = [
        View(_l("Mine"), owner="me"),
        View(_l("Visits"), kind=["visit", "return_visit"]),
        View(_l("Next steps of this week"), owner="me", next_at="this_week"),
    ]
    charts = [
        Chart("by_kind", _l("Interactions by kind"), group="kind", measure=count(), period="happened_at"),
        Chart("by_month", _l("Interactions by month"), group="happened_at:month", split="kind", measure=count(),
              period="happened_at"),
        Chart("by_owner", _l("Interactions by owner"), group="owner", split="kind", measure=count(),
              period="happened_at"),
    ]
    related = ["attachment"]
    calendar_by = "next_at"


class TagView(EntityView):
    """Words that are stuck on customers."""

    datamodel = EntityInterface(Tag)
    icon = "tags"
    list_columns = ["name", "colour"]
    text_columns = ["name"]
    form_sections = [("", ["name", "colour"])]
    base_order = ("name", "asc")


class IndustryView(EntityView):
    """Lines of business."""

    datamodel = EntityInterface(Industry)
    icon = "building-factory-2"
    list_columns = ["name"]
    text_columns = ["name"]
    form_sections = [("", ["name"])]
    base_order = ("name", "asc")
    related = ["customer"]


class RegionView(EntityView):
    """Parts of the market."""

    datamodel = EntityInterface(Region)
    icon = "map-2"
    list_columns = ["name"]
    text_columns = ["name"]
    form_sections = [("", ["name"])]
    base_order = ("name", "asc")
    related = ["customer"]


class LifecycleChangeView(EntityView):
    """The moves of customers between the stages of their life."""

    datamodel = EntityInterface(LifecycleChange)
    icon = "heartbeat"
    read_only = True
    list_columns = ["at", "customer", "from_stage", "to_stage", "reason", "order"]
    search_columns = ["customer", "from_stage", "to_stage", "reason", "at", "owner", "team"]
    base_order = ("at", "desc")
    charts = [
        Chart("by_month", _l("Lifecycle changes by month"), group="at:month", split="to_stage", measure=count(),
              period="at"),
    ]


class SegmentSnapshotView(EntityView):
    """How many customers of each kind there were on every morning."""

    datamodel = EntityInterface(SegmentSnapshot)
    icon = "camera"
    read_only = True
    help = _l("Taken every night, so that growth and decline of each segment can be told.")
    list_columns = ["taken_on", "lifecycle_stage", "level", "industry", "team", "number"]
    search_columns = ["taken_on", "lifecycle_stage", "level", "industry", "team"]
    base_order = ("taken_on", "desc")
    charts = [
        Chart("by_day", _l("Customers by lifecycle stage and day"), group="taken_on:day", split="lifecycle_stage",
              measure=sum_of("number"), kind="line", period="taken_on"),
    ]
