"""The declarations of sales lead somewhere, and every page opens."""

import pytest

from app.kernel.views import EntityView
from app.sales import views
from tests.customers import declared

ALL = [getattr(views, name) for name in views.__all__]


@pytest.mark.parametrize("view", ALL, ids=lambda view: view.__name__)
def test_every_name_in_a_declaration_leads_somewhere(shop, view):
    assert issubclass(view, EntityView)
    declared.expect_sound(shop, view)


@pytest.mark.parametrize("view", ALL, ids=lambda view: view.__name__)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_page_opens_for_an_admin(company, view):
    declared.expect_open_pages(company, view)
