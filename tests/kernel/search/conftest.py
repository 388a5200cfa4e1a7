"""The seller's customer and the stranger's of the screens, for the text index."""

from tests.kernel.views.conftest import desk, view_of

__all__ = ["desk", "view_of"]
