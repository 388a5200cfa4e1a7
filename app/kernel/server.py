"""What the database server says of itself."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.kernel import clock
from app.kernel.database import db


@dataclass(frozen=True)
class Server:
    """System and version; on SQLite how it journals; how many seconds its clock is ahead of this process's."""

    system: str
    version: tuple[int, ...]
    journal: str
    ahead: float


def server() -> Server:
    """Ask the database."""
    with db.engine.connect() as connection:
        system, version = connection.dialect.name, tuple(connection.dialect.server_version_info or ())
        if system == "sqlite":
            return Server(system, version, connection.exec_driver_sql("PRAGMA journal_mode").scalar_one(), 0.0)
        there = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return Server(system, version, "", (there - clock.now()).total_seconds())
