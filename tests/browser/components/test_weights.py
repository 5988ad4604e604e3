"""Weights in the browser: sent ones beside random ones."""

import base64

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import trace
from cnn_core.exchange.random_weights import completed, drawn
from cnn_core.exchange.weights import Weights, described, packed, weight_shapes
from tests.design.strategies import networks

UNPACK = """
async ([layers, packed, seed]) => {
  const {randomWeights, unpack} = await import("/network/weights.js");
  const bytes = Uint8Array.from(atob(packed), letter => letter.charCodeAt(0));
  const plain = network => network.map(({weights}) => weights.map(array => [...array.slice(0, 5)]));
  return [plain(unpack(layers, bytes, "float32", seed)), plain(randomWeights(layers, seed))];
}
"""


def test_a_layer_that_has_learned_nothing_gets_the_random_weights_it_had_before(site):
    network = PRESETS["keras-log"].network
    layers = described(network)
    offset = len(layers) - len(network.layers)  # a Rescaling in front
    draw = np.random.default_rng(1)
    arrays = [[draw.normal(size=shape).astype("f4") for shape in shapes] for shapes in weight_shapes(network)]
    arrays[2] = None
    layers[2 + offset]["random"] = True
    sent = base64.b64encode(packed(arrays, "float32")).decode()
    mixed, random = site.evaluate(UNPACK, [layers, sent, 3])
    assert mixed[2 + offset] == random[2 + offset]
    for place in (0, 4, 7):
        first = np.array(mixed[place + offset][0])
        np.testing.assert_array_equal(first, arrays[place][0].ravel()[:5])


ALL = """
async ([layers, seed]) => {
  const {randomWeights} = await import("/network/weights.js");
  return randomWeights(layers, seed).map(({weights}) => weights.map(array => [...array]));
}
"""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(networks, st.integers(0, 2**31 - 1), st.sampled_from(["scaled", "raw"]))
def test_random_weights_are_the_same_in_python(site, network, seed, pixels):
    assume(trace(network).totals.parameters < 100_000)
    layers = described(network, pixels)
    told = site.evaluate(ALL, [layers, seed])[-len(weight_shapes(network)) :]
    for arrays, found in zip(drawn(network, pixels, seed).arrays, told, strict=True):
        for array, values in zip(arrays, found, strict=True):
            np.testing.assert_allclose(array.ravel(), values, rtol=1e-6, atol=1e-9)


def test_what_was_not_learned_is_filled_up_and_the_rest_stays():
    network = PRESETS["keras-log"].network
    random = drawn(network, "scaled", 0)
    learned = [[array + 1 for array in arrays] for arrays in random.arrays]
    learned[2] = None
    whole = completed(network, Weights(learned, "scaled"))
    np.testing.assert_array_equal(whole.arrays[2][0], random.arrays[2][0])
    np.testing.assert_array_equal(whole.arrays[0][0], random.arrays[0][0] + 1)
