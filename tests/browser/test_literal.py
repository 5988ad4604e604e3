"""What visitors type, and what links carry, is text on every page: no browser fetches what a stranger put into it."""

import io
import re
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from cnn_core.compare import duel as duels
from cnn_core.data.datasets import Catalogue
from cnn_core.design.layers import Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.runs import events
from cnn_core.runs.predictions import PREDICTIONS_FILE
from cnn_core.runs.store import RunStore
from tests.browser.conftest import new_context
from tests.browser.pages import IDLE, Tab, upload
from tests.browser.server import Server

pytestmark = pytest.mark.browser
TINY = (Flatten(), Dense(units=2, activation="softmax"))


@dataclass
class Stranger:
    """Another server, which notes what browsers ask it for."""

    port: int
    asked: list[str]

    def picture(self, place: str) -> str:
        """A name that is a picture from the stranger, wherever it is read as Markdown or HTML."""
        return f"![x](http://localhost:{self.port}/{place})"

    def name(self, place: str) -> str:
        """The same, with what Streamlit makes emoji, icons, colours, arrows and formulas of."""
        return f"{self.picture(place)} <b>%{{x}}</b> :smile: :material/home: :red[r] a -> b $x^2$ www.e.com"


@pytest.fixture(scope="module")
def listening():
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Stranger(server.server_address[1], asked)
    server.shutdown()


@pytest.fixture
def stranger(listening) -> Stranger:
    """It was not asked for anything yet."""
    listening.asked.clear()
    return listening


@dataclass
class Things:
    """What the stranger has left on the server."""

    finished: str
    failed: str
    duel: str
    names: tuple[str, str]


@pytest.fixture(scope="module")
def things(own_server, listening) -> Things:
    stranger = listening
    random = np.random.default_rng(0)
    x, y = random.integers(0, 256, (40, 28, 28, 1), np.uint8), np.arange(40) % 2
    classes = np.array([stranger.name("class"), "plain"])
    arrays = {"x_train": x[:30], "y_train": y[:30], "x_test": x[30:], "y_test": y[30:], "class_names": classes}
    Catalogue(own_server.home / "datasets").save("own-pets", arrays)
    store = RunStore(f"sqlite:///{own_server.home}/runs.db", str(own_server.home / "models"))
    names = stranger.name("run-1"), stranger.name("run-2")
    pair = [_finished(store, stranger, name) for name in names]
    failed = store.create(stranger.name("failed"), pair[0].network, pair[0].recipe, "own-pets")
    store.append(failed.id, events.Submitted(), events.Failed(message=stranger.name("message")))
    active = store.create(stranger.name("active"), pair[0].network, pair[0].recipe, "own-pets")
    store.append(active.id, events.Submitted())
    return Things(pair[0].id, failed.id, duels.of_runs(*pair, store).id, names)


def _finished(store: RunStore, stranger: Stranger, name: str):
    """A run with results in which half of the pictures are mistaken."""
    run = store.create(name, Network(name=stranger.picture("network"), layers=TINY), Recipe(epochs=1), "own-pets")
    counts = {"train_images": 27, "validation_images": 3}
    store.append(
        run.id,
        events.Submitted(),
        events.Started(device="CPU", choices="", epochs=1, steps_per_epoch=2, **counts),
        events.Progress(epoch=0, step=1, points=((1, 2, 0.2),), images_per_second=9),
        events.EpochEnded(epoch=0, loss=1, accuracy=0.5, val_loss=1, val_accuracy=0.5, seconds=1),
        events.TrainingEnded(reason="completed"),
        events.Tested(loss=1, accuracy=0.5, confusion=((0, 5), (0, 5))),
        events.Finished(),
    )
    file = io.BytesIO()
    np.savez(file, predicted=np.ones(10, int), confidence=np.full(10, 0.6, np.float32))
    store.save_file(run.id, PREDICTIONS_FILE, file.getvalue())
    return run


@dataclass
class Visit:
    """A tab that notes every request to anybody but the server, and every link to somebody else on a page."""

    page: Page
    server: Server
    abroad: list[str] = field(default_factory=list)
    tab: Tab | None = None

    def open(self, path: str, ready: str) -> "Visit":
        """Open an address of the app and wait for the words or the pattern `ready`."""
        if self.tab:
            self.tab.go(f"/{path}")
        else:
            self.tab = Tab(self.page, f"{self.server.url}/{path}")
        return self.see(ready)

    def see(self, ready: str) -> "Visit":
        expect(self.page.get_by_text(re.compile(ready)).first).to_be_attached()
        self.page.locator(IDLE).wait_for()
        foreign = "[...document.querySelectorAll('a[href], img[src]')].map(e => e.href || e.src)"
        self.abroad += [url for url in self.page.evaluate(foreign) if not self._ours(url)]
        return self

    def note(self, url: str) -> None:
        if not self._ours(url):
            self.abroad.append(url)

    def _ours(self, url: str) -> bool:
        return url.startswith((self.server.url, "data:", "blob:"))


