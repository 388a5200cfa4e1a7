"""The description of the API: valid, complete, in both languages."""

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from app.kernel.views import site


@pytest.fixture
def description(company):
    answer = company.client("admin").get("/api/v1/_openapi")
    assert answer.status_code == 200
    return answer.json


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_description_is_valid_openapi(description):
    assert description["openapi"].startswith("3.0")
    assert [str(error)[:500] for error in OpenAPIV30SpecValidator(description).iter_errors()] == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_entity_is_described_with_labels_in_both_languages(company, description):
    with company.app.app_context():
        entities = list(site.views())
    schemas = description["components"]["schemas"]
    for entity in entities:
        assert f"/api/v1/{entity}/" in description["paths"], entity
        name = "".join(part.title() for part in entity.split("_")) + "Api"
        for kind in ("read", "write"):
            for field, stated in schemas[f"{name}.{kind}"]["properties"].items():
                assert set(stated["x-labels"]) == {"en", "zh"}, (entity, field)
                assert all(stated["x-labels"].values()), (entity, field)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_field_says_its_type_its_choices_and_its_length(description):
    fields = description["components"]["schemas"]["CustomerApi.write"]["properties"]
    assert fields["kind"]["enum"] == ["organisation", "person"]
    assert fields["name"]["maxLength"] == 200
    assert fields["name"]["nullable"] is False
    assert fields["birth_date"]["type"] == "string"
    assert "created_at" not in fields
    assert description["components"]["schemas"]["CustomerApi.read"]["properties"]["owner"]["type"] == "object"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_stranger_is_not_told_how_the_api_looks(company):
    assert company.client().get("/api/v1/_openapi").status_code == 401
