"""Changes to many records, each a batch that can be taken back."""

import pytest
from werkzeug.datastructures import MultiDict

from app.customers.models import Customer
from app.kernel.batches import Batch
from app.kernel.database import in_unit
from app.kernel.errors import Malformed, Missing, NotAllowed, RuleError, Stale
from app.kernel.views import Action, bulk_actions
from tests.desk.records import add, of, stored


def carry_out(desk, view_of, user, *args, **more):
    """A bulk change by the user."""
    with desk.app.test_request_context(), desk.acting(user):
        return bulk_actions.carry_out(view_of("customer"), *args, **more)


def test_an_edit_changes_what_it_may_and_tells_what_it_may_not(desk, view_of):
    done = carry_out(desk, view_of, "manager", "edit", [desk.mine, desk.theirs, 10**6], {"level": "key"})
    assert done.changed + done.unchanged + len(done.refused) == 3
    assert list(done.refused) == [10**6]
    assert of(desk, Customer, desk.mine, "level") == "key"
    assert stored(desk, Batch, "state", "rows_read", "rows_updated", "rows_rejected") == [("done", 3, 2, 1)]


def test_the_counts_are_said_in_words(desk, view_of):
    done = bulk_actions.Done(7, changed=2, unchanged=1, refused={3: {}})
    with desk.app.test_request_context("/?_l_=en"):
        assert done.sentence() == "Batch 7: 2 records changed, 1 already so, 1 refused"


def test_the_same_form_sent_twice_makes_one_batch(desk, view_of):
    for _ in range(2):
        carry_out(desk, view_of, "manager", "edit", [desk.mine], {"level": "key"}, "key-1")
    assert len(stored(desk, Batch, "id")) == 1
    assert of(desk, Customer, desk.mine, "version") == 2


@pytest.mark.parametrize(("kind", "given", "refusal"), [
    ("paint", {}, Malformed), ("edit", {}, RuleError), ("edit", {"name": "X"}, RuleError),
    ("edit", {"level": "nonsense"}, RuleError), ("assign", {"level": "key"}, RuleError)])
def test_a_change_that_makes_no_sense_is_refused_before_a_batch_opens(desk, view_of, kind, given, refusal):
    if kind == "edit" and given == {"level": "nonsense"}:
        done = carry_out(desk, view_of, "manager", kind, [desk.mine], given)
        assert list(done.refused) == [desk.mine]
        return
    with pytest.raises(refusal):
        carry_out(desk, view_of, "manager", kind, [desk.mine], given)
    assert stored(desk, Batch, "id") == []


@pytest.mark.parametrize(("kind", "given"), [("edit", {"level": "nonsense"}), ("assign", {"owner": "999999"}),
                                             ("edit", {"level": "key"}), ("delete", {})])
def test_where_everything_is_refused_no_batch_is_left(desk, view_of, kind, given):
    ids = [10**6] if given in ({"level": "key"}, {}) else [desk.mine]
    for _time in range(2):
        done = carry_out(desk, view_of, "manager", kind, ids, given, "key-1")
        assert (done.batch_id, done.changed, done.unchanged) == (None, 0, 0)
        assert list(done.refused) == ids
    assert stored(desk, Batch, "id") == []
    with desk.app.test_request_context("/?_l_=en"):
        assert done.sentence() == "0 records changed, 1 refused"


def test_who_lacks_the_verb_is_not_allowed(desk, view_of):
    with pytest.raises(NotAllowed):
        carry_out(desk, view_of, "viewer", "delete", [desk.mine], {})


def test_assigning_moves_the_owner_with_the_team(desk, view_of):
    carry_out(desk, view_of, "manager", "assign", [desk.mine], {"owner": str(desk.ids["sales2"])})
    assert of(desk, Customer, desk.mine, "owner_id", "team_id") == (desk.ids["sales2"], desk.teams["West"])


def test_everything_that_matches_is_found_within_rights_and_limit(desk, view_of, monkeypatch):
    with desk.acting("sales1"):
        view = view_of("customer")
        assert bulk_actions.chosen_ids(view, [5], everything=False, query="") == [5]
        assert bulk_actions.chosen_ids(view, [], everything=True, query="") == [desk.mine]
        assert bulk_actions.chosen_ids(view, [], everything=True, query="city=Berlin") == []
    monkeypatch.setattr(bulk_actions, "MOST", 1)
    with desk.acting("manager"), pytest.raises(RuleError, match="At most 1"):
        bulk_actions.chosen_ids(view, [], everything=True, query="")
    with desk.acting("manager"), pytest.raises(RuleError, match="At most 1"):
        bulk_actions.chosen_ids(view, [desk.mine, desk.theirs], everything=False, query="")


