"""Networks too large for the browser: a worker computes, the picture is the same, and every value is Keras's."""

import base64
from dataclasses import dataclass

import keras
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnn_core.data.datasets import Catalogue
from cnn_core.design.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import trace
from cnn_core.runs.models import MODEL_FILE
from cnn_core.runs.store import RunStore
from cnn_core.training.build import build, to_bytes
from cnn_core.ui.components.network.component import MOST_MACS
from tests.browser.living import answer, draw, move_pen, watched_board, worker_says
from tests.browser.pages import settled, upload
from tests.support.runs import life
from tests.support.waiting import until

pytestmark = pytest.mark.browser
DIGITS = PRESETS["no-max-pool"].network
PHOTOS = Network(
    name="photos",
    input_shape=(96, 96, 3),
    layers=(
        Conv2D(filters=40, padding="same", activation="relu"),
        MaxPooling2D(),
        Conv2D(filters=64, activation="relu"),
        MaxPooling2D(pool_size=4),
        Flatten(),
        Dense(units=2, activation="softmax"),
    ),
)
HALF = 2.0**-11  # relative, of float16


@dataclass
class Trained:
    """A finished run, and its model."""

    id: str
    model: keras.Sequential


@pytest.fixture(scope="module")
def runs(own_server) -> dict[str, Trained]:
    """A large network for digits, and one for photographs."""
    images = np.random.default_rng(3).integers(0, 256, (8, 96, 96, 3), dtype=np.uint8)
    arrays = {"x_train": images, "y_train": np.arange(8) % 2, "x_test": images[:2], "y_test": np.arange(2)}
    Catalogue(own_server.home / "datasets").save("own-pets", arrays)
    store = RunStore(f"sqlite:///{own_server.home}/runs.db", str(own_server.home / "models"))
    made = {}
    for network, data in ((DIGITS, "bundled"), (PHOTOS, "own-pets")):
        assert trace(network).totals.macs > MOST_MACS
        run, model = store.create(network.name, network, PRESETS["keras-log"].recipe, data), build(network, seed=5)
        store.save_file(run.id, MODEL_FILE, to_bytes(model))
        store.append(run.id, *life())
        made[network.name] = Trained(run.id, model)
    return made


def at_work(page: Page) -> Locator:
    """The picture, once it shows what the network makes of what it sees."""
    living = page.locator(".living").first
    living.wait_for()
    until(lambda: living.evaluate("root => Boolean(root.living?.lit && !root.living.late)"))
    return living


def seen(living: Locator) -> list[dict]:
    """The maps that the picture has: their values, and every how many rows and columns they are."""
    coded = living.evaluate(
        """root => root.living.maps.map(({shape, step, values}) => {
            let text = "";
            for (const byte of new Uint8Array(values.buffer)) text += String.fromCharCode(byte);
            return {shape, step, values: btoa(text)};
        })"""
    )
    floats = [np.frombuffer(base64.b64decode(one["values"]), np.float32) for one in coded]
    return [one | {"values": floats.reshape(one["shape"])} for one, floats in zip(coded, floats, strict=True)]


def assert_keras(maps: list[dict], model: keras.Sequential, precision: float) -> None:
    value = maps[0]["values"][np.newaxis]
    for layer, one in zip(model.layers, maps[1:], strict=True):
        value = np.asarray(layer(value, training=False))
        expected = value[0][(slice(None, None, one["step"]),) * (value.ndim - 2)][..., : one["shape"][-1]]
        largest = float(np.abs(expected).max())
        np.testing.assert_allclose(one["values"], expected, rtol=precision, atol=precision * largest)


def test_a_large_network_reads_a_drawing_and_every_value_is_kerass(own_server, runs, page):
    sent = watched_board(page, f"{own_server.url}/draw?model={runs[DIGITS.name].id}")
    move_pen(page)
    assert sent == [], "nothing is computed while the pen moves"
    page.mouse.up()
    living = at_work(page)
    maps = seen(living)
    assert len(maps) == 8
    assert maps[3]["shape"] == [24, 24, 64]
    assert_keras(maps, runs[DIGITS.name].model, 1e-5)
    expect(answer(page)).to_have_text(worker_says(page)[0].split()[0])

    draw(page, [(0.5, 0.3), (0.5, 0.9)])
    until(lambda: living.evaluate("root => root.living.late"))
    until(lambda: not living.evaluate("root => root.living.late"))
    assert_keras(seen(living), runs[DIGITS.name].model, 1e-5)


def test_the_card_tells_products_where_it_has_the_weights_and_else_the_window(own_server, runs, page):
    page.goto(f"{own_server.url}/run?run={runs[DIGITS.name].id}")
    living = at_work(page)
    settled(page)
    card = page.locator(".living .card")
    page.locator(".living .block canvas").nth(1).click(position={"x": 8, "y": 8})
    expect(card.get_by_role("heading")).to_have_text("Map 1 of 64")
    expect(card.get_by_text("Products")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".living .block canvas").nth(3).click(position={"x": 8, "y": 3})
    expect(card.get_by_role("heading")).to_have_text("Value 1 of 64")
    expect(card.get_by_text("too large to show its products")).to_be_visible()
    value = living.evaluate("root => root.living.maps.at(-2).values[0].toFixed(3)")
    expect(card.locator(".where strong")).to_have_text(value)


def test_a_photo_is_shown_at_work_with_every_second_row_of_large_maps(own_server, runs, page, tmp_path):
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (120, 150, 3), dtype=np.uint8)).save(tmp_path / "a.png")
    page.goto(f"{own_server.url}/draw?model={runs[PHOTOS.name].id}")
    upload(page, tmp_path / "a.png")
    maps = seen(at_work(page))
    assert [one["step"] for one in maps] == [1, 1, 2, 1, 1, 1, 1, 1]
    assert maps[0]["shape"] == [96, 96, 3]
    assert_keras(maps, runs[PHOTOS.name].model, 2 * HALF)
    settled(page)
    page.locator(".living .block canvas").first.click(position={"x": 8, "y": 8})
    card = page.locator(".living .card")
    expect(card.get_by_text("One row and one column in 2 are shown")).to_be_visible()
    row = int(card.locator(".where").inner_text().split()[1].rstrip(","))
    assert row % 2 == 1, "rows 1, 3, 5, ..."
    expect(card.get_by_text("Products")).to_be_visible()  # of the pixels themselves: all of the image is here


def test_a_network_of_224_by_224_stays_small_on_the_wire_and_on_a_phone(own_server, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    received = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
    blocks = [
        layer for n in (64, 128, 256, 512, 512) for layer in (*[Conv2D(filters=n, padding="same")] * 2, MaxPooling2D())
    ]
    network = Network(input_shape=(224, 224, 3), layers=(*blocks, Flatten(), Dense(units=4096), Dense(units=1000)))
    page.goto(f"{own_server.url}/designer?design={network.to_token()}")
    page.locator(".living .block").first.wait_for()
    settled(page)
    expect(page.get_by_text("The chosen data set has no image of this size").first).to_be_visible()
    assert page.locator(".living .block").count() == 18
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    assert max(received) < 2_000_000
    page.close()
