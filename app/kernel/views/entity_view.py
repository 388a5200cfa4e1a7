"""One declaration per entity: a subclass states columns, filters, charts and actions; every screen follows."""

from dataclasses import replace
from typing import Any, ClassVar

from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import ModelView, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.kernel.actor import acting
from app.kernel.database import in_unit, session
from app.kernel.entity import Entity, Scoped
from app.kernel.errors import CrmError, Missing, NotAllowed, RuleError, Stale
from app.kernel.fields import Field, default_of, fields_of
from app.kernel.filters import EVERYTHING
from app.kernel.language import say_problem
from app.kernel.once import once
from app.kernel.rights import columns
from app.kernel.rights.states import allowed_ids, allowed_verbs
from app.kernel.typed import number_in
from app.kernel.views import asked as ask
from app.kernel.views import bulk_actions, charts, conditions, everywhere, exports, lookup, related, rows, saving
from app.kernel.views.access import by_verb, require
from app.kernel.views.board import BoardPages, path_of
from app.kernel.views.declare import Action, Chart, View
from app.kernel.views.forms import EntityForm, form_for
from app.kernel.views.history import entries, events_of
from app.kernel.views.interface import EntityInterface
from app.kernel.views.lens import Lens
from app.kernel.views.savedviews import saved_views_of
from app.kernel.views.titles import Titles

# Kept by the system; never in a form.
KEPT = frozenset({"id", "created_at", "created_by", "updated_at", "updated_by", "external_ids", "extra", "source"})


# The routes that a read-only view does not have.
WRITING = frozenset({"add", "edit", "delete", "undelete", "bulk", "act", "bin"})


