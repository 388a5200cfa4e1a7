"""Words that must not stand in the house: ways around the kernel, other clocks, and what belongs to one machine."""

import ast

import pytest

from tests.house import forbidden, tree

# What the laws of the kernel are written with.
KERNEL = "app/kernel/"
CLOCK = "app/kernel/clock.py"
# The loop that must survive whatever a job raises; it logs and goes on.
JOB_LOOP = "app/workflows/operations/jobs.py"
READERS_OF_THE_ENVIRONMENT = ("config.py", "environment.py")


def expect_nowhere(checker, but=()):
    """`checker` finds nothing in the rooms, leaving out files whose names begin with one of `but`."""
    paths = [path for path in tree.rooms_code() if not tree.name(path).startswith(but)]
    tree.expect_faultless(lambda path: checker(tree.parsed(path)), paths)


def expect_nowhere_committed(checker):
    """`checker` finds nothing in the text of any file that would be committed."""
    texts = dict(tree.committed_texts())
    tree.expect_faultless(lambda path: checker(texts[path]), texts)


def lines(checker, text):
    return [fault.line for fault in checker(ast.parse(text))]


def test_nobody_goes_around_the_kernel():
    expect_nowhere(forbidden.roundabout_ways, but=(KERNEL,))


def test_nobody_reads_another_clock():
    expect_nowhere(forbidden.clock_readings, but=(CLOCK,))


def test_nobody_swallows_errors_but_the_loop_of_the_jobs():
    expect_nowhere(forbidden.swallowed_errors, but=(JOB_LOOP,))


def test_nobody_glues_markup_together():
    expect_nowhere(forbidden.glued_markup)


def test_only_the_configuration_reads_the_environment():
    expect_nowhere(forbidden.environment_readings)
    known = [path for path in tree.started_code() if forbidden.environment_readings(tree.parsed(path))]
    assert {tree.name(path) for path in known if path.parent == tree.ROOT} <= set(READERS_OF_THE_ENVIRONMENT)


def test_no_committed_file_names_a_machine_or_a_registry():
    expect_nowhere_committed(forbidden.machine_words)


def test_no_committed_file_is_marked_unfinished():
    expect_nowhere_committed(forbidden.unfinished_marks)


@pytest.mark.parametrize("text", [
    "db.session.query(Customer).filter_by(owner=1).update({'level': 'A'})",
    "Customer.query.update({'level': 'A'})",
    "query.update({'level': 'A'})",
    "pending_query.delete()",
    "session().query(Customer).filter(Customer.id == 1).delete()",
    "from sqlalchemy import text",
    "from sqlalchemy.sql import text as sql",
    "import sqlalchemy as sa\nsa.text('select 1')",
    "from app.kernel.database import db\ndb.text('select 1')",
    "Customer.__table__.c.id",
    "getattr(Customer, '__table__')",
    "from sqlalchemy import insert",
    "from sqlalchemy import update as change",
    "from sqlalchemy.dialects.postgresql import insert",
    "import sqlalchemy as sa\nsa.delete(Customer)",
    "import sqlalchemy.dialects.sqlite as lite\nlite.insert(Customer)",
    "session.get(Customer, 7)",
    "db.session.get(Customer, 7)",
    "session().get(Customer, 7)",
    "self.datamodel.session.get(Customer, 7)",
    "db.session.connection()",
    "session().connection().execute(1)",
    "from sqlalchemy.orm import joinedload",
    "from sqlalchemy import orm\norm.joinedload(Customer.contacts)",
    "orm.relationship('Contact', lazy='joined')",
    "db.session.commit()",
    "session().commit()",
])
def test_a_way_around_the_kernel_is_found(text):
    faults = forbidden.roundabout_ways(ast.parse(text))
    assert faults
    assert {fault.line for fault in faults} == {text.count("\n") + 1}


@pytest.mark.parametrize("text", [
    "values.update({'level': 'A'})",
    "app.config.update(settings)",
    "digest = hashlib.sha256()\ndigest.update(b'x')",
    "from app.kernel.fields import text\nname = text('Name')",
    "from app.kernel import fields\nfields.text('Name')",
    "from flask import session\nsession.get('theme')",
    "from flask import session as cookie\ncookie.get('theme')",
    "from sqlalchemy.orm import selectinload",
    "import sqlalchemy as sa\nsa.select(Customer).where(Customer.id == 1)",
    "session().flush()",
    "session().info.get('unit')",
    "from app.kernel.bulk import update",
    "orm.relationship('Contact', lazy='selectin')",
    "values.get('name')",
    "table = model.__tablename__",
])
def test_an_innocent_namesake_passes(text):
    assert forbidden.roundabout_ways(ast.parse(text)) == []


def test_every_finding_says_what_to_do_instead():
    (fault,) = forbidden.roundabout_ways(ast.parse("from sqlalchemy.orm import joinedload"))
    assert "selectinload" in fault.text


