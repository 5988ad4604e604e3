"""What is written for TensorFlow.js, run by TensorFlow.js in a real Chromium, against Keras.

Its file is fetched by npm (.ci/run), and never kept in the repository.
"""

import base64
import re
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import Page, Route, expect

from cnn_core.design.layers import LAYER_TYPES
from cnn_core.design.network import Network
from cnn_core.design.shapes import trace
from cnn_core.errors import EngineError
from cnn_core.exchange.exports import package
from cnn_core.exchange.exports.package import Subject
from cnn_core.exchange.exports.tfjs import MODEL, WEIGHTS, layers_model
from tests.design.strategies import networks
from tests.support.exported import EVERY, with_weights

pytestmark = pytest.mark.browser
LIBRARY = Path(__file__).parents[2] / ".tfjs" / "tf.min.js"
SITE = "http://models.test"
PREDICT = """
async ([model, weights, shape, values]) => {
  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer;
  const {modelTopology, weightsManifest: [{weights: weightSpecs}]} = JSON.parse(model);
  const loaded = await tf.loadLayersModel(tf.io.fromMemory({modelTopology, weightSpecs, weightData: bytes(weights)}));
  const answers = loaded.predict(tf.tensor(new Float32Array(bytes(values)), shape));
  return [answers.shape, Array.from(answers.dataSync())];
}
"""


@pytest.fixture(scope="module")
def site(browser):
    if not LIBRARY.exists():
        pytest.skip(
            f"TensorFlow.js is not here: npm pack @tensorflow/tfjs@4.22.0, and dist/tf.min.js of it to {LIBRARY}"
        )
    with browser.new_context() as context:
        page = context.new_page()
        page.add_script_tag(path=LIBRARY)
        yield page


def by_tensorflow_js(site: Page, network: Network, model: keras.Model, images: np.ndarray) -> np.ndarray:
    arrays = [[np.asarray(weight) for weight in layer.weights] for layer in model.layers[1:]]
    files = layers_model(network, arrays, scaled=True)
    sent = [base64.b64encode(data).decode() for data in (files[WEIGHTS], images.astype("<f4").tobytes())]
    shape, values = site.evaluate(PREDICT, [files[MODEL].decode(), sent[0], images.shape, sent[1]])
    return np.array(values, np.float32).reshape(shape)


@pytest.mark.filterwarnings("ignore:.*softmax over axis:UserWarning")  # of one value: of no use, but possible
@settings(max_examples=settings().max_examples // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks, st.integers(0, 1000))
@example(EVERY, 0)
def test_random_designs_predict_what_keras_does(site, network, seed):
    network = network.changed(data_format="channels_last")
    assume(not trace(network).problem)
    model = with_weights(network, seed)
    images = np.random.default_rng(seed).integers(0, 256, (2, *network.input_shape), dtype=np.uint8)
    expected = model.predict_on_batch(images)
    try:
        found = by_tensorflow_js(site, network, model, images)
    except EngineError:
        assume(False)
    largest = max(1.0, float(np.abs(expected[np.isfinite(expected)]).max(initial=0)))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * largest, err_msg=network.to_token())


def test_every_layer_type_is_in_the_example():
    assert {layer.type for layer in EVERY.layers} == set(LAYER_TYPES)


@pytest.fixture
def exported(monkeypatch, tmp_path) -> tuple[keras.Model, Path]:
    """A model, and the folder with what was written of it."""
    monkeypatch.setattr(package, "largest_difference", lambda *about: 0.0)  # that is tests/exchange/test_exports.py
    model = with_weights(EVERY, 0)
    package.packed_with_proof(Subject(model, EVERY, "Every layer", ("ant", "bee", "cat"), False), "tfjs", tmp_path)
    return model, tmp_path


def test_the_example_page_says_how_near_this_browser_comes_and_predicts_a_picture(browser, site, exported):
    model, folder = exported
    wide = np.zeros((140, 240, 3), np.uint8)
    wide[:, 60:180] = (200, 30, 90)  # the middle in the shape of the input, 14 x 12: what is left and right is cut off
    Image.fromarray(wide).save(folder / "picture.png")
    expected = model.predict_on_batch(wide[np.newaxis, :14, 60:72])[0]

    def answer(route: Route) -> None:
        ours = route.request.url.startswith(SITE)
        route.fulfill(path=folder / route.request.url.removeprefix(f"{SITE}/") if ours else LIBRARY)

    with browser.new_context() as context:
        context.route("**", answer)
        page = context.new_page()
        page.goto(f"{SITE}/example.html")
        expect(page.locator("#proof")).to_have_text(re.compile(r"^16 images .* predictions: (0|[\d.]+e-([6-9]|\d\d))$"))
        page.set_input_files("input", folder / "picture.png")
        expect(page.locator("pre")).to_contain_text("ant")
        lines = [line.split() for line in page.locator("pre").inner_text().splitlines()]
    found = {name: float(percent.rstrip("%")) / 100 for percent, name in lines}
    assert [found[name] for name in ("ant", "bee", "cat")] == pytest.approx(expected.tolist(), abs=1e-4)
    assert list(found.values()) == sorted(found.values(), reverse=True)
