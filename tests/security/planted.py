"""Known ways to break a CRM's rights: an attack, and the guard that has to be taken away before it succeeds."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role

from app.customers.models import Contact, Customer, Interaction, Tag
from app.kernel import gate
from app.kernel.actor import SYSTEM, Actor, NoActor, reset_actor, set_actor
from app.kernel.api import entity_api, reading
from app.kernel.bulk import insert
from app.kernel.bulk import rows as bulk_rows
from app.kernel.database import UnitSession, acting_as, db, in_unit, session
from app.kernel.rights import columns, hook, states
from app.kernel.views import Action, asked, bulk_actions, entity_view, lens, saving, site
from app.kernel.views import rows as view_rows
from app.security import operations, watch
from app.security.models import AccessGrant, UserProfile
from app.security.views import people
from tests.world import PASSWORD

MARK = "Nobody elses business"


@dataclass
class Office:
    """A company with a customer of each seller, and an interaction of sales1 with the customer of sales2."""

    company: Any
    ids: dict[str, int] = field(default_factory=dict)

    def api(self, user: str) -> Any:
        """A client with the user's token and without cookies."""
        client = self.company.app.test_client(use_cookies=False)
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.company.token(user)}"
        return client

    def stored(self, model: type, record_id: int, name: str) -> Any:
        """What a column of a row holds now."""
        with self.company.app.app_context(), db.engine.connect() as connection:
            column = model.__table__.c[name]
            return connection.execute(sa.select(column).where(model.__table__.c.id == record_id)).scalar()

    def count(self, model: type) -> int:
        """How many rows there are."""
        with self.company.app.app_context(), db.engine.connect() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(model.__table__)).scalar_one()


def filled(company: Any) -> dict[str, int]:
    """The rows of the office by name, in the database of the company."""
    with company.app.app_context(), acting_as(SYSTEM):
        return in_unit(_rows, company.ids)


def _rows(users: dict[str, int]) -> dict[str, int]:
    mine = Customer(name="Mine", owner_id=users["sales1"])
    hers = Customer(name=MARK, owner_id=users["sales2"], phone="13912345678")
    session().add_all([mine, hers, Customer(name="Anybodys")])
    session().flush()
    contact = Contact(name=f"{MARK} contact", customer_id=hers.id)
    crossed = Interaction(content="Met at the fair", customer_id=hers.id, owner_id=users["sales1"])
    session().add_all([contact, crossed, Tag(name="fair")])
    session().flush()
    return {"mine": mine.id, "hers": hers.id, "contact": contact.id, "crossed": crossed.id}


class Guards:
    """Takes guards away; `monkeypatch` and `undo` bring them back after the test."""

    def __init__(self, monkeypatch: Any, undo: Any) -> None:
        self.monkeypatch, self.undo = monkeypatch, undo

    def replace(self, place: Any, name: str, value: Any) -> None:
        """Put `value` in the place of a guarding function."""
        self.monkeypatch.setattr(place, name, value)

    def without_row_rights(self) -> None:
        """Take the hook away that adds the actor's conditions to every statement."""
        sa.event.remove(UnitSession, "do_orm_execute", hook.apply_row_rights)
        self.undo(lambda: sa.event.listen(UnitSession, "do_orm_execute", hook.apply_row_rights))


@dataclass(frozen=True)
class Fault:
    """`attack(office)` answers whether it succeeded; `plant(guards, office)` takes the protection away."""

    name: str
    attack: Any
    plant: Any


FAULTS: list[Fault] = []


def fault(name: str, plant: Any) -> Any:
    """Declare the decorated attack under a name, with what plants its fault."""

    def declare(attack: Any) -> Any:
        FAULTS.append(Fault(name, attack, plant))
        return attack

    return declare


def _no_row_rights(guards: Guards, office: Office) -> None:
    guards.without_row_rights()


# -- rows ---------------------------------------------------------------------------------------------------------


def _no_rights_in_lists(guards: Guards, office: Office) -> None:
    """Lists walk the rows of the reader as ranges besides, so that the hook alone may fail without anything shown."""
    guards.without_row_rights()
    guards.replace(view_rows, "ranges", lambda model, actor, verb: [sa.true()])


@fault("a list shows a colleague's rows", _no_rights_in_lists)
def list_of_others(office: Office) -> bool:
    """The list page and the REST list."""
    api = office.api("sales1")
    return MARK in api.get("/customer/list/").get_data(as_text=True) or MARK in api.get("/api/v1/customer/").text


@fault("a record is fetched by its id alone", _no_row_rights)
def record_by_id(office: Office) -> bool:
    """The record page and the REST item."""
    return office.api("sales1").get(f"/api/v1/customer/{office.ids['hers']}").status_code == 200


