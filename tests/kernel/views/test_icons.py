"""Every icon that a page names stands in the one file of symbols."""

import json
import re
from pathlib import Path

import pytest

from app import models  # noqa: F401 - every class must be known before one is mapped
from app import views as site_map
from app.kernel.views import icons, site

ROOT = Path(__file__).parents[3]
LISTED = json.loads((ROOT / "frontend" / "icons.json").read_text("utf-8"))


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_an_icon_is_a_symbol_of_the_hashed_file_and_silent_for_a_reader(app):
    with app.test_request_context():
        html = str(icons.icon("users"))
        assert str(icons.icon('"><script>')).count("<script>") == 0
    assert re.fullmatch(r'<svg class="icon" aria-hidden="true"><use href="/static/vendor/icons\.[0-9a-f]{12}\.svg\?v='
                        r'[0-9a-f]+#users"></use></svg>', html)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_icon_that_is_named_is_drawn(app):
    with app.app_context():
        views = list(site.views().values())
    named = {view.icon for view in views} | {each.icon for view in views for each in view.actions}
    named |= {icon for _label, icon, _entries in site_map.MENU}
    for template in (ROOT / "app" / "templates").rglob("*.html"):
        named |= set(re.findall(r'\bicon\("([a-z0-9-]+)"\)', template.read_text("utf-8")))
    assert "chevron-down" in named, "the templates were read"
    assert named - set(LISTED) == set()


def test_the_file_holds_each_listed_icon_once_and_nothing_else():
    folder = ROOT / "app" / "static" / "vendor"
    file = json.loads((folder / "manifest.json").read_text("utf-8"))["icons.svg"]
    drawn = re.findall(r'<symbol id="([^"]+)" viewBox="0 0 24 24"[^>]*>(<path.+?)</symbol>',
                       (folder / file).read_text("utf-8"))
    assert [name for name, _shapes in drawn] == LISTED
    assert sorted(set(LISTED)) == LISTED
