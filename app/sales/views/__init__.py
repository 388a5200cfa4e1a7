"""What the screens of sales offer."""

from app.sales.views.catalogue import (
    CompetitorView,
    CurrencyRateView,
    LeadSourceView,
    LossReasonView,
    PipelineView,
    ProductCategoryView,
    ProductView,
    StageView,
)
from app.sales.views.lead import LeadView
from app.sales.views.opportunity import OpportunityLineView, OpportunityView, StageChangeView
from app.sales.views.order import OrderLineView, OrderView

__all__ = ["CompetitorView", "CurrencyRateView", "LeadSourceView", "LeadView", "LossReasonView", "OpportunityLineView",
           "OpportunityView", "OrderLineView", "OrderView", "PipelineView", "ProductCategoryView", "ProductView",
           "StageChangeView", "StageView"]
