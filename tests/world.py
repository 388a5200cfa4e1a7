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

    with acting_as(SYSTEM):
        in_unit(sync)
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
        app.extensions.pop("actors", None)
        self._tokens = {}
        with app.app_context(), acting_as(SYSTEM):
            self.ids = dict(session().execute(sa.select(User.username, User.id)).all())
            self.teams = dict(session().execute(sa.select(Team.name, Team.id)).all())

    @contextlib.contextmanager
    def acting(self, name):
        """Act as the user `name`, or as the system, in an application context of its own."""
        from app.kernel.actor import SYSTEM
        from app.kernel.database import acting_as
        from app.security.queries import load_actor

        with self.app.app_context():
            if name == "system":
                actor = SYSTEM
            else:
                with acting_as(SYSTEM):
                    actor = load_actor(self.ids[name])
            with acting_as(actor):
                yield actor

    def client(self, name=None):
        """A test client that sends the token of the user `name` with every request; without a name nobody's."""
        client = self.app.test_client()
        if name is not None:
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.token(name)}"
        return client

    def token(self, name):
        """An access token of the user `name`."""
        if name not in self._tokens:
            self._tokens[name] = self.log_in(name).json["access_token"]
        return self._tokens[name]

    def log_in(self, name, password=PASSWORD, **more):
        """The answer to a login for tokens."""
        return self.app.test_client().post("/api/v1/security/login",
                                           json={"username": name, "password": password, **more})

    def browser(self, name, password=PASSWORD):
        """A test client with the cookie of the user `name`; `post` sends the token against foreign pages."""
        return Browser(self.app, name, password)


class Browser:
    """A browser after its login."""

    def __init__(self, app, name, password):
        self.client = app.test_client()
        self.token = ""
        self.answer = self.post("/login/", {"username": name, "password": password})
        # The login begins a fresh session, and with it a fresh token.
        self.get("/profile/")

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
