"""``flask crm ...``: the product on the command line."""

from app.commands.group import crm
from app.commands.setup import init, user

crm.add_command(init)
crm.add_command(user)

__all__ = ["crm"]
