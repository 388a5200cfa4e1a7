"""Personal columns: plain outside, sealed inside, found by their blind index, in step by flush and by bulk."""

import operator
import sqlite3

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel import fields
from app.security.encryption.columns import (
    PersonalText,
    Sealed,
    blind_index,
    keep_blind_indexes,
    personal,
    same_value,
    stored_pair,
)
from app.security.encryption.current import using_key_ring
from app.security.encryption.rings import KeyRing, UnreadableValue

OLD, NEW = bytes(range(32)), bytes(range(100, 132))


class Base(orm.DeclarativeBase):
    """A base as the app's: the listeners are on it, before there is any class."""


keep_blind_indexes(Base)


class Reachable:
    phone = personal("Phone", normal="phone", length=40, aliases=("手机",))
    phone_index = blind_index()


class Person(Reachable, Base):
    __tablename__ = "person"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    name: orm.Mapped[str | None]
    mail = personal("Mail", "email", required=True)
    mail_index = blind_index(index=False)
    memo = personal("Memo", indexed=False, readonly=True)


def person(**values):
    """A person with the one value that is required."""
    return Person(**{"mail": "none@example.com", **values})


class Firm(Reachable, Base):
    __tablename__ = "firm"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)


@pytest.fixture(autouse=True)
def ring():
    with using_key_ring(KeyRing({"k1": OLD})) as ring:
        yield ring


@pytest.fixture
def session(bare_engine):
    Base.metadata.create_all(bare_engine)
    with orm.Session(bare_engine) as session:
        yield session


@pytest.fixture
def quick_session():
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with orm.Session(engine) as session:
        yield session


def raw(session, columns, table="person"):
    """What really lies in the database."""
    return session.connection().exec_driver_sql(f"SELECT {columns} FROM {table} ORDER BY id").all()


def test_a_personal_value_reads_as_it_was_written(session):
    session.add(person(phone="138 0013 8000", mail="Ann@x.cn", memo="备注"))
    session.commit()
    ann = session.scalars(sa.select(Person)).one()
    assert (ann.phone, ann.mail, ann.memo) == ("138 0013 8000", "Ann@x.cn", "备注")
    (phone, mail, memo), = raw(session, "phone, mail, memo")
    assert all(stored.startswith("k1.") for stored in (phone, mail, memo))


def test_equality_is_asked_through_the_blind_index_in_the_normal_form(session):
    session.add_all([person(phone="138 0013 8000"), person(phone="010-62345678转801"), person(phone=None)])
    session.commit()
    for typed in ("+8613800138000", "138-0013-8000", "008613800138000"):
        assert session.scalars(sa.select(Person).where(same_value(Person, "phone", typed))).one().id == 1
    assert session.scalars(sa.select(Person).where(same_value(Person, "phone", "(010) 62345678-801"))).one().id == 2
    alias = orm.aliased(Person)
    assert session.scalars(sa.select(alias.id).where(same_value(alias, "mail", "NONE@EXAMPLE.com"))).all() == [1, 2, 3]


def test_no_value_equals_nothing(quick_session):
    quick_session.add_all([person(phone=None), person(phone="")])
    quick_session.commit()
    for nothing in (None, "", "  "):
        assert quick_session.scalars(sa.select(Person).where(same_value(Person, "phone", nothing))).all() == []
    assert raw(quick_session, "phone_index") == [(None,), (None,)]


def test_the_same_phone_has_another_index_in_another_table(quick_session):
    quick_session.add_all([person(phone="13800138000"), Firm(phone="13800138000")])
    quick_session.commit()
    assert raw(quick_session, "phone_index") != raw(quick_session, "phone_index", "firm")


def test_a_ciphertext_swapped_between_columns_or_tables_does_not_open(quick_session):
    quick_session.add(person(phone="13800138000", memo="secret"))
    quick_session.add(Firm(phone="13900139000"))
    quick_session.commit()
    connection = quick_session.connection()
    connection.exec_driver_sql("UPDATE person SET phone = memo")
    connection.exec_driver_sql("UPDATE firm SET phone = (SELECT mail FROM person)")
    for model in (Person, Firm):
        with pytest.raises(UnreadableValue, match=rf"{model.__tablename__}\.phone"):
            quick_session.scalars(sa.select(model.phone)).all()


def test_a_tampered_or_plain_value_is_refused_instead_of_shown(quick_session):
    quick_session.add(person(phone="13800138000"))
    quick_session.commit()
    for planted in ("13800138000", "k9.AAAA", "k1." + "A" * 60):
        quick_session.connection().exec_driver_sql("UPDATE person SET phone = ?", (planted,))
        with pytest.raises(UnreadableValue):
            quick_session.scalars(sa.select(Person.phone)).all()


