"""What changes of customers and interactions bring about in the same transaction."""

import sqlalchemy as sa

from app.customers.models import Contact, Customer
from app.customers.operations.consequences import UNSCOPED, follow_on
from app.customers.operations.follow_up import follow_interactions
from app.customers.operations.lifecycle import note_new
from app.customers.operations.ownership import log_owners
from app.kernel.database import session
from app.kernel.events import Change, reacts_to


@reacts_to("interaction")
def interactions_move_the_customer(changes: list[Change]) -> None:
    """Last and next contact of the customer."""
    follow_interactions(Customer, "customer", "next_contact_at", changes)


@reacts_to("customer")
def a_new_customer_begins_its_history(changes: list[Change]) -> None:
    """The first row of the lifecycle history."""
    new = [change.record_id for change in changes if change.kind == "create"]
    if new:
        note_new(new)


@reacts_to("customer")
def owners_are_remembered(changes: list[Change]) -> None:
    """The history of owners."""
    log_owners(changes)


@reacts_to("customer")
def contacts_go_with_their_customer(changes: list[Change]) -> None:
    """Whoever gets a customer gets its contacts; from the pool nobody owns them."""
    moved = {change.record_id: change for change in changes
             if change.kind != "create" and change.changed("owner", "team")}
    if not moved:
        return
    statement = sa.select(Contact.id, Contact.customer_id).where(Contact.customer_id.in_(sorted(moved)),
                                                                 Contact.deleted_at.is_(None))
    rows = session().execute(statement, execution_options=UNSCOPED)
    follow_on(Contact, {row.id: {"owner": moved[row.customer_id].owner_id, "team": moved[row.customer_id].team_id}
                        for row in rows}, "customer")