@fault("a select box lists everybody's rows", _no_row_rights)
def select_box(office: Office) -> bool:
    """The look-up behind a form's pointer, and the form itself."""
    api = office.api("sales1")
    return MARK in api.get("/contact/lookup?field=customer").text or MARK in api.get("/contact/add").text


@fault("a related list ignores rights", _no_row_rights)
def related_list(office: Office) -> bool:
    """A tag's or customer's page shows children only under their own rights: here a contact moved by hand."""
    with office.company.app.app_context(), db.engine.begin() as connection:
        # A contact of sales2 that hangs on a customer whom sales1 lost sight of and got back for reading only.
        connection.execute(sa.update(Interaction.__table__).values(customer_id=office.ids["mine"], content=MARK,
                                                                   owner_id=office.company.ids["sales2"]))
        connection.execute(sa.delete(AccessGrant.__table__).where(
            AccessGrant.entity == "interaction", AccessGrant.verb == "read", AccessGrant.scope == "through"))
    office.company.app.extensions.pop("actors", None)
    return MARK in office.api("sales1").get(f"/customer/show/{office.ids['mine']}").get_data(as_text=True)


@fault("an action runs on posted ids of a colleague",
       lambda guards, office: guards.replace(bulk_actions, "find_visible", lambda model, record_id: None))
def action_on_others(office: Office) -> bool:
    """The kernel must ask for each record itself: an operation may well trust the ids that it is given."""
    ran: list[int] = []
    action = Action("edit_all", "x", lambda ids, values: ran.extend(ids), many=True, verb="edit")
    with office.company.app.app_context():
        known = site.views()["customer"].declared_actions
    known["edit_all"] = action
    try:
        office.api("sales1").post("/api/v1/customer/action/edit_all", json={"ids": [office.ids["hers"]]})
    finally:
        del known["edit_all"]
    return bool(ran)


def _everything_allowed(guards: Guards, office: Office) -> None:
    guards.replace(states, "matching_ids", lambda session, model, condition, ids: set(ids))


@fault("a bulk deletion takes posted ids of a colleague", _everything_allowed)
def bulk_delete(office: Office) -> bool:
    """Bulk delete by ids."""
    office.api("sales1").post("/api/v1/customer/mass", json={"kind": "delete", "ids": [office.ids["hers"]]})
    return office.stored(Customer, office.ids["hers"], "deleted_at") is not None


@fault("the old state is not judged before a change", lambda guards, office: (
    guards.without_row_rights(), guards.replace(gate, "_judge_old_states", lambda *args: None),
    guards.replace(states, "judge_new", lambda *args: None)))
def edit_of_others(office: Office) -> bool:
    """A colleague's row is changed through REST."""
    office.api("sales1").put(f"/api/v1/customer/{office.ids['hers']}", json={"name": "Taken"})
    return office.stored(Customer, office.ids["hers"], "name") == "Taken"


@fault("a row is given away without the right to assign",
       lambda guards, office: guards.replace(states, "judge_new", lambda *args: None))
def give_away(office: Office) -> bool:
    """``PUT {"owner": 3}`` judged by the old state only."""
    office.api("sales1").put(f"/api/v1/customer/{office.ids['mine']}",
                             json={"owner": office.company.ids["sales2"]})
    return office.stored(Customer, office.ids["mine"], "owner_id") == office.company.ids["sales2"]


@fault("a row is created for somebody else",
       lambda guards, office: guards.replace(states, "judge_new", lambda *args: None))
def create_for_another(office: Office) -> bool:
    """``POST {"owner": 3}``."""
    body = {"name": "Yours now", "owner": office.company.ids["sales2"]}
    return office.api("sales1").post("/api/v1/customer/", json=body).status_code == 201


@fault("a foreign key points into a colleague's rows",
       lambda guards, office: guards.replace(gate, "pointer_problems", lambda *args: {}))
def foreign_key(office: Office) -> bool:
    """An interaction is hung on a customer whom the writer may not see."""
    body = {"content": "Spy", "customer": office.ids["hers"]}
    return office.api("sales1").post("/api/v1/interaction/", json=body).status_code == 201


@fault("a foreign key of a bulk upsert points into a colleague's rows", lambda guards, office: guards.replace(
    insert, "unknown_targets", lambda *args: {}))
