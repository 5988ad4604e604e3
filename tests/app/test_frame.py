"""What stands beside every page: what the browser had kept comes back, and the visitor's run is told of."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from streamlit.testing.v1 import AppTest

from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.ui import pages
from cnn_core.ui.components.memory.component import Kept
from cnn_core.ui.kit import services
from tests.support import pages as support
from tests.support.runs import ended

APP = str(Path(__file__).parents[2] / "app.py")
VISITOR = "0123456789abcdef" * 2
DESIGN, RECIPE = PRESETS["lesson"].network, Recipe(epochs=7)
STROKES = [{"width": 20, "points": [[10, 10, 1], [200, 250, 1]]}]


@pytest.fixture
def browser(monkeypatch):
    """A browser that kept something; `asked` is what it was told to keep in the end."""
    AppTest.from_file(APP, default_timeout=60).run()  # components can be imported where an app runs

    class Browser:
        kept = Kept(visitor=VISITOR, design=DESIGN.to_token(), recipe=RECIPE.to_token(), strokes=STROKES)
        asked: dict

    def memory(keep, place, awaited=False):
        Browser.asked = keep

    monkeypatch.setattr("cnn_core.ui.kit.frame.memory", memory)
    monkeypatch.setattr("cnn_core.ui.kit.frame.answer", lambda: Browser.kept)
    monkeypatch.setattr("cnn_core.ui.kit.frame.kept", lambda: Browser.kept)
    return Browser


def opened(page: str = pages.DESIGNER, **query: str) -> AppTest:
    return support.opened(page, **query)


def present(app: AppTest) -> Network:
    history = "studio.history"
    return app.session_state[history].present if history in app.session_state else PRESETS["keras-log"].network


def test_what_was_kept_comes_back_and_is_kept_again(browser):
    app = opened()
    assert present(app) == DESIGN
    assert app.session_state["studio.recipe"] == RECIPE
    assert app.session_state["studio.draw.last"]["strokes"][0]["width"] == 20
    app.run()
    assert browser.asked["design"] == DESIGN.to_token()
    assert len(browser.asked["strokes"]) == 1


def test_what_was_told_to_a_server_that_is_gone_is_not_taken_for_the_answer(browser, monkeypatch):
    """Its browser sends that along; by now it has kept more. Wherever its visitor goes meanwhile, the page waits."""
    monkeypatch.setattr("cnn_core.ui.kit.frame.holds", lambda: True)
    earlier = browser.kept = Kept(visitor=VISITOR, design=PRESETS["cnn-25-50"].network.to_token())
    app = opened(pages.HOME)
    assert not app.title, "it waits"
    app.switch_page(pages.DESIGNER).run()
    assert not app.title
    browser.kept = earlier.model_copy(update={"design": DESIGN.to_token()})
    app.run()
    assert app.title
    assert present(app) == DESIGN


def test_a_browser_that_does_not_answer_still_shows_the_page(browser, monkeypatch):
    monkeypatch.setattr("cnn_core.ui.kit.frame.holds", lambda: True)
    monkeypatch.setattr("cnn_core.ui.kit.frame.PATIENCE", 0.0)
    browser.kept = None
    app = opened(pages.DESIGNER)
    assert not app.title
    app.run()
    assert app.title
    assert present(app) == PRESETS["keras-log"].network


def test_a_link_says_more_than_what_was_kept(browser):
    start = PRESETS["keras-log"].network
    assert present(opened(design=start.to_token())) == start


def test_what_another_version_kept_is_not_taken(browser):
    browser.kept = Kept(visitor=VISITOR, design="nonsense", recipe="nonsense", run="gone")
    app = opened(pages.LIVE)
    assert app.session_state["studio.recipe"] == PRESETS["keras-log"].recipe
    assert "studio.draw.last" not in app.session_state


@pytest.mark.parametrize(
    "forged",
    [
        {"visitor": "me"},
        {"visitor": VISITOR, "strokes": [{"width": 1e9, "points": []}]},
        {"visitor": VISITOR, "strokes": [{"width": 5, "points": [["a", 1, 1]]}]},
        {"visitor": VISITOR, "design": "x" * 200_000},
    ],
)
def test_a_forged_memory_is_refused(forged):
    with pytest.raises(ValidationError):
        Kept.model_validate(forged)


def test_the_visitors_run_is_told_of_on_every_page_until_it_is_deleted(browser):
    run = ended(services.store(), "mine")
    browser.kept = Kept(visitor=VISITOR, run=run.id)
    app = opened(pages.BROWSE)
    assert [button.label for button in app.sidebar.button] == ["Share", "Your run: Finished"]
    services.store().delete(run.id)
    app.run()
    assert not app.exception
    assert [button.label for button in app.sidebar.button] == ["Share"]
