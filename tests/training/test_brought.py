"""A model that was trained elsewhere: its weights, its pixels, its answers."""

import numpy as np
import pytest

from cnn_core.errors import DataError
from cnn_core.runs.models import ready_made
from cnn_core.training.brought import better_pixels, check_answers, probabilities, with_weights
from cnn_core.training.build import build, from_bytes
from tests.support.models import TINY, arrays_of

CLASSIC = ready_made("keras-log")


@pytest.fixture(scope="module")
def learned() -> list[np.ndarray]:
    """What the classic network has learned from pixels of 0 to 1."""
    return from_bytes(CLASSIC.load()).get_weights()


@pytest.mark.parametrize("pixels", ["scaled", "raw"])
def test_how_pixels_enter_is_found_out(bundled, learned, pixels):
    if pixels == "raw":  # the same network for pixels of 0 to 255
        learned = [learned[0] / 255, *learned[1:]]
    model = with_weights(CLASSIC.network, [learned], "raw")
    assert better_pixels(model, bundled.x_test, bundled.y_test) == pixels


def test_accuracy_alone_would_not_tell(bundled, learned):
    """Why the loss decides: with pixels 255 times as large this network is right as often."""
    model = with_weights(CLASSIC.network, [learned], "raw")
    images, labels = bundled.x_test[:500].astype(np.float32), bundled.y_test[:500]
    right = [np.mean(model.predict(shown, verbose=0).argmax(axis=1) == labels) for shown in (images, images / 255)]
    assert abs(right[0] - right[1]) < 0.02


def test_all_images_are_shown_in_parts_and_each_once():
    model, told = build(TINY, seed=1), []
    images = np.random.default_rng(0).integers(0, 256, (1203, 6, 6, 1), np.uint8)
    found = probabilities(model, TINY, images, told.append)
    np.testing.assert_allclose(found, model.predict(images, verbose=0), rtol=1e-5, atol=1e-7)
    assert told == sorted(told)
    assert told[-1] == 1


def test_weights_that_give_no_numbers_are_refused():
    arrays = [[np.full_like(array, 3e38) for array in of_layer] for of_layer in arrays_of(TINY)]
    with pytest.raises(DataError, match="none at all"):
        check_answers(with_weights(TINY, arrays, "scaled"))
    check_answers(with_weights(TINY, arrays_of(TINY), "scaled"))
