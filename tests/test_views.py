"""The site map: every entity that may be seen stands in it once, with its API, in both languages."""

import re

import pytest

from app.kernel import filters
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.fields import fields_of
from app.kernel.language import in_language
from app.kernel.views import site

HAN = re.compile(r"[\u4e00-\u9fff]")
# Names that a Chinese screen writes as they are.
SAME_IN_BOTH = {"API", "VIP", "SKU"}


@pytest.fixture
def menu(company):
    """The site map as it is declared; importing it needs the models of the app."""
    from app.views import MENU

    return MENU


@pytest.fixture
def views(company):
    """The registered views by entity."""
    with company.app.app_context():
        return dict(site.views())


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_no_entity_stands_in_the_menu_twice(menu, views):
    named = [view_class.datamodel.obj for _label, _icon, entries in menu for view_class, _name in entries]
    assert len(named) == len(set(named)) == len(views)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_entity_and_log_has_its_screens(views):
    assert sorted(set(scoped_by_table()) - set(views)) == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_view_has_its_endpoints(company, views):
    rules = {rule.rule for rule in company.app.url_map.iter_rules()}
    for entity, view in views.items():
        assert f"/{entity}/list/" in rules
        assert f"/api/v1/{entity}/" in rules
        assert f"/api/v1/{entity}/lookup" in rules
        assert (f"/{entity}/add" in rules) is (not view.read_only), entity


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_a_view_names_exists(views):
    for entity, view in views.items():
        known = fields_of(view.model)
        for name in [*view.list_columns, *view.search_columns, *view.text_columns, *view.bulk_fields,
                     *view.form_columns(), view.base_order[0]]:
            assert name.split(".")[0] in known, (entity, name)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_no_field_is_called_like_an_argument_of_the_page(views):
    taken = {f"{model.entity_name()}.{name}" for model in scoped_by_table().values() for name in fields_of(model)
             if name in filters.RESERVED}
    assert taken == set(), "an address could not filter by it"


def test_charts_and_actions_of_a_view_have_names_of_their_own(views):
    for entity, view in views.items():
        for names in ([chart.name for chart in view.charts], list(view.declared_actions)):
            assert len(names) == len(set(names)), entity


def untranslated(company, labels):
    """The labels that a Chinese page would show in English, and those that an English page would show in Chinese."""
    found = []
    with company.app.test_request_context():
        for place, label in labels:
            chinese, english = in_language(label, "zh"), in_language(label, "en")
            if chinese not in SAME_IN_BOTH and not HAN.search(chinese):
                found.append(f"{place}: {chinese}")
            if HAN.search(english):
                found.append(f"{place}: {english}")
    return found


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_entities_fields_and_choices_are_named_in_both_languages(company, views):
    labels = []
    for entity, model in scoped_by_table().items():
        labels += [(entity, model.entity_label), (entity, model.entity_label_plural)]
        for field in fields_of(model).values():
            labels.append((f"{entity}.{field.name}", field.label))
            # Languages name themselves; every other choice is a word of the product.
            labels += [(f"{entity}.{field.name}={value}", label) for value, label in (field.choices or {}).items()]
    assert untranslated(company, labels) == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_menus_charts_actions_and_saved_views_are_named_in_both_languages(company, menu, views):
    labels = [("menu", label) for label, _icon, _entries in menu]
    labels += [("menu", name) for _label, _icon, entries in menu for _view, name in entries]
    for entity, view in views.items():
        labels += [(f"{entity} chart", chart.label) for chart in view.charts]
        labels += [(f"{entity} action", action.label) for action in view.declared_actions.values()]
        labels += [(f"{entity} tab", tab.label) for tab in view.saved_views]
        labels += [(f"{entity} section", title) for title, _names in view.form_sections if str(title)]
        labels += [(f"{entity} help", view.help)] if str(view.help) else []
    assert untranslated(company, labels) == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_first_page_greets_in_the_chosen_language(company, language):
    browser = company.browser("sales1")
    page = browser.get(f"/?_l_={language}").get_data(as_text=True)
    assert f'<html lang="{language}"' in page
    assert ("欢迎" in page) is (language == "zh")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_menu_shows_only_what_may_be_read(company):
    viewer = company.browser("viewer").get("/").get_data(as_text=True)
    admin = company.browser("admin").get("/").get_data(as_text=True)
    assert 'href="/customer/list/"' in viewer
    assert 'href="/audit_entry/list/"' not in viewer
    assert 'href="/rule/list/"' not in viewer
    assert 'href="/audit_entry/list/"' in admin


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_record_class_is_an_entity_or_a_log_that_cannot_be_written(views):
    for entity, view in views.items():
        if not issubclass(view.model, Entity):
            assert view.read_only, entity


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_blocks_of_the_first_page_are_named_in_both_languages_and_their_charts_are_kept(company, views):
    from app.views import HOME

    labels = [("home", block.label) for block in HOME if hasattr(block, "label")]
    labels += [("home", block.empty) for block in HOME if str(getattr(block, "empty", ""))]
    assert untranslated(company, labels) == []
    for block in HOME:
        if hasattr(block, "chart"):
            (chart,) = [chart for chart in views[block.entity].charts if chart.name == block.chart]
            assert chart.rollup, f"{block.entity}.{block.chart} would read every record each morning"