def test_a_planted_value_is_found_nowhere_in_the_database_and_its_log(tmp_path):
    path = tmp_path / "planted.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    Base.metadata.create_all(engine)
    with orm.Session(engine) as session:
        session.add(person(phone="13877665544", mail="planted@example.com", name="marker-in-plain"))
        session.commit()
        session.scalars(sa.select(Person)).one().phone = "13811223344"
        session.commit()
        content = path.read_bytes() + path.with_name("planted.db-wal").read_bytes()
    engine.dispose()
    assert b"marker-in-plain" in content
    for planted in (b"13877665544", b"13811223344", b"planted@example", b"8613877665544"):
        assert planted not in content


def test_the_index_follows_every_change_of_the_value(session):
    changed = person(phone="13800138000")
    session.add(changed)
    session.commit()
    for typed in ("13900139000", "no number", None, "13800138000"):
        changed.phone = typed
        session.commit()
        (stored,), = raw(session, "phone_index")
        assert stored == Person.__table__.c.phone.type.index_value(typed)


def test_the_index_cannot_be_set_by_itself(quick_session):
    changed = person(phone="13800138000", phone_index="f" * 32)
    quick_session.add(changed)
    quick_session.commit()
    right, = raw(quick_session, "phone_index")
    assert right != ("f" * 32,)
    changed.phone_index = "e" * 32
    quick_session.commit()
    assert raw(quick_session, "phone_index") == [right]


def test_an_innocent_change_writes_neither_value_nor_index(quick_session):
    quick_session.add(person(phone="13800138000"))
    quick_session.commit()
    before = raw(quick_session, "phone, phone_index")
    quick_session.scalars(sa.select(Person)).one().name = "Ann"
    quick_session.commit()
    assert raw(quick_session, "phone, phone_index") == before


def test_a_change_does_not_load_a_value_that_was_left_out(quick_session):
    quick_session.add(person(phone="13800138000"))
    quick_session.commit()
    before = raw(quick_session, "phone_index")
    quick_session.scalars(sa.select(Person).options(orm.load_only(Person.name))).one().name = "Ann"
    quick_session.commit()
    assert raw(quick_session, "phone_index") == before


def test_a_bulk_insert_stores_the_pair(session):
    rows = [stored_pair(Person, "phone", typed) | stored_pair(Person, "mail", f"{number}@x.cn")
            for number, typed in enumerate(["13800138000", None, "010-62345678"])]
    session.execute(sa.insert(Person.__table__), rows)
    session.commit()
    assert session.scalars(sa.select(Person.phone).order_by(Person.id)).all() == ["13800138000", None, "010-62345678"]
    assert session.scalars(sa.select(Person.id).where(same_value(Person, "phone", "+86 10 62345678"))).all() == [3]
    assert session.scalars(sa.select(Person.id).where(same_value(Person, "mail", "1@X.cn"))).all() == [2]


def test_a_raw_statement_stores_the_pair_as_it_is(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'raw.db'}")
    Base.metadata.create_all(engine)
    pair = stored_pair(Firm, "phone", "13800138000")
    with sqlite3.connect(tmp_path / "raw.db") as connection:
        connection.execute("INSERT INTO firm (phone, phone_index) VALUES (:phone, :phone_index)", pair)
    connection.close()
    with orm.Session(engine) as session:
        assert session.scalars(sa.select(Firm).where(same_value(Firm, "phone", "13800138000"))).one().phone \
            == "13800138000"
    engine.dispose()


def test_a_pair_without_index_is_the_ciphertext_alone():
    pair = stored_pair(Person, "memo", "secret")
    assert list(pair) == ["memo"]
    assert Person.__table__.c.memo.type.open(pair["memo"]) == "secret"
    assert stored_pair(Person, "memo", None) == {"memo": None}


def test_a_sealed_value_is_stored_as_it_is_and_indexed_by_its_content(quick_session):
    sealed = Person.__table__.c.phone.type.seal("138 0013 8000")
    assert isinstance(sealed, Sealed)
    quick_session.add(person(phone=sealed))
    quick_session.commit()
    assert raw(quick_session, "phone") == [(str(sealed),)]
    assert quick_session.scalars(sa.select(Person).where(same_value(Person, "phone", "13800138000"))).one().phone \
        == "138 0013 8000"


def test_while_keys_rotate_old_and_new_rows_are_found_and_read(session):
    session.add(person(phone="13800138000"))
    session.commit()
    with using_key_ring(KeyRing({"k2": NEW, "k1": OLD})) as rotated:
        session.add(person(phone="138 0013 8000"))
        session.commit()
        found = session.scalars(sa.select(Person).where(same_value(Person, "phone", "13800138000")))
        assert sorted(each.id for each in found) == [1, 2]
        (old,), (new,) = raw(session, "phone")
        assert (rotated.needs_rewrite(old), rotated.needs_rewrite(new)) == (True, False)
        pairs = [stored_pair(Person, "phone", Person.__table__.c.phone.type.open(old)),
                 stored_pair(Person, "mail", "none@example.com")]
        session.execute(sa.update(Person.__table__).where(Person.__table__.c.id == 1).values(pairs[0] | pairs[1]))
        session.commit()
    with using_key_ring(KeyRing({"k2": NEW})):
        session.expire_all()
        found = session.scalars(sa.select(Person).where(same_value(Person, "phone", "13800138000"))).all()
        assert sorted(each.phone for each in found) == ["138 0013 8000", "13800138000"]


