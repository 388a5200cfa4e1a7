"""The addresses of style sheets, scripts and pictures."""

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from flask import current_app, request, url_for


@lru_cache(maxsize=8)
def _manifest(path: str, _changed: float) -> dict[str, str]:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def vendor(name: str) -> str:
    """The address of a front-end file from npm, under its content hash."""
    return _remembered(name, _vendor)


def _vendor(name: str) -> str:
    file = Path(current_app.static_folder or "") / "vendor" / "manifest.json"
    known = _manifest(str(file), file.stat().st_mtime) if file.exists() else {}
    return _asset(f"vendor/{known.get(name, name)}")


def asset(name: str) -> str:
    """The address of one of our own static files, under its content hash."""
    return _remembered(name, _asset)


def _asset(name: str) -> str:
    return url_for("static", filename=name)


def _remembered(name: str, make: Callable[[str], str]) -> str:
    """The address of a file, looked for anew only where changed templates are read anew too."""
    if current_app.config["TEMPLATES_AUTO_RELOAD"] or request.script_root:
        return make(name)
    known = current_app.extensions.setdefault("file_addresses", {})
    return known.get((name, make)) or known.setdefault((name, make), make(name))
