"""The screens of what an admin of sales keeps."""

from flask_babel import lazy_gettext as _l

from app.kernel.views import EntityInterface, EntityView, View
from app.sales.models import (
    Competitor,
    CurrencyRate,
    LeadSource,
    LossReason,
    Pipeline,
    Product,
    ProductCategory,
    Stage,
)


class ProductView(EntityView):
    """The price list."""

    datamodel = EntityInterface(Product)
    icon = "package"
    list_columns = ["code", "name", "category", "unit_price", "currency", "active"]
    text_columns = ["code", "name"]
    search_columns = ["category", "active", "currency", "unit_price"]
    form_sections = [("", ["code", "name", "category", "unit_price", "currency", "active", "description"])]
    base_order = ("name", "asc")
    saved_views = [View(_l("On sale"), active=True)]
    related = ["opportunity_line", "order_line"]
    bulk_fields = ["category", "active"]


class ProductCategoryView(EntityView):
    """What products are sorted by."""

    datamodel = EntityInterface(ProductCategory)
    icon = "category"
    list_columns = ["name"]
    text_columns = ["name"]
    form_sections = [("", ["name"])]
    base_order = ("name", "asc")
    related = ["product"]


class PipelineView(EntityView):
    """Ways of selling."""

    datamodel = EntityInterface(Pipeline)
    icon = "git-branch"
    list_columns = ["name", "order"]
    text_columns = ["name"]
    form_sections = [("", ["name", "order"])]
    base_order = ("order", "asc")
    related = ["stage"]


class StageView(EntityView):
    """The steps of pipelines."""

    datamodel = EntityInterface(Stage)
    icon = "stairs"
    list_columns = ["pipeline", "order", "label", "key", "category", "expected_days", "probability"]
    text_columns = ["label", "key"]
    search_columns = ["pipeline", "category"]
    form_sections = [("", ["pipeline", "key", "label", "category", "order", "expected_days", "probability"])]
    base_order = ("order", "asc")
    related = ["opportunity.stage"]


class CompetitorView(EntityView):
    """Whom one meets in deals."""

    datamodel = EntityInterface(Competitor)
    icon = "swords"
    list_columns = ["name", "strengths", "weaknesses"]
    text_columns = ["name"]
    form_sections = [("", ["name", "website", "strengths", "weaknesses"])]
    base_order = ("name", "asc")
    related = ["opportunity"]


class LeadSourceView(EntityView):
    """Where interest comes from, and what to do with it."""

    datamodel = EntityInterface(LeadSource)
    icon = "antenna"
    list_columns = ["name", "measure", "strategy"]
    text_columns = ["name"]
    form_sections = [("", ["name", "measure", "strategy"])]
    base_order = ("name", "asc")
    related = ["lead"]


class LossReasonView(EntityView):
    """Why deals are lost."""

    datamodel = EntityInterface(LossReason)
    icon = "thumb-down"
    list_columns = ["name"]
    text_columns = ["name"]
    form_sections = [("", ["name"])]
    base_order = ("name", "asc")
    related = ["opportunity"]


class CurrencyRateView(EntityView):
    """What other currencies are worth."""

    datamodel = EntityInterface(CurrencyRate)
    icon = "currency"
    list_columns = ["currency", "valid_on", "rate", "units"]
    text_columns = ["currency"]
    search_columns = ["currency", "valid_on"]
    form_sections = [("", ["currency", "valid_on", "rate", "units"])]
    base_order = ("valid_on", "desc")
