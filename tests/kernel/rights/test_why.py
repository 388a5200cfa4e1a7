"""Why somebody reaches a record: word by word, as the rights themselves judge it."""

from app.customers.models import Customer
from app.desk.models import Task
from app.kernel.rights.why import reaching
from tests.desk.records import add
from tests.kernel.counting import counted


def asked(company, who, model, record_id, verbs):
    """What reaches the record, asked for by the system as the administrator's page asks it."""
    with company.acting(who) as actor:
        pass
    with company.acting("system"), counted(company.app) as count:
        answer = reaching(model, record_id, actor, verbs)
    assert len(count) == 1
    return answer


def test_every_word_says_by_itself_whether_it_reaches_the_record(company):
    mine = add(company, Customer, name="Mine", owner=company.ids["sales1"])
    pooled = add(company, Customer, name="Pooled", owner=None)
    assert asked(company, "sales1", Customer, mine, ["read", "claim"]) == {
        ("read", "own"): True, ("read", "pool"): False, ("claim", "pool"): False}
    assert asked(company, "sales1", Customer, pooled, ["read", "claim"]) == {
        ("read", "own"): False, ("read", "pool"): True, ("claim", "pool"): True}
    assert asked(company, "sales2", Customer, mine, ["read", "edit"]) == {
        ("read", "own"): False, ("read", "pool"): False, ("edit", "own"): False}
    assert asked(company, "manager", Customer, mine, ["edit"]) == {("edit", "tree"): True}
    assert asked(company, "admin", Customer, mine, ["delete"]) == {("delete", "all"): True}


def test_what_is_reached_through_its_parent_and_by_a_scope_of_its_own_is_told_too(company):
    mine = add(company, Customer, name="Mine", owner=company.ids["sales1"])
    about = add(company, Task, subject="Visit", about=f"customer:{mine}", owner=company.ids["sales2"])
    assert asked(company, "sales1", Task, about, ["read", "delete"]) == {
        ("read", "own"): False, ("read", "made"): False, ("read", "through"): True, ("delete", "own"): False}
    task = add(company, Task, who="sales1", subject="Call", owner=company.ids["sales2"])
    assert asked(company, "sales1", Task, task, ["read", "edit"]) == {
        ("read", "own"): False, ("read", "made"): True, ("read", "through"): False, ("edit", "own"): False}


def test_of_a_record_that_is_not_there_no_word_is_true(company):
    assert not any(asked(company, "sales1", Customer, 987_654, ["read", "edit"]).values())