class EntityView(BoardPages, ModelView):
    """The screens of one entity. Attributes keep Flask-AppBuilder's names where it has one."""

    datamodel: EntityInterface
    icon: ClassVar[str] = "list"
    help: ClassVar[Any] = ""
    list_columns: Any = []
    text_columns: ClassVar[list[str]] = []
    search_columns: Any = []
    # The columns whose heading sorts, each with an index of its own; all that the list shows unless the view says less.
    sort_columns: Any = None
    show_columns: Any = []
    form_sections: ClassVar[list[tuple[Any, list[str]]]] = []
    base_order: Any = ("id", "desc")
    saved_views: ClassVar[list[View]] = []
    charts: ClassVar[list[Chart]] = []
    related: ClassVar[list[str]] = []
    bulk_fields: ClassVar[list[str]] = []
    actions: Any = []
    calendar_by: ClassVar[str] = ""
    timeline: ClassVar[bool] = False
    # A subclass of EntityApi with further endpoints, where the entity has some.
    api_base: ClassVar[Any] = None
    # Rows of logs and of what only the system makes.
    read_only: ClassVar[bool] = False
    # The routes of Flask-AppBuilder that fetch rows without asking for rights.
    exclude_route_methods = frozenset({"download", "action", "action_post"})

    def __init__(self, **kwargs: Any) -> None:
        self.model: type[Scoped] = self.datamodel.obj
        self.entity = self.model.entity_name()
        self.route_base = f"/{self.entity}"
        self.class_permission_name = self.entity
        self.declared_actions = {action.name: action for action in self.actions}
        if self.read_only:
            self.exclude_route_methods = self.exclude_route_methods | WRITING
        if not self.board_by or self.read_only:
            self.exclude_route_methods = self.exclude_route_methods | {"board", "move"}
        super().__init__(**kwargs)

    def create_blueprint(self, appbuilder: Any, endpoint: str | None = None, static_folder: str | None = None) -> Any:
        return super().create_blueprint(appbuilder, self.entity, static_folder)

    def _init_properties(self) -> None:
        """Fill in what the declaration leaves open; replaces Flask-AppBuilder's, which probes every column."""
        self._related_views, self._base_filters, self._filters = [], None, None
        self.label_columns = {name: field.label for name, field in fields_of(self.model).items()}
        if not self.form_sections:
            names = [name for name, field in fields_of(self.model).items() if name not in KEPT and not field.readonly
                     and field.kind not in ("json", "about") and name != "team"]
            self.form_sections = [("", names)]
        self.list_columns = self.list_columns or [name for name in fields_of(self.model) if name not in KEPT][:6]
        if self.sort_columns is None:
            self.sort_columns = [name for name in self.list_columns if ask.is_sortable(fields_of(self.model).get(name))]
        self.show_columns = self.show_columns or [name for name, field in fields_of(self.model).items()
                                                  if field.kind != "json" and name != "id"]

    def _init_forms(self) -> None:
        """Forms are made per request, for the fields that the actor may write."""

    def _init_titles(self) -> None:
        self.title = self.list_title = self.model.entity_label_plural
        self.show_title = self.model.entity_label
        self.add_title = self.edit_title = self.model.entity_label

    def get_uninit_inner_views(self) -> Any:
        """Related lists are reads of ours, not views inside views."""
        return ()

    # -- reading ---------------------------------------------------------------------------------------------------

    @expose("/list/")
    @by_verb("read")
    def list(self) -> Any:
        """The list: filters, search, sort and page from the address."""
        asked = ask.from_address(request.args)
        try:
            page, problems = rows.read_page(self, asked), {}
        except RuleError as error:
            page, problems = rows.read_page(self, ask.Asked()), error.problems
        similar = [] if page.records or problems else everywhere.alike(self.model, asked.text)
        return self.page("crm/list.html", page=page, problems=problems, asked=asked, similar=similar,
                         columns=self.visible_columns(asked.columns or self.list_columns),
                         saved=saved_views_of(self), status=422 if problems else 200,
                         conditions=conditions.conditions(self, asked, request.query_string.decode("utf-8", "replace")))

    @expose("/condition")
    @by_verb("read")
    def condition(self) -> Any:
        """A part of the list's page: how the field ``field`` may be asked."""
        name = request.args.get("field", "")
        field = conditions.offered(self).get(name)
        if field is None:
            raise Missing()
        return self.page("crm/condition.html", field=field, operators=conditions.operators(field),
                         times=conditions.time_words(), value=conditions.value_input(self, name, field))

    @expose("/narrow")
    @by_verb("read")
    def narrow(self) -> Any:
        """On to the list with one more condition; with what speaks against it where there is something."""
        try:
            query = conditions.with_condition(self, request.args)
        except RuleError as error:
            flash(" ".join(map(say_problem, error.problems.values())), "danger")
            query = conditions.tidy(request.args.get("back", ""))
        return redirect(url_for(f"{self.entity}.list") + (f"?{query}" if query else ""))

    @expose("/show/<int:pk>")
    @by_verb("read")
    def show(self, pk: int) -> Any:
        """The record page with its related lists and history."""
        record = self.find(pk, self.show_columns)
        actor = acting()
        titles = Titles(actor)
        lens = Lens(actor, self.model, [record], self.show_columns, titles)
        lists = related.lists_of(self, record, titles)
        events = events_of(record, titles) if isinstance(record, Entity) else []
        titles.fetch()
        return self.page("crm/show.html", record=record, lens=lens, columns=self.visible_columns(self.show_columns),
                         related=lists, may=self.possible(record), history=entries(actor, record, events, titles),
                         path=path_of(self))

    @expose("/related/<int:pk>/<name>")
    @by_verb("read")
    def related_list(self, pk: int, name: str) -> Any:
        """One related list of a record, as the part of its page that is read when somebody scrolls there."""
        record, titles = self.find(pk), Titles(acting())
        found = related.list_of(self, record, name, titles)
        titles.fetch()
        return self.page("crm/related.html", list=found)

    @expose("/bin/")
    @by_verb("delete")
    def bin(self) -> Any:
        """The recycle bin: deleted records that may be restored."""
        asked = ask.from_address(request.args)
        page = rows.read_page(self, replace(asked, tree=EVERYTHING, text="", sort="", columns=(), deleted=True))
        return self.page("crm/bin.html", page=page, columns=self.visible_columns(self.list_columns))

    @expose("/lookup")
    @by_verb("read")
    def lookup(self) -> Response:
        """Type-ahead for a pointer of this entity's forms (``field``), or over the entity itself."""
        return lookup.answer(self.model, request.args.get("field", ""), request.args.get("q", ""))

    @expose("/export")
    @by_verb("export")
    def export(self) -> Response:
        """The filtered list as a file; streams."""
        return exports.answer(self, ask.from_address(request.args), request.args.get("format", "csv"))

    @expose("/charts/")
    @by_verb("read")
    def chart_page(self) -> Any:
        """All charts of the entity with their period and team filter."""
        return self.page("crm/charts.html", charts=self.charts, teams=charts.teams(), args=request.args)

    @expose("/chart/<name>")
    @by_verb("read")
    def chart(self, name: str) -> Response:
        """One chart's numbers as JSON, each with the address of the rows behind it."""
        return charts.answer(self, name, request.args)

    # -- writing ---------------------------------------------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])
    @by_verb("create")
    def add(self) -> Any:
        """A new record; fields may be filled from the address (``?customer=5``)."""
        form = self.form(formdata=request.form if request.method == "POST" else None, initial=self._initial())
        if request.method == "GET" or not form.validate():
            return self._form_page(form, status=200 if request.method == "GET" else 422)
        try:
            pk = in_unit(once, request.form.get("_once", ""), lambda: saving.create(self.model, form.asked()).id)
        except CrmError as error:
            return self._refused(form, error)
        flash(gettext("Saved."), "success")
        return redirect(url_for(f"{self.entity}.show", pk=pk))

    @expose("/edit/<int:pk>", methods=["GET", "POST"])
    @by_verb("edit")
    def edit(self, pk: int) -> Any:
        """Change a record; a stale form is refused with both versions shown."""
        record = self.find(pk, self.form_columns())
        self.check_reach(record, "edit")
        form = self.form(formdata=request.form if request.method == "POST" else None, record=record)
        if request.method == "GET" or not form.validate():
            return self._form_page(form, record, status=200 if request.method == "GET" else 422)
        try:
            in_unit(once, request.form.get("_once", ""), lambda: self._update(pk, form))
        except CrmError as error:
            return self._refused(form, error, pk)
        flash(gettext("Saved."), "success")
        return redirect(url_for(f"{self.entity}.show", pk=pk))

    def _update(self, pk: int, form: EntityForm) -> int:
        return saving.update(self.model, pk, form.asked(), number_in(request.form.get("_version"))).id

    @expose("/delete/<int:pk>", methods=["POST"])
    @by_verb("delete")
    def delete(self, pk: int) -> Any:
        """Move a record to the recycle bin."""
        in_unit(once, request.form.get("_once", ""), lambda: bulk_actions.delete_one(self.model, pk))
        flash(gettext("Moved to the recycle bin."), f"success {url_for(f'{self.entity}.undelete', pk=pk)}")
        return redirect(url_for(f"{self.entity}.list"))

    @expose("/undelete/<int:pk>", methods=["POST"])
    @by_verb("delete")
    def undelete(self, pk: int) -> Any:
        """Restore a record from the recycle bin with what hung on it."""
        in_unit(once, request.form.get("_once", ""), lambda: bulk_actions.undelete_one(self.model, pk))
        flash(gettext("Restored."), "success")
        return redirect(url_for(f"{self.entity}.show", pk=pk))

    @expose("/bulk", methods=["POST"])
    @by_verb("read")
    def bulk(self) -> Any:
        """One change to the chosen records or to all that match, as a batch that can be taken back."""
        done = bulk_actions.from_form(self, request.form)
        kind = "success" if not done.refused else "warning"
        flash(done.sentence(), f"{kind} {bulk_actions.undo_url(done.batch_id)}".strip())
        return redirect(url_for(f"{self.entity}.list"))

    @expose("/act/<name>", methods=["GET", "POST"])
    @expose("/act/<name>/<int:pk>", methods=["GET", "POST"])
    @by_verb("read")
    def act(self, name: str, pk: int | None = None) -> Any:
        """Run a named action on one record or on the chosen ones, asking for its fields first."""
        action = self.find_action(name)
        ids = [pk] if pk is not None else bulk_actions.ids_in(request.values.getlist("ids"))
        form = self._action_form(action)
        if request.method == "GET" or not form.validate():
            return self.page("crm/act.html", action=action, form=form, ids=ids,
                             status=200 if request.method == "GET" else 422)
        try:
            sentence = bulk_actions.run(self, action, ids, form.asked(), request.form.get("_once", ""))
        except RuleError as error:
            rest = form.add_problems(error.problems) or ([] if error.problems else [say_problem(error.sentence)])
            return self.page("crm/act.html", action=action, form=form, ids=ids, rest=rest, status=error.status)
        flash(sentence or gettext("Done."), "success")
        return redirect(url_for(f"{self.entity}.show", pk=pk) if pk else url_for(f"{self.entity}.list"))

    # -- shared ----------------------------------------------------------------------------------------------------

    def find(self, pk: int, names: Any = ()) -> Any:
        """The visible record with the relations of `names` loaded of which more than the title is shown."""
        return saving.find_visible(self.model, pk, names=names)

    def find_action(self, name: str) -> Action:
        """The declared action that the actor may run. Missing or NotAllowed otherwise."""
        action = self.declared_actions.get(name)
        if action is None:
            raise Missing()
        require(action.right, self.entity)
        return action

    def visible_columns(self, names: Any) -> dict[str, Field]:
        """The fields of `names` that exist for the actor, dotted ones included, in order."""
        return ask.visible_fields(self.model, names)

    def form_columns(self) -> Any:
        """All fields of the form, in order."""
        return [name for _title, names in self.form_sections for name in names]

    def form(self, **options: Any) -> EntityForm:
        """The form with the fields that the actor may write."""
        actor = acting()
        writable = columns.writable_fields(actor, self.model)
        names = [name for name in self.form_columns() if name in writable]
        return form_for(self.model, names, actor, entity=self.entity, **options)

    def _initial(self) -> dict[str, Any]:
        """What a new record begins with: the defaults of its columns, then what the address asks for."""
        known = fields_of(self.model)
        found = {name: default_of(self.model, known[name]) for name in self.form_columns()
                 if name in known and known[name].kind != "many"}
        for name, text in request.args.items():
            if name in known:
                value = saving.typed(known[name], text)
                if not saving.is_problem(value):
                    found[name] = value
        return found

    def _action_form(self, action: Action) -> EntityForm:
        extra = {field.name: field for field in action.fields if isinstance(field, Field)}
        names = [field.name if isinstance(field, Field) else field for field in action.fields]
        formdata = request.form if request.method == "POST" else None
        return form_for(self.model, names, acting(), entity=self.entity, formdata=formdata, extra=extra)

    def check_reach(self, record: Scoped, verb: str) -> None:
        """NotAllowed unless the stored state of the record is within the actor's reach for `verb`."""
        if record.id not in allowed_ids(session(), self.model, acting(), verb, [record.id]):
            raise NotAllowed()

    def possible(self, record: Scoped) -> set[str]:
        """The verbs and actions that the actor may do with this record."""
        if self.read_only or not isinstance(record, Entity):
            return set()
        verbs = ["edit", "delete", *[action.right for action in self.declared_actions.values()]]
        return allowed_verbs(session(), self.model, acting(), verbs, record.id)

    def _form_page(self, form: EntityForm, record: Any = None, *, status: int = 200, rest: Any = (),
                   current: Any = None) -> Any:
        sections = [(title, [name for name in names if name in form]) for title, names in self.form_sections]
        return self.page("crm/form.html", form=form, record=record, sections=sections, rest=rest, current=current,
                         status=status)

    def _refused(self, form: EntityForm, error: CrmError, pk: int | None = None) -> Any:
        """The form again, with what was typed and why it was refused; today's record beside it when it was stale."""
        record = self.find(pk, self.form_columns()) if pk is not None else None
        rest = form.add_problems(error.problems)
        if not error.problems:
            rest = [say_problem(error.sentence)]
        is_stale = isinstance(error, Stale) and record is not None
        current = Lens(acting(), self.model, [record], self.form_columns()) if is_stale else None
        return self._form_page(form, record, status=error.status, rest=rest, current=current)

    def page(self, template: str, *, status: int = 200, **parts: Any) -> Any:
        """A rendered page of this view with a status."""
        return self.render_template(template, view=self, actor=acting(), **parts), status


LABELS = {"edit": _l("Edit"), "delete": _l("Delete"), "add": _l("New"), "export": _l("Export")}
