"""A picture on its way to a network: cropped, scaled, never stretched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnn_core.data.looking import batches, class_means, samples, sheet
from cnn_core.data.photos import fitted, is_colour, read_photo, steps
from tests.data.test_own import picture


@given(st.tuples(*[st.integers(1, 70)] * 2), st.tuples(*[st.integers(1, 40)] * 2), st.sampled_from([1, 3]))
def test_any_picture_fits_any_input(size, input_size, channels):
    for depth in (1, 3):
        photo = np.full((*size, depth), 77, np.uint8)
        final = fitted(photo, (*input_size, channels))
        assert final.shape == (*input_size, channels)
        assert np.all(abs(final.astype(int) - 77) <= 1), "an even picture stays even"


def test_the_middle_is_kept_and_nothing_is_stretched():
    photo = np.zeros((20, 60, 3), np.uint8)
    photo[:, 20:40] = 200
    way = steps(photo, (20, 20, 3))
    assert [str(step.title) for step in way] == ["Image", "Cropped", "Scaled"]
    assert (way[-1].image == 200).all()


def test_gray_and_inverted():
    photo = np.zeros((8, 8, 3), np.uint8)
    photo[..., 1] = 255
    way = steps(photo, (8, 8, 1), inverted=True)
    assert [str(step.title) for step in way][2:] == ["Scaled", "Grayscale", "Inverted"]
    assert (way[-1].image == 255 - round(0.587 * 255)).all()
    assert (fitted(photo[..., 1:2], (4, 4, 3)) == 255).all()


def test_the_same_treatment_as_pillow_for_a_square():
    size, photo = read_photo(picture(3, size=(32, 32)), max_bytes=10**6, max_pixels=10**6)
    assert size == (32, 32)
    small = Image.fromarray(photo).resize((16, 16), Image.Resampling.BILINEAR)
    assert np.array_equal(fitted(photo, (16, 16, 3)), np.asarray(small))


def test_colour_is_seen():
    assert is_colour(read_photo(picture(1), max_bytes=10**6, max_pixels=10**6)[1])
    assert not is_colour(read_photo(picture(1, mode="L"), max_bytes=10**6, max_pixels=10**6)[1])


def test_means_and_samples(random):
    x, y = random.integers(0, 256, (9, 2, 2, 1), np.uint8), np.array([0, 2] * 4 + [0])
    means = class_means(x, y, 3)
    assert np.array_equal(means[2], np.rint(x[1::2].mean(axis=0)))
    assert not means[1].any()
    assert sorted(samples(y, 2, 10, 0)) == [1, 3, 5, 7]
    assert len(samples(y, 1, 10, 0)) == 0


@pytest.mark.parametrize("channels", [1, 3])
def test_a_sheet_has_one_tile_for_each_picture(random, channels):
    pictures = random.integers(0, 256, (3, 5, 4, channels), np.uint8)
    row = sheet(pictures, 10, gap=2)
    assert row.shape == (10, 3 * 8 + 2 * 2, 4)
    assert (row[0, 0, :3] == pictures[0, 0, 0]).all()
    assert not row[:, 8:10, 3].any()


def test_batches_give_every_picture_once_and_begin_again(bundled):
    x, y = bundled.x_train[:10], bundled.y_train[:10]
    source = batches(x, y, 10, 4)
    first, *_, last = [next(source) for _ in range(3)]
    assert [len(first[0]), len(last[0])] == [4, 2]
    assert first[0].dtype == np.float32
    assert first[0].max() <= 1
    assert first[1].argmax(axis=1).tolist() == y[:4].tolist()
    assert np.array_equal(next(source)[0], first[0])