@pytest.mark.parametrize("compare", [
    lambda column: column == "13800138000", lambda column: column != "13800138000", lambda column: column.in_(["1"]),
    lambda column: column.like("138%"), lambda column: column.contains("138"), lambda column: column < "2",
    lambda column: column.desc(), lambda column: column.asc(), lambda column: column.distinct(),
    lambda column: column + "x", lambda column: "x" + column, lambda column: column.is_("x"),
    lambda column: column.between("1", "2"), lambda column: column.regexp_match("1")])
@pytest.mark.parametrize("column", [Person.phone, orm.aliased(Person).phone, Person.__table__.c.phone])
def test_comparing_the_ciphertext_is_refused_instead_of_finding_nothing(column, compare):
    with pytest.raises(sa.exc.InvalidRequestError, match="encrypted"):
        compare(column)


def test_presence_may_be_asked(quick_session):
    quick_session.add_all([person(phone="13800138000"), person(phone=None)])
    quick_session.commit()
    for missing in (Person.phone.is_(None), operator.eq(Person.phone, None), Person.phone == sa.null()):
        assert quick_session.scalars(sa.select(Person.id).where(missing)).all() == [2]
    for present in (Person.phone.is_not(None), operator.ne(Person.phone, None)):
        assert quick_session.scalars(sa.select(Person.id).where(present)).all() == [1]


def test_only_text_is_taken(quick_session):
    quick_session.add(person(phone=13800138000))
    with pytest.raises(TypeError):
        quick_session.flush()
    with pytest.raises(TypeError, match=r"person\.phone takes text, not int"):
        Person.__table__.c.phone.type.process_bind_param(13800138000, None)


def test_every_table_has_its_own_place_even_from_a_shared_mixin():
    assert Person.__table__.c.phone.type.place == "person.phone"
    assert Firm.__table__.c.phone.type.place == "firm.phone"
    assert Person.__table__.c.memo.type.place == "person.memo"
    assert Person.__table__.to_metadata(sa.MetaData(), name="other").c.phone.type.place == "other.phone"


def test_the_type_is_cached_by_its_place():
    keys = {repr(column.type._static_cache_key) for column in
            (Person.__table__.c.phone, Person.__table__.c.mail, Firm.__table__.c.phone)}
    assert len(keys) == 3


def test_the_declaration_is_read_as_a_field_and_the_index_is_none():
    known = fields.fields_of(Person)
    assert list(known) == ["phone", "mail", "memo"] or set(known) == {"phone", "mail", "memo"}
    phone = known["phone"]
    assert (phone.kind, phone.personal, phone.max_length, phone.aliases) == ("personal", True, 40, ("手机",))
    assert known["mail"].required
    assert known["memo"].readonly
    info = Person.__table__.c.phone.info
    assert (info["normal"], info["blind_index"]) == ("phone", "phone_index")
    assert Person.__table__.c.memo.info["blind_index"] is None
    assert not Person.__table__.c.mail.nullable
    assert Person.__table__.c.phone_index.index
    assert not Person.__table__.c.mail_index.index


def test_an_unknown_normal_form_is_refused_at_once():
    with pytest.raises(ValueError, match="colour"):
        personal("Colour", normal="colour")


def test_a_personal_column_without_its_index_column_is_refused():
    class Lonely(Base):
        __tablename__ = "lonely"
        id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
        phone = personal("Phone", "phone")

    with pytest.raises(TypeError, match=r"Lonely\.phone needs phone_index"):
        stored_pair(Lonely, "phone", "1")
    Base.metadata.remove(Lonely.__table__)


def test_equality_of_a_column_without_index_is_refused():
    for field in ("memo", "name"):
        with pytest.raises(TypeError, match="no blind index"):
            same_value(Person, field, "x")


def test_a_type_outside_a_table_can_be_made_for_a_place():
    assert PersonalText("phone", "staging.phone").open(PersonalText("phone", "staging.phone").seal("1")) == "1"


def test_the_hash_of_a_part_is_one_of_its_column_and_never_the_index_of_a_whole_value():
    phone, mail = Person.__table__.c.phone.type, Person.__table__.c.mail.type
    (made,) = phone.part_hashes("tail:8000")
    assert made == phone.part_hashes("tail:8000")[0]
    assert made not in mail.part_hashes("tail:8000")
    assert made != Firm.__table__.c.phone.type.part_hashes("tail:8000")[0]
    assert made not in phone.index_values("tail:8000")


def test_parts_are_hashed_under_every_key_the_writing_one_first():
    phone = Person.__table__.c.phone.type
    with using_key_ring(KeyRing({"old": OLD})):
        before = phone.part_hashes("tail:8000")
    with using_key_ring(KeyRing({"new": NEW, "old": OLD})):
        both = phone.part_hashes("tail:8000")
    assert (len(both), both[1:]) == (2, before)
    assert both[0] != both[1]
