"""A process that serves for long holds no more memory than one that has served for a while."""

import gc

import psutil
import pytest
import sqlalchemy as sa

from app.kernel.database import session
from app.kernel.entity import scoped_by_table
from tests.kernel.test_budgets import ENTITIES, add_customers
from tests.security.matrix.factory import Factory

MB = 1024 * 1024
USERS = ["admin", "manager", "sales1", "support1"]
WARM, MANY = 2_000, 10_000
# What the allocator keeps in pieces comes and goes by a few MB; a leak of 1 kB a request would be 8.
MOST_GROWTH = 6 * MB


def addresses(company):
    """What users ask for all day: home, lists with searches, filters and sorts, records, forms, look-ups, REST."""
    found = ["/", "/search/?q=er", "/search/palette", "/notification/unread"]
    with company.acting("admin"):
        firsts = {entity: session().scalars(sa.select(sa.func.max(scoped_by_table()[entity].id))).one()
                  for entity in ENTITIES}
    for entity, record_id in firsts.items():
        page, api = f"/{entity}", f"/api/v1/{entity}"
        found += [f"{page}/list/?page_size={{size}}", f"{page}/list/?q=cust{{number}}", f"{page}/lookup?q=er",
                  f"{page}/show/{record_id}", f"{page}/add", f"{api}/?page_size={{size}}", f"{api}/{record_id}"]
    return found


@pytest.mark.soak
def test_ten_thousand_requests_leave_the_memory_as_it_was(company, furnish):
    with company.app.app_context():
        furnish("filled", Factory(company.ids).make_all)
    add_customers(company, 1_000)
    clients, asked = [company.client(user) for user in USERS], addresses(company)
    held = {}
    for number in range(1, MANY + 1):
        # Sizes of pages and texts that are looked for differ from one request to the next, as in life.
        url = asked[number % len(asked)].format(size=10 + number % 40, number=number)
        assert clients[number % len(clients)].get(url).status_code < 500, url
        if number in (WARM, MANY):
            gc.collect()
            held[number] = psutil.Process().memory_info().rss
    assert held[MANY] - held[WARM] < MOST_GROWTH, {at: f"{size / MB:.1f} MB" for at, size in held.items()}