def new_visit(page: Page, server: Server) -> Visit:
    visit = Visit(page, server)
    page.on("request", lambda request: visit.note(request.url))
    return visit


@pytest.fixture
def visit(page, own_server) -> Visit:
    return new_visit(page, own_server)


@pytest.fixture(scope="module")
def follower(browser, own_server) -> Iterator[Visit]:
    """One who follows many links in the same tab."""
    with new_context(browser) as context:
        yield new_visit(context.new_page(), own_server)


def test_names_are_text_on_every_page(visit, things, stranger):
    name = r"!\[x\]"
    visit.open("", "Running now").see(name)
    visit.open("runs", "Choose one run")
    visit.open(f"run?run={things.finished}", "On the test set").see(f"{name}.* → plain")
    visit.page.get_by_test_id("stSelectbox").locator("input").click()
    visit.page.keyboard.type("predicted as plain")
    visit.page.keyboard.press("Enter")
    visit.see(f"{name}.* predicted as plain: 5, the least confident first")
    visit.open(f"run?run={things.failed}", f"{name}.*/message")
    visit.open("live?data=own-pets", "2 classes")
    visit.open("browse?data=own-pets", "How many")
    for view, words in (("One image", "As a one-hot"), ("Larger than memory", "batch by batch")):
        visit.page.get_by_role("radio", name=view).click()
        visit.see(words)
    visit.open("augmentation?data=own-pets", "Split first")
    visit.open(f"draw?model={things.finished}", "Give a|Networks")
    visit.open("duel", "Recent duels").see(name)
    visit.page.get_by_role("radio", name="Two finished runs").click()
    visit.see("compared as they were trained")
    visit.open(f"duel?duel={things.duel}", "Parameters").see(name)
    for tab in ("Mistakes", "Experiments", "Statistics"):
        visit.page.get_by_role("tab", name=tab).click()
        visit.see({"Mistakes": "Predicted class", "Experiments": "What if", "Statistics": "What makes it fair"}[tab])
    assert (visit.abroad, stranger.asked) == ([], [])


def test_a_name_is_shown_letter_by_letter(visit, things):
    visit.open(f"run?run={things.finished}", "On the test set")
    shown = visit.page.get_by_role("heading", level=1).inner_text().replace("\u2060", "")
    assert shown == things.names[0]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("live?run={}", "no such run"),
        ("run?run={}", "no such run"),
        ("duel?duel={}", "no such duel"),
        ("browse?data={}", "not on this server"),
        ("live?data={}", "not on this server"),
        ("live?design={}", "link|design"),
        ("designer?design={}", "link|design"),
        ("live?recipe={}", "link|recipe"),
        ("draw?model={}", "not on this server"),
    ],
)
def test_what_a_link_carries_is_text(follower, stranger, path, words):
    follower.open(path.format(stranger.picture("q")), words)
    assert (follower.abroad, stranger.asked) == ([], [])


def test_file_names_are_text(visit, stranger, tmp_path):
    name = f"![x](http:..localhost:{stranger.port}.f) :smile:"  # no slashes: they would be folders
    (tmp_path / f"{name}.json").write_text("{")
    visit.open("designer", "Presets")
    visit.page.get_by_role("button", name="File").click()
    upload(visit.page, tmp_path / f"{name}.json")
    visit.see("This is not a design")
    with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
        for tone in range(8):
            picture = io.BytesIO()
            Image.new("L", (28, 28), 30 * tone).save(picture, "PNG")
            archive.writestr(f"{('plain', name)[tone % 2]}/{tone}.png", picture.getvalue())
        archive.writestr(f"plain/{stranger.picture('left-out')}.txt", "x")
    visit.open("browse", "How many")
    visit.page.get_by_role("radio", name="Bring your own").click()
    upload(visit.page, tmp_path / f"{name}.zip")
    visit.see("Found:")
    visit.page.get_by_text("left out, and why").click()
    visit.page.get_by_role("button", name="Make the data set").click()
    visit.see("is ready: 6 training and 2 test images")
    assert (visit.abroad, stranger.asked) == ([], [])
