"""Looking inside, against independent computations: finite differences, a model of its own, loops."""

import doctest

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.data.changes import background
from cnn_core.design.layers import Activation, Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.insight import filters as filters_module
from cnn_core.insight.ascent import Climb, climb
from cnn_core.insight.decided import agreement, grad_cam, occlusion, saliency
from cnn_core.insight.dream import Dream, dream, excitement
from cnn_core.insight.filters import alike, dead, excited, with_noise, without
from cnn_core.insight.parts import Stopped, batches
from cnn_core.runs.models import ready_made
from cnn_core.training.build import build, from_bytes, to_bytes

LAYERS = (
    Conv2D(filters=4, kernel_size=3, activation="relu"),
    MaxPooling2D(),
    Conv2D(filters=6, kernel_size=3, activation="relu"),
    Flatten(),
    Dense(units=5, activation="softmax"),
)
SMALL = Network(input_shape=(12, 11, 2), layers=LAYERS)


@pytest.fixture(scope="module", params=["scaled", "raw"])
def model(request) -> keras.Sequential:
    """Loaded from a file, as on a worker: there Keras 3.15 has its trap for gradients."""
    made = build(SMALL, seed=3, pixels=request.param)
    for variable in made.weights:
        if len(variable.shape) == 1:
            variable.assign(np.random.default_rng(1).normal(0, 0.1, variable.shape))
    return from_bytes(to_bytes(made))


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, SMALL.input_shape, dtype=np.uint8)


