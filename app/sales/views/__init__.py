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
from app.sales.views.snapshot import PipelineSnapshotView

__all__ = ["CompetitorView", "CurrencyRateView", "LeadSourceView", "LeadView", "LossReasonView", "OpportunityLineView",
           "OpportunityView", "OrderLineView", "OrderView", "PipelineSnapshotView", "PipelineView",
           "ProductCategoryView", "ProductView", "StageChangeView", "StageView"]