def foreign_key_in_bulk(office: Office) -> bool:
    """The same through the set-based way."""
    body = [{"content": "Spy", "customer": office.ids["hers"], "owner": office.company.ids["manager"]}]
    with office.company.app.app_context(), db.engine.begin() as connection:
        # The manager of all sales teams is made manager of the east alone.
        connection.exec_driver_sql("UPDATE user_profile SET team_id = (SELECT id FROM team WHERE name = 'East') "
                                   "WHERE display_name = 'manager'")
        connection.exec_driver_sql("UPDATE rights_version SET number = number + 1")
    results = office.api("manager").post("/api/v1/interaction/bulk", json=body).json["results"]
    return results[0]["status"] == "created"


def _pointers_not_locked(guards: Guards, office: Office) -> None:
    real = lens.Lens._pointer

    def careless(self: Any, field: Any, *rest: Any) -> Any:
        shown = real(self, field, *rest)
        return lens.Shown(field.kind) if shown.state == "locked" else shown

    guards.replace(lens.Lens, "_pointer", careless)


@fault("an innocent save destroys a hidden pointer", _pointers_not_locked)
def innocent_save(office: Office) -> bool:
    """The form is opened, one text is changed, everything that the form holds is sent back."""
    api, address = office.api("sales1"), f"/interaction/edit/{office.ids['crossed']}"
    page = api.get(address).get_data(as_text=True)
    data = {"content": "Met at the fair, twice", "kind": "call", "happened_at": "2026-01-05T10:00"}
    # The interaction has another subject too, else its own rule would save the pointer.
    data |= {"customer": ""} if 'name="customer"' in page else {}
    with office.company.app.app_context(), acting_as(SYSTEM):
        in_unit(_let_it_stand_alone)
    api.post(address, data=data)
    return office.stored(Interaction, office.ids["crossed"], "customer_id") is None


def _let_it_stand_alone() -> None:
    Interaction.check = classmethod(lambda cls, values, before=None: {})


@fault("an export holds what may be read but not exported",
       lambda guards, office: guards.replace(view_rows, "predicate", lambda *args: sa.true()))
def export_of_the_pool(office: Office) -> bool:
    """A seller reads the public pool; only what is his may leave."""
    return "Anybodys" in office.api("sales1").get("/api/v1/customer/export?format=csv").get_data(as_text=True)


# -- columns ------------------------------------------------------------------------------------------------------


@fault("a masked column is guessed through a filter",
       lambda guards, office: guards.replace(columns, "may_use", lambda *args: True))
def guess_by_filter(office: Office) -> bool:
    """Equality on a phone number that is shown as dots."""
    answer = office.api("analyst").get("/api/v1/customer/?phone=13912345678")
    return answer.status_code == 200 and answer.json["count"] == 1


@fault("a masked column is guessed through the sort",
       lambda guards, office: guards.replace(columns, "may_use", lambda *args: True))
def guess_by_sort(office: Office) -> bool:
    """The order of rows by an address that is shown as dots."""
    return office.api("analyst").get("/api/v1/customer/?sort=address").status_code == 200


@fault("a masked column is shown", lambda guards, office: guards.replace(columns, "mode", lambda *args: "read"))
def show_masked(office: Office) -> bool:
    """Any channel's bytes."""
    api, where = office.api("analyst"), f"customer/{office.ids['hers']}"
    urls = (f"/api/v1/{where}", "/customer/list/", f"/customer/show/{office.ids['hers']}", f"/api/v1/{where}/history",
            "/api/v1/customer/export?format=csv", "/api/v1/customer/export?format=jsonl")
    return any("13912345678" in api.get(url).get_data(as_text=True) for url in urls)


@fault("a column that may not be written is written",
       lambda guards, office: guards.replace(columns, "mode", lambda *args: "write"))
def write_masked(office: Office) -> bool:
    """Marketing edits a lead of its own, whose phone is masked for it."""
    api = office.api("marketing")
    pk = api.post("/api/v1/lead/", json={"name": "From the fair"}).json["id"]
    return api.put(f"/api/v1/lead/{pk}", json={"phone": "13900000000"}).status_code == 200


@fault("the answer to a page size is unlimited", lambda guards, office: (
    guards.replace(asked, "MAX_SIZE", 10**6), guards.replace(reading, "MAX_SIZE", 10**6)))
def page_size(office: Office) -> bool:
    """More than a hundred rows in one answer."""
    known = office.count(Tag)
    with office.company.app.app_context(), acting_as(SYSTEM):
        in_unit(lambda: session().add_all([Tag(name=f"tag {known}-{n}") for n in range(101)]))
    return len(office.api("admin").get("/api/v1/tag/?page_size=100000").json["ids"]) > 100


# -- actors -------------------------------------------------------------------------------------------------------


