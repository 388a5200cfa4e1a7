"""The hours that are promised with each priority, as settings."""

from flask_babel import lazy_gettext as _l

from app.desk.models import PRIORITIES
from app.kernel.settings import declare, read_setting
from app.support.rules.promises import USUAL_HOURS, Promise

MOST_HOURS = 10_000
_HELP = _l("Counted around the clock from the arrival of a ticket; 0 promises nothing.")

for _priority, (_response, _resolution) in USUAL_HOURS.items():
    declare(f"support.response_hours.{_priority}", default=_response, kind="integer", least=0, most=MOST_HOURS,
            label=_l("Hours until the first answer, priority %(priority)s", priority=PRIORITIES[_priority]), help=_HELP)
    declare(f"support.resolution_hours.{_priority}", default=_resolution, kind="integer", least=0, most=MOST_HOURS,
            label=_l("Hours until the solution, priority %(priority)s", priority=PRIORITIES[_priority]), help=_HELP)


def promise_of(priority: str) -> Promise:
    """What is promised at this moment; nothing for an unknown priority, which is refused elsewhere."""
    if priority not in USUAL_HOURS:
        return Promise(0, 0)
    return Promise(read_setting(f"support.response_hours.{priority}"),
                   read_setting(f"support.resolution_hours.{priority}"))
