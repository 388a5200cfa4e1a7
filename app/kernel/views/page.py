"""What every template may ask for; as Jinja globals, because widgets render outside of Flask's context processors."""

import secrets
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from flask_babel import format_datetime, get_locale, gettext
from markupsafe import Markup

from app.kernel import clock, filters
from app.kernel.actor import NOBODY, Actor, acting_or_none
from app.kernel.fields import fields_of
from app.kernel.language import say_problem
from app.kernel.rights import columns
from app.kernel.views import asked as ask
from app.kernel.views import savedviews, shell, site
from app.kernel.views.assets import asset, vendor
from app.kernel.views.cells import cell, table_rows
from app.kernel.views.conditions import offered
from app.kernel.views.forms import form_for
from app.kernel.views.icons import icon

FEW = 400


def install(app: Flask) -> None:
    """Put the globals into the application's templates."""
    app.jinja_env.globals.update(
        locale_tag=lambda: str(get_locale() or "en").replace("_", "-"), vendor=vendor, asset=asset,
        current_actor=current_actor, languages=lambda: {code: each["name"] for code, each in
                                                        current_app.config["LANGUAGES"].items()},
        menu=shell.menu, quick=shell.quick, key_sheet=shell.key_sheet, icon=icon, cell=cell, table_rows=table_rows,
        once_key=lambda: secrets.token_urlsafe(16),
        record_url=site.record_url, address=address, address_with=address_with, sort_address=sort_address,
        filter_panel=filter_panel, bulk_fields=bulk_fields,
        condition_fields=condition_fields, sharing=savedviews.sharing,
        kept_pairs=kept_pairs, column_choice=column_choice, list_chips=list_chips,
        panel_names=panel_names,
        say=say_problem, query_text=query_text, title_of=title_of, moment_text=moment_text, event_word=event_word,
        import_url=import_url)


def current_actor() -> Actor | None:
    """The known user, None for a visitor."""
    actor = acting_or_none()
    return None if actor is None or actor is NOBODY else actor


def address(method: str, **more: Any) -> str:
    """Another route of the current view with the same filter."""
    kept = [(key, text) for key, text in request.args.items(multi=True) if key not in ("page_size", *PLACES, *more)]
    entity = (request.endpoint or "").partition(".")[0]
    query = urlencode([*kept, *more.items()])
    return url_for(f"{entity}.{method}") + (f"?{query}" if query else "")


# What says where in a list a page lies; it holds for one order and one filter only.
PLACES = ("page", "after", "before")


def address_with(**changes: Any) -> str:
    """The current address with some arguments changed, from its first page on unless the change names a place."""
    kept = [(key, text) for key, text in request.args.items(multi=True) if key not in changes and key not in PLACES]
    query = urlencode([*kept, *changes.items()])
    return request.path + (f"?{query}" if query else "")


def kept_pairs(*without: str) -> list[tuple[str, str]]:
    """What the current address asks, less its place and the arguments `without`, for the form that asks those anew."""
    return [(key, text) for key, text in request.args.items(multi=True) if key not in (*without, *PLACES)]


def column_choice(view: Any, shown: Iterable[str]) -> Markup:
    """Boxes for the fields that a list can show, those that are `shown` ticked; made once for equal roles."""
    html = shell.kept(lambda: "".join(map(str, _column_boxes(view))), "columns", view.entity)
    for name in shown:
        html = html.replace(f' value="{name}">', f' value="{name}" checked>', 1)
    return Markup(html)  # noqa: S704 - escaped when the boxes were made


def _column_boxes(view: Any) -> Iterator[Markup]:
    box = Markup('<label class="form-check"><input class="form-check-input" type="checkbox" name="columns" value="{}"> '
                 "{}</label>")
    for name, field in ask.visible_fields(view.model, [*view.list_columns, *view.show_columns]).items():
        yield box.format(name, str(field.label))


