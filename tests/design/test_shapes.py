"""Shapes, parameters, receptive fields and formulas against values by hand, or printed in a note."""

import pytest

from cnn_core.design.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
)
from cnn_core.design.memory import memory_problem, readable, training_bytes
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import classifier_problem, trace

KERAS_LOG = PRESETS["keras-log"].network


def report(layer, shape, data_format="channels_last"):
    traced = trace(Network(input_shape=shape, layers=(layer,), data_format=data_format))
    assert traced.problem is None
    return traced.reports[0]


@pytest.mark.parametrize(
    ("layer", "shape", "output", "formula"),
    [
        (Conv2D(kernel_size=3), (28, 28, 1), (26, 26, 32), "⌊(28 − 3)/1⌋ + 1 = 26"),
        (Conv2D(kernel_size=3, strides=2), (28, 28, 1), (13, 13, 32), "⌊(28 − 3)/2⌋ + 1 = 13"),
        (Conv2D(kernel_size=3, padding="same", strides=2), (27, 27, 1), (14, 14, 32), "⌈27/2⌉ = 14"),
        (Conv2D(kernel_size=(3, 5)), (9, 9, 1), (7, 5, 32), "height ⌊(9 − 3)/1⌋ + 1 = 7, width ⌊(9 − 5)/1⌋ + 1 = 5"),
        (MaxPooling2D(), (11, 11, 64), (5, 5, 64), "⌊(11 − 2)/2⌋ + 1 = 5"),
        (AveragePooling2D(pool_size=3, strides=1, padding="same"), (7, 7, 2), (7, 7, 2), "⌈7/1⌉ = 7"),
        (GlobalAveragePooling2D(), (7, 7, 64), (64,), "7×7 cells → 1 per channel: 64"),
        (ZeroPadding2D(padding=((1, 2), (0, 0))), (5, 5, 1), (8, 5, 1), "height 5 + 1 + 2 = 8, width 5 + 0 + 0 = 5"),
        (Flatten(), (3, 3, 64), (576,), "3·3·64 = 576"),
        (Activation(), (3, 3, 64), (3, 3, 64), "unchanged"),
        (Dense(units=7), (5, 5, 3), (5, 5, 7), "units = 7, at every place of the map"),
    ],
)
def test_output_shapes_with_their_sum(layer, shape, output, formula):
    made = report(layer, shape)
    assert (made.output_shape, made.shape_formula) == (output, formula)


@pytest.mark.parametrize(
    ("layer", "shape", "counts", "formula"),
    [
        (Conv2D(filters=64), (13, 13, 32), (18_496, 0), "3·3·32·64 + 64 = 18,496"),
        (Conv2D(filters=64, groups=4, use_bias=False), (13, 13, 32), (4_608, 0), "3·3·8·64 = 4,608"),
        (SeparableConv2D(filters=64), (13, 13, 32), (2_400, 0), "3·3·32·1 + 1·1·32·64 + 64 = 2,400"),
        (DepthwiseConv2D(depth_multiplier=2), (13, 13, 32), (640, 0), "3·3·32·2 + 64 = 640"),
        (BatchNormalization(), (5, 5, 64), (128, 128), "2·64 trainable + 2·64 not = 256"),
        (BatchNormalization(scale=False), (5, 5, 64), (64, 128), "1·64 trainable + 2·64 not = 192"),
        (MaxPooling2D(), (5, 5, 64), (0, 0), "0"),
    ],
)
def test_parameters_with_their_sum(layer, shape, counts, formula):
    made = report(layer, shape)
    assert ((made.trainable, made.non_trainable), made.parameter_formula) == (counts, formula)


@pytest.mark.parametrize(
    ("layer", "shape", "macs"),
    [
        (Conv2D(filters=64), (13, 13, 32), 11 * 11 * 3 * 3 * 32 * 64),
        (Conv2D(filters=64, groups=2), (13, 13, 32), 11 * 11 * 3 * 3 * 16 * 64),
        (SeparableConv2D(filters=64, padding="same"), (13, 13, 32), 13 * 13 * (3 * 3 * 32 + 32 * 64)),
        (DepthwiseConv2D(padding="same"), (13, 13, 32), 13 * 13 * 3 * 3 * 32),
        (Dense(units=10), (5, 5, 4), 5 * 5 * 4 * 10),
        (MaxPooling2D(), (5, 5, 4), 0),
    ],
)
def test_multiply_accumulates(layer, shape, macs):
    assert report(layer, shape).macs == macs


