"""The nightly backup: made where BACKUP_DIR says, the oldest ones removed."""

from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from app.data.operations import backup
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as
from app.kernel.settings import declare, read_setting
from app.workflows.operations.jobs import job

declare("backup.keep", default=14, kind="integer", least=1, most=1000, label=_l("Nightly backups that are kept"))


@job("backup", _l("Backup"))
def back_up(arguments: dict[str, Any]) -> int:
    """Make a backup and keep the newest ones; the number made, 0 where BACKUP_DIR is not set."""
    if not current_app.config.get("BACKUP_DIR"):
        return 0
    parent = Path(current_app.config["BACKUP_DIR"])
    with acting_as(SYSTEM):
        backup.make_backup(parent, Path(current_app.config["UPLOAD_DIR"]), current_app.config["APP_VERSION"])
        backup.keep_newest(parent, read_setting("backup.keep"))
    return 1
