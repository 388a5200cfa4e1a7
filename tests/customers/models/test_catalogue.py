"""Tags, industries and regions: rows that an admin keeps and everybody reads."""

import pytest

from app.customers.models import Industry, Region, Tag
from app.kernel.bulk import add_rows


@pytest.mark.parametrize("model", [Tag, Industry, Region])
def test_a_name_is_taken_once_and_the_row_belongs_to_nobody(office, model):
    office.add(model, name="Trade", by="admin")
    assert set(office.as_("admin", add_rows, model, [{"name": "Trade"}]).refused[0]) == {"name"}
    assert office.rows(model, "name", "owner_id") == [("Trade", None)]


@pytest.mark.parametrize("model", [Industry, Region])
def test_a_seller_does_not_keep_the_catalogues(office, model):
    assert office.as_("sales1", add_rows, model, [{"name": "Trade"}]).refused


def test_a_tag_has_one_of_a_few_colours(office):
    assert office.of(Tag, office.add(Tag, name="vip"), "colour") == "blue"
    assert set(office.as_("admin", add_rows, Tag, [{"name": "x", "colour": "#f00"}]).refused[0]) == {"colour"}
