"""The addresses of our own files and of those from npm."""

import pytest

from app.kernel.views import assets


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_files_are_addressed_by_their_content(app):
    with app.test_request_context():
        assert "/static/css/kemai.css?v=" in assets.asset("css/kemai.css")
        assert "?v=" in assets.vendor("tabler.css")
        assert assets.vendor("tabler.css").startswith("/static/vendor/tabler.")
