"""The modules of a component in a real Chromium, each as it was written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

COMPONENTS = Path(__file__).parents[3] / "cnn_core" / "ui" / "components"
SITE = "http://components.test"


def _answer(route: Route) -> None:
    path = COMPONENTS / route.request.url.removeprefix(f"{SITE}/")
    if path.suffix == ".js":
        route.fulfill(body=path.read_text(encoding="utf-8"), content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html>", content_type="text/html")


@pytest.fixture(scope="module")
def site(browser) -> Iterator[Page]:
    """A page that can `import("/network/forward.js")`."""
    context = browser.new_context()
    context.route(f"{SITE}/**", _answer)
    page = context.new_page()
    page.goto(f"{SITE}/")
    yield page
    context.close()