@pytest.mark.parametrize("text", [
    "import datetime as dt\ndt.datetime.now(dt.UTC)",
    "from datetime import datetime\ndatetime.utcnow()",
    "from datetime import date\ndate.today()",
    "import datetime\nat = datetime.datetime.today",
    "import time\ntime.time()",
    "from time import time\ntime()",
    "import sqlalchemy as sa\nsa.func.now()",
])
def test_another_clock_is_found(text):
    assert lines(forbidden.clock_readings, text) == [2]


@pytest.mark.parametrize("text", [
    "from app.kernel import clock\nclock.now()", "from app.kernel.clock import now\nnow()",
    "import time\ntime.monotonic()", "import datetime as dt\ndt.datetime.combine(day, dt.time())",
])
def test_the_clock_of_the_house_and_stop_watches_pass(text):
    assert lines(forbidden.clock_readings, text) == []


@pytest.mark.parametrize("kind", ["", " Exception", " BaseException", " (KeyError, Exception)", " Exception as error"])
def test_a_handler_for_everything_is_found(kind):
    assert lines(forbidden.swallowed_errors, f"try:\n    work()\nexcept{kind}:\n    pass\n") == [3]


@pytest.mark.parametrize("text", [
    "try:\n    work()\nexcept KeyError:\n    pass\n",
    "try:\n    work()\nexcept BaseException:\n    undo()\n    raise\n",
    "try:\n    work()\nexcept (KeyError, error.Exception):\n    pass\n",
])
def test_a_named_error_or_one_raised_again_passes(text):
    assert lines(forbidden.swallowed_errors, text) == []


@pytest.mark.parametrize("text", [
    'Markup("<b>" + name + "</b>")', 'Markup("<b>%s</b>" % name)', 'Markup(f"<b>{name}</b>")',
    'Markup("<b>{}</b>".format(name))', 'Markup("".join(parts))', 'markupsafe.Markup("<b>" + name)',
])
def test_markup_of_a_composed_text_is_found(text):
    assert lines(forbidden.glued_markup, text) == [1]


@pytest.mark.parametrize("text", [
    'Markup("<b>{}</b>").format(name)', 'Markup("<b>") + name', 'Markup("<b>" "</b>")', 'Markup("<b>" + "</b>")',
    'Markup(rendered)', 'Markup()',
])
def test_markup_that_escapes_its_values_passes(text):
    assert lines(forbidden.glued_markup, text) == []


@pytest.mark.parametrize("text", ["import os\nos.environ['PORT']", "from os import environ\nenviron.get('PORT')",
                                  "import os\nos.getenv('PORT')"])
def test_a_reading_of_the_environment_is_found(text):
    assert lines(forbidden.environment_readings, text) == [2]


def glued(*parts):
    """The planted words stand here in pieces, or they would be found in this file."""
    return "".join(parts)


@pytest.mark.parametrize("text", [
    glued("/wo", "rk/main/run.py"), glued("see /ro", "ot/.cache"), glued("path=/ho", "me/anna/crm"),
    glued("/Us", "ers/anna/"),
    glued("https://registry.npm", "js.org/htmx"), glued("https://py", "pi.org/simple"),
    glued("--extra-ind", "ex-url x"), glued('"resol', 'ved": "https://x"'), glued("files.python", "hosted.org"),
])
def test_words_of_one_machine_are_found(text):
    (fault, *_) = forbidden.machine_words("first line\n" + text)
    assert fault.line == 2


@pytest.mark.parametrize("text", ["/usr/lib/postgresql", "network/home/", "a framework/root/x", "/homepage", "./root/x",
                                  "https://example.com/work/1", "~/root/x", "pypi and npm"])
def test_words_that_hold_on_every_machine_pass(text):
    assert forbidden.machine_words(text) == []


@pytest.mark.parametrize("text", [glued("# TO", "DO: later"), glued("FIX", "ME"), glued("X", "XX"),
                                  glued("raise NotImplemented", "Error"), glued("This is not implemen", "ted yet."),
                                  glued("Coming so", "on!"), glued("Lorem ip", "sum")])
def test_marks_of_unfinished_work_are_found(text):
    assert [fault.line for fault in forbidden.unfinished_marks("\n" + text)] == [2]


@pytest.mark.parametrize("text", ["a to-do list", "todos", "return NotImplemented", "implemented yesterday", "XXXL"])
def test_words_that_only_resemble_such_marks_pass(text):
    assert forbidden.unfinished_marks(text) == []


def test_the_files_that_would_be_committed_are_read():
    names = {tree.name(path) for path, _ in tree.committed_texts()}
    assert {"tests/house/tree.py", "app/kernel/clock.py", "pyproject.toml"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".venv/", "node_modules/"))]