def test_dense_on_a_map_works_on_the_last_axis_of_the_layout_in_use():
    first = report(Dense(units=7), (4, 6, 3), "channels_first")
    assert (first.output_shape, first.trainable) == ((4, 7, 3), 6 * 7 + 7)
    assert first.receptive_field == (1, 6)


def test_receptive_field_of_the_classic_network():
    fields = [made.receptive_field[0] for made in trace(KERAS_LOG).reports]
    assert fields == [3, 4, 8, 10, 18, 28, 28, 28]  # by hand: 1+2, +1, +2·2, +1·2, +2·4, then the whole image


def test_receptive_field_counts_dilation_and_ends_at_the_image():
    dilated = Network(layers=(Conv2D(dilation_rate=3), Conv2D(kernel_size=(1, 15), padding="same"), MaxPooling2D()))
    assert [made.receptive_field for made in trace(dilated).reports] == [(7, 7), (7, 21), (8, 22)]
    wide = Network(layers=tuple(Conv2D(kernel_size=11, padding="same") for _ in range(4)))
    assert trace(wide).reports[-1].receptive_field == (28, 28)


def test_totals_of_the_classic_network():
    totals = trace(KERAS_LOG).totals
    values = 784 + 26 * 26 * 32 + 13 * 13 * 32 + 11 * 11 * 64 + 5 * 5 * 64 + 3 * 3 * 64 + 576 + 64 + 10
    assert (totals.parameters, totals.weight_bytes, totals.activation_bytes) == (93_322, 4 * 93_322, 4 * values)


def test_the_first_impossible_layer_is_named_with_its_sum():
    traced = trace(KERAS_LOG.changed(input_shape=(8, 8, 1)))
    assert (traced.problem.index, len(traced.reports)) == (3, 3)
    assert "Layer 4 (MaxPooling2D)" in traced.problem.message
    assert "⌊(1 − 2)/2⌋ + 1 = 0" in traced.problem.message


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Conv2D(filters=48, groups=5), "32 = 5·6 + 2"),
        (Conv2D(filters=50, groups=4), "50 filters do not split into 4"),
        (Conv2D(strides=2, dilation_rate=2), "not both"),
        (Conv2D(kernel_size=7, dilation_rate=3), "spread by dilation: 3·(7 − 1) + 1 = 19"),
        (SeparableConv2D(kernel_size=14), "⌊(13 − 14)/1⌋ + 1 = 0"),
    ],
)
def test_impossible_arguments_are_explained(layer, words):
    assert words in trace(Network(input_shape=(13, 13, 32), layers=(layer,))).problem.message


def test_ten_thousand_million_parameters_are_counted_and_then_refused_for_memory():
    huge = Network(layers=(Flatten(), Dense(units=100_000), Dense(units=100_000), Dense(units=10)))
    assert trace(huge).reports[2].parameter_formula == "100,000·100,000 + 100,000 = 10,000,100,000"
    problem = memory_problem(huge, 64, "adam", 8 * 2**30)
    assert (problem.index, problem.expected) == (2, "at most 8.0 GiB")
    assert "about 150.3 GiB" in problem.message  # 10,079,600,010 parameters, 16 bytes each, and the activations


def test_maps_beyond_reason_are_refused():
    grown = Network(layers=tuple(DepthwiseConv2D(depth_multiplier=65_536) for _ in range(13)))
    assert trace(grown).problem.index == 1


def test_training_memory():
    weights, images = 4 * 93_322, trace(KERAS_LOG).totals.activation_bytes
    largest = 4 * (26 * 26 * 32 + 13 * 13 * 32)
    assert training_bytes(KERAS_LOG, 64, "adam") == weights * 4 + 64 * (images + largest)
    assert training_bytes(KERAS_LOG, 1, "sgd") == weights * 3 + images + largest
    assert memory_problem(KERAS_LOG, 64, "adam", 2**30) is None
    assert memory_problem(KERAS_LOG, 8192, "adam", 2**30).index == -1
    assert [readable(n) for n in (12, 1536, 3 * 2**30)] == ["12 B", "1.5 KiB", "3.0 GiB"]


def test_what_a_classifier_needs():
    assert classifier_problem(KERAS_LOG, 10) is None
    assert classifier_problem(KERAS_LOG, 5).received == "a vector of 10 values"
    assert classifier_problem(KERAS_LOG.remove(5), 10).received == "a 3×3 map with 10 channels"
    assert classifier_problem(KERAS_LOG.replace(7, Dense(units=10)), 10).blocking is False
    assert classifier_problem(Network(), 10).index == -1
    bare = Network(input_shape=(1, 1, 10), layers=(Flatten(), Activation(activation="softmax")))
    assert "anything to learn" in classifier_problem(bare, 10).message
