"""Networks too large for the browser on the pages; what the picture is given is noted, not drawn."""

import time
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnn_core.data.digits import stages
from cnn_core.design.layers import Conv2D, Dense, Flatten
from cnn_core.design.network import History, Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.engine.work.maps import LongMaps, Maps, Random
from cnn_core.errors import EngineError
from cnn_core.exchange.maps import ImageMaps
from cnn_core.exchange.weights import Weights
from cnn_core.runs.models import MODEL_FILE
from cnn_core.training.build import build, to_bytes
from cnn_core.ui import pages
from cnn_core.ui.components.network.component import MOST_MACS, Drawing
from cnn_core.ui.kit import services, startup
from tests.support.pages import opened
from tests.support.runs import life

LARGE = PRESETS["no-max-pool"].network
RECIPE = Recipe(seed=7)


@pytest.fixture
def shown(monkeypatch) -> list[dict]:
    """The pictures, in the order in which pages have shown them."""
    noted = []
    monkeypatch.setattr(startup, "workers", lambda: None)
    monkeypatch.setattr("cnn_core.ui.kit.at_work.living_network", lambda network, **more: noted.append(more))
    return noted


def page(address: str, network: Network = LARGE, **query: str) -> AppTest:
    return opened(address, {"studio.history": History(present=network), "studio.recipe": RECIPE}, **query)


def answered(app: AppTest, shown: list[dict], sound: Callable[[ImageMaps], bool] = lambda maps: True) -> ImageMaps:
    """The maps on the page once a worker has answered; it is looked at again and again, as by a browser."""
    end = time.monotonic() + 120
    while not (shown[-1]["maps"].layers and not shown[-1]["maps"].coming and sound(shown[-1]["maps"])):
        assert time.monotonic() < end
        app.run()
        assert not app.exception
    return shown[-1]["maps"]


