"""Who acts. Every statement and every change is judged for the actor in force; without one the kernel fails closed."""

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


class NoActor(RuntimeError):
    """Code touched records without saying who acts: a bug, never a refusal."""


@dataclass(frozen=True, eq=False)
class Actor:
    """A person or a part of the system, with every right it holds.

    `kind` is user, system or nobody. `grants` maps (entity, verb) to scope words, `columns` maps (entity, field) to a
    column mode, `groups` names further sets of ids that scopes may ask for (``{"queue": frozenset({3})}``).
    `teams` is the own team with all below it. `specials` are rights that belong to no entity (``jobs``, ``security``).
    """

    kind: str
    id: int | None = None
    name: str = ""
    team_id: int | None = None
    teams: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    grants: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    groups: Mapping[str, frozenset[int]] = field(default_factory=dict)
    specials: frozenset[str] = frozenset()
    locale: str = ""
    zone: str = "UTC"
    # How he wants the screens: light or dark, comfortable or compact; empty for what the device says.
    theme: str = ""
    density: str = ""
    # Rights expressions are built once per actor object; the object dies with the rights version it was made for.
    made: dict[Any, Any] = field(default_factory=dict, repr=False)
    # The same for what depends on the roles alone, such as the menu: shared by all who have just these roles.
    shared: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def is_system(self) -> bool:
        return self.kind == "system"

    def may(self, verb: str, entity: str) -> bool:
        """Whether the actor holds `verb` on any row of `entity` at all."""
        return self.is_system or bool(self.grants.get((entity, verb)))

    def holds(self, special: str) -> bool:
        """Whether the actor holds the right `special`, one that belongs to no entity."""
        return self.is_system or special in self.specials


SYSTEM = Actor(kind="system", name="system")
NOBODY = Actor(kind="nobody")

_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


def acting() -> Actor:
    """The actor in force. NoActor if none was named."""
    actor = _actor.get()
    if actor is None:
        raise NoActor("no actor is named: use acting_as(...)")
    return actor


def acting_or_none() -> Actor | None:
    """The actor in force, or None."""
    return _actor.get()


def set_actor(actor: Actor | None) -> Any:
    """Name the actor for the rest of this context; returns the token that `reset_actor` takes."""
    return _actor.set(actor)


def reset_actor(token: Any) -> None:
    """Take a `set_actor` back."""
    _actor.reset(token)


@dataclass(frozen=True)
class Circumstance:
    """From where a change comes: kept with every event and audit entry."""

    channel: str = "code"
    address: str = ""
    request_id: str = ""
    verb: str = ""
    cause: str = ""
    cause_event_id: int | None = None
    depth: int = 0
    batch_id: int | None = None


PLAIN = Circumstance()
_circumstance: ContextVar[Circumstance] = ContextVar("circumstance")


def circumstance() -> Circumstance:
    """The circumstance in force."""
    return _circumstance.get(PLAIN)


@contextlib.contextmanager
def under(**parts: Any) -> Iterator[Circumstance]:
    """Change parts of the circumstance for a while: ``with under(verb="claim", cause="..."):``."""
    current = circumstance()
    token = _circumstance.set(Circumstance(**{**current.__dict__, **parts}))
    try:
        yield circumstance()
    finally:
        _circumstance.reset(token)


def set_circumstance(value: Circumstance) -> Any:
    """Set the circumstance for the rest of this context; returns a token for `reset_circumstance`."""
    return _circumstance.set(value)


def reset_circumstance(token: Any) -> None:
    """Take a `set_circumstance` back."""
    _circumstance.reset(token)
