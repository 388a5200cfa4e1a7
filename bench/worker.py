"""One peer in a process of its own: addresses come in line by line, what each cost goes out.

Run as ``python -m bench.worker PEER``; the first line is what the processes agree on.
"""

import importlib
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

ROOT = Path(__file__).resolve().parents[1]
FREE = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")
SECONDS = 60


@dataclass(frozen=True)
class Sample:
    """What one request cost: milliseconds on the clock, of this process, inside the database; statements; bytes."""

    wall: float
    cpu: float
    database: float
    statements: int
    size: int


class Meter:
    """Counts the statements of this process and the time until the database answered them."""

    def __init__(self) -> None:
        self.statements, self.seconds, self._begun = 0, 0.0, 0.0
        event.listen(sa.Engine, "before_cursor_execute", self._begin)
        event.listen(sa.Engine, "after_cursor_execute", self._end)

    def _begin(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.statements += not statement.lstrip().upper().startswith(FREE)
        self._begun = time.perf_counter()

    def _end(self, *_rest: Any) -> None:
        self.seconds += time.perf_counter() - self._begun


class Served:
    """An application with the browsers that ask it."""

    def __init__(self, peer: str, given: Mapping[str, str]) -> None:
        self._peer = importlib.import_module(f"bench.peers.{peer}")
        self._app: Flask = self._peer.make(given)
        self._clients: dict[str, Any] = {}
        self._meter = Meter()

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The cost of one address, its body if that is asked for, or the memory that the process holds."""
        if "url" not in asked:
            return {"memory": psutil.Process().memory_info().rss}
        user = asked["user"]
        if user not in self._clients:
            self._clients[user] = self._peer.log_in(self._app, user)
        self._meter.statements, self._meter.seconds = 0, 0.0
        wall, cpu = time.perf_counter(), time.process_time()
        answer = self._clients[user].get(asked["url"], buffered=True)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        sample = Sample(wall * 1e3, cpu * 1e3, self._meter.seconds * 1e3, self._meter.statements, len(answer.data))
        body = {"body": answer.text} if asked.get("body") else {}
        return {"status": answer.status_code, "location": answer.headers.get("Location"), **asdict(sample), **body}


class Worker:
    """The other end: starts the process of a peer and asks it."""

    def __init__(self, peer: str, given: Mapping[str, str]) -> None:
        self.peer = peer
        self._process = subprocess.Popen([sys.executable, "-m", "bench.worker", peer], cwd=ROOT, text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._ask(dict(given))

    def get(self, url: str, user: str) -> Sample:
        """What the address costs. RuntimeError if it is not answered with 200."""
        told = self._told(url, user)
        return Sample(**{each.name: told[each.name] for each in fields(Sample)})

    def body(self, url: str, user: str) -> str:
        """The page of the address."""
        return self._told(url, user, body=True)["body"]

    def memory(self) -> int:
        """The bytes of memory that the process holds."""
        return self._ask({})["memory"]

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        try:
            self._process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _told(self, url: str, user: str, **more: Any) -> dict[str, Any]:
        answer = self._ask({"url": url, "user": user, **more})
        if answer["status"] != 200:
            raise RuntimeError(f"{self.peer} answers {url} with {answer['status']} {answer['location']}")
        return answer

    def _ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.peer} has ended with {self._process.wait(SECONDS)}")
        return json.loads(line)


def main() -> None:
    """Serve until the input ends. What the peer itself prints goes to the error output."""
    told, sys.stdout = sys.stdout, sys.stderr
    served = Served(sys.argv[1], json.loads(sys.stdin.readline()))
    told.write("{}\n")
    told.flush()
    for line in sys.stdin:
        told.write(json.dumps(served.answer(json.loads(line))) + "\n")
        told.flush()


if __name__ == "__main__":
    main()
