"""Read by ``gunicorn run:app``: the same settings and the same refusals as run.py, before any worker is forked.

Processes: ``--workers N`` or WEB_CONCURRENCY. The scheduler and the workers of the queue start apart.
"""

import gc
from typing import Any

from config import is_loopback, load
from environment import ConfigurationError

try:
    settings = load()
except ConfigurationError as refusal:
    raise SystemExit(f"Kemai CRM does not start. {refusal}") from None

bind = f"{settings['HOST']}:{settings['PORT']}"
worker_class = "gthread"
threads = settings["WEB_THREADS"]
graceful_timeout = 30
# The workers are forked from a process that has made the app and holds no connection and no thread: what they load,
# some 140 MB, is there once for all of them.
preload_app = True


def on_starting(server: Any) -> None:
    """Refuse an address outside loopback that was given on the command line, where the settings know nothing of it."""
    outside = [address[0] for address in server.cfg.address
               if isinstance(address, tuple) and not is_loopback(address[0])]
    if outside and settings["CRM_ENV"] != "production" and is_loopback(settings["HOST"]):
        raise SystemExit(f"Kemai CRM does not start. To listen on {outside[0]} set CRM_ENV=production.")
    # The collector of a worker would write into every page that it shares with the others.
    gc.collect()
    gc.freeze()