def assert_answer(maps: ImageMaps, network: Network, image: np.ndarray) -> None:
    expected = build(network, seed=RECIPE.seed).predict_on_batch(image[np.newaxis])[0]
    np.testing.assert_allclose(maps.layers[-1].values, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("address", [pages.DESIGNER, pages.LIVE])
def test_a_large_design_is_at_work_on_an_example_with_the_seeds_weights(shown, address):
    assert trace(LARGE).totals.macs > MOST_MACS
    app = page(address)
    image = services.dataset("bundled").x_test[0]
    assert_answer(answered(app, shown), LARGE, image)
    np.testing.assert_array_equal(shown[-1]["image"], image)
    assert shown[-1].get("small", False) == (address == pages.LIVE)


def test_an_edit_shows_empty_blocks_until_the_new_maps_are_there(shown):
    app = page(pages.DESIGNER)
    answered(app, shown)
    shown.clear()
    edited = LARGE.replace(2, Conv2D(filters=60, activation="relu"))
    app.session_state["studio.history"] = History(present=edited)
    app.run()
    assert len(shown[0]["maps"].plan.cuts) == 1 + len(edited.layers)
    assert shown[0]["maps"].plan.cuts[3].whole == (22, 22, 60)
    maps = answered(app, shown)
    assert_answer(maps, edited, services.dataset("bundled").x_test[0])


def test_a_drawing_is_asked_about_and_the_last_maps_stay_until_it_is_answered(shown, monkeypatch):
    app = page(pages.DESIGNER)
    before = answered(app, shown)
    ink = np.zeros((280, 280), np.float32)
    ink[60:220, 130:150] = 1
    monkeypatch.setattr("cnn_core.ui.kit.at_work.drawn", lambda key: Drawing(ink, []))
    slow = _held(monkeypatch)
    app.run()
    assert shown[-1]["maps"].layers is before.layers
    assert shown[-1]["maps"].coming
    slow.append("go")
    digit = stages(ink).final[..., np.newaxis]
    maps = answered(app, shown, lambda maps: bool(np.array_equal(maps.layers[0].values, digit)))
    assert_answer(maps, LARGE, digit)


def _held(monkeypatch) -> list[str]:
    """Work waits until something is put into this list."""
    go, run = [], Maps.run

    def held(self, context):
        while not go and not context.stopped():
            time.sleep(0.01)
        return run(self, context)

    monkeypatch.setattr(Maps, "run", held)
    return go


def test_what_goes_wrong_is_told_once_and_not_tried_again_and_again(shown, monkeypatch):
    asked = []

    def fail(self, context):
        asked.append(self)
        raise EngineError("No memory is left")

    monkeypatch.setattr(Maps, "run", fail)
    app = page(pages.DESIGNER)
    end = time.monotonic() + 60
    while not app.error:
        assert time.monotonic() < end
        app.run()
    app.run()
    assert "No memory is left" in app.error[0].value
    assert len(asked) == 1
    assert not shown[-1]["maps"].layers


def test_a_network_beyond_reason_is_shown_as_empty_blocks_and_nobody_computes(shown, monkeypatch):
    monkeypatch.setattr(Maps, "run", lambda self, context: pytest.fail("asked"))
    app = page(pages.DESIGNER, Network(layers=(Flatten(), Dense(units=1_000_000), Dense(units=1_000_000))))
    assert any("too large to be computed here" in caption.value for caption in app.caption)
    assert not shown[-1]["maps"].layers
    assert not shown[-1]["maps"].coming


def test_of_a_design_with_a_fault_the_layers_before_it_are_at_work(shown):
    app = page(
        pages.DESIGNER, Network(layers=(*LARGE.layers[:2], Conv2D(filters=8, kernel_size=99), *LARGE.layers[3:]))
    )
    maps = answered(app, shown)
    assert [cut.whole for cut in maps.plan.cuts[1:]] == [(26, 26, 32), (24, 24, 64)]


def test_a_network_that_takes_seconds_does_not_keep_others_from_a_prediction():
    from cnn_core.ui.kit.at_work import _begin  # once an app runs

    image = np.zeros((28, 28, 1), np.uint8)
    wide = Network(layers=(Conv2D(filters=512, padding="same"), Conv2D(filters=512, padding="same")))
    kinds = []
    for network in (LARGE, wide):
        asked = _begin(network, Random(0, "scaled"), image, None)
        kinds.append((type(asked.work), asked.work.place))
        asked.job and asked.job.stop()
    assert kinds == [(Maps, "questions"), (LongMaps, "background")]


def test_the_same_weights_put_together_anew_are_no_new_question():
    from cnn_core.ui.kit.at_work import _same  # once an app runs

    image = np.zeros((28, 28, 1), np.uint8)
    kernel, other = np.ones((3, 3)), np.ones((3, 3))
    work = Maps(LARGE, Weights([[kernel], None, []], "scaled"), image)
    assert _same(work, LARGE, Weights([[other], None, []], "scaled"), image)
    assert not _same(work, LARGE, Weights([[2 * other], None, []], "scaled"), image)
    assert not _same(work, LARGE, Weights([[other], [other], []], "scaled"), image)
    assert not _same(work, LARGE, Weights([[other], None, []], "raw"), image)
    assert not _same(work, LARGE, Random(0, "scaled"), image)
    assert not _same(work, LARGE, Weights([[other], None, []], "scaled"), image + 1)


@pytest.fixture
def photos() -> str:
    """A finished run of a network for colour images of 40×40, of a data set that is gone."""
    network = Network(
        input_shape=(40, 40, 3),
        layers=(Conv2D(filters=64), Conv2D(filters=32), Flatten(), Dense(units=2, activation="softmax")),
    )
    assert trace(network).totals.macs > MOST_MACS
    run = services.store().create("photos", network, RECIPE, "own-gone")
    services.store().save_file(run.id, MODEL_FILE, to_bytes(build(network, seed=RECIPE.seed)))
    services.store().append(run.id, *life())
    yield run.id
    services.store().delete(run.id)


def test_a_photo_is_shown_to_the_network_at_work(shown, photos):
    app = opened(pages.DRAW, model=photos)
    assert not shown
    pixels = np.random.default_rng(2).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    app.file_uploader(key="draw-photo").set_value(("photo.png", _png(pixels), "image/png")).run()
    assert not app.exception
    maps = answered(app, shown)
    assert_answer(maps, services.store().run(photos).network, pixels)
    assert list(shown[-1]["class_names"]) == ["0", "1"]


def _png(pixels: np.ndarray) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
