"""The three experiments: what they claim holds for real digits."""

import numpy as np
import pytest

from cnn_core.data.datasets import BUNDLED, Catalogue
from cnn_core.learn.pooling import moved
from cnn_core.learn.why import dense_value, found, part, thinned


@pytest.fixture(scope="module")
def digits(tmp_path_factory) -> np.ndarray:
    data = Catalogue(tmp_path_factory.mktemp("datasets")).load(BUNDLED)
    return data.x_test[:20].astype(np.float32) / 255


@pytest.mark.parametrize(("down", "right"), [(0, 0), (3, 0), (-2, 3), (0, -3)])
def test_a_filter_finds_its_part_wherever_it_is_and_a_dense_unit_does_not(digits, down, right):
    for digit in digits:
        filter_ = part(digit, 10, 10, 7)
        before, row, column = found(digit, filter_)
        value, new_row, new_column = found(moved(digit, down, right), filter_)
        assert value == pytest.approx(before, rel=1e-5)
        assert (new_row - row, new_column - column) == (down, right)
        whole, shifted = dense_value(digit, digit), dense_value(moved(digit, down, right), digit)
        assert shifted == whole if (down, right) == (0, 0) else shifted < 0.8 * whole


def test_every_other_row_and_column(digits):
    half = thinned(digits, 2)
    assert half.shape == digits.shape
    np.testing.assert_array_equal(half[:, ::2, ::2], digits[:, ::2, ::2])
    np.testing.assert_array_equal(half[:, 1::2], half[:, ::2])
    np.testing.assert_array_equal(thinned(digits, 1), digits)
    assert thinned(digits, 3).shape == digits.shape
