"""A small company for tests: one user of every role in a tree of teams; sales1 and sales2 are strangers."""

import contextlib

import sqlalchemy as sa

PASSWORD = "a-long-test-password"
# user -> (role, team); the manager stands above both sales teams.
USERS = {
    "admin": ("Admin", "Company"), "manager": ("Manager", "Sales"), "sales1": ("Sales", "East"),
    "sales1b": ("Sales", "East"), "sales2": ("Sales", "West"), "support1": ("Support", "Service"),
    "support2": ("Support", "Service"), "marketing": ("Marketing", "Marketing"), "analyst": ("Analyst", "Company"),
    "viewer": ("Viewer", "East"),
}
TEAMS = {"Company": None, "Sales": "Company", "East": "Sales", "West": "Sales", "Service": "Company",
         "Marketing": "Company"}


def build():
    """Fill an empty schema; inside an application context."""
    from app.commands.setup import sync
    from app.kernel.actor import SYSTEM
    from app.kernel.database import acting_as, in_unit
    from app.kernel.rollups import upkeep

    with acting_as(SYSTEM):
        in_unit(sync)
        upkeep.rebuild()
        in_unit(_people)


def _people():
    from app.kernel.database import session
    from app.security import operations
    from app.security.models import Team

    teams = {}
    for name, parent in TEAMS.items():
        team = Team(name=name, parent_id=teams[parent].id if parent else None)
        session().add(team)
        session().flush()
        teams[name] = team
    hashed = operations.hashed_or_problem(PASSWORD, "nobody", "nobody@example.com")
    for name, (role, team) in USERS.items():
        operations.add_user(name, hashed, email=f"{name}@example.com", first_name=name, role_names=[role],
                            team_id=teams[team].id, locale="en")


class World:
    """The company inside one app."""

    def __init__(self, app):
        from flask_appbuilder.security.sqla.models import User

        from app.kernel.actor import SYSTEM
        from app.kernel.database import acting_as, session
        from app.security.models import Team

        self.app = app
        self._tokens = {}
        with app.app_context(), acting_as(SYSTEM):
            # Every fresh company of an app has the same people and teams: they are read once.
            if "ids of companies" not in app.extensions:
                app.extensions["ids of companies"] = (dict(session().execute(sa.select(User.username, User.id)).all()),
                                                      dict(session().execute(sa.select(Team.name, Team.id)).all()))
            self.ids, self.teams = (dict(each) for each in app.extensions["ids of companies"])
            app.extensions["actors"] = self._fresh_actors()

    def _fresh_actors(self):
        """What a process knows of the users of a fresh company; the version of their rights tells when it is old."""
        from app.security.queries import Known, load_actor, standing_of

        ids = [self.ids[name] for name in USERS if name in self.ids]
        fresh = self.app.extensions.get("fresh actors")
        if fresh is None and ids:
            fresh = self.app.extensions["fresh actors"] = Known(standing_of(ids[0]).version)
            fresh.actors.update({each: load_actor(each, fresh) for each in ids})
        return fresh and Known(fresh.version, dict(fresh.actors), dict(fresh.held))

    @contextlib.contextmanager
    def acting(self, name):
        """Act as the user `name`, or as the system, in an application context of its own."""
        from app.kernel.actor import SYSTEM
        from app.kernel.database import acting_as
        from app.security.queries import actor_of, standing_of

        with self.app.app_context():
            if name == "system":
                actor = SYSTEM
            else:
                user_id = self.ids[name]
                with acting_as(SYSTEM):
                    actor = actor_of(user_id, standing_of(user_id).version)
            with acting_as(actor):
                yield actor

    def client(self, name=None):
        """A test client that sends the token of the user `name` with every request; without a name nobody's."""
        client = self.app.test_client()
        if name is not None:
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.token(name)}"
        return client

    def token(self, name):
        """An access token of the user `name`, made as a login makes it; logins have tests of their own."""
        if name not in self._tokens:
            self._tokens[name] = self._made_token(name) if name in self.ids else self.log_in(name).json["access_token"]
        return self._tokens[name]

    def _made_token(self, name):
        from app.kernel.actor import SYSTEM
        from app.kernel.database import acting_as
        from app.security.queries import standing_of
        from app.security.sessions import tokens_for

        user_id = self.ids[name]
        with self.app.app_context(), acting_as(SYSTEM):
            return tokens_for(user_id, standing_of(user_id), refresh=False)["access_token"]

    def log_in(self, name, password=PASSWORD, **more):
        """The answer to a login for tokens."""
        return self.app.test_client().post("/api/v1/security/login",
                                           json={"username": name, "password": password, **more})

    def browser(self, name):
        """A test client with the cookie of the user `name`; `post` sends the token against foreign pages."""
        browser = Browser(self.app)
        if name in self.ids:
            browser.enter(self.ids[name])
        else:
            browser.log_in(name)
        return browser


class Browser:
    """A browser with its cookies and the token of the last page."""

    def __init__(self, app):
        self.app, self.client, self.token = app, app.test_client(), ""

    def log_in(self, name, password=PASSWORD):
        """The answer to a login by the form."""
        answer = self.post("/login/", {"username": name, "password": password})
        # The login begins a fresh session, and with it a fresh token.
        self.get("/profile/")
        return answer

    def enter(self, user_id):
        """Take the cookie that a login gives, without its three requests; logins have tests of their own."""
        from flask import session as cookie
        from flask_appbuilder.security.sqla.models import User
        from flask_wtf.csrf import generate_csrf

        from app.kernel.actor import SYSTEM
        from app.kernel.database import acting_as, session
        from app.security.queries import standing_of
        from app.security.sessions import start_cookie

        with self.app.test_request_context(), acting_as(SYSTEM):
            user = session().scalars(sa.select(User).where(User.id == user_id)).one()
            start_cookie(user, standing_of(user_id))
            self.token = generate_csrf()
            answer = self.app.response_class()
            self.app.session_interface.save_session(self.app, cookie, answer)
        _, _, value = answer.headers["Set-Cookie"].partition(";")[0].partition("=")
        self.client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], value)

    def get(self, url, **options):
        """GET, remembering the page's token."""
        answer = self.client.get(url, **options)
        found = answer.get_data(as_text=True).partition('name="csrf-token" content="')[2]
        self.token = found.partition('"')[0] or self.token
        return answer

    def post(self, url, data=None, **options):
        """POST a form with the token."""
        if not self.token:
            self.get("/login/")
        return self.client.post(url, data={**(data or {}), "csrf_token": self.token}, **options)
