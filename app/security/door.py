"""What stands at the door of every application: keys, headers, tokens against foreign pages, actors, audit."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.kernel import compression, static_files, web
from app.kernel.database import db
from app.kernel.events import add_sink
from app.kernel.gate import set_team_source
from app.kernel.views import exports
from app.security import audit, csrf, headers, sessions, watch
from app.security.encryption.columns import keep_blind_indexes
from app.security.encryption.current import bind_key_ring
from app.security.encryption.rings import KeyRing
from app.security.queries import team_of_user


def install(app: Flask) -> None:
    """Guard `app`; the order matters: foreign hosts are refused before anything else is done."""
    hops = app.config.get("PROXY_HOPS") or 0
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    headers.install(app)
    static_files.install(app)
    compression.install(app)
    web.install(app, sessions.resolve, audit.tell_denied)
    app.before_request(sessions.keep_to_looking)
    app.jinja_env.globals["looking"] = sessions.really
    csrf.install_csrf(app)
    bind_key_ring(app, KeyRing(app.config["ENCRYPTION_KEYS"]))
    keep_blind_indexes(db.Model)
    watch.install()
    set_team_source(team_of_user)
    add_sink(audit.write_entries)
    exports.set_witness(app, audit.tell_export)
