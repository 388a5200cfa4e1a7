"""The rows that the screens' tests have too."""

from tests.kernel.views.conftest import desk, view_of

__all__ = ["desk", "view_of"]
