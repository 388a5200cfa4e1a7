"""The database against what the models describe: each part that is missing, additional or different is named."""

import pytest

from app.kernel import shape
from app.kernel.database import db
from app.kernel.shape import Part, differences


def told(app, *statements):
    """What differs after these statements."""
    with app.app_context():
        with db.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        return [str(each) for each in differences(shape.found_parts(), shape.described_parts())]


def test_a_whole_database_differs_in_nothing_and_is_left_as_it_is(app):
    with app.app_context():
        before = shape.found_parts()
    assert told(app) == []
    with app.app_context():
        assert shape.found_parts() == before
    assert {part.kind for part in before} >= {"table", "column", "index", "trigger"}


@pytest.mark.parametrize(("statement", "said"), [
    ("DROP INDEX ix_task_created_by_id", "index ix_task_created_by_id is missing: make it again: CREATE INDEX"),
    ("ALTER TABLE tag DROP COLUMN extra", "column tag.extra is missing: ALTER TABLE tag ADD COLUMN extra "),
    ("DROP TABLE schedule_fire", "table schedule_fire is missing: its rows are lost: restore"),
    ("CREATE INDEX mine ON tag (name)", "index mine is additional: no model describes it"),
    ("ALTER TABLE tag ADD COLUMN mine INTEGER", "column tag.mine is additional"),
    ("CREATE TABLE mine (id INTEGER)", "table mine is additional"),
])
def test_a_part_that_is_missing_or_additional_is_named_with_what_mends_it(app, statement, said):
    found = told(app, statement)
    assert len(found) == 1, found
    assert found[0].startswith(said)


def test_an_index_of_the_same_name_over_other_columns_is_told_with_both(app):
    found = told(app, "DROP INDEX ix_task_created_by_id", "CREATE INDEX ix_task_created_by_id ON task (updated_by_id)")
    assert len(found) == 1
    assert "is different" in found[0]
    assert "(updated_by_id)" in found[0]
    assert "(created_by_id)" in found[0]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_trigger_that_keeps_the_audit_is_missed_on_sqlite(app):
    (found,) = told(app, "DROP TRIGGER audit_no_delete")
    assert found.startswith("trigger audit_no_delete is missing: make it again: CREATE TRIGGER audit_no_delete")


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_triggers_functions_and_constraints_are_missed_on_postgresql(app):
    assert told(app, "DROP TRIGGER audit_no_truncate ON audit_entry")[0].startswith(
        "trigger audit_no_truncate is missing: make it again: CREATE TRIGGER audit_no_truncate")
    found = told(app, "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                 "'BEGIN RETURN NEW; END'", "ALTER TABLE attachment DROP CONSTRAINT fk_attachment_owner_id")
    assert any(each.startswith("constraint attachment.fk_attachment_owner_id is missing: make it again: ALTER TABLE "
                               "attachment ADD CONSTRAINT fk_attachment_owner_id FOREIGN KEY") for each in found)
    assert any(each.startswith("function audit_append_only is different: it is `CREATE OR REPLACE")
               and "BEGIN RETURN NEW; END" in each for each in found)


def test_the_parts_of_a_table_that_is_missing_are_not_told_again():
    wanted = [Part("table", "a", ""), Part("column", "a.b", "INTEGER"), Part("unique key", "a(b)", ""),
              Part("column", "c.d", "TEXT")]
    assert [each.name for each in differences([], wanted)] == ["c.d", "a"]
    assert [each.fault for each in differences(wanted, [])] == ["additional", "additional"]


def test_how_a_definition_is_written_is_no_difference():
    stands = [Part("index", "i", 'CREATE INDEX "i"  ON t (\n a)')]
    assert differences(stands, [Part("index", "i", "create index i on t (a);")]) == []
