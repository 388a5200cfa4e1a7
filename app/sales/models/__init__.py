"""Leads, products, pipelines, opportunities, orders, and the rates of currencies."""

from app.sales.models import links
from app.sales.models.catalogue import Competitor, CurrencyRate, LeadSource, LossReason, Product, ProductCategory
from app.sales.models.lead import Lead
from app.sales.models.opportunity import Opportunity, OpportunityLine
from app.sales.models.order import NumberCounter, Order, OrderLine
from app.sales.models.pipeline import Pipeline, Stage, StageChange
from app.sales.models.snapshot import PipelineSnapshot

__all__ = ["Competitor", "CurrencyRate", "Lead", "LeadSource", "LossReason", "NumberCounter", "Opportunity",
           "OpportunityLine", "Order", "OrderLine", "Pipeline", "PipelineSnapshot", "Product", "ProductCategory",
           "Stage", "StageChange", "links"]
