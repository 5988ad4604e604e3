"""build: the same network as the designer says, and states that survive being written down."""

import random as python_random
import threading

import keras
import numpy as np
import pytest

from cnn_core.design.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    SeparableConv2D,
)
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.training.build import (
    Attempt,
    Memory,
    build,
    checkpoint,
    compile_model,
    from_bytes,
    remembered,
    restore,
    to_bytes,
)

STATEFUL = Network(
    input_shape=(6, 6, 1),
    layers=(
        Conv2D(filters=3, kernel_size=3),
        BatchNormalization(),
        Flatten(),
        Dropout(rate=0.5),
        Dense(units=3, activation="softmax"),
    ),
)


@pytest.fixture
def images(random) -> np.ndarray:
    return random.integers(0, 256, (16, 6, 6, 1), dtype=np.uint8)


@pytest.fixture
def labels(random) -> np.ndarray:
    return np.eye(3, dtype=np.float32)[random.integers(0, 3, 16)]


def compiled(recipe: Recipe, network: Network = STATEFUL, seed: int = 0) -> keras.Sequential:
    model = build(network, seed=seed)
    compile_model(model, recipe, steps_per_execution=1, jit_compile=False)
    return model


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_the_shapes_and_parameters_that_the_designer_shows(name):
    network = PRESETS[name].network
    traced, model = trace(network), build(network)
    assert [layer.output.shape[1:] for layer in model.layers[1:]] == [report.output_shape for report in traced.reports]
    assert model.count_params() == traced.totals.parameters


DRAWING = Network(
    input_shape=(8, 8, 2),
    layers=(
        Conv2D(filters=3, kernel_size=3),
        SeparableConv2D(filters=4, kernel_size=2),
        DepthwiseConv2D(kernel_size=2),
        Dropout(rate=0.5),
        Flatten(),
        Dense(units=3),
    ),
)


def test_a_seed_gives_the_weights_that_keras_gives_after_setting_it():
    ours = [variable.numpy() for variable in build(DRAWING, seed=7).variables]
    # Keras itself draws from Python's one random state, and so do Dask's threads, where a test before has started some.
    for _ in range(10):
        theirs = [variable.numpy() for variable in _made_by_keras(seed=7).variables]
        assert len(theirs) == len(ours), "weights, and the random state of Dropout"
        if all(np.array_equal(one, other) for one, other in zip(theirs, ours, strict=True)):
            return
    raise AssertionError("ten times Keras gave other weights")


def _made_by_keras(seed: int) -> keras.Sequential:
    keras.utils.set_random_seed(seed)
    layers = [getattr(keras.layers, layer.type)(**layer.model_dump(exclude={"type"})) for layer in DRAWING.layers]
    return keras.Sequential([keras.Input(DRAWING.input_shape), *layers])


def test_a_seed_means_the_same_while_another_thread_draws_from_pythons_random_state():
    """As Dask does in its workers, to guess how large a dictionary is."""
    over = threading.Event()

    def draw() -> None:
        while not over.is_set():
            python_random.random()

    expected = build(DRAWING, seed=7).get_weights()
    thread = threading.Thread(target=draw)
    thread.start()
    try:
        drawn = [build(DRAWING, seed=7).get_weights() for _ in range(3)]
    finally:
        over.set()
        thread.join()
    for weights in drawn:
        for one, other in zip(expected, weights, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("pixels", "divided_by"), [("scaled", 255), ("raw", 1)])
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_raw_pixels_go_in(random, pixels, divided_by, precision):
    """Against a dense layer in NumPy; as the last layer it computes in float32. A file of the model does the same."""
    model = build(Network(input_shape=(4, 4, 1), layers=(Flatten(), Dense(units=2))), precision, pixels=pixels)
    model = from_bytes(to_bytes(model)) if precision == "float32" else model
    images = random.integers(0, 256, (5, 4, 4, 1), dtype=np.uint8)
    weights, bias = model.get_weights()
    expected = images.reshape(5, 16) / divided_by @ weights + bias
    if precision != "float32":
        np.testing.assert_allclose(model.predict_on_batch(images), expected, rtol=0.02, atol=0.01 * 255 / divided_by)
        return
    np.testing.assert_allclose(model.predict_on_batch(images), expected, rtol=1e-5, atol=1e-6)


def test_low_precision_still_gives_float32_probabilities(images):
    probabilities = build(STATEFUL, "mixed_bfloat16").predict_on_batch(images)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=0.02)


def test_a_model_file_predicts_the_same(images):
    model = build(STATEFUL)
    again = from_bytes(to_bytes(model))
    np.testing.assert_array_equal(again.predict_on_batch(images), model.predict_on_batch(images))


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam", "adamw"])
def test_after_a_checkpoint_training_goes_on_as_if_never_stopped(optimizer, images, labels):
    """The same batch each time, so that nothing but weights, random state and optimizer can make a difference."""
    recipe = Recipe(optimizer=optimizer, learning_rate=0.01, momentum=0.9)
    model = compiled(recipe, seed=1)
    for _ in range(3):
        model.train_on_batch(images, labels)
    saved = checkpoint(Attempt(model), 3)
    other = compiled(recipe, seed=2)
    assert remembered(saved) == (3, Memory())
    restore(Attempt(other), saved)
    for _ in range(3):
        model.train_on_batch(images, labels)
        other.train_on_batch(images, labels)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)


def test_a_checkpoint_without_its_optimizer_would_not_do(images, labels):
    """The test above can fail: with fresh momentum the weights differ."""
    recipe = Recipe(optimizer="adam", learning_rate=0.01)
    model = compiled(recipe)
    for _ in range(3):
        model.train_on_batch(images, labels)
    other = compiled(recipe)
    other.set_weights(model.get_weights())
    for network in (model, other):
        network.train_on_batch(images, labels)
    assert np.abs(model.get_weights()[0] - other.get_weights()[0]).max() > 1e-4
