"""The rows that the screens' tests have too."""

from tests.kernel.views.conftest import desk

__all__ = ["desk"]
