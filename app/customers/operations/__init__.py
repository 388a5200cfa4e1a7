"""Named changes of customers, and what follows from changes elsewhere. Importing this starts the reactions."""

from app.customers.operations import reactions
from app.customers.operations.consequences import follow_on, hold, insist, one_visible
from app.customers.operations.follow_up import follow_interactions
from app.customers.operations.lifecycle import follow_orders, give_up, take_back_giving_up
from app.customers.operations.ownership import log_owners
from app.customers.operations.pool import claim, claim_rows, reclaim, release, release_neglected, release_rows

__all__ = ["claim", "claim_rows", "follow_interactions", "follow_on", "follow_orders", "give_up", "hold", "insist",
           "log_owners", "one_visible", "reactions", "reclaim", "release", "release_neglected", "release_rows",
           "take_back_giving_up"]
