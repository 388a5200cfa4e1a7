"""The small company with something to sell and a way of selling it."""

import pytest

from app.customers.models import Customer
from app.sales.models import Competitor, LossReason, Opportunity, Pipeline, Product, Stage
from app.sales.operations import lay_out_catalogue
from tests.customers.office import Office


class Shop(Office):
    """The office with the catalogue laid out, two products, and short ways to its stages and reasons."""

    def __init__(self, company):
        super().__init__(company)
        self.as_("system", lay_out_catalogue)
        self.stages = {key: stage for stage, key in self.rows(Stage, "id", "key")}
        self.pipeline = self.rows(Pipeline, "id")[0][0]
        self.reasons = {name: reason for reason, name in self.rows(LossReason, "id", "name")}
        self.till = self.add(Product, name="Till", code="T-1", unit_price=100_00)
        self.paper = self.add(Product, name="Paper", code="P-1", unit_price=2_50)
        self.rival = self.add(Competitor, name="Rival")

    def customer(self, name="Blue River", by="sales1", **values):
        """A customer of sales1."""
        return self.add(Customer, name=name, by=by, **values)

    def deal(self, by="sales1", **values):
        """An opportunity of sales1."""
        return self.add(Opportunity, by=by, **{"name": "Tills", **values})

    def line(self, product=None, quantity=1, **values):
        """The values of a line, of the till unless another product is named."""
        return {"product": product or self.till, "quantity": quantity, **values}


@pytest.fixture
def shop(company, furnish):
    """The company with a pipeline, reasons, sources and two products."""
    return furnish("shop", lambda: Shop(company)).fresh()


@pytest.fixture
def office(company, furnish):
    """The company with nothing to sell yet."""
    return furnish("office", lambda: Office(company)).fresh()
