"""A real Chromium against the real server process on a fresh database with the small demo company."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.browser.visitor import CHROMIUM, PASSWORD, VENDOR

ROOT = Path(__file__).parents[2]
def _flask(environment, *arguments):
    subprocess.run([sys.executable, "-m", "flask", "--app", "run", "crm", *arguments], cwd=ROOT, env=environment,
                   check=True, capture_output=True, timeout=240)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url, process):
    until = time.monotonic() + 90
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(f"{url}/login/", timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise AssertionError("the server does not answer")


def pytest_collection_modifyitems(items):
    """Where no browser or no front end is, these tests are left out and say so."""
    lacking = ("Chromium is not installed" if CHROMIUM is None else
               "the front end is not built: run `make frontend`" if not VENDOR.exists() else "")
    for item in items:
        if lacking and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=lacking))


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of a server of this worker's own, with the small demo company."""
    folder = tmp_path_factory.mktemp("site")
    port = _free_port()
    environment = {**os.environ, "CRM_ENV": "development", "CRM_INSTANCE_DIR": str(folder), "PORT": str(port),
                   "DATABASE_URL": f"sqlite:///{folder / 'crm.db'}", "UPLOAD_DIR": str(folder / "uploads"),
                   "WORKERS": "0"}
    environment.pop("CRM_BASE_URL", None)
    _flask(environment, "init")
    _flask(environment, "demo", "--size", "small", "--seed", "1", "--password", PASSWORD)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "run.py"], cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, process)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=40)


@pytest.fixture(scope="module")
def browser():
    """One Chromium for all tests of a file."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the browser driver is not installed")
    with playwright.sync_playwright() as driver:
        # A container often runs as root, where Chromium has no sandbox.
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser, site):
    """Opens a page of a language and width; nothing may be complained about in its console, CSP included."""
    contexts, complaints = [], []

    def make(locale="en-US", width=1280):
        context = browser.new_context(locale=locale, viewport={"width": width, "height": 800}, base_url=site)
        contexts.append(context)
        page = context.new_page()
        # The answer to a form with a problem has the status 422, which the console repeats.
        page.on("console", lambda said: complaints.append(said.text)
                if said.type in ("error", "warning") and "status of 422" not in said.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url)
                if "ERR_ABORTED" not in (request.failure or "") else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []
