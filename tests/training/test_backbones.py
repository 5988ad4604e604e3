"""Backbones as Keras builds them: the same sums as keras.applications, trained, saved and read like any other layer."""

import keras
import numpy as np
import pytest

from cnn_core.design.layers import Backbone
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import FineTuning, Start, learning, with_new_head
from cnn_core.exchange.backbones import whole
from cnn_core.exchange.weights import read_checkpoint, read_weights, weight_shapes
from cnn_core.insight.dream import Dream, dream
from cnn_core.training.build import build, checkpoint, from_bytes, to_bytes
from cnn_core.training.device import Choices
from cnn_core.training.fit import fit
from tests.support.backbones import made_up_arrays

SHAPE = (67, 50, 3)
PLAIN = Choices(steps_per_execution=1, jit_compile=False, precision="float32")
known = keras.applications
KERAS = {
    "mobilenet-v2-035": (known.mobilenet_v2, lambda **about: known.MobileNetV2(alpha=0.35, **about)),
    "mobilenet-v2": (known.mobilenet_v2, known.MobileNetV2),
    "mobilenet-025": (known.mobilenet, lambda **about: known.MobileNet(alpha=0.25, **about)),
    "mobilenet": (known.mobilenet, known.MobileNet),
    "efficientnet-b0": (known.efficientnet, known.EfficientNetB0),
    "resnet50": (known.resnet, known.ResNet50),
}
PIXELS = [np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225]) ** 2, np.zeros((), np.int32)]
"""What EfficientNetB0 itself knows of the pixels of ImageNet: mean, variance and count."""


@pytest.mark.parametrize("name", KERAS)
def test_it_computes_what_keras_applications_compute(name):
    module, make = KERAS[name]
    theirs = make(input_shape=SHAPE, include_top=False, weights=None)
    arrays = made_up_arrays(name)
    before = PIXELS if name == "efficientnet-b0" else []
    turned = [arrays[0][:, :, ::-1], *arrays[1:]] if name == "resnet50" else arrays  # theirs takes blue, green, red
    theirs.set_weights([*before, *turned])
    ours = build(whole(name, SHAPE))
    ours.set_weights(arrays)
    images = np.random.default_rng(0).integers(0, 256, (2, *SHAPE)).astype(np.float32)
    expected = np.asarray(theirs(module.preprocess_input(images.copy()), training=False))
    np.testing.assert_allclose(
        np.asarray(ours(images, training=False)), expected, rtol=1e-3, atol=1e-5 * expected.max()
    )
    assert expected.std() > 0.01

    backbone = Backbone(architecture=name)
    assert backbone.output_shape(SHAPE) == theirs.output_shape[1:]
    assert sum(backbone.parameters(SHAPE)) + sum(array.size for array in before) == theirs.count_params()
    trained = sum(int(np.prod(weight.shape)) for weight in theirs.trainable_weights)
    assert backbone.parameters(SHAPE)[0] == trained


@pytest.mark.parametrize("name", ["mobilenet-025", "efficientnet-b0", "resnet50", "efficientnet-lite0"])
def test_its_weights_are_read_from_a_file_without_keras(name):
    network = with_new_head(whole(name, (32, 32, 3)), 4, 3)
    model = build(network, seed=5)
    found = read_weights(to_bytes(model), network.opened())
    flat = [array for of_layer in found.arrays for array in of_layer]
    for one, other in zip(flat, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert [len(of_layer) for of_layer in found.arrays] == [len(shapes) for shapes in weight_shapes(network.opened())]


def test_the_seed_draws_all_its_weights():
    network = whole("efficientnet-b0", (32, 32, 3)).changed(
        layers=(Backbone(architecture="efficientnet-b0", blocks=5),)
    )
    first, same, other = (build(network, seed=seed).get_weights() for seed in (1, 1, 2))
    assert all(map(np.array_equal, first, same))
    assert not np.array_equal(first[0], other[0])


@pytest.fixture(scope="module")
def pictures():
    from cnn_core.data.datasets import Dataset

    random = np.random.default_rng(3)
    labels = np.arange(40) % 2
    images = random.integers(0, 120, (40, 32, 32, 3)).astype(np.uint8)
    images[labels == 1, :, :, 0] += 100  # the second kind is reddish
    return Dataset("own-two", "Two", images[:28], labels[:28], images[28:], labels[28:], ("blue", "red"))


def test_it_trains_in_two_phases_and_goes_on_after_any_epoch(pictures):
    name, kept = "mobilenet-025", {}
    network, base = with_new_head(whole(name, (32, 32, 3)), 14, 2), made_up_arrays(name)
    start = Start(
        base=f"imagenet-{name}", layers=14, frozen=14, then=FineTuning(after=2, frozen=13, learning_rate=1e-4)
    )
    recipe = Recipe(optimizer="adam", learning_rate=0.01, batch_size=7, epochs=3, start=start, validation_share=0.25)
    events = []

    def train(**more):
        asked = network, recipe, pictures, events.append
        outcome = fit(*asked, base=base, choices=PLAIN, **more)
        return from_bytes(outcome.model).get_weights()

    weights = train(on_epoch=lambda attempt, epochs: kept.setdefault(epochs, checkpoint(attempt, epochs)))
    assert [event.done for event in events if event.kind == "prepared"] == [28, 28]
    block = len(weight_shapes(whole(name).opened())[13])
    assert all(map(np.array_equal, weights[: -block - 2], base[:-block])), "thirteen blocks have stayed"
    kernels, known = (0, 5), (*range(1, 5), *range(6, 10))  # of the last block; what BatchNormalization knows stays
    last = weights[-block - 2 : -2]
    assert not any(np.array_equal(last[place], base[-block + place]) for place in kernels)
    assert all(np.array_equal(last[place], base[-block + place]) for place in known)
    for epochs in (1, 2):
        assert all(map(np.array_equal, train(resume=kept[epochs]), weights)), epochs
    found = read_checkpoint(kept[2], network.opened(), "raw")
    assert np.array_equal(found.arrays[3][0], base[sum(map(len, weight_shapes(whole(name).opened())[:3]))])


@pytest.mark.parametrize(("layers", "frozen"), [(14, 14), (14, 12), (14, 0), (5, 3)])
def test_what_learns_is_counted_as_keras_does(layers, frozen):
    network = with_new_head(whole("mobilenet-025", (32, 32, 3)), layers, 2)
    model = build(network, frozen=frozen, taken=layers)
    assert sum(weight.size for weight in map(np.asarray, model.trainable_weights)) == learning(network, layers, frozen)


def test_its_layers_dream_at_any_size():
    network = with_new_head(whole("mobilenet-025", (32, 32, 3)), 4, 2)
    image = np.random.default_rng(0).integers(0, 256, (48, 80, 3)).astype(np.uint8)
    *_before, (fraction, dreamt) = dream(build(network), 6, [2], image, Dream(octaves=2, steps=1))
    assert (fraction, dreamt.shape) == (1, image.shape)


def test_a_backbone_cannot_be_written_as_keras_json():
    from cnn_core.errors import DesignError

    with pytest.raises(DesignError, match="no layer for a whole backbone"):
        Network(input_shape=(64, 64, 3), layers=(Backbone(),)).to_keras_json()
