"""A file becomes staged rows: read, named, found, and every one of them accounted for."""

import json

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer, Industry, Tag
from app.data import operations
from app.data.models import ImportRow
from app.data.reading import UnreadableFile
from app.kernel.batches import Batch
from app.kernel.database import session, unit
from app.kernel.errors import Missing, NotAllowed, RuleError
from tests.data.imports import reasons, run, staged
from tests.kernel.test_gate import add_customer, the


@pytest.fixture
def words(company):
    """An industry and two tags."""
    with company.acting("system"), unit() as current:
        current.add_all([Industry(name="Retail"), Tag(name="VIP"), Tag(name="new; hot")])
    return company


def customers(*names):
    """What the living customers hold in these fields, in order of id."""
    wanted = sa.select(*(getattr(Customer, name) for name in names)).order_by(Customer.id)
    return [tuple(row) for row in session().execute(wanted)]


def test_values_are_texts_until_the_field_types_them(company):
    with company.acting("manager"):
        counts, _number = run("customer", "name,code,phone,remark\nBlue River,007,013800138000,NA\nNA,1.10,,\n")
        assert counts == {"created": 2, "updated": 0, "unchanged": 0, "skipped": 0, "rejected": 0}
        assert customers("name", "code", "phone", "remark") == [
            ("Blue River", "007", "013800138000", "NA"), ("NA", "1.10", None, None)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_a_chinese_file_is_read(company, encoding):
    with company.acting("manager"):
        text = "客户名称,客户编号,备注\n蓝河科技有限公司,C-1,重要客户，请勿打扰\n"
        counts, _number = run("customer", text.encode(encoding))
        assert counts["created"] == 1
        assert customers("name", "code") == [("蓝河科技有限公司", "C-1")]


def test_relations_are_found_by_name_key_and_user_name(words):
    customer = add_customer(words, "Blue River", code="B-1")
    with words.acting("manager"):
        counts, _number = run("customer", 'name,code,industry,tags,owner\nX,X-1,Retail,"VIP",sales1\n'
                                          'Y,Y-1,Retail,"[""new; hot"", ""VIP""]",SALES2@example.com\n')
        assert counts["created"] == 2
        made = {each.code: each for each in session().scalars(sa.select(Customer).where(Customer.code != "B-1"))}
        assert made["X-1"].industry.name == "Retail"
        assert [made[code].owner_id for code in ("X-1", "Y-1")] == [words.ids["sales1"], words.ids["sales2"]]
        assert {tag.name for tag in made["Y-1"].tags} == {"VIP", "new; hot"}
        counts, _number = run("contact", f"name,customer\nLi,B-1\nWang,Blue River\nZhao,#{customer}\n")
        assert counts["created"] == 3
        assert set(session().scalars(sa.select(Contact.customer_id))) == {customer}


def test_a_relation_is_found_by_the_id_of_another_system(company):
    pk = add_customer(company, "Blue River", external_ids={"salesforce": "0015g"})
    with company.acting("manager"):
        counts, _number = run("contact", "name,customer\nLi,salesforce:0015g\nWang,salesforce:0015h\n")
        assert (counts["created"], counts["rejected"]) == (1, 1)
        assert session().scalars(sa.select(Contact.customer_id)).one() == pk


def test_unknown_and_ambiguous_relations_are_rejected_in_words(company):
    add_customer(company, "Twin")
    add_customer(company, "Twin")
    with company.acting("manager"):
        counts, number = run("contact", "name,customer,owner\nLi,Nobody,\nWang,Twin,\nZhao,,ghost\n")
        assert (counts["created"], counts["rejected"]) == (0, 3)
        told = reasons(number)
        assert "“Nobody” is not known" in told[2]
        assert "2 records" in told[3]
        assert "owner: “ghost”" in told[4]


def test_a_foreign_customer_cannot_be_named(company):
    pk = add_customer(company, "Hidden", owner="sales2", code="H-1")
    with company.acting("sales1"):
        assert the(Customer, pk) is None
        with pytest.raises(NotAllowed):
            staged("contact", "name,customer\nLi,H-1\n")


def test_an_unknown_choice_is_rejected_unless_it_is_mapped(company):
    text = "name,level\nA,gold\nB,Key account\nC,regular\n"
    with company.acting("manager"):
        counts, number = run("customer", text)
        assert (counts["created"], counts["rejected"]) == (2, 1)
        assert "gold" in reasons(number)[2]
        mapping = json.dumps({"values": {"level": {"gold": "key"}}})
        assert run("customer", text, mapping=mapping)[0]["created"] == 3
        assert [level for (level,) in customers("level")].count("key") == 3


def test_constants_hold_for_every_row_and_defaults_for_new_records_only(company):
    pk = add_customer(company, "Known", owner="manager", code="K", city="Wuhan")
    mapping = json.dumps({"constants": {"province": "Hubei"}, "defaults": {"city": "Xi'an", "level": "minor"},
                          "ignore": ["junk"]})
    with company.acting("manager"):
        counts, _number = run("customer", "name,code,city,junk\nKnown,K,,1\nNew,N,,2\nOther,O,Beijing,3\n",
                              mapping=mapping)
        assert (counts["created"], counts["updated"]) == (2, 1)
        assert customers("code", "province", "city", "level") == [
            ("K", "Hubei", "Wuhan", None), ("N", "Hubei", "Xi'an", "minor"), ("O", "Hubei", "Beijing", "minor")]
        assert the(Customer, pk).name == "Known"


@pytest.mark.parametrize(("on_match", "expected"), [("update", "updated"), ("skip", "skipped"), ("error", "rejected")])
def test_a_known_record_is_updated_skipped_or_an_error(company, on_match, expected):
    add_customer(company, "Old", owner="manager", code="K", city="Wuhan")
    with company.acting("manager"):
        counts, number = run("customer", "name,code\nNew,K\n", on_match=on_match)
        assert counts[expected] == sum(counts.values()) == 1
        assert customers("name", "city") == [("New" if on_match == "update" else "Old", "Wuhan")]
        batch = session().scalars(sa.select(Batch).where(Batch.id == number)).one()
        assert getattr(batch, f"rows_{expected}") == batch.rows_read == 1


def test_records_are_found_by_the_asked_columns(company):
    add_customer(company, "Blue River", owner="manager", code="K", phone="13800138000")
    with company.acting("manager"):
        assert run("customer", "name,city\nBlue River,Wuhan\n", match=("name",))[0]["updated"] == 1
        assert run("customer", "phone,name,city\n138 0013 8000,Blue River,Xi'an\n", match=("phone",))[0]["updated"] == 1
        assert customers("code", "city") == [("K", "Xi'an")]


def test_a_key_that_several_records_have_finds_none_of_them(company):
    add_customer(company, "Twin", owner="manager")
    add_customer(company, "Twin", owner="manager")
    with company.acting("manager"):
        counts, number = run("customer", "name,city\nTwin,Wuhan\n", match=("name",))
        assert counts["rejected"] == 1
        assert "2 records have this key" in reasons(number)[2]


def test_of_two_rows_with_one_key_the_second_is_rejected(company):
    add_customer(company, "Old", owner="manager", code="K")
    with company.acting("manager"):
        counts, number = run("customer", "name,code\nA,K\nB,K\nC,N\nD,N\nE,\nE,\n")
        assert counts == {"created": 3, "updated": 1, "unchanged": 0, "skipped": 0, "rejected": 2}
        assert set(reasons(number)) == {3, 5}
        assert "row 4 already" in reasons(number)[5]


def test_our_own_number_counts_only_where_it_is_ours(company):
    pk = add_customer(company, "Blue River", owner="manager")
    with company.acting("manager"):
        assert run("customer", f"Id (id),Name\n{pk},Blue River Ltd\n")[0]["updated"] == 1
        assert run("customer", f"id,Name\n{pk},Stranger\n")[0]["created"] == 1
        counts, number = run("customer", f"id,Name\n{pk},Blue River\n9999,Ghost\n", match=("id",))
        assert (counts["updated"], counts["rejected"]) == (1, 1)
        assert "#9999" in reasons(number)[3]
        assert sorted(name for (name,) in customers("name")) == ["Blue River", "Stranger"]


def test_malformed_rows_stand_with_the_others_in_the_rejected_file(company):
    with company.acting("manager"):
        counts, number = run("customer", "name,city\nA,Wuhan\nB\nC,Wuhan,extra\n,Wuhan\n")
        assert (counts["created"], counts["rejected"]) == (1, 3)
        assert set(reasons(number)) == {3, 4, 5}


def test_the_rejected_file_can_be_mended_and_imported(company):
    with company.acting("manager"):
        _counts, number = run("customer", "name,level\nA,key\nB,wrong\n")
        mended = b"".join(operations.rejected_file(number)).replace(b"wrong", b"minor", 2)
        mended = mended.replace("“minor”".encode(), b"it")
        assert run("customer", mended)[0]["created"] == 1
        assert customers("name", "level") == [("A", "key"), ("B", "minor")]


@pytest.mark.parametrize(("text", "wish", "where"), [
    ("Name,name\nA,B\n", {}, "name"),
    ("name\nA\n", {"mapping": "{"}, "mapping"),
    ("name\nA\n", {"mapping": '{"headers": {"gone": "name"}}'}, "mapping"),
    ("name\nA\n", {"match": ("code",)}, "match"),
    ("name,tags\nA,x\n", {"match": ("tags",)}, "match"),
    ("name\nA\n", {"on_match": "merge"}, "on_match"),
    ("name,next_contact_at\nA,01/02/2026\n", {}, "next_contact_at"),
])
def test_a_file_that_is_not_clear_is_refused_as_a_whole(company, text, wish, where):
    with company.acting("manager"):
        with pytest.raises(RuleError) as refusal:
            staged("customer", text, **wish)
        assert any(where in name.lower() for name in refusal.value.problems)
        assert session().scalars(sa.select(Batch)).all() == []


def test_a_file_without_a_known_column_or_without_rows_is_refused(company):
    with company.acting("manager"):
        with pytest.raises(RuleError):
            staged("customer", "foo,bar\n1,2\n")
        with pytest.raises(UnreadableFile):
            staged("customer", "")


def test_unknown_columns_are_left_out_and_told(company):
    with company.acting("manager"):
        number = staged("customer", "name,shoe size,created_at\nA,42,2020-01-01\n")
        warnings = operations.batch_of(number).work["warnings"]
        assert any("shoe size" in each for each in warnings)
        assert any("created_at" in each for each in warnings)


def test_day_or_month_first_is_decided_for_the_column(company):
    with company.acting("manager"):
        assert run("customer", "name,next_contact_at\nA,13/02/2026\nB,03/02/2026\n")[0]["created"] == 2
        assert {moment.month for (moment,) in customers("next_contact_at")} == {2}


def test_only_with_the_right_and_only_real_entities(company):
    with company.acting("sales1"), pytest.raises(NotAllowed):
        staged("customer", "name\nA\n")
    with company.acting("manager"):
        for entity in ("nothing", "import_batch", "audit_entry"):
            with pytest.raises(Missing):
                staged(entity, "name\nA\n")


def test_nothing_of_a_person_lies_in_plain_while_it_waits(company):
    with company.acting("manager"):
        number = staged("customer", "name,phone,birth_date\nLi,13800138000,nonsense\nWang,13900139000,1990-01-01\n")
        for row in session().scalars(sa.select(ImportRow).where(ImportRow.batch_id == number)):
            for text in (row.cells, row.given, row.problems):
                assert "13800138000" not in (text or "")
                assert "Wang" not in (text or "")
        operations.apply(number)
        session().expire_all()
        kept = session().scalars(sa.select(ImportRow.cells).where(ImportRow.status == "created"))
        assert set(kept) == {None}


def test_staged_rows_are_read_again_under_another_mapping(company):
    with company.acting("manager"):
        number = staged("customer", "firm,lvl\nA,gold\nB,key,odd\n", mapping='{"headers": {"firm": "name"}}')
        again = operations.stage_again(number, operations.Wish(
            '{"headers": {"firm": "name", "lvl": "level"}, "values": {"level": {"gold": "key"}}}'))
        counts = operations.apply(again)
        assert (counts["created"], counts["rejected"]) == (1, 1)
        assert customers("name", "level") == [("A", "key")]
        with pytest.raises(RuleError):
            operations.stage_again(again, operations.Wish())
    with company.acting("sales1"), pytest.raises(Missing):
        operations.stage_again(number, operations.Wish())


@pytest.mark.parametrize(("entity", "header", "left_out"), [
    ("customer", "客户名称*,客户级别,客户行业,客户来源,下次联系时间,备注,手机(选填)", set()),
    ("customer", "客户名称,成交状态,备注", {"成交状态"}),
    ("lead", "线索名称,线索来源,手机,客户行业,下次联系时间,备注", set()),
    ("contact", "姓名,客户名称,手机,电子邮箱,是否关键决策人,下次联系时间,备注", {"下次联系时间"}),
    ("opportunity", "商机名称,客户名称,商机状态组,商机阶段,商机金额,预计成交日期,备注", set()),
])
def test_the_headers_of_chinese_systems_are_known(company, entity, header, left_out):
    with company.acting("admin") as actor:
        model = operations.importable(entity)
        found = operations.header_map(model, header.split(","), operations.read_mapping(None), actor)
        assert {each.header for each in (*found.unknown, *found.ambiguous)} == left_out
