"""Every route says who may come in; a test fails the build for one that does not.

Classes: by role (a verb on the view's entity or a special right), signed in, public, public by token.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from flask_appbuilder.baseviews import BaseView

from app.kernel.actor import NOBODY, acting, acting_or_none
from app.kernel.errors import NotAllowed, Unknown

Route = TypeVar("Route", bound=Callable[..., Any])


def require_login() -> None:
    """Raise Unknown unless a known user (or the system) acts."""
    actor = acting_or_none()
    if actor is None or actor is NOBODY or actor.kind == "nobody":
        raise Unknown()


def require(verb: str, entity: str) -> None:
    """Raise Unknown or NotAllowed unless the actor holds `verb` on any row of `entity`."""
    require_login()
    if not acting().may(verb, entity):
        raise NotAllowed()


def require_special(special: str) -> None:
    """Raise Unknown or NotAllowed unless the actor holds the right `special`."""
    require_login()
    if not acting().holds(special):
        raise NotAllowed()


def _classified(kind: str, detail: str, admit: Callable[[Any], None]) -> Callable[[Route], Route]:
    def decorate(route: Route) -> Route:
        @functools.wraps(route)
        def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
            admit(self)
            return route(self, *args, **kwargs)

        guarded._access = (kind, detail)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def by_verb(verb: str) -> Callable[[Route], Route]:
    """Only for actors who hold `verb` on the view's entity; rows and columns are judged further in."""
    return _classified("role", verb, lambda view: require(verb, view.entity))


def by_special(special: str) -> Callable[[Route], Route]:
    """Only for actors with the right `special`."""
    return _classified("role", special, lambda view: require_special(special))


def signed_in(route: Route) -> Route:
    """For every known user; what is shown is the user's own or judged row by row."""
    return _classified("role", "signed_in", lambda view: require_login())(route)


def public(route: Route) -> Route:
    """For everybody: login, language, health."""
    return _classified("public", "", lambda view: None)(route)


def by_token(route: Route) -> Route:
    """For everybody who holds the secret in the address; the route judges the token itself."""
    return _classified("public by token", "", lambda view: None)(route)


def access_of(view: BaseView, method: str) -> tuple[str, str] | None:
    """The classification of a route method, None if it has none."""
    return getattr(getattr(view, method, None), "_access", None)
