"""A process that is killed in the middle of an import, and one that goes on: nothing is lost, nothing is doubled."""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.data import operations
from app.data.models import ImportRow
from app.kernel.database import session, unit
from app.kernel.events import DomainEvent
from app.security.models import AuditEntry
from tests.data.imports import staged
from tests.kernel.test_gate import add_customer, the

PROGRAM = """
import os, sys
import config
from app import create_app
from app.data import operations
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as
url, folder, batch = sys.argv[1:]
app = create_app(config.load({"CRM_ENV": "test", "DATABASE_URL": url, "CRM_INSTANCE_DIR": folder}))
with app.app_context(), acting_as(SYSTEM):
    print("ready", flush=True)
    operations.apply(int(batch), lambda done, total: print(done, flush=True))
print("done", flush=True)
"""


def killed_after(settings, tmp_path, batch, lines, delay=0.0):
    """Apply in a process of its own that is killed `delay` seconds after so many lines of output."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, settings["DATABASE_URL"], str(tmp_path), str(batch)],
                               stdout=subprocess.PIPE, text=True)
    for _line in range(lines):
        if not process.stdout.readline():
            break
    time.sleep(delay)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def file_of(count):
    """Half of the customers are new, half are known."""
    return "name,code,city\n" + "".join(f"Firm {number},C{number},Wuhan\n" for number in range(count))


def expect_each_once(company, count, batch):
    """Every row has one record, one event, one entry of the audit."""
    with company.acting("system"):
        assert operations.apply(batch)["rejected"] == 0
        assert session().scalars(sa.select(sa.func.count(Customer.id))).one() == count
        assert set(session().scalars(sa.select(Customer.city))) == {"Wuhan"}
        assert set(session().scalars(sa.select(ImportRow.status))) == {"created", "updated"}
        for model in (DomainEvent, AuditEntry):
            found = session().execute(sa.select(model.record_id, sa.func.count()).where(
                model.entity == "customer", model.batch_id == batch, model.record_id.is_not(None))
                .group_by(model.record_id)).all()
            assert len(found) == count
            assert {times for _record, times in found} == {1}


def prepared(company, count):
    """The batch of a file whose first half is known."""
    with company.acting("system"), unit() as current:
        current.add_all([Customer(name="Old", code=f"C{number}") for number in range(count // 2)])
    with company.acting("system"):
        return staged("customer", file_of(count))


def test_an_import_that_was_killed_goes_on_where_it_stood(company, settings, tmp_path):
    batch = prepared(company, 700)
    for lines in (2, 3):
        killed_after(settings, tmp_path, batch, lines)
    expect_each_once(company, 700, batch)


@pytest.mark.soak
def test_an_import_that_is_killed_at_ten_random_moments_loses_and_doubles_nothing(company, settings, tmp_path):
    draw, batch = random.Random(11), prepared(company, 6000)
    for _kill in range(10):
        killed_after(settings, tmp_path, batch, 1, delay=draw.uniform(0.0, 1.0))
    expect_each_once(company, 6000, batch)


@pytest.mark.soak
def test_other_users_save_within_two_seconds_while_twenty_thousand_rows_come_in(app, company):
    pk, waits, over = add_customer(company, "Mine"), [], threading.Event()

    def save():
        with company.acting("sales1"):
            while not over.is_set():
                began = time.monotonic()
                with unit():
                    the(Customer, pk).city = f"City {len(waits)}"
                waits.append(time.monotonic() - began)
                over.wait(0.05)

    with company.acting("system"):
        batch = staged("customer", file_of(20_000))
    other = threading.Thread(target=save)
    other.start()
    try:
        with company.acting("system"):
            counts = operations.apply(batch)
    finally:
        over.set()
        other.join()
    assert counts["created"] == 20_000
    assert len(waits) > 20
    assert max(waits) < 2.0
