"""Saved views: the users' own tabs above the lists."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext

from app.desk.models import SHARING, SavedView
from app.desk.queries import kept_views
from app.kernel.database import in_unit
from app.kernel.errors import Missing, RuleError
from app.kernel.language import say_problems
from app.kernel.once import once
from app.kernel.views import EntityInterface, EntityView, conditions, savedviews, saving, site
from app.kernel.views.access import by_verb


class SavedViewView(EntityView):
    """The user's own saved views."""

    datamodel = EntityInterface(SavedView)
    icon = "bookmark"
    list_columns = ["name", "entity", "shared", "owner"]
    text_columns = ["name"]
    sort_columns = ["name"]
    search_columns = ["entity", "shared"]
    form_sections = [("", ["name", "entity", "query", "shared"])]

    @expose("/keep", methods=["POST"])
    @by_verb("create")
    def keep(self) -> Any:
        """Keep what a list is asked as a tab above it, and go back to it."""
        given = {name: request.form.get(name, "") for name in ("name", "entity", "query", "shared")}
        if site.view_of(given["entity"]) is None:
            raise Missing()
        given["query"] = conditions.tidy(given["query"])
        try:
            in_unit(once, request.form.get("_once", ""), lambda: saving.create(SavedView, given).id)
        except RuleError as error:
            flash(" ".join(say_problems(error.problems).values()), "danger")
        else:
            flash(gettext("Saved."), "success")
        return redirect(f"{url_for(given['entity'] + '.list')}?{given['query']}")


savedviews.set_kept_views(kept_views, SHARING)
