"""The datamodel of a view, closed where Flask-AppBuilder would read and write by itself."""

import pytest

from app.customers.models import Customer
from app.kernel.views import EntityInterface

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.mark.parametrize("name", ["query", "get", "add", "edit", "delete", "delete_all", "get_keys"])
def test_no_way_leads_around_the_kernel(app, name):
    with app.app_context(), pytest.raises(RuntimeError, match="kernel"):
        getattr(EntityInterface(Customer), name)()


def test_an_interface_names_its_model(app):
    with app.app_context():
        assert EntityInterface(Customer).obj is Customer


def test_no_registered_view_reads_through_anything_else(app):
    with app.app_context():
        models = [view.datamodel for view in app.appbuilder.baseviews if hasattr(view, "datamodel")]
        assert models
        assert all(isinstance(each, EntityInterface) for each in models)
