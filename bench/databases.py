"""The databases of one run of the measurements: in a folder of its own, which is gone with it, server included."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import postgresql

SYSTEMS = ("postgresql", "sqlite")


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder for databases; at the end the server that was started in it is ended by its pid."""
    with tempfile.TemporaryDirectory(prefix="kemai-bench-", ignore_cleanup_errors=True) as name:
        made = Path(name).resolve()
        made.chmod(0o711)  # the database server may run as another account
        try:
            yield made
        finally:
            postgresql.stop(made)


def new(run: Path, system: str, name: str) -> str:
    """The address of an empty database; the server of PostgreSQL is started where it is the first there."""
    if system == "sqlite":
        return f"sqlite:///{run / name}.db"
    postgresql.start(run)
    with postgresql.connect(run) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER {postgresql.OWNER}")
    return postgresql.address(run, name)


def drop(run: Path, url: str) -> None:
    """Remove the database at `url`: the next one needs its room."""
    if url.startswith("sqlite"):
        for end in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + end).unlink(missing_ok=True)
        return
    with postgresql.connect(run) as connection:
        connection.execute(f"DROP DATABASE {url.rpartition('/')[2].partition('?')[0]} WITH (FORCE)")
