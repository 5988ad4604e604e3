"""Convolution by hand against Keras, and its places against counting them one by one."""

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnn_core.errors import DesignError
from cnn_core.learn.convolution import convolve, steps
from cnn_core.learn.filters import READY, over_channels
from cnn_core.learn.slide import Slide

sides = st.integers(1, 12)


@st.composite
def slides(draw) -> tuple[Slide, Slide]:
    """For both sides: like Keras's Conv2D, what they share is drawn once."""
    stride, dilation = draw(
        st.one_of(st.tuples(st.integers(1, 4), st.just(1)), st.tuples(st.just(1), st.integers(1, 3)))
    )
    padding, rings = draw(st.sampled_from(["valid", "same"])), draw(st.integers(0, 3))
    return tuple(Slide(draw(st.integers(1, 7)), stride, dilation, padding, rings) for _ in range(2))


def keras_map(image, kernel, bias, vertical, horizontal):
    layer = keras.layers.Conv2D(
        1,
        (vertical.window, horizontal.window),
        strides=vertical.stride,
        padding=vertical.padding,
        dilation_rate=vertical.dilation,
    )
    padded = keras.layers.ZeroPadding2D((vertical.rings, horizontal.rings))(image[np.newaxis])
    layer.build(padded.shape)
    layer.set_weights([kernel[..., np.newaxis], np.array([bias])])
    return np.asarray(layer(padded))[0, ..., 0]


@given(slides(), sides, sides, st.sampled_from([1, 3]), st.integers(0, 2**32 - 1))
def test_the_map_is_the_one_that_keras_makes(both, height, width, channels, seed):
    vertical, horizontal = both
    assume(vertical.cells(height) > 0 and horizontal.cells(width) > 0)
    random = np.random.default_rng(seed)
    image = random.normal(size=(height, width, channels)).astype(np.float32)
    kernel = random.normal(size=(vertical.window, horizontal.window, channels)).astype(np.float32)
    ours = convolve(image, kernel, 0.5, vertical, horizontal)
    np.testing.assert_allclose(ours, keras_map(image, kernel, 0.5, vertical, horizontal), atol=1e-4)


@given(slides(), sides)
def test_each_look_is_counted(both, size):
    slide, _ = both
    assume(slide.cells(size) > 0)
    looks = [0] * size
    before, behind = slide.frame(size)
    assert slide.places(size).min() >= -before
    assert slide.places(size).max() < size + behind
    for cell in range(slide.cells(size)):
        for tap in range(slide.window):
            place = cell * slide.stride - before + tap * slide.dilation
            if 0 <= place < size:
                looks[place] += 1
    assert slide.looks(size).tolist() == looks


def test_a_step_is_the_window_the_products_and_their_sum():
    image = np.arange(27.0).reshape(3, 3, 3)
    kernel = over_channels(READY["notes"][1], 3)
    *_, last = steps(image, kernel, 1, Slide(2), Slide(2))
    assert (last.row, last.column) == (1, 1)
    np.testing.assert_array_equal(last.window, image[1:, 1:])
    np.testing.assert_array_equal(last.products, image[1:, 1:] * kernel)
    np.testing.assert_array_equal(last.sums, last.products.sum(axis=(0, 1)))
    assert last.value == last.sums.sum() + 1


@pytest.mark.parametrize(
    ("slide", "size", "message"),
    [
        (Slide(7), 5, "does not fit"),
        (Slide(3, stride=2, dilation=2), 9, "do not go together"),
        (Slide(3, dilation=3), 6, "7 cells"),
    ],
)
def test_what_cannot_be_is_refused_in_words(slide, size, message):
    with pytest.raises(DesignError, match=message):
        slide.check(size)


def test_every_ready_filter_is_a_rectangle_of_at_most_seven():
    for _title, rows in READY.values():
        assert len({len(row) for row in rows}) == 1
        assert 1 <= len(rows) <= 7
