"""`python run.py` and `gunicorn run:app` as an operator meets them: real processes, real signals, plain refusals."""

import base64
import http.client
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from environment import SETTINGS

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PYTHON = [sys.executable, "run.py"]
FLASK = [BIN / "flask", "--app", "run", "routes"]
GUNICORN = [BIN / "gunicorn", "run:app"]
PATIENCE = 60
# Bytes of memory that a worker shares with nobody, soon after its start.
MOST_OWN = 60 * 1024**2
SAFE = {"SECRET_KEY": "7d0b1c5e" * 6, "ENCRYPTION_KEYS": "k1:" + base64.b64encode(b"0123456789abcdef" * 2).decode()}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment(folder, **settings):
    """The environment of this process with these settings only."""
    kept = {name: text for name, text in os.environ.items() if name not in {setting.name for setting in SETTINGS}}
    return {**kept, "CRM_INSTANCE_DIR": str(folder / "instance"), "PYTHONUNBUFFERED": "1", **settings}


def ended(command, **given):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False, **given)




@pytest.mark.parametrize(("command", "settings"), [
    (PYTHON, {"HOST": "0.0.0.0"}), (PYTHON, {"CRM_ENV": "production", "SECRET_KEY": "short"}),
    (FLASK, {"CRM_ENV": "production"}), (GUNICORN, {"CRM_ENV": "production"})])
def test_a_start_with_weak_keys_is_refused_in_one_sentence(tmp_path, command, settings):
    process = ended(command, env=environment(tmp_path, **settings))
    assert process.returncode not in (0, None)
    said = process.stdout + process.stderr
    assert "Kemai CRM does not start. To serve in production or outside loopback, SECRET_KEY" in said
    assert "Traceback" not in said


def test_gunicorn_is_refused_an_address_outside_that_the_settings_do_not_know(tmp_path):
    process = ended([BIN / "gunicorn", "-b", f"0.0.0.0:{free_port()}", "run:app"], env=environment(tmp_path))
    assert process.returncode != 0
    assert "To listen on 0.0.0.0 set CRM_ENV=production" in process.stdout + process.stderr


@pytest.mark.parametrize(("bound", "settings", "refused"), [
    ([("127.0.0.1", 80)], {}, False), (["unix:/run/crm"], {}, False), ([("0.0.0.0", 80)], {}, True),
    ([("127.0.0.1", 80), ("::", 80)], {}, True), ([("0.0.0.0", 80)], {"CRM_ENV": "production", **SAFE}, False),
    ([("0.0.0.0", 80)], {"HOST": "0.0.0.0", **SAFE}, False)])
def test_gunicorn_listens_outside_for_users_only(monkeypatch, tmp_path, bound, settings, refused):
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    for name, text in {"CRM_INSTANCE_DIR": str(tmp_path), "WEB_THREADS": "3", **settings}.items():
        monkeypatch.setenv(name, text)
    read = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    assert (read["worker_class"], read["threads"]) == ("gthread", 3)
    server = SimpleNamespace(cfg=SimpleNamespace(address=bound))
    if refused:
        with pytest.raises(SystemExit, match="set CRM_ENV=production"):
            read["on_starting"](server)
    else:
        read["on_starting"](server)


def answer(port, path="/login/"):
    """Status of a page, waiting for the server to come up."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.request("GET", path)
            return connection.getresponse().status
        except ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        finally:
            connection.close()


@pytest.fixture
def served(database_url, tmp_path):
    """Starts a command that serves the app on a free port; ends it with the test."""
    started = []

    def start(*command):
        port = free_port()
        env = environment(tmp_path, DATABASE_URL=database_url, PORT=str(port), **SAFE)
        started.append(subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True))
        return started[-1], port

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_one_process_serves_everything_and_stops_on_a_signal(served):
    process, port = served(*PYTHON)
    assert answer(port) == 200
    process.send_signal(signal.SIGTERM)
    out, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert f"http://127.0.0.1:{port}" in out
    assert "Kemai CRM has stopped." in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_taken_port_is_said_in_one_sentence(database_url, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = ended(PYTHON, env=environment(tmp_path, DATABASE_URL=database_url, PORT=port, **SAFE))
    assert process.returncode != 0
    assert f"Cannot listen on 127.0.0.1 port {port}: Address already in use." in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_gunicorn_serves_the_web_part_with_several_processes_that_share_what_they_loaded(served):
    process, port = served(*GUNICORN, "--workers", "2")
    assert {answer(port) for _ in range(40)} == {200}
    own = [worker.memory_full_info().uss for worker in psutil.Process(process.pid).children()]
    assert len(own) == 2
    assert max(own) < MOST_OWN, own
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
