"""``flask crm ...``: the product on the command line."""

from app.commands import backup
from app.commands.data import export, import_, undo
from app.commands.demo import load_demo
from app.commands.doctor import doctor
from app.commands.group import crm
from app.commands.rollups import rollups
from app.commands.running import scheduler, tick, verify_audit, worker
from app.commands.search import search
from app.commands.setup import init, user

crm.add_command(init)
crm.add_command(user)
for command in (backup.make, backup.verify, backup.restore):
    crm.add_command(command)
for command in (import_, undo, export, load_demo, scheduler, worker, tick, doctor, verify_audit, search, rollups):
    crm.add_command(command)

__all__ = ["crm"]
