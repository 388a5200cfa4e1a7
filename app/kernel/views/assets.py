"""The addresses of style sheets, scripts and pictures."""

import json
from functools import lru_cache
from pathlib import Path

from flask import current_app, url_for


@lru_cache(maxsize=8)
def _manifest(path: str, _changed: float) -> dict[str, str]:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def vendor(name: str) -> str:
    """The address of a front-end file from npm, under its content hash."""
    file = Path(current_app.static_folder or "") / "vendor" / "manifest.json"
    known = _manifest(str(file), file.stat().st_mtime) if file.exists() else {}
    return url_for("static", filename=f"vendor/{known.get(name, name)}")


def asset(name: str) -> str:
    """The address of one of our own static files, under its content hash."""
    return url_for("static", filename=name)
