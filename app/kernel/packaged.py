"""Files of installed packages, read without importing the package: a table is wanted, not the program around it."""

from importlib.util import find_spec
from pathlib import Path


def packaged_text(package: str, name: str) -> str:
    """The text of the file `name` in the folder of an installed package. ImportError if there is none."""
    spec = find_spec(package)
    file = Path(spec.origin).with_name(name) if spec is not None and spec.origin else None
    if file is None or not file.is_file():
        raise ImportError(f"{package} has no file {name}")
    return file.read_text(encoding="utf-8")
