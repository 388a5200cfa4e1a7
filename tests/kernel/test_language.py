"""Speaking to people, each in his language."""

import pytest
from flask import session as cookie
from flask_babel import force_locale, get_domain, gettext
from flask_babel import lazy_gettext as _l

from app.customers.models import Customer
from app.kernel import language
from app.kernel.actor import NOBODY, Actor, reset_actor, set_actor
from app.kernel.entity import scoped_by_table
from app.kernel.fields import Field, fields_of
from app.kernel.problems import problem

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def page(app):
    """Makes request contexts of this app."""
    return app.test_request_context


def test_a_problem_is_said_with_its_parameters_and_those_of_inner_problems(page):
    outer = problem("Row %(row)d: %(why)s", row=2, why=problem("At least %(least)s.", least=3))
    with page("/?_l_=en"):
        assert language.say_problem(outer) == "Row 2: At least 3."
        assert language.say_problems({"name": problem("100 % wrong.")}) == {"name": "100 % wrong."}


def test_a_label_is_said_in_the_language_that_is_named(page):
    with page("/?_l_=en"):
        assert language.in_language(_l("Customer"), "en") == "Customer"
        assert language.in_language("plain", "zh") == "plain"


def test_a_file_may_bring_a_field_under_each_label_and_alias(page):
    field = Field("team", "team_id", "pointer", "Team", aliases=("部门", "Team"))
    with page():
        assert language.labels_of(field) == ["Team", "部门"]


def test_a_header_is_the_label_and_names_the_field_where_that_is_unclear(page):
    known = {"id": Field("id", "id", "integer", "Id"), "name": Field("name", "name", "text", "Name"),
             "a": Field("a", "a", "text", "Kind"), "b": Field("b", "b", "text", "kind"),
             "c": Field("c", "c", "text", "Na-me")}
    with page():
        assert language.file_headers(known, ["id", "a", "b"]) == {"id": "Id (id)", "a": "Kind (a)", "b": "kind (b)"}
        assert language.file_headers(known, ["name"]) == {"name": "Name (name)"}
        assert language.file_headers({"name": known["name"]}, ["name"]) == {"name": "Name"}


def test_headers_of_a_real_entity_are_all_different(page):
    for tag in language.LANGUAGES:
        with page(f"/?_l_={tag}"):
            known = fields_of(Customer)
            headers = language.file_headers(known, known)
            assert len(set(headers.values())) == len(known)


def test_a_choice_is_known_by_its_value_and_its_labels(page):
    with page():
        words = language.choice_labels(fields_of(Customer)["kind"])
        assert words["person"] == "person"
        assert words["organisation"] == "organisation"
        assert language.choice_labels(Field("a", "a", "text", "A")) == {}


@pytest.mark.parametrize(("url", "header", "own", "expected"), [
    ("/?_l_=zh", "en", "en", "zh"), ("/?_l_=xx", "zh", "en", "en"), ("/", "zh-CN,zh;q=0.9", "", "zh"),
    ("/", "en-GB,en", "", "en"), ("/", "de", "", None)])
def test_the_language_is_the_chosen_then_the_users_then_the_browsers(app, page, url, header, own, expected):
    token = set_actor(Actor(kind="user", id=1, locale=own) if own else NOBODY)
    try:
        with page(url, headers={"Accept-Language": header}):
            assert language.choose_language(app) == (expected or app.config["BABEL_DEFAULT_LOCALE"])
    finally:
        reset_actor(token)


def test_outside_a_request_the_users_language_or_the_houses_is_spoken(app):
    token = set_actor(Actor(kind="user", id=1, locale="en"))
    try:
        assert language.choose_language(app) == "en"
        set_actor(NOBODY)
        assert language.choose_language(app) == app.config["BABEL_DEFAULT_LOCALE"]
    finally:
        reset_actor(token)


@pytest.mark.parametrize(("tag", "said"), [
    ("en", "“shoes” is not one of the choices."), ("zh", None)])
def test_a_problem_keeps_what_was_typed_in_either_language(page, tag, said):
    found = problem("“%(value)s” is not one of the choices.", value="shoes")
    with page(f"/?_l_={tag}"):
        spoken = language.say_problem(found)
    assert "shoes" in spoken
    assert (spoken == said) is (tag == "en")


@pytest.mark.parametrize("hostile", ["100 %", "%(value)s", "%s%d", "{0}", "<script>", "%", "客户脉 😀"])
def test_what_a_person_typed_is_never_read_as_a_place_for_something_else(page, hostile):
    with page("/?_l_=en"):
        found = problem("“%(value)s” is not one of the choices.", value=hostile)
        assert language.say_problem(found) == f"“{hostile}” is not one of the choices."


def test_a_label_inside_a_problem_is_said_in_the_language_of_the_reader(page):
    found = problem("Row %(row)d: %(why)s", row=1, why=_l("Customer"))
    said = {}
    for tag in language.LANGUAGES:
        with page(f"/?_l_={tag}"):
            said[tag] = language.say_problem(found)
    assert "Customer" in said["en"]
    assert "客户" in said["zh"]


@pytest.mark.parametrize("tag", language.LANGUAGES)
def test_every_choice_of_every_entity_is_known_by_its_word_in_either_language(page, tag):
    with page(f"/?_l_={tag}"):
        for model in scoped_by_table().values():
            for field in fields_of(model).values():
                words = language.choice_labels(field)
                for value, label in (field.choices or {}).items():
                    assert words[value.casefold()] == value
                    assert words[language.in_language(label, tag).casefold()] in field.choices


@pytest.mark.parametrize(("chosen", "kept", "expected"), [("zh", "en", "zh"), ("", "zh", "zh"), ("de", "zh", "zh"),
                                                          ("", "de", "en"), ("../zh", "", "en")])
def test_a_language_that_is_not_spoken_is_passed_over(app, page, chosen, kept, expected):
    with page(f"/?_l_={chosen}", headers={"Accept-Language": "en"}):
        cookie["locale"] = kept
        assert language.choose_language(app) == expected


def test_texts_are_found_by_the_language_in_force(page):
    with page("/?_l_=zh"):
        assert gettext("Save") == "保存"
        with force_locale("en"):
            assert gettext("Save") == "Save"
        assert gettext("Save") == "保存"
        domain = get_domain()
    assert isinstance(domain, language.QuickDomain)
    assert domain.get_translations().ugettext("Save") == "Save"


def test_a_text_finds_its_language_whatever_was_asked_for_before(page):
    label = _l("Save")
    for tag, said in (("zh", "保存"), ("en", "Save"), ("zh", "保存")):
        with page(f"/?_l_={tag}"):
            assert [str(label), gettext("Save")] == [said, said]
            for inner, other in (("en", "Save"), ("zh", "保存")):
                with force_locale(inner):
                    assert [str(label), gettext("Save")] == [other, other]
            assert [str(label), gettext("Save")] == [said, said]


def test_templates_say_texts_in_the_language_of_the_request(app, page):
    template = app.jinja_env.from_string("{{ _('Save') }} {{ _('%(count)s records', count=2) }}")
    for tag, said in (("zh", "保存"), ("en", "Save")):
        with page(f"/?_l_={tag}"):
            assert template.render().startswith(said)
            assert "2" in template.render()


def test_outside_of_every_context_a_text_stays_as_it_is_written(databases):
    assert str(_l("Save")) == "Save"
    assert get_domain().get_translations().ugettext("Save") == "Save"


def test_the_quick_domain_is_the_one_that_flask_babel_finds(page):
    with page("/?_l_=en"):
        for _again in range(2):
            assert language.quick_domain() is language._get_domain() is get_domain()
