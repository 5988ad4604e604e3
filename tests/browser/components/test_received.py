"""Maps that a worker has sent: read to the last bit, and windows where the values really come from."""

import base64
import json

import numpy as np
import pytest

from cnn_core.design.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
)
from cnn_core.design.network import Network
from cnn_core.exchange.maps import ImageMaps, awaited, described_maps, layer_maps, packed_maps
from cnn_core.exchange.weights import described

READ = """
async ([layers, maps, content]) => {
  const {Received} = await import("/network/received.js");
  const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
  const read = new Received({layers, maps}, bytes);
  return {
    maps: read.maps.map(({values, activity}) => [Array.from(values), Array.from(activity)]),
    weights: read.layers.map(layer => layer.weights.map(array => Array.from(array))),
    late: [read.maps[0].values, read.maps[0].values.map(value => value + 1)].map(values => read.isLate(values)),
  };
}
"""


@pytest.mark.parametrize("side", [9, 400])
def test_every_number_arrives(site, side, random):
    network = Network(input_shape=(side, side, 1), layers=(Conv2D(filters=3, padding="same"), Conv2D(filters=2)))
    made = awaited(network).plan
    values = [random.integers(0, 200, cut.whole).astype(np.float32) for cut in made.cuts]  # float16 holds such
    kept = [layer_maps(cut, value, np.zeros_like(value)) for cut, value in zip(made.cuts, values, strict=True)]
    weights = {0: [random.normal(size=(3, 3, 1, 3)).astype(np.float32), np.float32([1, 2, 3])]}
    maps = ImageMaps("scaled", made, kept, weights)
    sent = json.loads(json.dumps([described(network), described_maps(maps)]))
    read = site.evaluate(READ, [*sent, base64.b64encode(packed_maps(maps)).decode()])
    assert made.dtype == ("float32" if side == 9 else "float16")
    image, rescaled, *outputs = read["maps"]
    np.testing.assert_allclose(np.array(rescaled[0]), np.array(image[0]) / 255, rtol=1e-6)
    for layer, (mine, activity) in zip(kept, [image, *outputs], strict=True):
        np.testing.assert_array_equal(mine, layer.values.ravel())
        np.testing.assert_allclose(activity, layer.activity, rtol=2**-11)
    assert [len(arrays) for arrays in read["weights"]] == [0, 2, 0]
    np.testing.assert_array_equal(read["weights"][1][0], weights[0][0].ravel())
    assert read["late"] == [False, True]


# For values of a layer, in the maps that are here: the window that is told, and the cells of the whole map before that
# change the value when they change.
WINDOWS = """
async ([layer, shape, step]) => {
  const names = ["forward", "received", "explain"];
  const [{LAYERS}, {Received}, {valueAt}] = await Promise.all(names.map(name => import(`/network/${name}.js`)));
  const weights = layer.sizes.map(size => Float32Array.from({length: size}, (_, i) => 0.3 + 0.1 * ((i * 7) % 5)));
  const before = Float32Array.from({length: shape[0] * shape[1] * shape[2]}, (_, i) => 1 + 0.01 * ((i * 13) % 50));
  const run = values => LAYERS[layer.type]({shape, values}, layer, weights);
  const output = run(before);
  const [rows, columns] = output.shape.length === 3 ? output.shape : [1, 1];
  const head = {layers: [], maps: {known: false, layers: [], weights: []}};
  const received = new Received(head, new Uint8Array(0));
  const told = [];
  for (let y = 0; y < rows; y += step) {
    for (let x = 0; x < columns; x += step) {
      const at = {y, x, channel: 0};
      const changing = [];
      for (let cell = 0; cell < shape[0] * shape[1]; cell++) {
        const other = before.slice();
        for (let channel = 0; channel < shape[2]; channel++) other[cell * shape[2] + channel] += 50;
        const differs = valueAt(run(other), at) !== valueAt(output, at);
        if (differs) changing.push([Math.floor(cell / shape[1]), cell % shape[1]]);
      }
      const input = {shape, whole: shape, step, values: before};
      const here = {shape: [Math.ceil(rows / step), Math.ceil(columns / step), shape[2]], step, values: []};
      const place = {y: y / step, x: x / step, channel: 0};
      told.push({changing, window: received.explain({...layer, weights: []}, input, here, place).window});
    }
  }
  return told;
}
"""
LAYERS = [
    Conv2D(filters=2, kernel_size=3),
    Conv2D(filters=2, kernel_size=(2, 3), padding="same", strides=2),
    Conv2D(filters=2, kernel_size=3, dilation_rate=2),
    DepthwiseConv2D(kernel_size=3, depth_multiplier=2),
    SeparableConv2D(filters=3, kernel_size=3, padding="same"),
    MaxPooling2D(pool_size=2),
    AveragePooling2D(pool_size=3, strides=2),
    GlobalAveragePooling2D(),
    GlobalMaxPooling2D(),
    ZeroPadding2D(padding=2),
    BatchNormalization(),
    Activation(activation="tanh"),
    Dense(units=3),
]


@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.type)
def test_a_window_is_where_the_value_comes_from(site, layer, step):
    shape = (9, 8, 2)
    (plain,) = json.loads(json.dumps(described(Network(input_shape=shape, layers=(layer,)), "raw")))
    told = site.evaluate(WINDOWS, [plain, list(shape), step])
    assert told
    for one in told:
        cells = np.array(one["changing"]).reshape(-1, 2)
        if one["window"] is None:
            assert len(cells) == 0, "a zero of the border comes from nowhere"
            continue
        window = one["window"]
        first = np.array([window["top"], window["left"]]) * step
        last = first + np.array([window["rows"], window["columns"]]) * step - 1
        assert (cells >= first - 1e-9).all()
        assert (cells <= last + 1e-9).all()
        if (first > -0.5).all() and (last < np.array(shape[:2]) - 0.5).all():
            np.testing.assert_allclose([cells.min(axis=0), cells.max(axis=0)], [first, last], atol=1e-9)
