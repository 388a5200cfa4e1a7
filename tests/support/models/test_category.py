"""Categories: kinds that are inherited, paths that follow, and a tree that stays one."""

import pytest

from app.kernel.errors import NotAllowed, RuleError
from app.support.models import Ticket, TicketCategory
from app.support.rules.categories import DEEPEST
from tests.desk.records import add, delete, edit, of, restore, stored, visible_ids
from tests.support.desk import category, queue, ticket


@pytest.fixture
def tree(company):
    """Complaint > Quality > Malfunction."""
    top = category(company, "Complaint", kind="complaint")
    middle = category(company, "Quality", parent=top)
    return top, middle, category(company, "Malfunction", parent=middle)


def paths(company):
    return stored(company, TicketCategory, "path", where=TicketCategory.deleted_at.is_(None))


def refused(work, *args, **kwargs):
    with pytest.raises(RuleError) as found:
        work(*args, **kwargs)
    return found.value


def test_a_category_is_shown_by_its_path(company, tree):
    assert paths(company) == ["Complaint", "Complaint / Quality", "Complaint / Quality / Malfunction"]
    assert str(TicketCategory(path="Complaint / Quality")) == "Complaint / Quality"


def test_the_kind_is_that_of_the_node_above(company, tree):
    assert stored(company, TicketCategory, "kind") == ["complaint"] * 3
    own = category(company, "Idea", parent=tree[0], kind="suggestion")
    assert of(company, TicketCategory, own, "kind") == "suggestion"


def test_another_name_is_felt_in_every_path_below(company, tree):
    edit(company, TicketCategory, tree[0], name="Trouble")
    assert paths(company) == ["Trouble", "Trouble / Quality", "Trouble / Quality / Malfunction"]


def test_a_branch_takes_its_paths_along(company, tree):
    other = category(company, "Request")
    edit(company, TicketCategory, tree[1], parent=other)
    assert paths(company) == ["Complaint", "Request / Quality", "Request / Quality / Malfunction", "Request"]
    edit(company, TicketCategory, tree[1], parent=None)
    assert paths(company) == ["Complaint", "Quality", "Quality / Malfunction", "Request"]


def test_a_category_cannot_lie_below_itself(company, tree):
    for child, parent in ((tree[0], tree[2]), (tree[0], tree[0]), (tree[1], tree[2])):
        assert list(refused(edit, company, TicketCategory, child, parent=parent).problems) == ["parent"]
    assert paths(company)[0] == "Complaint"


def test_the_tree_has_a_bottom(company, tree):
    node = tree[2]
    for level in range(4, DEEPEST + 1):
        node = category(company, f"Level {level}", parent=node)
    assert list(refused(category, company, "Too deep", parent=node).problems) == ["parent"]
    above = category(company, "Above")
    assert list(refused(edit, company, TicketCategory, tree[0], parent=above).problems) == ["parent"]


def test_what_is_in_use_is_not_deleted(company, tree):
    found = ticket(company, category=tree[2])
    assert "in use" in str(refused(delete, company, TicketCategory, tree[0]))
    assert "in use" in str(refused(delete, company, TicketCategory, tree[2]))
    edit(company, Ticket, found, category=None)
    delete(company, TicketCategory, tree[2])
    assert len(paths(company)) == 2


def test_a_restored_category_has_the_path_of_today(company, tree):
    delete(company, TicketCategory, tree[2])
    edit(company, TicketCategory, tree[1], name="Goods")
    restore(company, TicketCategory, tree[2])
    assert of(company, TicketCategory, tree[2], "path") == "Complaint / Goods / Malfunction"


def test_a_name_stands_once_in_the_whole_tree(company, tree):
    assert list(refused(category, company, "Quality").problems) == ["name"]


def test_a_category_leads_to_a_queue(company):
    here = queue(company)
    assert of(company, TicketCategory, category(company, "Repair", queue=here), "queue_id") == here


def test_everybody_reads_categories_and_an_admin_keeps_them(company, tree):
    assert len(visible_ids(company, "sales1", TicketCategory)) == 3
    with pytest.raises(NotAllowed):
        add(company, TicketCategory, "support1", name="Own")
