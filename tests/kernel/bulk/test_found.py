"""What many rows follow from is read for all of them, round by round."""

from app.kernel.bulk.found import each_with_its_finds
from app.kernel.database import session, unit
from app.kernel.entity import scoped_by_table
from tests.desk.records import add
from tests.kernel.counting import counted


def test_each_gets_what_it_asked_for_by_one_statement_a_round(company):
    customer, contact = scoped_by_table()["customer"], scoped_by_table()["contact"]
    customers = [add(company, customer, name=f"C{each}") for each in range(5)]
    contacts = [add(company, contact, name=f"P{each}", customer=each) for each in customers]

    def maker(contact_id):
        return lambda find: find("customer", find("contact", contact_id).get("customer")).get("name")

    with company.acting("system"), unit() as current, counted(company.app) as count:
        assert each_with_its_finds(current, [maker(each) for each in [*contacts, 10**6, None]]) == [
            "C0", "C1", "C2", "C3", "C4", None, None]
        assert len(count) == 2, str(count)
        assert each_with_its_finds(current, [maker(contacts[0])]) == ["C0"]
        assert len(count) == 2
        assert each_with_its_finds(session(), []) == []
