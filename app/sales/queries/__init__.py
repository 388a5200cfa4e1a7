"""Named reads about sales."""

from app.sales.queries.deals import (
    last_open_stage,
    lines_of,
    order_facts,
    pipelines_of,
    stage_for,
    without_order,
)
from app.sales.queries.funnel import funnel, leads_by_source
from app.sales.queries.money import converted

__all__ = ["converted", "funnel", "last_open_stage", "leads_by_source", "lines_of", "order_facts", "pipelines_of",
           "stage_for", "without_order"]
