"""Import, undo and export on the command line: what they print, what they write, how they end."""

import json

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.batches import Batch
from app.kernel.database import session, unit
from tests.kernel.test_gate import add_customer

TEXT = "name,code,level\nBlue River,B-1,key\nRed Hill,R-1,gold\n"


@pytest.fixture
def crm(app, company):
    """Runs ``flask crm ...`` as a machine reads it: exit status, text, and the JSON answer if there is one."""

    def run(*args, status=0, machine=True):
        with app.app_context():
            result = app.test_cli_runner().invoke(args=["crm", *map(str, args), *(["--json"] if machine else [])])
        assert result.exit_code == status, (result.output, result.exception)
        is_json = machine and result.stdout.startswith("{")
        return json.loads(result.stdout) if is_json else result.stdout or result.output

    return run


@pytest.fixture
def file(tmp_path):
    """A file of one good and one bad customer."""
    made = tmp_path / "firms.csv"
    made.write_text(TEXT, encoding="utf-8")
    return made


def names(company, who="system"):
    """The names of the customers that a user sees."""
    with company.acting(who):
        return sorted(session().scalars(sa.select(Customer.name)))


def test_an_import_prints_batch_and_counts_and_writes_the_rejected_rows(company, crm, file):
    told = crm("import", "customer", file, "--as", "manager")
    assert {name: told[name] for name in ("read", "created", "updated", "unchanged", "skipped", "rejected")} == {
        "read": 2, "created": 1, "updated": 0, "unchanged": 0, "skipped": 0, "rejected": 1}
    assert told["rejected_file"] == str(file.with_name("firms.rejected.csv"))
    mended = file.with_name("firms.rejected.csv")
    assert "gold" in mended.read_text(encoding="utf-8-sig")
    mapping = file.with_name("map.json")
    mapping.write_text('{"values": {"level": {"gold": "key"}}}')
    assert crm("import", "customer", mended, "--as", "manager", "--map", mapping)["created"] == 1
    assert names(company) == ["Blue River", "Red Hill"]


def test_a_person_reads_a_sentence_with_the_sum(company, crm, file):
    text = crm("import", "customer", file, "--as", "manager", machine=False)
    assert "2 rows read = 1 created + 0 updated + 0 unchanged + 0 skipped + 1 rejected" in text
    assert "firms.rejected.csv" in text


def test_a_dry_run_counts_and_changes_nothing_and_can_be_applied_later(company, crm, file, monkeypatch):
    monkeypatch.chdir(file.parent)
    told = crm("import", "customer", file, "--dry-run")
    assert (told["created"], told["rejected"], told["dry_run"]) == (1, 1, True)
    assert names(company) == []
    assert crm("import", "--resume", told["batch"])["created"] == 1
    assert names(company) == ["Blue River"]
    assert "dry run" in crm("import", "customer", file, "--dry-run", machine=False)


@pytest.mark.parametrize("label", ["../firms.csv", "..\\firms.csv", "/firms.csv"])
def test_a_resumed_upload_writes_its_rejected_rows_into_no_folder_that_its_name_asks_for(
        company, crm, file, monkeypatch, label):
    below = file.parent / "here"
    below.mkdir()
    monkeypatch.chdir(below)
    number = crm("import", "customer", file, "--dry-run")["batch"]
    with company.acting("system"), unit():
        session().scalars(sa.select(Batch).where(Batch.id == number)).one().label = label
    file.with_name("firms.rejected.csv").unlink()
    assert crm("import", "--resume", number)["rejected_file"] == "firms.rejected.csv"
    assert [each.name for each in below.iterdir()] == ["firms.rejected.csv"]


def test_undo_takes_the_batch_back(company, crm, file):
    batch = crm("import", "customer", file, "--as", "manager")["batch"]
    assert "error" in crm("undo", batch, "--as", "sales1", status=1)
    told = crm("undo", batch, "--as", "manager")
    assert (told["reversed"], told["kept"], told["conflicting"]) == (1, 0, 0)
    assert names(company) == []
    crm("undo", batch, "--as", "manager", status=1)


@pytest.mark.parametrize("args", [
    ("import", "nothing", "FILE"), ("import", "customer", "FILE", "--as", "viewer"),
    ("import", "customer", "FILE", "--as", "nobody"), ("import", "customer", "FILE", "--match", "city"),
    ("undo", "999"), ("export", "nothing"), ("export", "customer", "--as", "viewer"),
    ("export", "customer", "--filter", "shoe_size=42"), ("export", "customer", "-o", "FOLDER/gone/x.csv"),
])
def test_a_refusal_is_told_and_ends_with_a_status(company, crm, file, args):
    told = crm(*(str(arg).replace("FILE", str(file)).replace("FOLDER", str(file.parent)) for arg in args), status=1)
    assert told["error"]


def test_an_import_without_a_file_is_a_mistake_of_use(company, crm):
    assert "Name the entity" in crm("import", "customer", status=2)


def test_an_export_writes_what_the_user_sees_and_no_more(company, crm, file, tmp_path):
    add_customer(company, "Mine", code="M", city="Wuhan")
    add_customer(company, "Other", owner="sales2", code="O", city="Wuhan")
    add_customer(company, "Far", owner="admin", city="Paris")
    target = tmp_path / "out.csv"
    assert crm("export", "customer", "-o", target, "--as", "manager", "--columns", "name,city")["file"] == str(target)
    text = target.read_text(encoding="utf-8-sig")
    assert "Mine" in text
    assert "Far" not in text
    assert sorted(each.name for each in tmp_path.glob("*.csv*")) == ["firms.csv", "out.csv"]
    lines = crm("export", "customer", "--filter", "city=Wuhan&code=O", "--format", "jsonl", "--columns", "name",
                machine=False).splitlines()
    assert [json.loads(line) for line in lines] == [{"name": "Other"}]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_an_export_imports_unchanged(company, crm, tmp_path, kind):
    add_customer(company, "Blue River", owner="manager", code="007", phone="+86 138", remark="=1+1")
    target = tmp_path / f"out.{kind}"
    crm("export", "customer", "-o", target, "--format", kind, "--as", "manager")
    assert crm("import", "customer", target, "--as", "manager")["unchanged"] == 1
