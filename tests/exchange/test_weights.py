"""weights: .keras files read without Keras."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnn_core.design.layers import AveragePooling2D, BatchNormalization, Conv2D, Dense, Flatten, SeparableConv2D
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.errors import DataError
from cnn_core.exchange.weights import (
    described,
    first_filters,
    packed,
    passed_on,
    read_checkpoint,
    read_weights,
    weight_shapes,
)
from cnn_core.training.build import Attempt, build, checkpoint, compile_model, to_bytes
from tests.design.strategies import networks


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks, st.sampled_from(["scaled", "raw"]))
def test_what_keras_wrote_is_read(network, pixels):
    assume(not trace(network.changed(data_format="channels_last")).problem)
    model = build(network, pixels=pixels)
    assert read_weights(to_bytes(model), network).pixels == pixels
    expected = [w for layer in model.layers for w in layer.get_weights() if w.dtype == np.float32]
    found = [array for arrays in read_weights(to_bytes(model), network).arrays for array in arrays]
    assert len(found) == len(expected)
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(found, expected, strict=True))


@pytest.mark.parametrize("name", PRESETS)
def test_sizes_say_where_each_array_ends(name):
    network = PRESETS[name].network
    arrays = [[np.zeros(shape) for shape in shapes] for shapes in weight_shapes(network)]
    sizes = [size for layer in described(network) for size in layer["sizes"]]
    assert sum(sizes) * 2 == len(packed(arrays))
    assert sum(sizes) == trace(network).totals.parameters


def test_other_files_are_refused_in_words():
    network = PRESETS["keras-log"].network
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    other = to_bytes(build(PRESETS["lesson"].network))
    for content in (b"", b"PK\3\4", empty.getvalue(), other):
        with pytest.raises(DataError):
            read_weights(content, network)


def test_an_impossible_design_is_described_up_to_its_fault():
    layers = Network(input_shape=(4, 4, 1), layers=PRESETS["keras-log"].network.layers)
    assert [layer["type"] for layer in described(layers)] == ["Rescaling", "Conv2D", "MaxPooling2D"]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks)
def test_a_checkpoint_of_a_training_is_read(network):
    assume(not trace(network.changed(data_format="channels_last")).problem)
    model = build(network, to_train=True)
    compile_model(model, Recipe(), steps_per_execution=1, jit_compile=False)
    expected = [w for layer in model.layers for w in layer.get_weights() if w.dtype == np.float32]
    found = read_checkpoint(checkpoint(Attempt(model), 1), network, "raw")
    assert found.pixels == "raw"
    mine = [array for arrays in found.arrays for array in arrays]
    assert all(np.array_equal(one, other) for one, other in zip(mine, expected, strict=True))


def test_a_checkpoint_of_another_network_is_refused():
    model = build(PRESETS["lesson"].network)
    compile_model(model, Recipe(), steps_per_execution=1, jit_compile=False)
    for content in (b"", checkpoint(Attempt(model), 1)):
        with pytest.raises(DataError):
            read_checkpoint(content, PRESETS["keras-log"].network, "scaled")


COLOUR = (8, 8, 3)


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (Network(layers=(Conv2D(filters=40, kernel_size=3),)), (3, 3, 1, 32)),
        (Network(layers=(BatchNormalization(), Conv2D(filters=4, kernel_size=5)), input_shape=COLOUR), (5, 5, 3, 4)),
        (Network(layers=(SeparableConv2D(filters=9, kernel_size=3),), input_shape=COLOUR), (3, 3, 1, 3)),
        (Network(layers=(Flatten(), Dense(units=7), Dense(units=3)), input_shape=COLOUR), (8, 8, 3, 7)),
        (Network(layers=(AveragePooling2D(pool_size=2), Flatten(), Dense(units=7)), input_shape=COLOUR), None),
        (Network(layers=(Flatten(),)), None),
    ],
    ids=["grey", "colour", "separable", "dense", "not the image", "nothing learned"],
)
def test_the_first_filters_are_those_that_see_the_image(network, shape):
    model = build(network)
    filters = first_filters(read_weights(to_bytes(model), network), network)
    if shape is None:
        assert filters is None
        return
    assert filters.shape == shape
    kernel = next(weight for weight in model.get_weights() if weight.ndim > 1)
    first = kernel[0, :3, 0, 0] if kernel.ndim == 4 else kernel.reshape(*COLOUR, -1)[0, :3, 0, 0]
    np.testing.assert_array_equal(filters[0, :3, 0, 0], first)


def test_of_a_filter_over_many_channels_the_mean_is_shown():
    network = Network(layers=(Conv2D(filters=2, kernel_size=3),), input_shape=(8, 8, 4))
    model = build(network)
    filters = first_filters(read_weights(to_bytes(model), network), network)
    np.testing.assert_allclose(filters[:, :, 0], model.get_weights()[0].mean(axis=2), rtol=1e-6)


CLASSIC = PRESETS["keras-log"].network


def edited(place: int, **arguments) -> Network:
    """The classic network with other arguments in one layer."""
    return CLASSIC.replace(place, CLASSIC.layers[place].model_copy(update=arguments))


@pytest.mark.parametrize(
    ("network", "kept"),
    [
        (CLASSIC, [0, 2, 4, 6, 7]),
        (CLASSIC.insert(7, BatchNormalization()), [0, 2, 4, 6, 8]),
        (edited(2, filters=7), [0, 6, 7]),  # the next convolution has other channels
        (edited(0, activation="tanh"), [0, 2, 4, 6, 7]),
        (CLASSIC.remove(6), [0, 2, 4]),  # the last dense layer has more inputs
    ],
    ids=["itself", "one more layer", "other filters", "another activation", "a dense layer less"],
)
def test_layers_take_over_what_fits_and_the_others_have_nothing(network, kept):
    learned = read_weights(to_bytes(build(CLASSIC)), CLASSIC)
    passed = passed_on(learned, CLASSIC, network)
    assert [place for place, arrays in enumerate(passed.arrays) if arrays] == kept
    for arrays, shapes in zip(passed.arrays, weight_shapes(network), strict=True):
        assert (arrays is None and shapes) or tuple(array.shape for array in arrays) == shapes
    assert packed(passed.arrays) == packed([arrays for arrays in passed.arrays if arrays])