def test_a_record_is_deleted_and_restored_within_reach(desk):
    with desk.acting("admin"):
        in_unit(bulk_actions.delete_one, Customer, desk.mine)
        assert in_unit(bulk_actions.undelete_one, Customer, desk.mine) == desk.mine
    with desk.acting("sales2"), pytest.raises(Missing):
        in_unit(bulk_actions.delete_one, Customer, desk.mine)
    with desk.acting("viewer"), pytest.raises(NotAllowed):
        in_unit(bulk_actions.delete_one, Customer, desk.mine)
    with desk.acting("admin"), pytest.raises(Stale):
        in_unit(bulk_actions.delete_one, Customer, desk.mine, 99)


def test_a_key_that_was_taken_meanwhile_keeps_a_record_in_the_bin(desk):
    coded = add(desk, Customer, name="Old", code="C1", owner=desk.ids["sales1"])
    with desk.acting("admin"):
        in_unit(bulk_actions.delete_one, Customer, coded)
    add(desk, Customer, name="New", code="C1", owner=desk.ids["sales1"])
    with desk.acting("admin"), pytest.raises(RuleError) as raised:
        in_unit(bulk_actions.undelete_one, Customer, coded)
    assert list(raised.value.problems) == ["code"]


def test_a_named_action_runs_on_visible_records_only(desk, view_of):
    action = Action("touch", "Touch", lambda ids, values: f"{len(ids)} {sorted(values)}", verb="edit", many=True,
                    fields=["level"])
    with desk.acting("sales1"):
        view = view_of("customer")
        assert bulk_actions.run(view, action, [desk.mine], {"level": "key", "why": "so"}) == "1 ['level', 'why']"
        for ids, refusal in (([desk.theirs], Missing), ([], Malformed)):
            with pytest.raises(refusal):
                bulk_actions.run(view, action, ids, {})
        with pytest.raises(RuleError):
            bulk_actions.run(view, action, [desk.mine], {"level": 5})
        single = Action("once", "Once", lambda ids, values: None, verb="edit")
        assert bulk_actions.run(view, single, [desk.mine], {}) == ""
        with pytest.raises(Malformed):
            bulk_actions.run(view, single, [desk.mine, desk.contact], {})


def bulk_form(**given):
    """What the bulk bar sends."""
    return MultiDict([(name, each) for name, value in given.items()
                      for each in (value if isinstance(value, list) else [value])])


def from_form(desk, view_of, user, **given):
    """The bulk bar's form, sent by the user."""
    with desk.app.test_request_context(), desk.acting(user):
        return bulk_actions.from_form(view_of("customer"), bulk_form(**given))


def test_the_bulk_bar_changes_the_chosen_records_by_its_filled_fields_only(desk, view_of):
    done = from_form(desk, view_of, "manager", kind="edit", ids=[str(desk.mine), "x", ""], set_level="key",
                     set_owner="")
    assert (done.changed, done.refused) == (1, {})
    assert of(desk, Customer, desk.mine, "level", "owner_id") == ("key", desk.ids["sales1"])
    assert of(desk, Customer, desk.theirs, "level") != "key"


def test_the_bulk_bar_changes_everything_that_its_filter_finds(desk, view_of):
    done = from_form(desk, view_of, "manager", kind="edit", everything="1", query="city=Berlin", set_level="key")
    assert done.changed == 1
    assert of(desk, Customer, desk.theirs, "level") == "key"
    assert of(desk, Customer, desk.mine, "level") != "key"


def test_everything_is_everything_within_ones_reach(desk, view_of):
    done = from_form(desk, view_of, "sales1", kind="edit", everything="1", set_level="key")
    assert done.changed == 1
    assert of(desk, Customer, desk.theirs, "level") != "key"


def test_the_search_text_narrows_everything_too(desk, view_of):
    done = from_form(desk, view_of, "manager", kind="edit", everything="1", q="Zenith", set_level="key")
    assert done.changed == 1
    assert of(desk, Customer, desk.mine, "level") != "key"


