"""Icons of the pages: symbols of one file, drawn in the colour of the text beside them."""

from markupsafe import Markup

from app.kernel.views.assets import vendor

PICTURE = Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>')


def icon(name: str) -> Markup:
    """The icon called `name` in ``frontend/icons.json``; screen readers pass it over: the text beside it speaks."""
    return PICTURE.format(vendor("icons.svg"), name)
