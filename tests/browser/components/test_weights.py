"""Weights in the browser: sent ones beside random ones."""

import base64

import numpy as np

from cnn_core.design.presets import PRESETS
from cnn_core.exchange.weights import described, packed, weight_shapes

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
