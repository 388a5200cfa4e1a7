"""Relations of lower rooms to records of this one, which they know by the name of the table only."""

from sqlalchemy import orm

from app.customers.models import Customer, Interaction, LifecycleChange
from app.sales.models.catalogue import LeadSource
from app.sales.models.lead import Lead
from app.sales.models.opportunity import Opportunity
from app.sales.models.order import Order

Customer.lead_source = orm.relationship(LeadSource, foreign_keys=[Customer.lead_source_id])
Interaction.lead = orm.relationship(Lead, foreign_keys=[Interaction.lead_id])
Interaction.opportunity = orm.relationship(Opportunity, foreign_keys=[Interaction.opportunity_id])
LifecycleChange.order = orm.relationship(Order, foreign_keys=[LifecycleChange.order_id])
