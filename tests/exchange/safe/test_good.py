"""Models as Keras 1 to 3 write them come in whole: the same arrays, and the same predictions."""

import doctest
import json

import h5py
import keras
import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings

from cnn_core.design.layers import (
    LAYER_TYPES,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
)
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import trace
from cnn_core.exchange.safe import reading
from cnn_core.exchange.safe.apart import read_apart
from cnn_core.exchange.safe.reading import Imported, Limits, Sent, read_model
from cnn_core.training.brought import with_weights
from cnn_core.training.build import build, to_bytes
from tests.design.strategies import networks
from tests.support.models import LIMITS, TINY, arrays_of, config, keras_file, old_file, weights

HEAD = (Flatten(), Dense(units=3, activation="softmax"))
EVERY = Network(
    input_shape=(12, 12, 3),
    layers=(
        ZeroPadding2D(padding=1),
        Conv2D(filters=4, kernel_size=3),
        BatchNormalization(),
        Activation(activation="relu"),
        MaxPooling2D(pool_size=2),
        SeparableConv2D(filters=6, kernel_size=3, depth_multiplier=2, padding="same", use_bias=False),
        DepthwiseConv2D(kernel_size=3, padding="same", depth_multiplier=2),
        BatchNormalization(center=False),
        AveragePooling2D(pool_size=2),
        Dropout(rate=0.5),
        GlobalAveragePooling2D(),
        Dense(units=7, activation="tanh"),
        BatchNormalization(scale=False),
        Dense(units=3, activation="softmax"),
    ),
)


def test_examples():
    assert doctest.testmod(reading).failed == 0


def read(*contents: bytes, design: Network | None = None) -> Imported:
    return read_model([Sent(f"file {number}", one) for number, one in enumerate(contents)], LIMITS, design)


def same(imported: Imported, arrays: list[list[np.ndarray]]) -> bool:
    found = [array for of_layer in imported.arrays for array in of_layer]
    wanted = [array for of_layer in arrays for array in of_layer]
    return all(np.array_equal(one, other) for one, other in zip(found, wanted, strict=True))


@settings(max_examples=12, phases=[Phase.generate])  # to make a failure smaller takes minutes
@given(networks)
def test_a_model_that_was_saved_here_comes_back_bit_for_bit(network):
    network = Network(input_shape=network.input_shape, layers=(*network.layers, *HEAD))
    assume(not trace(network).problem)
    pixels = "raw" if network.input_shape[0] % 2 else "scaled"
    model = build(network, pixels=pixels, seed=3)
    imported = read(to_bytes(model))
    assert imported.network.layers == network.layers
    assert imported.pixels == ("scaled" if pixels == "scaled" else None), "without a Rescaling the file does not say"
    assert imported.notes == ()
    own = [[array for array in layer.get_weights() if array.dtype == np.float32] for layer in model.layers]
    assert same(imported, own)


@pytest.mark.parametrize("pixels", ["scaled", "raw"])
def test_a_model_with_every_layer_predicts_bit_for_bit_the_same(pixels):
    model = build(EVERY, pixels=pixels, seed=5)
    images = np.random.default_rng(0).integers(0, 256, (5, *EVERY.input_shape), np.uint8)
    imported = read(to_bytes(model))
    again = with_weights(imported.network, imported.arrays, pixels)
    np.testing.assert_array_equal(again.predict_on_batch(images), model.predict_on_batch(images))
    assert {layer.type for layer in EVERY.layers} >= {*LAYER_TYPES} - {"GlobalMaxPooling2D", "Flatten"}


@pytest.mark.parametrize(
    "contents",
    [
        (keras_file(),),
        (config(), weights()),
        (weights(), config()),
        (old_file(),),
        (old_file(apart=True),),
        (config(), old_file(whole=False)),
        (keras_file(numbers=weights(root="_layer_checkpoint_dependencies")),),
        (TINY.to_json().encode(), weights()),
    ],
    ids=["keras 3", "json + weights", "weights + json", "keras 2", "names apart", "keras 2 weights", "2.12", "our own"],
)
def test_each_kind_of_file_is_read(contents):
    imported = read(*contents)
    assert imported.network.layers == TINY.layers
    assert imported.network.name in ("tiny", "file 0"), "that of the file, where Keras has made up one"
    assert same(imported, arrays_of(TINY))


