"""The browser's forward pass against Keras: every layer of random designs, and test digits of a trained model."""

import base64
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from cnn_core.design.layers import LAYER_TYPES
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import trace
from cnn_core.exchange.weights import described, packed, read_weights
from cnn_core.runs.models import READY_MADE
from cnn_core.training.build import from_bytes
from tests.design.strategies import networks
from tests.support.exported import with_weights

RUN = """
async ([layers, weights, dtype, shape, images]) => {
  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const [{forward}, {unpack}] = await Promise.all(["forward", "weights"].map(name => import(`/network/${name}.js`)));
  const network = unpack(layers, bytes(weights), dtype);
  const size = shape.reduce((a, b) => a * b);
  const values = new Float32Array(bytes(images).buffer);
  const coded = map => {
    const raw = new Uint8Array(map.values.buffer, map.values.byteOffset, map.values.byteLength);
    let text = "";
    for (let at = 0; at < raw.length; at += 8192) text += String.fromCharCode(...raw.subarray(at, at + 8192));
    return {shape: map.shape, values: btoa(text)};
  };
  const all = [];
  for (let at = 0; at < values.length; at += size) {
    const maps = forward(network, {shape, values: values.slice(at, at + size)});
    all.push((values.length > size ? maps.slice(-1) : maps.slice(1)).map(coded));
  }
  return all;
}
"""


def in_browser(site: Page, network: Network, arrays, images: np.ndarray, dtype: str = "float32") -> list:
    """For each image the outputs of all layers; of several images only the last layer's."""
    layers = json.loads(json.dumps(described(network)))
    sent = [base64.b64encode(data).decode() for data in (packed(arrays, dtype), images.astype(np.float32).tobytes())]
    answer = site.evaluate(RUN, [layers, sent[0], dtype, list(network.input_shape), sent[1]])
    return [
        [np.frombuffer(base64.b64decode(one["values"]), np.float32).reshape(one["shape"]) for one in maps]
        for maps in answer
    ]


seen: set[str] = set()


@pytest.mark.filterwarnings("ignore:.*softmax over axis:UserWarning")  # of one value: of no use, but possible
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks, st.integers(0, 1000))
def test_every_layer_of_random_designs_is_as_kerass(site, network, seed):
    network = network.changed(data_format="channels_last")
    assume(not trace(network).problem)
    model = with_weights(network, seed)
    image = np.random.default_rng(seed).uniform(0, 255, (1, *network.input_shape)).astype(np.float32)
    arrays = [layer.get_weights() for layer in model.layers]
    (maps,) = in_browser(site, network, [[w for w in one if w.dtype == np.float32] for one in arrays], image)
    value = image
    for layer, mine in zip(model.layers, maps, strict=True):
        value = np.asarray(layer(value, training=False))
        largest = max(1.0, float(np.abs(value[np.isfinite(value)]).max(initial=0)))
        assert mine.shape == value.shape[1:]
        np.testing.assert_allclose(mine, value[0], rtol=1e-5, atol=1e-5 * largest, err_msg=type(layer).__name__)
    seen.update(layer.type for layer in network.layers)


def test_every_layer_type_was_among_them():
    assert seen == set(LAYER_TYPES)


@pytest.mark.parametrize("name", ["keras-log", "dnn-500x3"])
def test_float16_weights_predict_the_same_classes(site, bundled, name):
    content, network = (READY_MADE / f"{name}.keras").read_bytes(), PRESETS[name].network
    expected = from_bytes(content).predict_on_batch(bundled.x_test).argmax(axis=1)
    maps = in_browser(site, network, read_weights(content, network).arrays, bundled.x_test, "float16")
    assert [int(last.argmax()) for (last,) in maps] == expected.tolist()
    assert len(expected) == 1000
