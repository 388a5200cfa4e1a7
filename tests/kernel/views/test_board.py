"""The board: columns with their counts and sums, cards within the rights of the reader, moved by whoever may edit."""

import re

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.database import session
from app.kernel.errors import Missing
from app.kernel.filters import parse
from app.kernel.rights import columns
from app.kernel.views import board
from app.kernel.views.asked import Asked
from app.sales.models import Lead, Opportunity, Stage
from tests.desk.records import add, of, stored
from tests.kernel.counting import counted


@pytest.fixture
def deals(desk):
    """Three deals of sales1 in two stages and two currencies, and one of a stranger; `stages` are the open ones."""
    with desk.acting("system"):
        desk.stages = list(session().scalars(sa.select(Stage.id).where(Stage.category == "open").order_by(Stage.order)))
    for number, (stage, amount, currency) in enumerate([(0, 1_000_00, "CNY"), (0, 500_00, "CNY"), (1, 70_00, "USD")]):
        add(desk, Opportunity, name=f"Deal {number}", stage=desk.stages[stage], amount=amount, currency=currency,
            owner=desk.ids["sales1"])
    add(desk, Opportunity, name="Foreign", stage=desk.stages[0], amount=9_00, owner=desk.ids["sales2"])
    return desk


def shown(view, asked=None, query=""):
    with_cards = board.board_of(view, asked or Asked(), query)
    return {column.label: (column.count, column.sums, [str(each) for each in column.records])
            for column in with_cards.columns}


def test_every_stage_is_a_column_with_what_the_reader_may_see_in_it(deals, view_of):
    with deals.app.test_request_context("/"), deals.acting("sales1"):
        view = view_of("opportunity")
        found = list(shown(view).values())
        assert len(found) >= 5
        count, sums, cards = found[0]
        assert count == 3
        assert [re.sub(r"[^0-9.]", "", each) for each in sums] == ["1500.00"]
        assert cards == ["Deal 1", "Deal 0", "Mill"]
        count, sums, cards = found[1]
        assert (count, cards, len(sums)) == (1, ["Deal 2"], 1)
        assert found[2] == (0, [], [])
    with deals.app.test_request_context("/"), deals.acting("sales2"):
        assert next(iter(shown(view).values()))[2] == ["Foreign"]


def test_it_is_narrowed_like_the_list_and_leads_to_it(deals, view_of):
    with deals.app.test_request_context("/"), deals.acting("sales1"):
        view, asked = view_of("opportunity"), Asked(tree=parse("name=Deal 0"), after="x", page=3)
        made = board.board_of(view, asked, "name=Deal+0&after=x")
        assert [len(column.records) for column in made.columns][:2] == [1, 0]
        assert made.columns[0].query == f"name=Deal+0&stage={deals.stages[0]}"
        assert "amount" in made.names
        assert not {"name", "stage", "currency"} & set(made.names)


def test_a_column_shows_its_first_cards_and_the_number_of_all(desk, view_of, monkeypatch):
    monkeypatch.setattr(board, "FEW", 2)
    for number in range(5):
        add(desk, Lead, name=f"Lead {number}", status="new", owner=desk.ids["sales1"])
    with desk.app.test_request_context("/"), desk.acting("sales1"):
        with counted(desk.app) as count:
            found = shown(view_of("lead"))
        assert len(count) <= 6, str(count)
        assert next(iter(found.values()))[0] == 5
        assert next(iter(found.values()))[2] == ["Lead 4", "Lead 3"]


def test_whose_column_is_closed_has_no_board(deals, view_of, monkeypatch):
    with deals.app.test_request_context("/"), deals.acting("sales1"):
        view = view_of("opportunity")
        monkeypatch.setattr(columns, "may_use", lambda actor, model, name: name != "stage")
        with pytest.raises(Missing):
            board.board_of(view, Asked(), "")


def a_deal(desk):
    return stored(desk, Opportunity, "id", "version", where=Opportunity.name == "Deal 0")[0]


