"""The walk of docs/add-an-entity.md, done as it stands there, in a process of its own.

A new model would otherwise stay in the metadata of every later test of the worker.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "add-an-entity.md"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
MOST_LINES = 40

# What a newcomer does by hand: name the model, name the view, make the table.
WALK = '''
import json, sys
import app.models
import sqlalchemy as sa
exec(open(sys.argv[1], encoding="utf-8").read())
from app import create_app, views
views.MENU.append(("Fairs", "calendar", [(FairVisitView, "Fair visits")]))
from config import load
from tests import world
house = create_app(load({"CRM_ENV": "test", "CRM_LOCALE": "en", "DATABASE_URL": "sqlite:///" + sys.argv[2],
                         "CRM_INSTANCE_DIR": sys.argv[3]}))
from app.kernel.database import db, session
with house.app_context():
    db.create_all()
    world.build()
company = world.World(house)
admin, seller, browser = company.client("admin"), company.client("sales1"), company.browser("admin")
told = {}
browser.get("/fair_visit/add")
told["form"] = browser.post("/fair_visit/add", {"name": "Canton", "visited_on": "2026-04-15", "cost": "5"}).status_code
told["problem"] = "is-invalid" in browser.post("/fair_visit/add", {"name": ""}).get_data(as_text=True)
told["list"] = "Canton" in browser.get("/fair_visit/list/").get_data(as_text=True)
told["search"] = "Canton" in browser.get("/fair_visit/list/?q=cant&visited_on=this_year").get_data(as_text=True)
told["record"] = browser.get("/fair_visit/show/1").status_code
told["charts"] = browser.get("/fair_visit/charts/").status_code
told["chart"] = admin.get("/api/v1/fair_visit/chart/by_month").json["total"]
told["api"] = admin.get("/api/v1/fair_visit/").json["count"]
told["post"] = admin.post("/api/v1/fair_visit/", json={"name": "Hannover", "visited_on": "2026-04-20"}).status_code
told["taken"] = admin.post("/api/v1/fair_visit/", json={"name": "Hannover", "visited_on": "2026-04-20"}).status_code
told["wrong"] = sorted(admin.post("/api/v1/fair_visit/", json={"name": "X", "cost": -1}).json["problems"])
told["bulk"] = admin.post("/api/v1/fair_visit/bulk", json=[{"name": "Canton", "visited_on": "2026-04-15", "cost": 9}]
                          ).json["results"][0]["status"]
told["export"] = admin.get("/api/v1/fair_visit/export?format=csv").get_data(as_text=True).count("\\n")
told["lookup"] = [each["name"] for each in admin.get("/api/v1/fair_visit/lookup?q=hann").json["result"]]
told["seller"] = seller.get("/api/v1/fair_visit/").status_code
told["openapi"] = "/api/v1/fair_visit/{pk}" in admin.get("/api/v1/_openapi").json["paths"]
told["deleted"] = admin.delete("/api/v1/fair_visit/2").status_code
told["bin"] = "Hannover" in browser.get("/fair_visit/bin/").get_data(as_text=True)
told["restored"] = browser.post("/fair_visit/undelete/2").status_code
told["history"] = [each["kind"] for each in admin.get("/api/v1/fair_visit/2/history").json["result"]]
from app.data.operations import Wish, apply, counts_of, stage
with company.acting("admin"):
    batch = stage("fair_visit", b"Name,Visited on\\nTokyo,2026-05-01\\nParis,never\\n", "fairs.csv", Wish())
    told["import"] = apply(batch)
    told["events"] = sorted(set(session().scalars(sa.select(app.security_audit.AuditEntry.kind).where(
        app.security_audit.AuditEntry.entity == "fair_visit"))))
print(json.dumps(told, default=str))
'''


@pytest.fixture(scope="module")
def code():
    """The two blocks of the guide: the model and the view."""
    model, view = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))[:2]
    return model + "\n\n" + view


@pytest.fixture(scope="module")
def told(code, tmp_path_factory):
    """What the walk answered."""
    folder = tmp_path_factory.mktemp("walk")
    declared = folder / "fairs.py"
    declared.write_text(code, encoding="utf-8")
    walk = WALK.replace("app.security_audit", "security_models").replace(
        "import app.models\n", "import app.models\nimport app.security.models as security_models\n")
    done = subprocess.run([sys.executable, "-c", walk, str(declared), str(folder / "walk.db"), str(folder)], cwd=ROOT,
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_an_entity_takes_at_most_forty_lines(code):
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) <= MOST_LINES


def test_it_has_its_form_with_problems_beside_the_fields(told):
    assert (told["form"], told["problem"]) == (302, True)


def test_it_has_its_list_with_search_and_filters(told):
    assert (told["list"], told["search"]) == (True, True)


def test_it_has_its_record_page_and_its_charts(told):
    assert (told["record"], told["charts"], told["chart"]) == (200, 200, 5.0)


def test_it_has_its_endpoints_and_their_description(told):
    assert (told["api"], told["post"], told["openapi"]) == (1, 201, True)


def test_its_rules_and_its_natural_key_are_judged(told):
    assert told["taken"] == 422
    assert told["wrong"] == ["cost", "visited_on"]


def test_it_is_changed_in_bulk_and_leaves_as_a_file(told):
    assert told["bulk"] == "updated"
    assert told["export"] == 3


def test_it_is_found_by_typing(told):
    assert told["lookup"] == ["Hannover"]


def test_only_who_was_given_a_right_may_use_it(told):
    assert told["seller"] == 403


def test_it_is_deleted_restored_and_remembers_both(told):
    assert (told["deleted"], told["bin"], told["restored"]) == (200, True, 302)
    assert told["history"] == ["undelete", "delete", "create"]


def test_it_is_imported_and_every_change_is_audited(told):
    assert "Tokyo" not in str(told["events"])
    assert {"create", "update", "delete", "undelete"} <= set(told["events"])
    assert "1" in str(told["import"])
