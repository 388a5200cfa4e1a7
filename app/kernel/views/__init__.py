"""Screens from declarations: what a room's views.py imports."""

from app.kernel.views.declare import Action, Chart, Measure, View, average_of, count, sum_of
from app.kernel.views.entity_view import EntityView
from app.kernel.views.interface import EntityInterface

__all__ = ["Action", "Chart", "EntityInterface", "EntityView", "Measure", "View", "average_of", "count", "sum_of"]