@pytest.mark.parametrize("content", [weights(), old_file(whole=False)], ids=["keras 3", "keras 2"])
def test_weights_alone_are_for_the_design_that_is_named(content):
    assert same(read(content, design=TINY), arrays_of(TINY))
    assert read(content, design=TINY).network == TINY


def test_what_keras_itself_saves_is_read(tmp_path):
    model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Rescaling(1 / 255)])
    for layer in (keras.layers.Conv2D(2, 3), keras.layers.ReLU(), keras.layers.BatchNormalization()):
        model.add(layer)
    model.add(keras.layers.SeparableConv2D(3, 2))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dropout(0.5))
    model.add(keras.layers.Dense(3, activation="softmax"))
    model.compile("adam", "categorical_crossentropy")
    images = np.random.default_rng(0).integers(0, 256, (3, 6, 6, 1), np.uint8)
    for name in ("whole.keras", "whole.h5"):
        model.save(tmp_path / name)
        imported = read((tmp_path / name).read_bytes())
        assert imported.pixels == "scaled"
        again = with_weights(imported.network, imported.arrays, "scaled")
        np.testing.assert_array_equal(again.predict_on_batch(images), model.predict_on_batch(images))


@pytest.mark.parametrize("dtype", ["<f2", ">f4", "<f8"])
def test_floats_of_other_sizes_and_packed_ones_are_read(dtype):
    def change(file: h5py.File) -> None:
        for path in ("layers/conv2d/vars/0", "layers/dense/vars/0"):
            array = np.round(file[path][()], 2)
            del file[path]
            file.create_dataset(path, data=array.astype(dtype), compression="gzip", shuffle=True, fletcher32=True)

    imported = read(keras_file(numbers=weights(change=change)))
    expected = np.round(arrays_of(TINY)[0][0], 2).astype(dtype).astype(np.float32)
    np.testing.assert_array_equal(imported.arrays[0][0], expected)


def test_what_only_guided_the_training_is_left_out_and_told():
    def change(plain: dict) -> None:
        plain["config"]["layers"][1]["config"]["kernel_regularizer"] = {"class_name": "L2", "config": {"l2": 0.01}}

    (note,) = read(keras_file(config(change=change))).notes
    assert str(note) == "Left out: kernel_regularizer: L2 (l2 0.01) (layer 1)"


def test_a_model_of_vectors_is_given_images():
    layers = [{"class_name": "Dense", "config": {"units": 3, "activation": "softmax", "batch_input_shape": [None, 36]}}]
    plain = {"class_name": "Sequential", "config": {"name": "v", "layers": layers}}
    design = Network(input_shape=(6, 6, 1), layers=HEAD)
    imported = read(json.dumps(plain).encode(), weights(design))
    assert imported.network.layers == HEAD
    assert [str(note) for note in imported.notes] == [
        "It takes a vector of 36 values; here these are the pixels of an image of 6×6×1, row by row."
    ]


def test_sums_without_probabilities_get_a_softmax():
    network = TINY.replace(3, Dense(units=3))
    imported = read(keras_file(config(network), weights(network)))
    assert imported.network.layers == (*network.layers, Activation(activation="softmax"))
    assert "softmax" in str(imported.notes[-1])
    model = with_weights(imported.network, imported.arrays, "scaled")
    np.testing.assert_allclose(model.predict_on_batch(np.ones((2, 6, 6, 1))).sum(axis=1), 1, rtol=1e-5)


def test_a_process_of_its_own_reads_the_same():
    files, limits = [Sent("mine.keras", to_bytes(build(PRESETS["lesson"].network)))], Limits(10_000_000, 100_000)
    here, there = read_model(files, limits), read_apart(files, limits)
    assert (there.network, there.pixels, there.notes) == (here.network, here.pixels, here.notes)
    assert same(there, here.arrays)


def test_a_type_that_says_how_to_compute_is_told(tmp_path):
    keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Flatten(), keras.layers.Dense(3, dtype="float64")]).save(
        tmp_path / "wide.keras"
    )
    notes = list(map(str, read((tmp_path / "wide.keras").read_bytes()).notes))
    assert any(note.startswith("Left out: dtype: ") and "float64" in note for note in notes), notes
