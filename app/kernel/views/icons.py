"""Icons of the pages: symbols of one file, drawn in the colour of the text beside them."""

from functools import lru_cache

from markupsafe import Markup

from app.kernel.views.assets import vendor

PICTURE = Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>')


def icon(name: str) -> Markup:
    """The icon called `name` in ``frontend/icons.json``; screen readers pass it over: the text beside it speaks."""
    return _drawn(vendor("icons.svg"), name)


@lru_cache(maxsize=500)
def _drawn(file: str, name: str) -> Markup:
    return PICTURE.format(file, name)
