"""What rights are called."""

from app.kernel.entity import scoped_by_table
from app.kernel.rights.words import SCOPES, VERBS
from app.security.roles import SPECIALS as HELD
from app.security.roles import TEMPLATES
from app.security.views import wording


def test_everything_that_can_be_granted_has_a_name_in_words(app):
    with app.test_request_context("/"):
        assert set(HELD["Admin"]) == set(wording.SPECIALS)
        for name, model in scoped_by_table().items():
            assert set(model.named_scopes) == set(model.scope_labels), name
            for verb in wording.verbs_of(name):
                assert wording.verb_label(name, verb) != verb, (name, verb)
        assert set(wording.all_scopes()) > set(SCOPES)
        assert wording.scope_label(scoped_by_table()["task"], "made") == "Made by the user for others"
        assert wording.scope_label(scoped_by_table()["task"], "own") == SCOPES["own"]


def test_the_matrix_holds_every_entity_once_in_the_order_of_the_menu(company):
    with company.app.test_request_context("/"), company.acting("admin"):
        sections = wording.matrix()
    names = [row["name"] for _label, rows in sections for row in rows]
    assert sorted(names) == sorted(scoped_by_table())
    assert names[0] == "customer"
    row = sections[0][1][0]
    assert set(row["verbs"]) == set(VERBS)
    assert list(map(str, row["named"].values())) == ["Claim", "Release to the pool"]
    assert row["words"].split() == list(SCOPES)


def test_a_role_is_called_in_words_beside_its_name_and_an_own_one_by_its_name_alone(app):
    assert set(wording.ROLES) == set(TEMPLATES)
    with app.test_request_context("/"):
        assert wording.role_label("Sales") == "Salesperson (Sales)"
        assert wording.role_label("Analyst") == "Analyst"
        assert wording.role_label("Night shift") == "Night shift"
