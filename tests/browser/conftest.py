"""A real server process and a real Chromium."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.pages import WAIT, Tab, Tabs
from tests.browser.server import FLAGS, Server, free_port

BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome", "chrome")
"""Chromium without a window comes first: it draws the same, and takes a sixth less of the processor."""
SHARED = "--process-per-site"  # the tabs of one context share a process, and in it the JavaScript that is compiled

expect.set_options(timeout=WAIT)


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    """One server for the tests that do not hurt it."""
    server = Server(tmp_path_factory.mktemp("home"), free_port()).start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def own_server(tmp_path_factory) -> Iterator[Server]:
    """A server of the module's own, for tests that put their own things into its home."""
    server = Server(tmp_path_factory.mktemp("home"), free_port()).start()
    yield server
    server.kill()


@pytest.fixture
def fresh_server(tmp_path) -> Iterator[Server]:
    """A server of the test's own, to be killed and started again."""
    server = Server(tmp_path, free_port()).start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium-headless-shell)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, SHARED])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tabs(browser) -> Iterator[Tabs]:
    context = new_context(browser)
    yield Tabs(context)
    context.close()


@pytest.fixture
def page(tabs) -> Iterator[Page]:
    """An empty tab of 1280 x 900, of a visitor who was never here."""
    yield tabs.new()
    tabs.forget()


@pytest.fixture(scope="module")
def tab(browser, server) -> Iterator[Tab]:
    """For tests that only look, and at many addresses."""
    with new_context(browser) as context:
        yield Tab(context.new_page(), server.url)


def new_context(browser: Browser) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WAIT)
    return context
