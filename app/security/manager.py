"""Flask-AppBuilder's security manager with our rights behind every question it asks, and none of its own screens."""

from typing import Any

from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import User

from app.kernel.actor import NOBODY, acting_or_none


class KemaiSecurityManager(SecurityManager):
    """Only an adapter: users and roles stay Flask-AppBuilder's tables, rights are rows of `access_grant`."""

    def register_views(self) -> None:
        """Users, roles and logins have our own screens; Flask-AppBuilder's would pass by rights and audit."""

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """What is left of Flask-AppBuilder's own pages (menu, OpenAPI) is for every known user."""
        actor = acting_or_none()
        return actor is not None and actor is not NOBODY

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing is public by a permission row."""
        return False

    def get_user_menu_access(self, menu_names: Any = None) -> set[str]:
        """The menu entries of entities that the actor may read; others are asked by their own condition."""
        actor = acting_or_none()
        if actor is None or actor is NOBODY:
            return set()
        return {item for item in menu_names or () if self._may_open(actor, item)}

    def _may_open(self, actor: Any, item: str) -> bool:
        entry = self.appbuilder.menu.find(item)
        entity = getattr(getattr(entry, "baseview", None), "entity", None)
        return actor.may("read", entity) if entity else True

    def load_user(self, pk: Any) -> User | None:
        """Flask-Login knows nobody: the actor is resolved once by `app.security.sessions`."""
        return None

    def load_user_jwt(self, _jwt_header: Any, jwt_data: Any) -> User | None:
        """See `load_user`."""
        return None

    def update_user_auth_stat(self, user: Any, success: bool = True) -> None:
        """Kept by our own login."""
