"""Tables of a size at which plans tell: few rows made by the product, copied many times by the database itself."""

import sqlalchemy as sa

from app.customers.models import Contact, Customer, Interaction
from app.kernel.bulk import add_rows
from app.kernel.database import db, session
from app.sales.models import Opportunity, Stage
from app.support.models import Ticket
from bench.copies import multiply
from tests.desk.records import by

FEW = 50
SELLERS = ("sales1", "sales1b", "sales2", "manager")


def crowd(company, copies):
    """FEW customers with what hangs on them, and `copies` times as many more."""
    ids = company.ids

    def make():
        industries = list(session().scalars(sa.select(Customer.industry_id).where(Customer.industry_id.is_not(None))))
        customers = add_rows(Customer, [
            {"name": f"Crowd {each % 37:02}", "code": f"Q{each}", "kind": "organisation",
             "industry": industries[0] if each % 3 else None, "city": ["Wuhan", "Berlin", None][each % 3],
             "owner": ids[SELLERS[each % 4]] if each % 7 else None} for each in range(FEW)]).insist().done
        stages = list(session().scalars(sa.select(Stage.id).where(Stage.category == "open").order_by(Stage.id)))
        of = [(each, one) for each, one in enumerate(customers)]
        add_rows(Contact, [{"name": f"Person {each}", "customer": one} for each, one in of]).insist()
        add_rows(Interaction, [{"customer": one, "kind": "call", "content": f"Talk {each}"}
                               for each, one in of]).insist()
        add_rows(Opportunity, [
            {"name": f"Deal {each}", "customer": one if each % 10 else None, "stage": stages[each % len(stages)],
             "owner": ids[SELLERS[each % 4]], "amount": 100 * each} for each, one in of]).insist()
        add_rows(Ticket, [{"subject": f"Ticket {each}", "customer": one} for each, one in of]).insist()

    by(company, "system", make)
    with company.app.app_context():
        multiply(db.engine, copies)