@fault("a statement without an actor sees everything", _no_row_rights)
def no_actor(office: Office) -> bool:
    """Counting, which has no entity in its columns, as well as selecting."""
    seen = 0
    with office.company.app.app_context():
        token = set_actor(None)
        for statement in (sa.select(Customer), sa.select(sa.func.count()).select_from(Customer),
                          sa.select(sa.func.count(Customer.id)), sa.select(sa.literal(1)).where(
                              sa.exists().where(Customer.id > 0))):
            try:
                seen += bool(db.session().execute(statement).first())
            except NoActor:
                continue
        db.session.remove()
        reset_actor(token)
    return seen > 0


@fault("a bulk statement of the ORM passes by the rights", _no_row_rights)
def orm_bulk(office: Office) -> bool:
    """``UPDATE customer`` as a seller."""
    with office.company.acting("sales1"):
        try:
            in_unit(lambda: session().execute(sa.update(Customer).values(city="Here")))
        except NoActor:
            return False
    return office.stored(Customer, office.ids["hers"], "city") == "Here"


@fault("what one actor loaded is served to another", lambda guards, office: guards.replace(
    db.session.registry, "scopefunc", lambda: 1))
def identity_map(office: Office) -> bool:
    """A row that the system loaded, asked for by a seller in the same request."""
    with office.company.acting("sales1") as seller, acting_as(SYSTEM):
        kept = session().scalars(sa.select(Customer).where(Customer.id == office.ids["hers"])).one()
        with acting_as(seller):
            return session().get(Customer, kept.id) is not None


def _shared_cache(guards: Guards, office: Office) -> None:
    everybodys: dict[Any, Any] = {}
    real = Actor.__init__

    def careless(self: Actor, *args: Any, **kwargs: Any) -> None:
        real(self, *args, **{**kwargs, "made": everybodys})

    guards.replace(Actor, "__init__", careless)
    office.company.app.extensions.pop("actors", None)


@fault("the criteria of one actor are reused for another", _shared_cache)
def cached_criteria(office: Office) -> bool:
    """The same statement by two actors, one after the other."""
    office.api("admin").get("/api/v1/customer/")
    return MARK in office.api("sales1").get("/api/v1/customer/").text


def _filters_on_the_view(guards: Guards, office: Office) -> None:
    kept: dict[str, Any] = {}
    real = view_rows.read_page

    def careless(view: Any, wanted: Any, *more: Any, **others: Any) -> Any:
        kept["asked"] = wanted
        time.sleep(0.01)
        return real(view, kept["asked"], *more, **others)

    guards.replace(view_rows, "read_page", careless)


@fault("a view keeps one request's filter for another", _filters_on_the_view)
def racing_filters(office: Office) -> bool:
    """Four threads, each with a filter of its own whose count of rows is known, and a barrier that makes them race."""
    asked_for = {"sales1": ({"name": "Mine"}, 1), "sales2": ({"name": MARK}, 1), "admin": ({"name": "Nobody"}, 0),
                 "manager": ({"city__is_empty": "true"}, 3)}
    clients, barrier = {user: office.api(user) for user in asked_for}, threading.Barrier(len(asked_for))

    def ask(user: str) -> int:
        query, count = asked_for[user]
        barrier.wait(30)
        wrong = 0
        for _turn in range(6):
            wrong += clients[user].get("/api/v1/customer/", query_string=query).json["count"] != count
            page = clients[user].get("/customer/list/", query_string=query).get_data(as_text=True)
            wrong += (MARK in page) != (user in ("sales2", "manager"))
        return wrong

    with ThreadPoolExecutor(len(asked_for)) as pool:
        return sum(pool.map(ask, asked_for)) > 0


# -- users and sessions ---------------------------------------------------------------------------------------------


def _nobody_asks_for_security(guards: Guards, office: Office) -> None:
    guards.replace(operations, "require_security", lambda: None)
    guards.replace(people.operations, "require_security", lambda: None)
    for model in (*watch.WATCHED, watch.ApiKey):
        guards.monkeypatch.setitem(gate._guards, model, lambda actor, row: None)


@fault("a help desk that edits users makes itself Admin", _nobody_asks_for_security)
def become_admin(office: Office) -> bool:
    """The verb edit on users is not the right to change roles."""
    with office.company.app.app_context(), acting_as(SYSTEM):
        in_unit(_grant_editing_of_users)
    with office.company.acting("admin"):
        profile = session().scalars(sa.select(UserProfile.id).where(UserProfile.display_name == "viewer")).one()
    office.api("viewer").post("/api/v1/user_profile/action/set_roles",
                              json={"ids": [profile], "values": {"roles": "Admin"}})
    with office.company.acting("viewer") as viewer:
        return "Admin" in viewer.roles


