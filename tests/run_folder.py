"""The folder that the processes of one test run share, and that is gone with it.

It lies in memory where there is plenty, because making and dropping databases is mostly making and dropping files.
"""

import os
import shutil
import tempfile
from pathlib import Path

import psutil

from tests import postgresql

PREFIX = "kemai-tests-"
MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3


def make() -> Path:
    """A new folder of this process; what a killed run has left is ended and removed first."""
    place = _place()
    for left in place.glob(f"{PREFIX}*"):
        if left.stat().st_uid == os.getuid() and not _is_alive(left):
            remove(left)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place)).resolve()
    folder.chmod(0o711)  # the database server may run as another account
    (folder / "owner").write_text(f"{os.getpid()} {psutil.Process().create_time()}")
    return folder


def remove(folder: Path) -> None:
    """End what runs on `folder` and remove it."""
    postgresql.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path:
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return MEMORY
    return Path(tempfile.gettempdir())


def _is_alive(folder: Path) -> bool:
    try:
        pid, started = (folder / "owner").read_text().split()
        return psutil.Process(int(pid)).create_time() == float(started)
    except FileNotFoundError:
        return True  # another run is just making it
    except (ValueError, psutil.NoSuchProcess):
        return False
