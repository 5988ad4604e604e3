"""Behind a proxy, with the configuration of hosting/nginx.conf: below a path, with a policy for scripts."""

import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import ConsoleMessage, expect

from tests.browser.server import Server, free_port
from tests.browser.test_browse import bring
from tests.browser.test_designer import click_row, open_designer, parameters
from tests.browser.test_share import link_of
from tests.browser.test_training import train
from tests.support.processes import ROOT
from tests.support.waiting import until

pytestmark = pytest.mark.browser
BASE = "studio"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")  # only root looks there
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*/*.py") if path.stem not in ("home", "run"))
NOT_RUN = "THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA="
"""The hash of Streamlit's `window.prerenderReady = false`, which is for robots."""
WORDS = "Starting the process that answers questions"
NOTE = f"""new MutationObserver(() => {{
    window.told ||= document.body?.textContent.includes("{WORDS}");
}}).observe(document, {{childList: true, subtree: true, characterData: true}})"""
"""They are there for less than a second, in which nobody else may look."""
MAIN = """
daemon off; pid {folder}/pid; error_log stderr; user root; events {{}}
http {{
    include {types}; access_log off; proxy_temp_path {folder}/proxy; client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {ours}
}}
"""


class Proxy:
    """nginx in front of a server, with our configuration but for its ports and name."""

    def __init__(self, folder: Path, server: Server):
        self.port = free_port()
        ours = (ROOT / "hosting" / "nginx.conf").read_text(encoding="utf-8")
        for standing, put in (
            ("listen 80;", f"listen 127.0.0.1:{self.port};"),
            ("example.org;", "localhost;"),
            ("127.0.0.1:8501", f"127.0.0.1:{server.port}"),
        ):
            assert standing in ours
            ours = ours.replace(standing, put)
        main = folder / "nginx.conf"
        main.write_text(MAIN.format(folder=folder, types="/etc/nginx/mime.types", ours=ours), encoding="utf-8")
        self.url = f"http://localhost:{self.port}/{BASE}"
        self._process = subprocess.Popen([NGINX, "-c", str(main), "-p", str(folder)], stderr=subprocess.DEVNULL)
        until(self._answers)

    def _answers(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1).status == 200
        except OSError:
            return False

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory) -> Iterator[Proxy]:
    if NGINX is None:
        pytest.skip("nginx is not installed (Debian: apt-get install nginx-light)")
    server = Server(tmp_path_factory.mktemp("home"), free_port(), base=BASE).start()
    proxy = Proxy(tmp_path_factory.mktemp("nginx"), server)
    yield proxy
    proxy.end()
    server.kill()


@pytest.fixture
def faults(page) -> list[str]:
    """What the browser refuses or cannot load."""
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Security Policy" in message.text and NOT_RUN not in message.text:
            found.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_the_first_question_waits_with_words(proxy, page):
    """Nobody has asked anything of this server yet."""
    page.add_init_script(NOTE)
    page.goto(f"{proxy.url}/why")
    expect(page.get_by_test_id("stMetricValue").first).to_be_visible()
    page.wait_for_function("words => window.told && !document.body.textContent.includes(words)", arg=WORDS)


def test_a_design_is_made_and_its_link_is_right_outside(proxy, page, browser, faults):
    open_designer(page, proxy)
    click_row(page, 3)
    filters = page.locator("input[aria-label=filters]").first
    expect(filters).to_have_value("64")
    filters.fill("16")
    filters.press("Enter")
    expect(parameters(page)).not_to_have_text("93,322")
    edited = parameters(page).inner_text()
    link = link_of(page)
    assert link.startswith(f"{proxy.url}/designer?design=")
    with browser.new_context() as context:
        stranger = context.new_page()
        stranger.goto(link)
        expect(parameters(stranger)).to_have_text(edited)
    assert faults == []


@pytest.mark.parametrize("name", PAGES)
def test_a_deep_link_opens_every_page(proxy, page, faults, name):
    page.goto(f"{proxy.url}/{name}")
    expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
    expect(page.get_by_text("Page not found")).not_to_be_visible()
    assert urlsplit(page.url).path == f"/{BASE}/{name}"
    assert faults == []


def test_links_between_the_pages_stay_below_the_path(proxy, page, faults):
    page.goto(f"http://localhost:{proxy.port}/{BASE}")
    page.get_by_role("link", name="Draw a digit").first.click()
    expect(page.get_by_role("heading", name="Draw a digit", exact=True)).to_be_visible()
    assert urlsplit(page.url).path == f"/{BASE}/draw"
    assert faults == []


def test_a_training_is_watched_and_its_curves_are_drawn(proxy, page, faults):
    run_id = train(page, proxy.url, epochs=2)
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    expect(page.get_by_text("Finished").first).to_be_visible()
    assert f"run={run_id}" in page.url
    assert faults == []


def test_a_file_is_taken_up_to_the_size_that_the_page_says(proxy, page, faults, tmp_path):
    """By the server behind it, and on the way: nginx alone would take 1 MB."""
    x = np.random.default_rng(0).integers(0, 256, (28_000, 28, 28), np.uint8)  # 21 MB: Streamlit's limit was once 20
    y = np.arange(len(x)) % 10
    np.savez(tmp_path / "noise.npz", x_train=x[10:], y_train=y[10:], x_test=x[:10], y_test=y[:10])
    bring(proxy, page, tmp_path / "noise.npz")
    expect(page.get_by_text("At most 200 MB. A file that turns red is larger and was not sent")).to_be_visible()
    expect(page.get_by_text("0 2,800, 1 2,800")).to_be_visible()
    assert faults == []
