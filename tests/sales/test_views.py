"""The declarations of sales lead somewhere, and every page opens."""

import pytest

from app.kernel.views import EntityView
from app.sales import views
from tests.customers import declared

ALL = [getattr(views, name) for name in views.__all__]


@pytest.mark.parametrize("view", ALL, ids=lambda view: view.__name__)
def test_every_name_in_a_declaration_leads_somewhere(shop, view):
    assert issubclass(view, EntityView)
    assert declared.stray_names(view) == []
    assert declared.closed_inputs(view) == []
    assert declared.lost_relations(view) == []
    shop.as_("admin", declared.can_be_asked, view)
    if not view.read_only:
        assert declared.missing_inputs(view) == []


@pytest.mark.parametrize("view", ALL, ids=lambda view: view.__name__)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_page_opens_for_an_admin(company, view):
    entity = view.datamodel.obj.entity_name()
    browser = company.browser("admin")
    pages = ["list/", "charts/"] if view.read_only else ["list/", "charts/", "add", "bin/"]
    assert {page: browser.get(f"/{entity}/{page}").status_code for page in pages} == dict.fromkeys(pages, 200)
