"""A small company for the tests of customers."""

import pytest

from app.customers import operations as customer_operations  # noqa: F401 - models and reactions must be known
from app.sales import operations as sales_operations  # noqa: F401 - customers are pointed at from there
from tests.customers.office import Office


@pytest.fixture
def office(company, furnish):
    """The company of the tests, with short ways to write and read its records."""
    return furnish("office", lambda: Office(company)).fresh()
