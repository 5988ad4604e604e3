"""Changed pictures, against loops and hand-made cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.data.changes import drop_rows, noise, rotate, shift, shuffle_pixels

IMAGES = np.random.default_rng(1).integers(1, 256, (3, 6, 5, 2), dtype=np.uint8)


@given(right=st.integers(-7, 7), down=st.integers(-7, 7))
def test_shift_moves_every_pixel_and_fills_with_nothing(right, down):
    expected = np.zeros_like(IMAGES)
    for y in range(6):
        for x in range(5):
            if 0 <= y - down < 6 and 0 <= x - right < 5:
                expected[:, y, x] = IMAGES[:, y - down, x - right]
    assert np.array_equal(shift(IMAGES, right, down), expected)


def test_rotate_by_a_right_angle_and_by_nothing():
    square = IMAGES[:, :5]
    assert np.array_equal(rotate(square, 90), np.rot90(square, axes=(1, 2)))
    assert np.array_equal(rotate(square, 0), square)
    assert rotate(square, 30).dtype == np.uint8


def test_noise_has_its_strength_and_its_seed():
    grey = np.full((20, 28, 28, 1), 128, np.uint8)
    noisy = noise(grey, 10, seed=3)
    assert (noisy.astype(float) - 128).std() == pytest.approx(10, rel=0.02)
    assert np.array_equal(noisy, noise(grey, 10, seed=3))
    assert not np.array_equal(noisy, noise(grey, 10, seed=4))
    assert noise(grey * 0 + 255, 50).max() == 255
    assert np.array_equal(noise(grey, 0), grey)


def test_every_other_row_is_gone_and_the_size_stays():
    column = np.arange(5, dtype=np.uint8).reshape(1, 5, 1, 1)
    assert drop_rows(column).ravel().tolist() == [0, 0, 2, 2, 4]
    assert drop_rows(IMAGES).shape == IMAGES.shape


def test_shuffled_pixels_are_the_same_ones_in_one_fixed_order():
    shuffled = shuffle_pixels(IMAGES, 7)
    for before, after in zip(IMAGES, shuffled, strict=True):
        assert sorted(map(tuple, before.reshape(-1, 2))) == sorted(map(tuple, after.reshape(-1, 2)))
    one_by_one = np.stack([shuffle_pixels(image[None], 7)[0] for image in IMAGES])
    assert np.array_equal(shuffled, one_by_one)
    assert not np.array_equal(shuffled, shuffle_pixels(IMAGES, 8))
