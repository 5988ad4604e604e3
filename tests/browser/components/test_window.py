"""The stepper: its maps and sums against the convolution by hand, which the tests hold to Keras; its controls."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnn_core.learn.convolution import convolve, steps
from cnn_core.learn.pooling import WAYS, pool
from cnn_core.learn.slide import Slide
from tests.learn.test_convolution import slides
from tests.learn.test_pooling import windows

RUN = """
async ([image, filter, options]) => {
  const {Steps} = await import("/window/steps.js");
  const by = new Steps({shape: image.shape, values: Float32Array.from(image.values)}, filter, options);
  const cells = Array.from({length: by.count}, (_, cell) => cell);
  return {
    shape: by.output.shape, values: [...by.output.values], frame: by.frame, looks: [...by.looks()],
    sums: cells.map(cell => by.arithmetic(cell)),
    places: cells.map(cell => by.under(cell)),
    ofCorner: by.cellsOf(0, 0),
  };
}
"""


def in_browser(site, image, kernel, bias, vertical: Slide, relu=False, **besides):
    shape = list(image.shape)
    options = {name: getattr(vertical, name) for name in ("stride", "dilation", "padding", "rings")} | {"relu": relu}
    one = {"size": list(kernel.shape[:2]), "values": kernel.ravel().tolist(), "bias": bias, **besides}
    return site.evaluate(RUN, [{"shape": shape, "values": image.ravel().tolist()}, one, options])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    slides(), st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3]), st.booleans(), st.integers(0, 2**32 - 1)
)
def test_maps_sums_and_places_are_those_of_the_convolution_by_hand(site, both, height, width, channels, relu, seed):
    vertical, horizontal = both
    assume(vertical.cells(height) > 0 and horizontal.cells(width) > 0)
    random = np.random.default_rng(seed)
    image = random.normal(size=(height, width, channels)).astype(np.float32)
    kernel = random.normal(size=(vertical.window, horizontal.window, channels)).astype(np.float32)
    told = in_browser(site, image, kernel, 0.25, vertical, relu)

    expected = convolve(image, kernel, 0.25, vertical, horizontal)
    assert told["shape"] == [*expected.shape, 1]
    values = np.maximum(expected, 0) if relu else expected
    np.testing.assert_allclose(told["values"], values.ravel(), atol=1e-4)
    for one, step in zip(told["sums"], steps(image, kernel, 0.25, vertical, horizontal), strict=True):
        assert one["sum"] == pytest.approx(step.value, abs=1e-4)
        assert sum(part["sum"] for part in one["parts"]) + one["bias"] == pytest.approx(one["sum"], abs=1e-6)
        for number, channel in enumerate(one["parts"]):
            seen = [value or 0 for value in channel["inputs"]]
            np.testing.assert_allclose(seen, step.window[..., number].ravel(), atol=1e-6)
            np.testing.assert_allclose(channel["made"], step.products[..., number].ravel(), atol=1e-5)
    assert told["looks"] == np.outer(vertical.looks(height), horizontal.looks(width)).ravel().tolist()
    assert len(told["ofCorner"]) == told["looks"][0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(slides(), st.sampled_from([1, 3]), st.integers(1, 3), st.booleans(), st.integers(0, 2**32 - 1))
def test_both_stages_of_a_separable_convolution_are_keras_s(site, both, channels, multiplier, relu, seed):
    vertical, horizontal = (replace(one, rings=0) for one in both)
    random = np.random.default_rng(seed)
    image = random.normal(size=(20, 19, channels)).astype(np.float32)
    layer = keras.layers.SeparableConv2D(
        1,
        (vertical.window, horizontal.window),
        strides=vertical.stride,
        dilation_rate=vertical.dilation,
        padding=vertical.padding,
        depth_multiplier=multiplier,
        activation="relu" if relu else None,
    )
    layer.build((1, *image.shape))
    depthwise, pointwise = (random.normal(size=one.shape).astype(np.float32) for one in layer.get_weights()[:2])
    layer.set_weights([depthwise, pointwise, np.float32([0.25])])
    expected = np.asarray(layer(image[np.newaxis]))[0, ..., 0]

    mix = pointwise.ravel().tolist()
    told = in_browser(site, image, depthwise, 0.25, vertical, relu, mix=mix)
    assert told["shape"] == [*expected.shape, 1]
    np.testing.assert_allclose(told["values"], expected.ravel(), rtol=1e-4, atol=1e-4)
    for one, value in zip(told["sums"], expected.ravel(), strict=True):
        assert len(one["parts"]) == channels * multiplier
        for part, weight in zip(one["parts"], mix, strict=True):
            assert sum(part["made"]) == pytest.approx(part["sum"], abs=1e-4)
            assert part["sum"] * weight == pytest.approx(part["mixed"], abs=1e-4)
        total = sum(part["mixed"] for part in one["parts"]) + 0.25
        assert (max(total, 0) if relu else total) == pytest.approx(value, rel=1e-3, abs=1e-3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(slides(), st.integers(1, 9), st.integers(1, 9))
def test_the_frame_has_the_zeros_that_are_looked_at(site, both, height, width):
    vertical, horizontal = both
    assume(vertical.cells(height) > 0 and horizontal.cells(width) > 0)
    kernel = np.ones((vertical.window, horizontal.window, 1), np.float32)
    told = in_browser(site, np.ones((height, width, 1), np.float32), kernel, 0, vertical)
    frame = told["frame"]
    assert ((frame["top"], frame["bottom"]), (frame["left"], frame["right"])) == (
        vertical.frame(height),
        horizontal.frame(width),
    )
    first = told["places"][0]
    assert (first["top"], first["left"]) == (-frame["top"], -frame["left"])


NUMBERS = """
async texts => {
  const {typed, written} = await import("/window/numbers.js");
  return [texts.map(typed), [3, -1, 0.256, -0.0042, -0.0001, 123.4, -2.5].map(written)];
}
"""


def test_numbers_are_read_as_people_write_them_and_what_is_none_is_refused(site):
    texts = ["3", " −1 ", "0,5", "1e2", "", "abc", "1001", "NaN", "1/2"]
    read, written = site.evaluate(NUMBERS, texts)
    assert read == [3, -1, 0.5, 100, None, None, None, None, None]
    assert written == ["3", "−1", "0.26", "−0.004", "0", "123", "−2.50"]


PLAYED = """
async words => {
  const {Player} = await import("/window/player.js");
  let cells = [];
  const player = new Player(words, () => cells.push(player.at));
  document.body.replaceChildren(player.root);
  player.begin(40, 7);
  player.speed.value = "fast";
  player.play(true);
  while (player.playing) await new Promise(requestAnimationFrame);
  const played = cells.slice(1);
  player.step(-3);
  const back = [player.at, player.shown, player.slider.value];
  player.look(2);
  return {first: cells[0], played, back, looked: [player.at, player.shown], label: player.toggle.ariaLabel};
}
"""


def test_play_goes_through_all_cells_in_order_and_stops(site):
    names = ("first", "play", "pause", "next", "slider", "speed")
    words = {name: name for name in names} | {"clock": "{number}", "speeds": {"slow": "", "normal": "", "fast": ""}}
    told = site.evaluate(PLAYED, words)
    assert told["first"] == 7
    assert told["played"] == sorted(told["played"])
    assert told["played"][-1] == 39
    assert told["back"] == [36, 37, "36"]
    assert told["looked"] == [2, 37], "looking at a cell leaves what was computed alone"
    assert told["label"] == "play"


POOLED = """
async ([image, filter, options]) => {
  const {Pools} = await import("/window/pools.js");
  const by = new Pools({shape: image.shape, values: Float32Array.from(image.values)}, filter, options);
  const cells = Array.from({length: by.count}, (_, cell) => by.arithmetic(cell));
  return {shape: by.output.shape, values: [...by.output.values], looks: [...by.looks()], cells};
}
"""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    windows(), st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3]), st.sampled_from(WAYS), st.integers(0, 99)
)
def test_pooled_maps_are_those_by_hand(site, both, height, width, channels, way, seed):
    vertical, horizontal = both
    horizontal = replace(horizontal, stride=vertical.stride)
    assume(vertical.cells(height) > 0 and horizontal.cells(width) > 0)
    assume(all((vertical.places(height) < height).any(axis=1)) and all((horizontal.places(width) < width).any(axis=1)))
    image = np.random.default_rng(seed).normal(size=(height, width, channels)).astype(np.float32)
    one = {"way": way, "size": [vertical.window, horizontal.window]}
    options = {"stride": vertical.stride, "padding": vertical.padding}
    told = site.evaluate(POOLED, [{"shape": list(image.shape), "values": image.ravel().tolist()}, one, options])
    expected = pool(image, way, vertical, horizontal)
    assert told["shape"] == list(expected.shape)
    np.testing.assert_allclose(told["values"], expected.ravel(), atol=1e-5)
    assert told["looks"] == np.outer(vertical.looks(height), horizontal.looks(width)).ravel().tolist()
    for cell in told["cells"]:
        for channel in cell["channels"]:
            if way in ("max", "min"):
                assert channel["inputs"][channel["from"]] == pytest.approx(channel["value"])
