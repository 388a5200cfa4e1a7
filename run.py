"""Starts Kemai CRM. ``python run.py`` serves everything in one process: the web, the scheduler and the workers.

At scale the parts start apart: ``gunicorn run:app``, ``flask --app run crm scheduler``, ``flask --app run crm worker``.
"""

import logging
import sys

from flask import Flask

from app import create_app
from app.workflows import runtime
from config import load
from environment import ConfigurationError
from serving import WebServer


def make() -> Flask:
    """The app of this process, configured by the environment. Ends the process, in words, when it must not start."""
    try:
        settings = load()
    except ConfigurationError as refusal:
        raise SystemExit(f"Kemai CRM does not start. {refusal}") from None
    logging.basicConfig(level=settings["LOG_LEVEL"], format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for talkative in ("alembic.runtime.plugins", "apscheduler", "flask_appbuilder.base"):
        logging.getLogger(talkative).setLevel(logging.WARNING)  # they report every start and every tick
    for talkative in ("apscheduler", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    return create_app(settings)


app = make()


def main() -> None:
    """Serve until a signal comes."""
    stopping = runtime.stop_on_signal()
    try:
        web = WebServer(app)
    except OSError as error:
        raise SystemExit(f"Cannot listen on {app.config['HOST']} port {app.config['PORT']}: {error.strerror}. "
                         "Another HOST or PORT may be free.") from None
    runtime.start(app)
    print(f"Kemai CRM serves {app.config['CRM_BASE_URL']} (Ctrl-C stops it)", flush=True)
    try:
        web.run(stopping)
    finally:
        runtime.stop()
    print("Kemai CRM has stopped.", file=sys.stderr)


if __name__ == "__main__":
    main()
