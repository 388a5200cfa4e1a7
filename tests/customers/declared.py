"""What any declaration of a view must keep: every name leads to a field that the reader may use."""

from app.kernel.entity import scoped_by_table
from app.kernel.fields import Field, fields_of
from app.kernel.views.asked import condition
from app.kernel.views.related import pointer_of


def leads_to_a_field(model, dotted):
    """Whether a dotted name ends at a field."""
    *way, last = dotted.split(".")
    for name in way:
        target = fields_of(model)[name].target if name in fields_of(model) else None
        if target not in scoped_by_table():
            return False
        model = scoped_by_table()[target]
    return last in fields_of(model)


def stray_names(view):
    """Names in the declaration of `view` that lead nowhere."""
    model = view.datamodel.obj
    named = [*view.list_columns, *view.text_columns, *view.search_columns, *view.show_columns, *view.bulk_fields,
             *[name for _title, names in view.form_sections for name in names], view.base_order[0]]
    named += [name for name in (view.board_by, view.calendar_by) if name]
    named += [each for action in view.actions for each in action.fields if not isinstance(each, Field)]
    named += [name.partition(":")[0] for chart in view.charts for name in (chart.group, chart.split,
                                                                           chart.period) if name]
    named += [chart.measure.field for chart in view.charts if chart.measure.field]
    return sorted({name for name in named if not leads_to_a_field(model, name)})


def closed_inputs(view):
    """Fields that a form or a bulk edit offers although the system keeps them."""
    model = view.datamodel.obj
    offered = [*view.bulk_fields, *[name for _title, names in view.form_sections for name in names]]
    offered += [each for action in view.actions for each in action.fields if isinstance(each, str)]
    return sorted(name for name in offered if fields_of(model)[name].readonly)


def missing_inputs(view):
    """Fields that could be typed in but stand in no form."""
    model = view.datamodel.obj
    offered = {name for _title, names in view.form_sections for name in names}
    kept = {"team", "owner", "pipeline"}
    return sorted(name for name, field in fields_of(model).items()
                  if not field.readonly and field.kind != "json" and name not in offered | kept)


def lost_relations(view):
    """Related lists of known entities that do not point at the view's own."""
    found = []
    for spec in view.related:
        entity, _, named = spec.partition(".")
        child = scoped_by_table().get(entity)
        if child is not None and pointer_of(child, view.datamodel.obj.entity_name(), named) is None:
            found.append(spec)
    return found


def can_be_asked(view):
    """Compile the filters of every saved view and chart; RuleError or Malformed if one cannot be asked."""
    for each in (*view.saved_views, *view.charts):
        condition(view.datamodel.obj, each.tree())


def chart(client, entity, name, **args):
    """The JSON of a chart."""
    answer = client.get(f"/api/v1/{entity}/chart/{name}", query_string=args)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json.get("result", answer.json)


def bars(numbers):
    """Group -> value of a chart."""
    return {point["group"]: point["value"] for point in numbers["points"]}


__all__ = ["bars", "can_be_asked", "chart", "closed_inputs", "lost_relations", "missing_inputs", "stray_names"]


def expect_sound(office, view):
    """Every name in the declaration of `view` leads somewhere, and the list can be asked by each."""
    assert stray_names(view) == []
    assert closed_inputs(view) == []
    assert lost_relations(view) == []
    office.as_("admin", can_be_asked, view)
    if not view.read_only:
        assert missing_inputs(view) == []


def expect_open_pages(company, view):
    """An administrator opens every page of `view` that needs no record."""
    entity, browser = view.datamodel.obj.entity_name(), company.browser("admin")
    pages = ["list/", "charts/"] if view.read_only else ["list/", "charts/", "add", "bin/"]
    assert {page: browser.get(f"/{entity}/{page}").status_code for page in pages} == dict.fromkeys(pages, 200)
