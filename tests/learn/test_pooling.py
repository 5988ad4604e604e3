"""Pooling by hand against Keras; smallest and sum, which Keras has not, against loops."""

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnn_core.learn.pooling import WAYS, kept, moved, pool
from cnn_core.learn.slide import Slide

sides = st.integers(1, 12)


@st.composite
def windows(draw) -> tuple[Slide, Slide]:
    padding = draw(st.sampled_from(["valid", "same"]))
    return tuple(Slide(draw(st.integers(1, 5)), draw(st.integers(1, 4)), padding=padding) for _ in range(2))


def by_loops(image, way, vertical, horizontal):
    height, width, channels = image.shape
    rows, columns = vertical.cells(height), horizontal.cells(width)
    top, left = vertical.frame(height)[0], horizontal.frame(width)[0]
    made = np.zeros((rows, columns, channels))
    for row in range(rows):
        for column in range(columns):
            for channel in range(channels):
                seen = []
                for y in range(row * vertical.stride - top, row * vertical.stride - top + vertical.window):
                    for x in range(
                        column * horizontal.stride - left, column * horizontal.stride - left + horizontal.window
                    ):
                        if 0 <= y < height and 0 <= x < width:
                            seen.append(float(image[y, x, channel]))
                made[row, column, channel] = min(seen) if way == "min" else sum(seen)
    return made


def by_keras(image, way, vertical, horizontal):
    layer = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}[way]
    windows, strides = (vertical.window, horizontal.window), (vertical.stride, horizontal.stride)
    return np.asarray(layer(windows, strides, padding=vertical.padding)(image[np.newaxis]))[0]


@given(windows(), sides, sides, st.sampled_from([1, 3]), st.sampled_from(WAYS), st.integers(0, 2**32 - 1))
def test_the_map_is_the_one_that_keras_or_loops_make(both, height, width, channels, way, seed):
    vertical, horizontal = both
    assume(vertical.cells(height) > 0 and horizontal.cells(width) > 0)
    # With "same" and a step above the window, one may lie wholly beyond the map: Keras gives no number there.
    assume(all((vertical.places(height) < height).any(axis=1)) and all((horizontal.places(width) < width).any(axis=1)))
    image = np.random.default_rng(seed).normal(size=(height, width, channels)).astype(np.float32)
    expected = (by_keras if way in ("max", "average") else by_loops)(image, way, vertical, horizontal)
    np.testing.assert_allclose(pool(image, way, vertical, horizontal), expected, atol=1e-5)


@given(sides, sides, st.integers(-3, 3), st.integers(-3, 3), st.integers(0, 2**32 - 1))
def test_a_shift_moves_every_pixel_that_stays_on_the_image(height, width, down, right, seed):
    image = np.random.default_rng(seed).random((height, width, 1))
    there = moved(image, down, right)
    assert there.shape == image.shape
    for y in range(height):
        for x in range(width):
            inside = 0 <= y - down < height and 0 <= x - right < width
            assert there[y, x, 0] == (image[y - down, x - right, 0] if inside else 0)


def test_what_stays_is_counted_where_there_is_something():
    before = np.array([[0, 1, 2, 3]])[..., np.newaxis].astype(float)
    after = np.array([[0, 1, 5, 0]])[..., np.newaxis].astype(float)
    assert kept(before, after) == pytest.approx(1 / 3)
    assert kept(before * 0, before * 0) == 1
