"""Routes whose addresses are put together by code that is compiled when the first one is asked for, and remembered.

Werkzeug compiles two functions for every route at the start. With more than a thousand routes, of which a process
builds a few dozen, that is most of the time that making an app takes.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, has_request_context, request
from werkzeug.routing import Rule

Build = Callable[..., tuple[str, str]]


class Route(Rule):
    """A rule that compiles its builders late; they build what werkzeug's own would."""

    def _compile_builder(self, append_unknown: bool = True) -> Build:
        eager, compiled = super()._compile_builder, []

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            # Two threads may both compile: either result is good.
            if not compiled:
                compiled.append(eager(append_unknown))
            return compiled[0](rule, **values)

        return build


# The prefix of addresses comes with the request: whoever sends one must not fill the memory with them.
MOST_ADDRESSES = 5_000


class App(Flask):
    """An app whose routes compile late, and which puts an address that takes no values together once."""

    url_rule_class = Route

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[tuple[str, str], str] = {}

    def url_for(self, endpoint: str, /, **values: Any) -> str:
        """See Flask."""
        # Flask's own function of this name hands its options on even where nobody gave them.
        if any(value is not None for value in values.values()) or endpoint.startswith(".") or not has_request_context():
            return super().url_for(endpoint, **values)
        key = (endpoint, request.script_root)
        found = self._addresses.get(key)
        if found is None:
            if len(self._addresses) >= MOST_ADDRESSES:
                self._addresses.clear()
            found = self._addresses[key] = super().url_for(endpoint)
        return found
