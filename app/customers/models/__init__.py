"""Customers, contacts, interactions, their catalogues and their histories."""

from app.customers.models.catalogue import Industry, Region, Tag
from app.customers.models.contact import Contact
from app.customers.models.customer import Customer, customer_tag
from app.customers.models.history import LifecycleChange, OwnerChange
from app.customers.models.interaction import Interaction
from app.customers.models.snapshot import SegmentSnapshot

__all__ = ["Contact", "Customer", "Industry", "Interaction", "LifecycleChange", "OwnerChange", "Region",
           "SegmentSnapshot", "Tag", "customer_tag"]
