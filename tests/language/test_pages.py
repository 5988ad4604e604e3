"""Every page in a made-up language: all that is read is marked, and nothing is lost when the language changes."""

from collections.abc import Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_core.design.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnn_core.design.network import History, Network
from cnn_core.design.recipe import Recipe
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from tests.app.test_teach import things
from tests.language.made_up import CODE, learn, unmarked
from tests.support import pages as support
from tests.support.runs import ended, waiting
from tests.support.stand_in import forget_active, without_a_cluster

FITS = Network(
    name="mine", layers=(Conv2D(filters=4), MaxPooling2D(), Flatten(), Dense(units=10, activation="softmax"))
)
DOES_NOT_FIT = Network(name="mine", layers=(MaxPooling2D(pool_size=20), MaxPooling2D(pool_size=20)))
DRAWING = {"ink": np.pad(np.ones((120, 20), np.float32), ((80, 80), (130, 130))), "strokes": None}
STATES = {
    "home": (pages.HOME, {}),
    "convolution": (pages.CONVOLUTION, {}),
    "convolution, grid": (pages.CONVOLUTION, {"learn-image": "grid", "learn-step": 2}),
    "convolution, no drawing": (pages.CONVOLUTION, {"learn-image": "drawing"}),
    "convolution, impossible": (pages.CONVOLUTION, {"learn-spread": 2, "learn-step": 2}),
    "pooling": (pages.POOLING, {}),
    "pooling, moved": (pages.POOLING, {"learn-image-map": "grid", "pooling-right": 1, "pooling-size": "all"}),
    "pooling, a map": (pages.POOLING, {"learn-image-map": "map"}),
    "convolution, a layer": (pages.CONVOLUTION, {"learn-filters-28×28×1": "keras-log"}),
    "why": (pages.WHY, {}),
    "browse": (pages.BROWSE, {}),
    "one image": (pages.BROWSE, {"browse-view": "one"}),
    "batches": (pages.BROWSE, {"browse-view": "batches"}),
    "own": (pages.BROWSE, {"browse-view": "own"}),
    "augmentation": (pages.AUGMENTATION, {}),
    "designer": (pages.DESIGNER, {"studio.history": History(present=FITS)}),
    "designer, impossible": (pages.DESIGNER, {"studio.history": History(present=DOES_NOT_FIT)}),
    "training": (pages.LIVE, {"studio.history": History(present=FITS)}),
    "training, impossible": (pages.LIVE, {"studio.history": History(present=DOES_NOT_FIT)}),
    "training, raw": (pages.LIVE, {"studio.recipe": Recipe(pixels="raw")}),
    "runs": (pages.RUNS, {}),
    "draw": (pages.DRAW, {}),
    "drawn": (pages.DRAW, {"studio.draw.last": DRAWING}),
    "inside": (pages.INSIDE, {}),
    "inside, decided": (pages.INSIDE, {"inside-view": "decided"}),
    "inside, cover": (pages.INSIDE, {"inside-view": "cover"}),
    "inside, excited": (pages.INSIDE, {"inside-view": "excited"}),
    "inside, off": (pages.INSIDE, {"inside-view": "off"}),
    "inside, ascent": (pages.INSIDE, {"inside-view": "ascent"}),
    "inside, epochs": (pages.INSIDE, {"inside-view": "epochs"}),
    "inside, dream": (pages.INSIDE, {"inside-view": "dream"}),
    "teach": (pages.TEACH, {}),
    "teach, too few": (pages.TEACH, {"studio.teach.taken": things(Red=5, Blue=3)}),
    "teach, ready": (pages.TEACH, {"studio.teach.taken": things(Red=5, Blue=5)}),
    "transfer": (pages.TRANSFER, {}),
    "transfer, a model": (pages.TRANSFER, {"transfer-base": "keras-log"}),
    "duel": (pages.DUEL, {}),
    "duel, drawn": (pages.DUEL, {"studio.draw.last": DRAWING}),
}


def opened(page: str, kept: dict, language: str = CODE, **query: str) -> AppTest:
    return support.opened(page, {"studio.language": language} | kept, **query)


@pytest.fixture(scope="module", autouse=True)
def _own_home(tmp_path_factory) -> Iterator[None]:
    """What other tests of this process have left in its home has names that are nobody's words."""
    own = settings().model_copy(update={"home": tmp_path_factory.mktemp("home")})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "settings", lambda: own)
        with without_a_cluster():
            yield


@pytest.fixture(autouse=True)
def _made_up(monkeypatch):
    learn(monkeypatch)


@pytest.fixture(scope="module")
def run_id() -> str:
    return ended(services.store(), "mine").id


def test_every_text_of_a_run_is_marked(run_id):
    assert "\n".join(unmarked(opened(pages.RUN, {}, run=run_id), given())) == ""


@pytest.mark.parametrize("began", [None, 0.0, 1e12])
def test_every_text_is_marked_while_a_run_waits(run_id, began):
    """Before its visitor watches the recorded one, and when that has begun or has ended."""
    waiting(services.store(), "another")
    run = waiting(services.store(), "mine")
    app = opened(pages.RUN, {f"studio.recorded.began.{run.id}": began}, run=run.id)
    told = "\n".join(unmarked(app, given()))
    forget_active()
    assert told == ""


@pytest.mark.parametrize("page", [pages.LIVE, pages.DUEL, pages.TEACH, pages.TRANSFER, pages.BROWSE, pages.DESIGNER])
def test_every_text_is_marked_where_the_server_has_limits(run_id, page, monkeypatch):
    limits = {"max_epochs": 1, "max_parameters": 10, "max_run_minutes": 2.0, "max_waiting_runs": 3, "uploads": False}
    own = settings().model_copy(update=limits)
    for module in ("rules", "upload_box"):
        monkeypatch.setattr(f"cnn_core.ui.kit.{module}.settings", lambda: own)
    app = opened(page, {"browse-view": "own", "transfer-base": "keras-log"})
    assert "\n".join(unmarked(app, given())) == ""


@pytest.mark.parametrize("state", STATES)
def test_when_the_language_changes_every_text_does_and_every_widget_keeps_its_value(state, run_id):
    app = opened(*STATES[state], language="en")
    before = values(app)
    app.session_state["studio.language"] = CODE
    app.run()
    assert not app.exception
    assert values(app) == before
    assert "\n".join(unmarked(app, given())) == ""


def given() -> list[str]:
    """The names of all runs: tests before these may have left some."""
    return [run.name for run in services.store().lists.lines(0, 1000)]


def values(app: AppTest) -> dict[str, object]:
    """By its key, the value of each widget; all of them have one."""
    found = [widget for kind in support.WIDGETS for widget in app.get(kind)]
    assert all(widget.key for widget in found), [widget.label for widget in found if not widget.key]
    return {widget.key: widget.value for widget in found if widget.key != "studio.language"}
