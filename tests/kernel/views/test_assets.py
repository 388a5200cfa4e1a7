"""The addresses of our own files and of those from npm."""

import pytest

from app.kernel.views import assets


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_files_are_addressed_by_their_content(app):
    with app.test_request_context():
        assert "/static/css/kemai.css?v=" in assets.asset("css/kemai.css")
        assert "?v=" in assets.vendor("tabler.css")
        assert assets.vendor("tabler.css").startswith("/static/vendor/tabler.")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_address_of_a_file_is_found_once_where_templates_are_not_read_anew(app, monkeypatch):
    found = []
    monkeypatch.setattr(assets, "_asset", lambda name: found.append(name) or f"/static/{name}")
    monkeypatch.setitem(app.extensions, "file_addresses", {})
    with app.test_request_context("/"):
        assert [assets.asset("a.css"), assets.asset("a.css"), assets.vendor("a.css")] == [
            "/static/a.css", "/static/a.css", "/static/vendor/a.css"]
        assert found == ["a.css", "vendor/a.css"]
        monkeypatch.setitem(app.config, "TEMPLATES_AUTO_RELOAD", True)
        assets.asset("a.css")
    assert found == ["a.css", "vendor/a.css", "a.css"]