def sort_address(name: str) -> str:
    """The address that sorts by a column, the other way round if it does already."""
    return address_with(sort=f"-{name}" if request.args.get("sort") == name else name)


def query_text() -> str:
    """The filter part of the current address."""
    return filters.to_query(filters.parse(request.args))


def filter_panel(view: Any) -> Markup:
    """The inputs of the filter with what the address asks for; without that it is the same for equal roles."""
    if any(request.args.get(name) for name in view.search_columns):
        return shell.rendered("crm/filters.html", inputs=filter_inputs(view))
    return shell.kept(lambda: shell.rendered("crm/filters.html", inputs=filter_inputs(view)), "filters", view.entity)


def list_chips(view: Any, found: list[Any], shown: Iterable[str]) -> Markup:
    """What the list is asked, and how it may be asked else; without a question it is the same for equal roles."""
    query = request.query_string.decode("utf-8", "replace")

    def made() -> Markup:
        return shell.rendered("crm/chips.html", view=view, conditions=found, columns=shown, actor=current_actor(),
                              query=query)

    return made() if query else shell.kept(made, "chips", view.entity)


def condition_fields(view: Any) -> Markup:
    """The options of the fields that a condition may ask; the same for equal roles."""
    return shell.kept(lambda: Markup("").join(
        Markup('<option value="{}">{}</option>').format(name, str(field.label))
        for name, field in offered(view).items()), "conditions", view.entity)


def panel_names(view: Any) -> list[str]:
    """The fields of the filter panel."""
    may_use, known = ask.usable(current_actor(), view.model), fields_of(view.model)
    return [name for name in view.search_columns if "." not in name and name in known and may_use(name)
            and known[name].kind in ("choice", "pointer", "user", "many")]


def filter_inputs(view: Any) -> Any:
    """One input per filterable field, filled with what the address asks for."""
    actor, names = current_actor(), panel_names(view)
    form = form_for(view.model, names, actor, entity=view.entity, initial=_asked_values(view, names))
    return list(form)


def _asked_values(view: Any, names: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in names:
        text = request.args.get(name)
        if text:
            kind = fields_of(view.model)[name].kind
            found[name] = int(text) if kind in ("pointer", "user") and text.isdigit() else text
    return found


def bulk_fields(view: Any) -> dict[str, Markup]:
    """The inputs of the bulk bar by field, each with its label; the same for equal roles."""
    return shell.kept(lambda: {name: Markup("{} {}").format(each.label.text, each())
                               for name, each in bulk_inputs(view).items()}, "bulk", view.entity)


def bulk_inputs(view: Any) -> dict[str, Any]:
    """The inputs of the bulk bar: fields that the actor may write."""
    actor = current_actor()
    names = [name for name in view.bulk_fields if columns.may_write(actor, view.model, name)]
    form = form_for(view.model, names, actor, entity=view.entity)
    inputs = {each.name: each for each in form}
    for name, each in inputs.items():
        each.name = each.id = f"set_{name}"
    return inputs


def title_of(record: Any, lens: Any) -> str:
    """The record's title as the reader may see it."""
    name = getattr(type(record), "title_field", "")
    shown = lens.show(record, name).text if name in fields_of(type(record)) else ""
    return shown or f"#{record.id}"


def moment_text(moment: Any) -> str:
    """A moment in the reader's zone."""
    actor = current_actor()
    local = clock.seen_from(actor.zone if actor else "UTC", moment).replace(tzinfo=None)
    return format_datetime(local, "yyyy-MM-dd HH:mm", rebase=False)


def event_word(entry: Any) -> str:
    """What happened, in a word."""
    words = {"create": gettext("created this"), "update": gettext("changed this"), "delete": gettext("deleted this"),
             "undelete": gettext("restored this")}
    return words.get(entry.kind, entry.kind)


def import_url(entity: str) -> str:
    """The upload screen for an entity, where the site has one."""
    return url_for("import.upload", entity=entity) if "import.upload" in current_app.view_functions else ""
