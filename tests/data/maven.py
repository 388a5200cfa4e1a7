"""The walk of docs/import-walkthrough.md through the command line, for the real tables and for their generated twin."""

import csv
import json
from pathlib import Path

from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, in_unit
from app.sales.operations import lay_out_catalogue
from app.security import operations as people

MAPPINGS = Path(__file__).parents[2] / "docs" / "examples" / "maven"
# entity, table, mapping, further options
STEPS = [
    ("team", "sales_teams", "teams", ["--on-match", "skip"]),
    ("industry", "accounts", "industries", ["--on-match", "skip"]),
    ("region", "accounts", "regions", ["--on-match", "skip"]),
    ("product_category", "products", "categories", ["--on-match", "skip"]),
    ("customer", "accounts", "customers", ["--match", "name"]),
    ("product", "products", "products", []),
]
PASSWORD = "a-long-test-password"


def crm(app, *args):
    """The answer of ``flask crm ...`` for a machine."""
    with app.app_context():  # which the program `flask` makes
        result = app.test_cli_runner().invoke(args=["crm", *map(str, args), "--json"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def load(app, entity, folder, table, mapping, *options):
    """One import of the walk; its counts."""
    return crm(app, "import", entity, folder / f"{table}.csv", "--map", MAPPINGS / f"{mapping}.json", *options)


def walk(app, folder):
    """Everything before the deals, then the deals; the counts of each import by entity."""
    app.config["CRM_CURRENCY"] = "USD"
    with app.app_context(), acting_as(SYSTEM):
        in_unit(lay_out_catalogue)
    counts = {entity: load(app, entity, folder, table, mapping, *options) for entity, table, mapping, options in STEPS}
    with app.app_context(), acting_as(SYSTEM):
        hashed = people.hashed_or_problem(PASSWORD, "nobody", "nobody@example.com")
        in_unit(_users, folder, hashed)
    counts["opportunity"] = load(app, "opportunity", folder, "sales_pipeline", "opportunities")
    return counts


def _users(folder, hashed):
    with (folder / "sales_teams.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            name = row["sales_agent"].lower().replace(" ", ".")
            people.add_user(name, hashed, email=f"{name}@example.com", first_name=row["sales_agent"],
                            role_names=["Sales"], team_id=people.find_team(row["regional_office"]).id)
