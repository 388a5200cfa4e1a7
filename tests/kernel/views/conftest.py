"""A seller's customer and one of a stranger, for the screens."""

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer, Industry, Tag
from app.kernel.database import in_unit, session
from app.kernel.views import site
from app.sales.models import Opportunity, Stage
from app.sales.operations import lay_out_catalogue
from tests.desk.records import add


@pytest.fixture
def desk(company):
    """The company with `mine` and `theirs`, a contact of each, an industry and a tag."""
    company.industry = add(company, Industry, name="Steel")
    company.tag = add(company, Tag, name="vip")
    company.mine = add(company, Customer, name="Acme", city="Wuhan", phone="13800138000", industry=company.industry,
                       tags=[company.tag], owner=company.ids["sales1"])
    company.theirs = add(company, Customer, name="Zenith", city="Berlin", owner=company.ids["sales2"])
    company.contact = add(company, Contact, name="Li", customer=company.mine, owner=company.ids["sales1"])
    add(company, Contact, name="Wu", customer=company.theirs, owner=company.ids["sales2"])
    with company.acting("system"):
        in_unit(lay_out_catalogue)
        stage = session().scalars(sa.select(Stage.id).where(Stage.category == "open").order_by(Stage.id)).first()
    # A deal of sales1 with a customer whom he may not see.
    company.crossed = add(company, Opportunity, name="Mill", customer=company.theirs, stage=stage,
                          owner=company.ids["sales1"])
    return company


@pytest.fixture
def view_of(desk):
    """The registered view of an entity, inside the acting user's context."""
    return site.view_of