def test_a_bulk_deletion_goes_to_the_bin_and_leaves_a_batch_of_its_kind(desk, view_of):
    done = from_form(desk, view_of, "admin", kind="delete", ids=[str(desk.mine), str(desk.theirs)])
    assert done.changed == 2
    assert of(desk, Customer, desk.mine, "deleted_at") is not None
    assert stored(desk, Batch, "kind", "state") == [("bulk_delete", "done")]


def test_a_change_in_several_units_is_one_batch(desk, view_of, monkeypatch):
    monkeypatch.setattr(bulk_actions.bulk.outcome, "CHUNK", 1)
    done = carry_out(desk, view_of, "manager", "edit", [desk.mine, desk.theirs], {"level": "key"})
    assert done.changed == 2
    assert stored(desk, Batch, "rows_read", "rows_updated") == [(2, 2)]


def test_a_record_that_is_so_already_is_counted_and_not_changed(desk, view_of):
    carry_out(desk, view_of, "manager", "edit", [desk.mine], {"level": "key"})
    version = of(desk, Customer, desk.mine, "version")
    done = carry_out(desk, view_of, "manager", "edit", [desk.mine], {"level": "key"})
    assert (done.changed, done.unchanged) == (0, 1)
    assert of(desk, Customer, desk.mine, "version") == version


def test_a_deletion_of_the_version_that_was_seen_succeeds(desk):
    with desk.acting("admin"):
        version = of(desk, Customer, desk.mine, "version")
        assert in_unit(bulk_actions.delete_one, Customer, desk.mine, version) == desk.mine
    assert of(desk, Customer, desk.mine, "deleted_at") is not None


def test_who_may_delete_some_may_not_delete_what_he_only_reads(desk):
    pooled = add(desk, Customer, name="Pool", owner=None)
    with desk.acting("sales1"), pytest.raises(NotAllowed):
        in_unit(bulk_actions.delete_one, Customer, pooled)
    assert of(desk, Customer, pooled, "deleted_at") is None


def test_a_record_out_of_sight_cannot_be_restored(desk):
    with desk.acting("admin"):
        in_unit(bulk_actions.delete_one, Customer, desk.mine)
    with desk.acting("sales2"), pytest.raises(Missing):
        in_unit(bulk_actions.undelete_one, Customer, desk.mine)
    assert of(desk, Customer, desk.mine, "deleted_at") is not None


def test_a_named_action_sent_twice_runs_once(desk, view_of):
    runs = []
    action = Action("touch", "Touch", lambda ids, values: runs.append(ids), verb="edit", many=True)
    with desk.acting("sales1"):
        for _time in range(2):
            bulk_actions.run(view_of("customer"), action, [desk.mine], {}, "key-2")
    assert runs == [[desk.mine]]


def test_who_lacks_the_right_of_an_action_runs_it_on_nothing(desk, view_of):
    action = Action("touch", "Touch", lambda ids, values: 1 / 0, verb="edit", many=True)
    with desk.acting("viewer"), pytest.raises(NotAllowed):
        bulk_actions.run(view_of("customer"), action, [desk.mine], {})


@pytest.mark.parametrize(("texts", "ids"), [
    (["5", "7"], [5, 7]), (["²", "٣", "五"], []), (["9" * 5000], []), (["-1", "1.5", "", " 2", "0"], []), ([], []),
    (["5", "5"], [5, 5]), (["1;DROP TABLE customer", "3"], [3])])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_ids_of_a_form_are_the_numbers_in_it(app, texts, ids):
    assert bulk_actions.ids_in(texts) == ids


@pytest.mark.parametrize(("done", "said"), [
    (bulk_actions.Done(), "0 records changed"), (bulk_actions.Done(changed=1), "1 record changed"),
    (bulk_actions.Done(3, changed=1, refused={1: {}, 2: {}}), "Batch 3: 1 record changed, 2 refused"),
    (bulk_actions.Done(3, unchanged=4), "Batch 3: 0 records changed, 4 already so")])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_was_done_is_said_in_the_right_number_and_in_both_languages(app, done, said):
    with app.test_request_context("/?_l_=en"):
        assert done.sentence() == said
    with app.test_request_context("/?_l_=zh"):
        chinese = done.sentence()
    assert not chinese.isascii()
    assert [word for word in chinese if word.isdigit()] == [word for word in said if word.isdigit()]
