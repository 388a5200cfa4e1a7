"""Named changes of leads, opportunities and orders. Importing this starts the reactions."""

from app.sales.operations import reactions
from app.sales.operations.actions import convert, lose, move_stage, reopen, win
from app.sales.operations.catalogue import lay_out_catalogue
from app.sales.operations.deals import lose_deals, move_deals, reopen_deals, win_deal
from app.sales.operations.leads import Converted, claim, convert_lead, release, release_neglected_leads
from app.sales.operations.numbers import take_numbers
from app.sales.operations.orders import follow_customers, take_order_numbers

__all__ = ["Converted", "claim", "convert", "convert_lead", "follow_customers", "lay_out_catalogue", "lose",
           "lose_deals", "move_deals", "move_stage", "reactions", "release", "release_neglected_leads", "reopen",
           "reopen_deals", "take_numbers", "take_order_numbers",
           "win", "win_deal"]
