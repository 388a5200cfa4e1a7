"""The screens of opportunities, their lines and their way through the stages."""

from flask_babel import lazy_gettext as _l

from app.kernel.views import Action, Chart, EntityInterface, EntityView, View, average_of, count, sum_of
from app.sales import operations, queries
from app.sales.models import Opportunity, OpportunityLine, StageChange
from app.sales.operations.actions import LINE_FIELDS

WON = {"stage_category": "won"}
REVENUE = sum_of("amount")


class OpportunityView(EntityView):
    """Chances to sell something."""

    datamodel = EntityInterface(Opportunity)
    icon = "target-arrow"
    list_columns = ["name", "customer", "stage", "amount", "currency", "expected_close_on", "probability", "owner"]
    text_columns = ["name", "code", "customer.name"]
    search_columns = ["stage", "stage.category", "stage_category", "pipeline", "customer", "customer.region", "amount",
                      "currency", "product", "source", "competitor", "loss_reason", "expected_close_on", "closed_at",
                      "stage_changed_at", "furthest_stage", "next_at", "last_contact_at", "created_at", "owner", "team"]
    form_sections = [
        (_l("Basics"), ["name", "code", "customer", "stage", "owner"]),
        (_l("Amount and date"), ["amount", "currency", "product", "expected_close_on", "score", "source"]),
        (_l("Need and competition"), ["need", "competitor", "next_at"]),
        (_l("Closing"), ["closed_at", "loss_reason", "lesson"]),
        (_l("More"), ["opened_on", "remark"]),
    ]
    show_columns = [
        "name", "code", "customer", "pipeline", "stage", "stage_changed_at", "probability", "amount", "currency",
        "line_count", "product", "expected_close_on", "opened_on", "closed_at", "source", "score", "need", "competitor",
        "loss_reason", "lesson", "next_at", "last_contact_at", "remark", "owner", "team", "created_at", "updated_at"]
    base_order = ("created_at", "desc")
    saved_views = [
        View(_l("My open deals"), owner="me", stage_category="open"),
        View(_l("Closing this month"), expected_close_on="this_month", stage_category="open"),
        View(_l("Overdue"), expected_close_on="overdue", stage_category="open"),
        View(_l("Won this quarter"), closed_at="this_quarter", stage_category="won"),
        View(_l("Closed lost"), stage_category="lost"),
    ]
    charts = [
        Chart("won_by_month", _l("Won revenue by month"), group="closed_at:month", measure=REVENUE, where=WON,
              period="closed_at", rollup=True),
        Chart("won_by_owner", _l("Won revenue by owner"), group="owner", measure=REVENUE, where=WON,
              period="closed_at"),
        Chart("won_by_team", _l("Won revenue by team"), group="team", measure=REVENUE, where=WON, period="closed_at"),
        Chart("won_by_region", _l("Won revenue by region"), group="customer.region", measure=REVENUE, where=WON,
              period="closed_at"),
        Chart("funnel", _l("Funnel with conversion and days per stage"), kind="funnel", period="created_at",
              query=queries.funnel),
        Chart("pipeline", _l("Open amount by stage"), group="stage", measure=REVENUE, where={"stage_category": "open"},
              period="expected_close_on", rollup=True),
        Chart("loss_reasons", _l("Loss reasons"), group="loss_reason", measure=count(), kind="pie",
              where={"stage_category": "lost"}, period="closed_at"),
        Chart("lost_to", _l("Lost to competitors"), group="competitor", measure=count(),
              where={"stage_category": "lost", "competitor__is_not_empty": True}, period="closed_at"),
        Chart("won_and_lost", _l("Won and lost by month"), group="closed_at:month", split="stage_category",
              measure=count(), where={"stage_category": ["won", "lost"]}, period="closed_at"),
        Chart("mean_won", _l("Mean won amount by owner"), group="owner", measure=average_of("amount"), where=WON,
              period="closed_at"),
    ]
    related = ["opportunity_line", "interaction", "order", "task", "attachment", "stage_change"]
    board_by, calendar_by, timeline = "stage", "expected_close_on", True
    bulk_fields = ["owner", "stage", "expected_close_on", "source", "competitor", "next_at"]
    actions = [
        Action("move_stage", _l("Move"), operations.move_stage, many=True, fields=["stage"], verb="edit",
               icon="arrow-move-right"),
        Action("win", _l("Win"), operations.win, fields=["customer", "closed_at", "lesson", *LINE_FIELDS], verb="edit",
               icon="trophy", help=_l("Makes the order. Name a product here if there is no line yet.")),
        Action("lose", _l("Lose"), operations.lose, many=True, verb="edit", icon="mood-sad",
               fields=["loss_reason", "competitor", "lesson"]),
        Action("reopen", _l("Reopen"), operations.reopen, many=True, fields=["stage"], verb="edit", icon="rotate"),
    ]


class OpportunityLineView(EntityView):
    """What would be sold."""

    datamodel = EntityInterface(OpportunityLine)
    icon = "list-details"
    list_columns = ["opportunity", "product", "quantity", "unit_price", "discount", "amount", "currency"]
    text_columns = ["opportunity.name", "product.name"]
    sort_columns = ["amount"]
    search_columns = ["opportunity", "opportunity.stage_category", "opportunity.closed_at", "product",
                      "product.category", "amount", "owner", "team"]
    form_sections = [("", ["opportunity", "product", "quantity", "unit_price", "discount"])]
    charts = [
        Chart("won_by_product", _l("Won revenue by product"), group="product", measure=REVENUE,
              where={"opportunity.stage_category": "won"}, period="opportunity.closed_at"),
        Chart("open_by_product", _l("Open amount by product"), group="product", measure=REVENUE,
              where={"opportunity.stage_category": "open"}, period="opportunity.expected_close_on"),
    ]


class StageChangeView(EntityView):
    """Every move between stages."""

    datamodel = EntityInterface(StageChange)
    icon = "history"
    read_only = True
    list_columns = ["at", "opportunity", "from_stage", "to_stage", "stayed_seconds"]
    search_columns = ["opportunity", "from_stage", "to_stage", "at", "owner", "team"]
    base_order = ("at", "desc")
