"""Speaking to a person: problems and labels in the language of the request, or in one that is named."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import flask_babel
from flask import Flask, request
from flask import session as cookie
from flask.globals import app_ctx
from flask_babel import Domain, force_locale, get_locale, gettext

from app.kernel.actor import acting_or_none
from app.kernel.fields import Field
from app.kernel.problems import Problem

LANGUAGES = ("zh", "en")


def say_problem(found: Problem) -> str:
    """The sentence in the current language, its parameters too."""
    params = {key: _spoken(value) for key, value in found.params.items()}
    text = gettext(found.text)
    return text % params if params else text


def _spoken(value: Any) -> Any:
    if isinstance(value, Problem):
        return say_problem(value)
    return value if isinstance(value, (int, float)) else str(value)


def say_problems(problems: dict[str, Problem]) -> dict[str, str]:
    """Each problem's sentence by field."""
    return {name: say_problem(found) for name, found in problems.items()}


def in_language(label: Any, language: str) -> str:
    """A label in a named language, whatever the request's is."""
    with force_locale(language):
        return str(label)


def labels_of(field: Field) -> list[str]:
    """Every label under which a file may bring this field: in each language, and its aliases."""
    found = [in_language(field.label, language) for language in LANGUAGES]
    return list(dict.fromkeys([*found, *field.aliases]))


def file_headers(fields: Mapping[str, Field], wanted: Iterable[str]) -> dict[str, str]:
    """By name the header of each wanted field in a file for people: its label, ``Label (name)`` where that is unclear.

    Unclear is a label that another field has too, in any language or as its name. The id always carries its name, so
    that an import knows our own number from that of another system.
    """
    claims: dict[str, set[str]] = {}
    for name, field in fields.items():
        for word in (name, *(in_language(field.label, language) for language in LANGUAGES)):
            claims.setdefault(_header_key(word), set()).add(name)
    labels = {name: str(fields[name].label) for name in wanted}
    return {name: f"{label} ({name})" if name == "id" or claims.get(_header_key(label), {name}) != {name} else label
            for name, label in labels.items()}


def _header_key(word: str) -> str:
    return re.sub(r"[\s_\-]+", "", word.casefold())


def choice_labels(field: Field) -> dict[str, str]:
    """Every word for each choice, lower case -> stored value: the value itself and its labels in each language."""
    words: dict[str, str] = {}
    for value, label in (field.choices or {}).items():
        for word in (value, *[in_language(label, language) for language in LANGUAGES]):
            words.setdefault(word.casefold(), value)
    return words


class QuickDomain(Domain):
    """Flask-Babel's texts, found by the language itself: the library spells its name anew for each of them."""

    def get_translations(self) -> Any:
        here = _of_context()
        locale, known = getattr(here, "babel_locale", None), getattr(here, "quick", None)
        if known is not None and known[0] is locale:
            return known[1]
        locale = get_locale()
        if locale is None:
            return super().get_translations()
        found = self.cache.get(locale)
        if found is None:
            found = self.cache[locale] = super().get_translations()
        _of_context().quick = (locale, found)
        return found


def _of_context() -> Any:
    """What Flask-Babel keeps with the context, None where there is none."""
    try:
        return app_ctx._get_current_object().g.get("_flask_babel")
    except RuntimeError:
        return None


_get_domain = flask_babel.get_domain


def quick_domain() -> Domain:
    """Flask-Babel's `get_domain` without asking five proxies: a page has a hundred labels, each of which calls it."""
    return getattr(_of_context(), "babel_domain", None) or _get_domain()


flask_babel.get_domain = quick_domain


def install(app: Flask) -> None:
    """Let each request be answered in the language that `choose_language` names."""
    babel = app.extensions["babel"]
    babel.locale_selector = lambda: choose_language(app)
    texts = babel.instance.domain_instance = QuickDomain(domain=babel.default_domain)
    # Templates ask for a hundred texts a page: they need not look for the domain each time.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: texts.get_translations().ugettext(text),
        ngettext=lambda one, many, number: texts.get_translations().ungettext(one, many, number), newstyle=True,
        pgettext=lambda context, text: texts.get_translations().upgettext(context, text),
        npgettext=lambda context, one, many, number: texts.get_translations().unpgettext(context, one, many, number))


def choose_language(app: Flask) -> str:
    """The user's choice, else this browser's, else the house's."""
    actor = acting_or_none()
    own = actor.locale if actor is not None else ""
    if not request:
        return own or app.config["BABEL_DEFAULT_LOCALE"]
    for chosen in (request.args.get("_l_"), cookie.get("locale"), own):
        if chosen in app.config["LANGUAGES"]:
            return chosen
    best = request.accept_languages.best_match(["zh", "en", "zh-CN", "zh-TW"])
    return best[:2] if best else app.config["BABEL_DEFAULT_LOCALE"]