def test_a_card_is_moved_once_and_a_stale_one_is_refused(deals):
    browser, (pk, version) = deals.browser("sales1"), a_deal(deals)
    page = browser.get("/opportunity/board/").text
    assert f'data-id="{pk}" data-version="{version}"' in page
    asked = {"value": deals.stages[1], "_version": version}
    moved = browser.post(f"/opportunity/move/{pk}", asked, headers={"Accept": "application/json"})
    assert (moved.status_code, moved.json) == (200, {"version": version + 1})
    assert of(deals, Opportunity, pk, "stage_id") == deals.stages[1]
    stale = browser.post(f"/opportunity/move/{pk}", {**asked, "value": deals.stages[2]},
                         headers={"Accept": "application/json"})
    assert stale.status_code == 409
    assert "changed this record" in stale.json["message"]
    assert of(deals, Opportunity, pk, "stage_id") == deals.stages[1]


def test_a_move_that_a_rule_forbids_is_told_in_words_and_changes_nothing(deals):
    browser, (pk, version) = deals.browser("sales1"), a_deal(deals)
    with deals.acting("system"):
        lost = session().scalars(sa.select(Stage.id).where(Stage.category == "lost")).first()
    answer = browser.post(f"/opportunity/move/{pk}", {"value": lost, "_version": version},
                          headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert set(answer.json["problems"]) == {"loss_reason"}
    assert of(deals, Opportunity, pk, "stage_id", "version") == (deals.stages[0], version)


def test_the_page_of_a_record_shows_its_way_and_moves_it(deals):
    browser, (pk, version) = deals.browser("sales1"), a_deal(deals)
    page = browser.get(f"/opportunity/show/{pk}").text
    path = page.partition('class="card path"')[2].partition("</form>")[0]
    assert path.count("<li") >= 5
    assert path.count('aria-current="step"') == 1
    assert f'<button name="value" value="{deals.stages[1]}">' in path
    assert f'<button name="value" value="{deals.stages[0]}">' not in path
    moved = browser.post(f"/opportunity/move/{pk}", {"value": deals.stages[1], "_version": version})
    assert moved.location == f"/opportunity/show/{pk}"
    assert of(deals, Opportunity, pk, "stage_id") == deals.stages[1]
    with deals.acting("system"):
        lost = session().scalars(sa.select(Stage.id).where(Stage.category == "lost")).first()
    browser.post(f"/opportunity/move/{pk}", {"value": lost, "_version": version + 1})
    assert "alert-danger" in browser.get(f"/opportunity/show/{pk}").text
    assert "<button name=" not in deals.browser("analyst").get(f"/opportunity/show/{pk}").text.partition(
        'class="card path"')[2].partition("</form>")[0]
    assert 'class="card path"' not in browser.get(f"/customer/show/{deals.mine}").text


@pytest.mark.parametrize(("who", "status"), [("sales2", 404), ("viewer", 403), ("analyst", 403)])
def test_nobody_moves_what_he_may_not_edit(deals, who, status):
    pk, _version = a_deal(deals)
    assert deals.browser(who).post(f"/opportunity/move/{pk}", {"value": deals.stages[1]}).status_code == status
    assert of(deals, Opportunity, pk, "stage_id") == deals.stages[0]


def test_who_may_only_read_sees_cards_that_stay_where_they_are(deals):
    page = deals.browser("analyst").get("/opportunity/board/").text
    assert "Deal 0" in page
    assert "data-choose" not in page
    assert "sortable" not in page


def test_of_the_pool_a_card_is_seen_but_not_moved(desk, view_of):
    mine = add(desk, Lead, name="Mine", status="new", owner=desk.ids["sales1"])
    pooled = add(desk, Lead, name="Pooled", status="new", owner=None)
    page = desk.browser("sales1").get("/lead/board/").text
    assert re.search(rf'data-id="{mine}" data-version="1" data-movable', page)
    assert re.search(rf'data-id="{pooled}" data-version="1">', page)


def test_an_entity_without_stages_has_no_board(desk):
    assert desk.browser("sales1").get("/customer/board/").status_code == 404
    assert "/customer/board/" not in desk.browser("sales1").get("/customer/list/").text
    assert "/lead/board/" in desk.browser("sales1").get("/lead/list/").text
    assert Customer.entity_name() == "customer"