def _grant_editing_of_users() -> None:
    role = session().scalars(sa.select(Role).where(Role.name == "Viewer")).one()
    known = sa.select(AccessGrant.id).where(AccessGrant.role_id == role.id, AccessGrant.entity == "user_profile",
                                            AccessGrant.verb == "edit")
    if session().execute(known).first() is None:
        session().add(AccessGrant(role_id=role.id, entity="user_profile", verb="edit", scope="all"))


@fault("a token outlives the password", lambda guards, office: guards.replace(watch, "_end_sessions",
                                                                             lambda *args: None))
def outlived_token(office: Office) -> bool:
    """The token was made before the password changed."""
    api = office.api("sales1")
    fresh = operations_hash(office, f"{PASSWORD}-2")
    with office.company.app.app_context(), acting_as(SYSTEM):
        in_unit(operations.set_password, office.company.ids["sales1"], fresh)
    alive = api.get("/api/v1/customer/").status_code == 200
    office.company._tokens.pop("sales1", None)
    with office.company.app.app_context(), acting_as(SYSTEM):
        in_unit(operations.set_password, office.company.ids["sales1"], operations_hash(office, PASSWORD))
    return alive


def operations_hash(office: Office, password: str) -> str:
    """The hash of a password, made inside the app."""
    with office.company.app.app_context():
        return operations.hashed_or_problem(password, "nobody", "nobody@example.com")


@fault("another site acts through a cookie",
       lambda guards, office: guards.monkeypatch.setitem(office.company.app.config, "WTF_CSRF_ENABLED", False))
def foreign_site(office: Office) -> bool:
    """A form on another site posts to REST and to a screen with the visitor's cookie."""
    client = office.company.browser("sales1").client
    client.delete(f"/api/v1/customer/{office.ids['mine']}", headers={"Origin": "https://evil.example"})
    client.post(f"/customer/delete/{office.ids['mine']}", headers={"Origin": "https://evil.example"})
    return office.stored(Customer, office.ids["mine"], "deleted_at") is not None


def _once_forgets(guards: Guards, office: Office) -> None:
    for module in (entity_api, entity_view):
        guards.replace(module, "once", lambda key, work: work())


@fault("a form that is sent twice makes two rows", _once_forgets)
def sent_twice(office: Office) -> bool:
    """The same one-time key twice, by screen and by REST."""
    api, before = office.api("sales1"), office.count(Customer)
    for _turn in range(2):
        api.post("/api/v1/customer/", json={"name": "Once"}, headers={"Idempotency-Key": f"k{before}"})
        api.post("/customer/add", data={"name": "Once more", "kind": "person", "_once": f"f{before}"})
    return office.count(Customer) != before + 2


def _unknown_targets_are_made(guards: Guards, office: Office) -> None:
    guards.replace(saving, "_targets", lambda field, ids: [Tag(name=f"made {each}") for each in ids])
    guards.replace(gate, "_many_problems", lambda *args: {})


@fault("an unknown related id makes a related row", _unknown_targets_are_made)
def made_by_reference(office: Office) -> bool:
    """``{"tags": [778]}``."""
    before = office.count(Tag)
    office.api("admin").put(f"/api/v1/customer/{office.ids['mine']}", json={"tags": [778]})
    return office.count(Tag) != before


@fault("the judgement of a record is skipped", lambda guards, office: (
    guards.replace(gate, "judge", lambda *args: {}), guards.replace(bulk_rows, "judge", lambda *args: {})))
def unjudged(office: Office) -> bool:
    """A choice that there is not, by REST and in bulk."""
    api = office.api("sales1")
    body = {"kind": "edit", "ids": [office.ids["mine"]], "values": {"level": "golden"}}
    api.put(f"/api/v1/customer/{office.ids['mine']}", json={"level": "golden"})
    api.post("/api/v1/customer/mass", json=body)
    return office.stored(Customer, office.ids["mine"], "level") == "golden"


def _versions_ignored(guards: Guards, office: Office) -> None:
    real = saving.update
    guards.replace(saving, "update", lambda model, record_id, given, version=None: real(model, record_id, given))


@fault("a stale save overwrites", _versions_ignored)
def stale_save(office: Office) -> bool:
    """Two people opened the same version."""
    api, url = office.api("sales1"), f"/api/v1/customer/{office.ids['mine']}"
    version = api.get(url).json["result"]["version"]
    api.put(url, json={"name": "First", "version": version})
    api.put(url, json={"name": "Second", "version": version})
    return office.stored(Customer, office.ids["mine"], "name") == "Second"
