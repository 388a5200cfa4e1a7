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
def desk(company, furnish):
    """The company with `mine` and `theirs`, a contact of each, an industry and a tag."""
    vars(company).update(furnish("desk", lambda: _rows(company)))
    return company


def _rows(company):
    ids = company.ids
    industry, tag = add(company, Industry, name="Steel"), add(company, Tag, name="vip")
    mine = add(company, Customer, name="Acme", city="Wuhan", phone="13800138000", industry=industry, tags=[tag],
               owner=ids["sales1"])
    theirs = add(company, Customer, name="Zenith", city="Berlin", owner=ids["sales2"])
    contact = add(company, Contact, name="Li", customer=mine, owner=ids["sales1"])
    add(company, Contact, name="Wu", customer=theirs, owner=ids["sales2"])
    with company.acting("system"):
        in_unit(lay_out_catalogue)
        stage = session().scalars(sa.select(Stage.id).where(Stage.category == "open").order_by(Stage.id)).first()
    # A deal of sales1 with a customer whom he may not see.
    crossed = add(company, Opportunity, name="Mill", customer=theirs, stage=stage, owner=ids["sales1"])
    return {"industry": industry, "tag": tag, "mine": mine, "theirs": theirs, "contact": contact, "crossed": crossed}


@pytest.fixture
def view_of(desk):
    """The registered view of an entity, inside the acting user's context."""
    return site.view_of
