"""What of a network's maps is sent to a browser: never too much, and only the layers' own values."""

from itertools import pairwise
from math import ceil, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnn_core.design.network import MAX_LAYERS, Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import trace
from cnn_core.exchange.maps import (
    MOST_BYTES,
    MOST_WEIGHT_BYTES,
    Cut,
    ImageMaps,
    awaited,
    chosen_weights,
    described_maps,
    layer_maps,
    packed_maps,
    plan,
)

a_side, a_count = st.integers(1, 4096), st.integers(1, 65_536)
a_shape = st.one_of(st.tuples(a_side, a_side, a_count), st.tuples(st.integers(1, 1_000_000)))
an_image = st.tuples(a_side, a_side, a_side)


@given(an_image, st.lists(a_shape, max_size=MAX_LAYERS))
def test_a_plan_fits_whatever_the_network(image, shapes):
    made = plan([image, *shapes])
    assert made.bytes <= MOST_BYTES
    assert made.bytes == sum(prod(cut.shape) + cut.count for cut in made.cuts) * np.dtype(made.dtype).itemsize
    for shape, cut in zip([image, *shapes], made.cuts, strict=True):
        assert cut.whole == shape
        assert all(1 <= kept <= whole for kept, whole in zip(cut.shape, shape, strict=True))
    assert made.cuts[0].count == (image[2] if image[2] <= 3 or made.dtype == "float32" else 1)


@pytest.mark.parametrize("name", PRESETS)
def test_of_the_networks_of_the_notes_all_is_sent(name):
    made = awaited(PRESETS[name].network).plan
    assert all(cut.complete for cut in made.cuts)
    assert made.dtype == "float32"


def test_of_a_network_of_224_by_224_each_layer_has_as_many_maps_as_a_long_picture_shows():
    blocks = [(*[Conv2D(filters=n, padding="same")] * 3, MaxPooling2D()) for n in (64, 128, 256, 512, 512)]
    head = (Flatten(), Dense(units=4096), Dense(units=1000, activation="softmax"))
    network = Network(input_shape=(224, 224, 3), layers=(*sum(blocks, ()), *head))
    made = awaited(network).plan
    maps = [cut for cut in made.cuts[1:] if len(cut.whole) == 3]
    assert min(cut.count for cut in maps) >= 28
    assert min(min(cut.shape[:2]) for cut in maps if min(cut.whole[:2]) >= 56) >= 28
    assert made.cuts[0].shape == (224, 224, 3)
    assert made.cuts[-1].complete


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 6), st.data())
def test_what_is_cut_out_are_the_layers_own_values(rows, columns, count, data):
    step = data.draw(st.integers(1, max(rows, columns)))
    cut = Cut((rows, columns, count), step, data.draw(st.integers(1, count)))
    output = np.arange(rows * columns * count).reshape(rows, columns, count)
    kept = cut.of(output)
    assert kept.shape == cut.shape == (ceil(rows / step), ceil(columns / step), cut.count)
    for y, x, channel in np.ndindex(*kept.shape):
        assert kept[y, x, channel] == output[y * step, x * step, channel]


def test_activity_counts_all_of_a_map_and_the_largest_value_all_of_a_layer():
    output, blank = np.zeros((4, 4, 3)), np.zeros((4, 4, 3))
    output[1, 1, 0], output[3, 3, 2], blank[..., 1] = 8, 5, 2
    kept = layer_maps(Cut((4, 4, 3), 2, 2), output, blank)
    assert kept.activity.tolist() == [8 / 16, 2]
    assert kept.largest == 8
    assert not kept.values.any()


def of(network: Network, values: list[np.ndarray], **more) -> ImageMaps:
    made = awaited(network, "raw").plan
    layers = [layer_maps(cut, value, np.zeros_like(value)) for cut, value in zip(made.cuts, values, strict=True)]
    return ImageMaps("raw", made, layers, **more)


@pytest.mark.parametrize("size", [1e-30, 1e-3, 1.0, 255.0, 1e6, 1e30])
def test_numbers_of_any_size_come_back(size, random):
    network = Network(input_shape=(300, 300, 3), layers=(Conv2D(filters=8),))
    values = [random.normal(0, size, cut.whole) for cut in awaited(network, "raw").plan.cuts]
    maps = of(network, values)
    described, content = described_maps(maps), packed_maps(maps)
    assert described["dtype"] == "float16"
    assert len(content) == maps.plan.bytes
    at = 0
    for cut, layer, value in zip(maps.plan.cuts, described["layers"], values, strict=True):
        sent = np.frombuffer(content, np.float16, prod(cut.shape), at).astype(float) * layer["scale"]
        np.testing.assert_allclose(sent.reshape(cut.shape), cut.of(value), rtol=2**-11, atol=2**-24 * 8 * size)
        at += 2 * (prod(cut.shape) + cut.count)


def test_what_went_astray_is_sent_as_it_is_and_described_in_json_numbers():
    network = Network(input_shape=(1, 3, 1), layers=(Conv2D(kernel_size=1, filters=1),))
    wild = np.array([np.inf, np.nan, 2.0]).reshape(1, 3, 1)
    maps = of(network, [np.ones((1, 3, 1)), wild])
    assert np.isfinite(
        [number for one in described_maps(maps)["layers"] for number in (one["scale"], one["largest"])]
    ).all()
    sent = np.frombuffer(packed_maps(maps), np.float32)[4:7]
    assert np.isinf(sent[0])
    assert np.isnan(sent[1])


def test_weights_are_sent_of_small_layers_whose_input_is_complete():
    made = plan([(100, 100, 3), (98, 98, 64), (96, 96, 64), (48, 48, 64), (20,), (2,)])
    sizes = [27 * 64, 9 * 64 * 64, 0, 48 * 48 * 64 * 20, 40]
    chosen = chosen_weights(made, [[np.zeros(size)] if size else [] for size in sizes])
    assert [cut.complete for cut in made.cuts] == [True, False, False, True, True, True]
    assert sorted(chosen) == [0, 4]
    whole = plan([(28, 28, 1), (26, 26, 8), (10,)])
    few, many = np.zeros(80), np.zeros(MOST_WEIGHT_BYTES // 4)
    assert list(chosen_weights(whole, [[few], [many]])) == [0]
    assert list(chosen_weights(whole, [[few], [few]])) == [0, 1]


def test_before_an_answer_only_the_shapes_up_to_a_fault_are_known():
    network = Network(layers=(Conv2D(filters=4), Conv2D(kernel_size=99), Flatten()))
    maps = awaited(network, "scaled")
    assert [cut.whole for cut in maps.plan.cuts] == [(28, 28, 1), (26, 26, 4)]
    assert not described_maps(maps)["known"]
    assert packed_maps(maps) == b""
    shapes = [cut.whole for cut in awaited(PRESETS["lesson"].network, "raw").plan.cuts]
    reports = trace(PRESETS["lesson"].network).reports
    assert list(pairwise(shapes)) == [(report.input_shape, report.output_shape) for report in reports]
