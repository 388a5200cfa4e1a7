"""Kemai CRM. `create_app` makes an application; importing this package starts nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

HERE = Path(__file__).parent


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """A complete application from `config`, by default the environment's. The imports are inside, so that importing
    a room never builds the house."""
    from flask_appbuilder import AppBuilder
    from flask_migrate import Migrate

    from app import models, views  # noqa: F401 - the models must be known before the schema is used
    from app.commands import crm
    from app.data.writing import WRITERS
    from app.kernel import language
    from app.kernel.database import db, prepare_engine
    from app.kernel.routes import App
    from app.kernel.views import charts, exports, page
    from app.sales.queries import converted
    from app.security import door
    from app.security.manager import KemaiSecurityManager
    from config import load

    app = App(__name__)
    app.config.update(config if config is not None else load())
    app.config.setdefault("FAB_BASE_TEMPLATE", "crm/base.html")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(HERE / "translations")
    db.init_app(app)
    door.install(app)
    Migrate(app, db, directory=str(HERE.parent / "migrations"), render_as_batch=True, compare_type=True)
    page.install(app)
    exports.set_writers(app, WRITERS)
    charts.set_conversion(app, converted)
    app.cli.add_command(crm)
    with app.app_context():
        prepare_engine(db.engine)
        appbuilder = AppBuilder(app, db.session, security_manager_class=KemaiSecurityManager,
                                indexview=views.HomeView)
        views.register(appbuilder)
    language.install(app)
    return app
