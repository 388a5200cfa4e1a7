"""Routes whose addresses are put together by code that is compiled when the first one is asked for.

Werkzeug compiles two functions for every route at the start. With more than a thousand routes, of which a process
builds a few dozen, that is most of the time that making an app takes.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
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


class App(Flask):
    """An app whose routes compile late."""

    url_rule_class = Route
