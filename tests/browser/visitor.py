"""Who visits, and with what."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
PASSWORD = "a-long-demo-password"
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
                None)
VENDOR = ROOT / "app" / "static" / "vendor"


def log_in(page, user):
    page.goto("/login/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    return page