def logits(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """By a model of its own, whose last layer has no softmax."""
    plain = build(SMALL.replace(4, Dense(units=5)), pixels="scaled" if len(model.layers) == 6 else "raw")
    plain.set_weights(model.get_weights())
    return plain.predict_on_batch(images.astype(np.float32))


def test_saliency_is_the_change_of_the_score_with_each_pixel(model, image):
    found = saliency(model, 5, image, 2)
    assert found.shape == (12, 11)
    step = 0.5 if len(model.layers) == 6 else 0.05
    for row, column in [(0, 0), (5, 6), (11, 10), (7, 3)]:
        changes = []
        for channel in range(2):
            pair = np.repeat(image[np.newaxis].astype(np.float32), 2, axis=0)
            pair[:, row, column, channel] += [step, -step]
            above, below = logits(model, pair)[:, 2]
            changes.append(abs(above - below) / (2 * step))
        assert found[row, column] == pytest.approx(max(changes), rel=0.05, abs=1e-5)


def test_grad_cam_is_that_of_the_paper(model, image):
    """Equations 1 and 2, with gradients by finite differences of the part behind the maps."""
    scaled = len(model.layers) == 6
    front = build(SMALL.changed(layers=LAYERS[:3]), pixels="scaled" if scaled else "raw")
    front.set_weights(model.get_weights()[:4])
    maps = front.predict_on_batch(image[np.newaxis].astype(np.float32))[0]
    kernel, bias = model.get_weights()[4:]
    assert logits(model, image[np.newaxis])[0] == pytest.approx(maps.ravel() @ kernel + bias, rel=1e-4, abs=1e-3)
    weights = kernel[:, 1].reshape(maps.shape).mean(axis=(0, 1))  # of a linear part the gradient is its weights
    expected = np.maximum((weights * maps).sum(axis=-1), 0)
    found = grad_cam(model, 5, image, 1, 2)
    assert found.shape == (12, 11)
    assert found.min() >= 0
    assert found.max() == pytest.approx(expected.max(), rel=0.35)
    rows, columns = (
        np.linspace(0, side - 1, own).astype(int) for side, own in zip((12, 11), expected.shape, strict=True)
    )
    assert agreement(found[np.ix_(rows, columns)], expected) > 0.7


def test_grad_cam_of_the_last_maps_is_exact_where_nothing_is_stretched():
    network = Network(
        input_shape=(6, 6, 1),
        layers=(
            Conv2D(filters=3, kernel_size=3, padding="same", activation="relu"),
            GlobalAveragePooling2D(),
            Dense(units=4),
            Activation(activation="softmax"),
        ),
    )
    model = from_bytes(to_bytes(build(network, seed=5)))
    image = np.random.default_rng(2).integers(0, 256, (6, 6, 1), dtype=np.uint8)
    maps = np.asarray(model.layers[1](image[np.newaxis] / np.float32(255)))[0]
    kernel = model.layers[3].get_weights()[0]
    for label in range(4):
        expected = np.maximum((maps * kernel[:, label] / 36).sum(axis=-1), 0)
        np.testing.assert_allclose(grad_cam(model, 4, image, label, 0), expected, rtol=1e-4, atol=1e-6)


def test_occlusion_is_the_mean_fall_of_all_covers(model, image):
    found = occlusion(model, image, 3, 4, 3)
    whole = model.predict_on_batch(image[np.newaxis])[0, 3]
    fall, times = np.zeros((12, 11)), np.zeros((12, 11))
    for top in range(-3, 12, 3):
        for left in range(-3, 11, 3):
            covered = image.copy()
            where = np.zeros((12, 11), bool)
            where[max(top, 0) : max(top + 4, 0), max(left, 0) : max(left + 4, 0)] = True
            covered[where] = background(image)
            fall[where] += whole - model.predict_on_batch(covered[np.newaxis])[0, 3]
            times[where] += 1
    np.testing.assert_allclose(found, fall / times, atol=1e-5)
    assert times.min() >= 1


def test_two_maps_agree_as_far_as_they_order_the_pixels_alike():
    one = np.arange(12.0).reshape(3, 4)
    assert agreement(one, one**3) == pytest.approx(1)
    assert agreement(one, -one) == pytest.approx(-1)
    assert agreement(one, np.zeros((3, 4))) == 0


def test_what_excites_a_filter_is_where_its_map_is_largest(model):
    images = np.random.default_rng(4).integers(0, 256, (7, *SMALL.input_shape), dtype=np.uint8)
    found = excited(model, 5, 2, images)
    value = images.astype(np.float32)
    for layer in model.layers[:-2]:
        value = np.asarray(layer(value))
    np.testing.assert_allclose(found.strongest, value.max(axis=(1, 2)), rtol=1e-5)
    for number in range(7):
        for unit in range(6):
            row, column = found.places[number, unit]
            assert value[number, row, column, unit] == value[number, ..., unit].max()
    assert excited(model, 5, 4, images).strongest.sum(axis=1) == pytest.approx(np.ones(7), rel=1e-5), "a dense layer"


def test_dead_and_alike_filters_are_found():
    assert doctest.testmod(filters_module).failed == 0
    answers = np.random.default_rng(0).uniform(0, 1, (50, 4))
    answers[:, 2] = 0
    answers[:, 3] = 5 * answers[:, 1] + 0.1
    assert dead(answers) == [2]
    assert alike(answers) == [(1, 3)]


@given(off=st.sets(st.integers(0, 3)), seed=st.integers(0, 99))
def test_a_filter_that_is_off_is_one_without_weights(off, seed):
    network = SMALL
    model = build(network, seed=seed)
    images = np.random.default_rng(seed).integers(0, 256, (3, *network.input_shape), dtype=np.uint8)
    found = without(model, 5, 0, [(), tuple(off)], images)
    np.testing.assert_allclose(found[0], model.predict_on_batch(images), atol=1e-5)
    kernel, bias, *rest = model.get_weights()
    kernel[..., list(off)], bias[list(off)] = 0, 0
    model.set_weights([kernel, bias, *rest])
    np.testing.assert_allclose(found[1], model.predict_on_batch(images), atol=1e-5)


@given(seed=st.integers(0, 99), amount=st.floats(0.1, 3))
def test_noise_on_weights_is_that_of_a_model_with_other_weights(seed, amount):
    model = build(SMALL, seed=seed)
    images = np.random.default_rng(seed).integers(0, 256, (3, *SMALL.input_shape), dtype=np.uint8)
    found = with_noise(model, 5, 2, [0, amount], seed, images)
    np.testing.assert_allclose(found[0], model.predict_on_batch(images), atol=1e-5)
    weights = model.get_weights()
    assert not np.allclose(found[1], found[0], atol=1e-6)
    noise = np.random.default_rng(seed).normal(0, weights[2].std(), weights[2].shape).astype(np.float32)
    model.set_weights([*weights[:2], weights[2] + np.float32(amount) * noise, *weights[3:]])
    np.testing.assert_allclose(found[1], model.predict_on_batch(images), atol=1e-4)
    with pytest.raises(ValueError, match="MaxPooling2D has no kernel"):
        with_noise(model, 5, 1, [0], 0, images)


def test_whoever_has_stopped_waits_for_no_more_than_a_batch(model):
    images = np.zeros((2, *SMALL.input_shape), np.uint8)
    with pytest.raises(Stopped):
        list(batches(model, images, lambda: True))


@given(unit=st.integers(0, 5), blur=st.sampled_from([0.0, 0.5]), jitter=st.integers(0, 2), seed=st.integers(0, 99))
def test_ascent_rises_and_is_the_same_each_time(unit, blur, jitter, seed):
    model = build(SMALL, seed=seed)
    how = Climb(steps=20, blur=blur, jitter=jitter, seed=seed)
    reached = list(climb(model, 5, 2, [unit], how))
    assert [one.done for one in reached] == [0, 10, 20]
    before, after = reached[0].activations[0], reached[-1].activations[0]
    assert after > before or before == after == 0, "few are silent even where they are climbed before their ReLU"
    assert reached[-1].images.shape == (1, *SMALL.input_shape)
    again = list(climb(model, 5, 2, [unit], how))[-1]
    np.testing.assert_array_equal(again.images, reached[-1].images)


def test_ascent_of_many_is_that_of_each(model):
    how = Climb(steps=10, seed=1)
    many = list(climb(model, 5, 4, [0, 3], how))[-1]
    assert many.images.shape == (2, *SMALL.input_shape)
    before = next(climb(model, 5, 4, [0, 3], how))
    assert (many.activations > before.activations).all(), "the scores of two classes"
    read = model.predict_on_batch(many.images).argmax(axis=1)
    assert read.tolist() == [0, 3], "what is made for a class is read as it"


def test_filters_that_are_silent_on_noise_rise_too():
    """Of the third convolution of the ready-made network most are: after ReLU they have no gradient."""
    ready = ready_made("keras-log")
    model, count = from_bytes(ready.load()), len(ready.network.layers)
    first, *_between, last = climb(model, count, 4, range(16), Climb(steps=60))
    assert (first.activations == 0).sum() >= 8
    assert (last.activations > first.activations).sum() >= 15


@pytest.mark.parametrize("places", [(0,), (2,), (0, 2)])
def test_a_dream_raises_what_its_layers_see_and_is_the_same_each_time(model, places):
    image = np.random.default_rng(2).integers(60, 190, (31, 40, 2), dtype=np.uint8)  # larger than the model's own
    how = Dream(octaves=3, steps=6, strength=3, jitter=4, seed=5)
    fractions, images = zip(*dream(model, 5, places, image, how), strict=True)
    assert list(fractions) == sorted(set(fractions))
    assert fractions[-1] == 1
    assert {(one.shape, one.dtype) for one in images} == {(image.shape, image.dtype)}
    assert excitement(model, 5, places, images[-1]) > 1.2 * excitement(model, 5, places, image)
    *_before, (_fraction, again) = dream(model, 5, places, image, how)
    assert np.array_equal(again, images[-1])


def test_excitement_is_the_mean_square_of_the_maps(model, image):
    front = build(SMALL.changed(layers=LAYERS[:3]), pixels="scaled" if len(model.layers) == 6 else "raw")
    front.set_weights(model.get_weights()[:4])
    maps = front.predict_on_batch(image[np.newaxis].astype(np.float32))
    assert excitement(model, 5, [2], image) == pytest.approx(float(np.mean(maps**2)), rel=1e-4)


def test_an_image_as_small_as_the_models_own_has_one_octave(model, image):
    (found,), (plain,) = (
        list(dream(model, 5, [0], image, Dream(octaves=count, steps=5, jitter=0))) for count in (4, 1)
    )
    assert np.array_equal(found[1], plain[1])
