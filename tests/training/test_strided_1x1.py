"""A 1x1 kernel with strides: plain Keras dies of it on many processors. Here nothing does, with the right numbers."""

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from cnn_core.design.layers import Conv2D, Dense, DepthwiseConv2D, Flatten, SeparableConv2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.training.build import build, compile_model, from_bytes, to_bytes

ROOT = Path(__file__).parents[2]
HEAD = (Flatten(), Dense(units=10, activation="softmax"))
FIRST = Conv2D(filters=4, kernel_size=3, padding="same", activation="relu")
NETWORKS = {
    "stride 2": (Conv2D(filters=8, kernel_size=1, strides=2),),
    "stride 3": (Conv2D(filters=8, kernel_size=2), Conv2D(filters=8, kernel_size=1, strides=3)),
    "same padding": (FIRST, Conv2D(filters=8, kernel_size=1, strides=2, padding="same", activation="relu")),
    "stride 2 across": (FIRST, Conv2D(filters=8, kernel_size=1, strides=(1, 2))),
    "depthwise": (DepthwiseConv2D(kernel_size=1, strides=2),),
    "separable": (SeparableConv2D(filters=8, kernel_size=1, strides=2),),
    "odd sides": (Conv2D(filters=4, kernel_size=2), Conv2D(filters=8, kernel_size=1, strides=2)),
}
LARGE = (Conv2D(filters=64, kernel_size=1, strides=2), Conv2D(filters=2, kernel_size=5, strides=8), *HEAD)


def network(name: str) -> Network:
    return Network(layers=(*NETWORKS[name], *HEAD))


SURVIVES = """
import json, sys
import numpy as np
from cnn_core.data.datasets import Dataset
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.training import warm
from cnn_core.training.device import Choices
from cnn_core.training.fit import fit

random = np.random.default_rng(0)
for asked in json.loads(sys.argv[1]):
    network, batch = Network.from_json(asked["network"]), asked["batch"]
    images = random.integers(0, 256, (asked["images"], *network.input_shape), dtype=np.uint8)
    labels = np.arange(len(images)) % 10
    data = Dataset("d", "D", images, labels, images[:20], labels[:20], tuple("0123456789"))
    recipe = Recipe(batch_size=batch, epochs=2, validation_share=0.0)
    warm.prepare(network, recipe, 1)
    for precision in asked.get("precisions", ["float32"]):
        fit(network, recipe, data, lambda event: None, choices=Choices(1, False, precision))
    print(asked["name"], "lives", flush=True)
"""


def test_the_process_lives_after_batches_of_one_image_and_large_maps():
    """As the only image of a batch, as the last one of an epoch, and two of 224 x 224: plain Keras dies of each."""
    killed = ("stride 2", "same padding", "separable")
    asked = [{"name": name, "network": network(name).to_json(), "images": 20, "batch": 1} for name in killed]
    large = Network(input_shape=(224, 224, 3), layers=LARGE)
    both = {"precisions": ["float32", "mixed_bfloat16"]}
    asked.append({**asked[0], **both, "name": "the last batch", "images": 41, "batch": 20})
    asked.append({**both, "name": "large maps", "network": large.to_json(), "images": 10, "batch": 2})
    done = subprocess.run(
        [sys.executable, "-c", SURVIVES, json.dumps(asked)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert [line for line in done.stdout.splitlines() if "lives" in line] == [f"{one['name']} lives" for one in asked]


def step(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> tuple[float, list[np.ndarray]]:
    """The loss, and the weights after one step of plain gradient descent."""
    compile_model(model, Recipe(optimizer="sgd", learning_rate=0.1), steps_per_execution=1, jit_compile=False)
    loss, _ = model.train_on_batch(images, labels)
    return float(loss), model.get_weights()


@pytest.mark.parametrize("count", [1, 16])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_step_is_that_of_plain_keras(name, count, random):
    """Plain Keras is asked in float64, which oneDNN does not compute in."""
    images = random.integers(0, 256, (count, 28, 28, 1), dtype=np.uint8)
    labels = np.eye(10, dtype=np.float32)[random.integers(0, 10, count)]
    ours, theirs = build(network(name), to_train=True), build(network(name), "float64")
    theirs.set_weights(ours.get_weights())
    loss, weights = step(ours, images, labels)
    expected, wanted = step(theirs, images, labels)
    assert loss == pytest.approx(expected, rel=1e-5)
    for one, other in zip(weights, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", NETWORKS)
def test_no_layer_that_is_trained_has_a_1x1_kernel_with_strides_and_the_variables_are_the_same(name):
    trained, kept = build(network(name), to_train=True), build(network(name))
    for layer in trained.layers:
        assert getattr(layer, "kernel_size", None) != (1, 1) or layer.strides == (1, 1)
    assert [tuple(v.shape) for v in trained.variables] == [tuple(v.shape) for v in kept.variables]
    assert trained.output_shape == kept.output_shape


def test_what_is_kept_is_plain_keras_with_the_layers_of_the_design():
    kept = from_bytes(to_bytes(build(network("same padding"))))
    assert [type(layer).__name__ for layer in kept.layers] == ["Rescaling", "Conv2D", "Conv2D", "Flatten", "Dense"]
    assert kept.layers[2].strides == (2, 2)


def test_other_networks_are_built_as_ever():
    design = Network(layers=(Conv2D(filters=2, kernel_size=1), Conv2D(filters=2, kernel_size=3, strides=2), *HEAD))
    configs = [[layer.get_config() for layer in build(design, to_train=flag).layers] for flag in (True, False)]
    for one, other in zip(*configs, strict=True):
        assert {**one, "name": ""} == {**other, "name": ""}
