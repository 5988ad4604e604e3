"""What a worker makes of an image, layer by layer, against Keras asked directly."""

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnn_core.design.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import trace
from cnn_core.engine.work.base import Key
from cnn_core.engine.work.context import Context, Kept, answer
from cnn_core.engine.work.maps import Maps, Random
from cnn_core.errors import EngineError
from cnn_core.exchange.maps import ImageMaps, packed_maps
from cnn_core.exchange.weights import Weights
from cnn_core.runs.models import READY_MADE
from cnn_core.training.build import build, from_bytes
from tests.design.strategies import networks

NOTHING = Context(Kept(), {})
PHOTOS = Network(
    input_shape=(150, 130, 3),
    layers=(Conv2D(filters=70, padding="same"), MaxPooling2D(pool_size=5), Flatten(), Dense(units=3)),
)


def an_image(network: Network, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, network.input_shape, dtype=np.uint8)


def assert_keras(maps: ImageMaps, model: keras.Sequential, image: np.ndarray) -> None:
    """All that Keras's own model of several outputs gives; activity by its definition."""
    design = [layer for layer in model.layers if not isinstance(layer, keras.layers.Rescaling)]
    several = keras.Model(model.inputs[0], [model.inputs[0], *(layer.output for layer in design)])
    outputs = several(np.stack([image, np.zeros_like(image)]).astype(np.float32), training=False)
    assert len(outputs) == len(maps.layers) == len(maps.plan.cuts)
    for cut, layer, pair in zip(maps.plan.cuts, maps.layers, outputs, strict=True):
        value, blank = np.asarray(pair)
        close = {"rtol": 1e-4, "atol": 1e-5 * max(1, np.abs(value).max())}
        assert cut.whole == value.shape
        np.testing.assert_allclose(layer.values, cut.of(value), **close)
        np.testing.assert_allclose(layer.largest, max(0, value.max()), **close)
        per_map = np.abs(value - blank).reshape(-1, value.shape[-1]).mean(axis=0)
        np.testing.assert_allclose(layer.activity, per_map[: cut.count], **close)


@pytest.mark.filterwarnings("ignore:.*softmax over axis:UserWarning")  # of one value: of no use, but possible
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks, st.integers(0, 1000), st.sampled_from(["scaled", "raw"]))
def test_of_any_design_with_random_weights(network, seed, pixels):
    network = network.changed(data_format="channels_last")
    assume(network.layers and not trace(network).problem)
    image = an_image(network, seed)
    maps = Maps(network, Random(seed, pixels), image).run(NOTHING)
    assert maps.pixels == pixels
    assert_keras(maps, build(network, seed=seed, pixels=pixels), image)


def test_of_a_large_image_what_is_kept():
    image = an_image(PHOTOS)
    maps = Maps(PHOTOS, Random(1, "scaled"), image).run(NOTHING)
    assert maps.plan.cuts[1].step == 3
    assert_keras(maps, build(PHOTOS, seed=1), image)
    assert len(packed_maps(maps)) < 2_000_000


def test_of_weights_that_a_training_has_sent():
    network = PRESETS["lesson"].network
    model = build(network, seed=8)
    arrays = [layer.get_weights() for layer in model.layers[1:]]
    image = an_image(network)
    maps = Maps(network, Weights(arrays, "scaled"), image).run(NOTHING)
    assert_keras(maps, model, image)
    assert sorted(maps.weights) == [place for place, layer in enumerate(model.layers[1:]) if layer.weights]
    for place, sent in maps.weights.items():
        for one, other in zip(sent, model.layers[place + 1].get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)


def test_of_a_model_in_the_library_which_is_sent_for():
    network, image = PRESETS["keras-log"].network, an_image(PRESETS["keras-log"].network)
    work = Maps(network, "keras-log", image)
    assert answer(work, NOTHING).keys == (Key("model", "keras-log"),)
    content = (READY_MADE / "keras-log.keras").read_bytes()
    maps = answer(work, Context(Kept(), {Key("model", "keras-log"): content}))
    assert_keras(maps, from_bytes(content), image)


def test_an_image_of_another_shape_is_refused_in_words():
    with pytest.raises(EngineError, match="takes other images"):
        answer(Maps(PHOTOS, Random(0, "scaled"), np.zeros((28, 28, 1), np.uint8)), NOTHING)


def test_it_says_how_far_it_is_and_stops_when_nobody_wants_it():
    told = []
    context = Context(Kept(), {}, lambda fraction, partial=None: told.append(fraction), lambda: len(told) == 3)
    with pytest.raises(EngineError, match="stopped"):
        Maps(PHOTOS, Random(0, "scaled"), an_image(PHOTOS)).run(context)
    assert told == [0, 1 / 4, 2 / 4]
