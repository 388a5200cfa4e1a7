"""From dotted names to fields, classes and the names of their rows."""

import pytest

from app.kernel.fields import fields_of
from app.kernel.filters.bound import Step
from app.kernel.filters.paths import column_of, find, step_of
from tests.kernel.filters.schema import Deal, Region, Shop, Slot, Tag, User


def anything(dotted: str) -> bool:
    return True


def step(name: str, model: type = Deal) -> Step:
    found = step_of(model, fields_of(model)[name])
    assert found is not None
    return found


def test_a_plain_name_is_a_field_of_the_class_itself() -> None:
    assert find(Deal, "name", anything) == ((), Deal, fields_of(Deal)["name"])


def test_a_dotted_name_walks_pointers_and_lists() -> None:
    found = find(Deal, "like.shop.region.name", anything)
    assert found is not None
    steps, model, field = found
    assert [taken.name for taken in steps] == ["like", "shop", "region"]
    assert (model, field) == (Region, fields_of(Region)["name"])


@pytest.mark.parametrize("dotted", ["", "nothing", "name.nothing", "name.name", "shop.nothing", "shop.", ".name",
                                    "shop_id", "unseen", "phone_hash", "owner.username", "ledger.name", "Name",
                                    "__class__", "parent.parent.parent.parent.name", "shop..name"])
def test_a_way_that_does_not_exist_leads_nowhere(dotted: str) -> None:
    assert find(Deal, dotted, anything) is None


def test_three_steps_are_the_longest_way() -> None:
    assert find(Deal, "parent.parent.parent.name", anything) is not None


def test_every_part_of_the_way_is_judged() -> None:
    asked: list[str] = []

    def note(dotted: str) -> bool:
        asked.append(dotted)
        return True

    assert find(Deal, "shop.region.name", note) is not None
    assert asked == ["shop", "shop.region", "shop.region.name"]


@pytest.mark.parametrize("closed", ["shop", "shop.region", "shop.region.name"])
def test_a_closed_part_closes_the_way(closed: str) -> None:
    assert find(Deal, "shop.region.name", lambda dotted: dotted != closed) is None


def test_what_does_not_exist_is_not_even_judged() -> None:
    asked: list[str] = []
    assert find(Deal, "nothing.name", lambda dotted: asked.append(dotted) is None) is None
    assert asked == []


def test_a_pointer_is_followed_by_the_relation_over_its_column() -> None:
    label = fields_of(Deal)["parent"].label
    assert step("parent") == Step("parent", label, "parent_id", "parent", Deal, many=False, keys=("name",))


def test_the_relation_of_the_field_s_name_wins_over_a_read_only_twin() -> None:
    assert step("shop").relation == "shop"


def test_a_pointer_without_relation_finds_its_class_by_table() -> None:
    found = step("region")
    assert found.relation is None
    assert found.target is Region


def test_a_pointer_to_an_unmapped_table_has_no_class() -> None:
    found = step("ledger")
    assert found.target is None
    assert found.keys == ()


def test_rows_are_named_by_their_keys_or_else_by_username_or_name() -> None:
    assert step("tags") == Step("tags", fields_of(Deal)["tags"].label, "tags", "tags", Tag, many=True, keys=("word",))
    assert (step("shop").target, step("shop").keys) == (Shop, ("code", "name", "kind"))
    assert (step("owner").target, step("owner").keys) == (User, ("username",))
    assert step("region").keys == ("name",)


@pytest.mark.parametrize("natural", [("kind", "code"), ("region_id",), ("missing",), ()])
def test_a_natural_key_that_is_no_single_text_names_nothing(natural: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shop, "natural_key", natural)
    monkeypatch.setattr(Shop, "lookup_keys", ("region_id", "missing"))
    assert step("shop").keys == ("name",)


def test_a_class_without_a_text_to_go_by_has_no_name() -> None:
    assert step("next", Slot).target is Slot
    assert step("next", Slot).keys == ()


def test_other_fields_are_no_steps() -> None:
    assert step_of(Deal, fields_of(Deal)["about"]) is None
    assert step_of(Deal, fields_of(Deal)["name"]) is None


def test_a_list_has_no_column() -> None:
    assert column_of(Deal, fields_of(Deal)["tags"]) is None
    assert column_of(Deal, fields_of(Deal)["shop"]) is Deal.shop_id.property.columns[0]
