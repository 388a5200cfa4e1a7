"""One search over everything that the actor may read: the page, and what the REST resource answers."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext

from app.kernel.actor import acting
from app.kernel.entity import Entity
from app.kernel.fields import fields_of
from app.kernel.filters.text import fold
from app.kernel.search import everywhere
from app.kernel.search.grams import cleaned
from app.kernel.search.similar import similar
from app.kernel.views import shell, site
from app.kernel.views.access import signed_in
from app.kernel.views.titles import Titles

MOST = 50
FEW_SIMILAR = 10
# Of the text around what was found.
AROUND = 40


@dataclass(frozen=True)
class Found:
    """One record as the search shows it; `snippet` is the text around the match in `field`, if not in the title."""

    entity: str
    entity_label: str
    id: int
    title: str
    field: str
    snippet: str
    url: str


@dataclass(frozen=True)
class Answer:
    """What was found for a text; `is_similar` says that nothing was, and these are merely like it."""

    text: str
    found: list[Found]
    is_similar: bool = False

    def as_json(self) -> dict[str, Any]:
        """For the REST resource."""
        return {"q": self.text, "similar": self.is_similar, "result": [asdict(each) for each in self.found]}


def searchable(named: Iterable[str] = ()) -> list[type[Entity]]:
    """The entities with screens of which the actor may read records; those `named` alone, if any are."""
    named = set(named)
    return [model for model in everywhere.reachable(acting())
            if site.view_of(model.entity_name()) is not None and (not named or model.entity_name() in named)]


def answer(text: str, named: Iterable[str] = (), most: int = MOST) -> Answer:
    """The best records for `text`, the similar ones where there are none. A handful of statements."""
    text, models = cleaned(text)[:everywhere.LONGEST], searchable(named)
    hits = everywhere.find(acting(), models, text, most)
    if hits or not text:
        return Answer(text, _shown(hits, text))
    return Answer(text, _shown(similar(acting(), models, text, min(most, FEW_SIMILAR)), text), is_similar=True)


def alike(model: type[Any], text: str) -> list[Found]:
    """Records of one entity whose title is like `text`, for its list when nothing was found there."""
    models = [each for each in searchable([model.entity_name()]) if text]
    return _shown(similar(acting(), models, text, FEW_SIMILAR), text)


def _shown(hits: list[everywhere.Hit], text: str) -> list[Found]:
    titles = Titles(acting())
    for hit in hits:
        titles.want(hit.entity, [hit.record_id])
    titles.fetch()
    return [_one(hit, text, titles) for hit in hits]


def _one(hit: everywhere.Hit, text: str, titles: Titles) -> Found:
    model: Any = site.view_of(hit.entity).model
    title = titles.of(hit.entity, hit.record_id)
    label = str(fields_of(model)[hit.field].label) if hit.field else ""
    return Found(hit.entity, str(model.entity_label), hit.record_id, title or f"#{hit.record_id}", label,
                 around(hit.text, text), site.record_url(hit.entity, hit.record_id))


def around(whole: str, part: str) -> str:
    """The text around the first `part` in `whole`, on one line."""
    at = fold(whole).find(fold(part))
    start, end = max(at - AROUND, 0), at + len(part) + AROUND
    cut = " ".join(whole[start:end].split())
    return f"{'…' * (start > 0)}{cut}{'…' * (end < len(whole))}" if at >= 0 else ""


class SearchView(BaseView):
    """The page behind the search box at the top of every page."""

    route_base = "/search"
    default_view = "index"

    def create_blueprint(self, appbuilder: Any, endpoint: str | None = None, static_folder: str | None = None) -> Any:
        return super().create_blueprint(appbuilder, "search", static_folder)

    @expose("/")
    @signed_in
    def index(self) -> Any:
        """What was found for ``q``, in one entity where ``entity`` names it."""
        chosen = request.args.get("entity", "")
        choices = {model.entity_name(): str(model.entity_label_plural) for model in searchable()}
        found = answer(request.args.get("q", ""), [chosen] if chosen else [])
        return self.render_template("crm/search.html", answer=found, choices=choices, chosen=chosen,
                                    title=gettext("Search"))

    @expose("/palette")
    @signed_in
    def palette(self) -> Any:
        """A part of a page: what the command palette offers before anything is typed."""
        return shell.palette()
