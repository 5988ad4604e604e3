import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cnn_core.compare.statistics import Spread, mcnemar, paired_interval, spread

SHARES = st.floats(0, 1)
COUNTS = st.integers(0, 300)


def test_spread_of_known_values():
    assert spread([0.5, 0.25, 0.75]) == Spread(mean=0.5, low=0.25, high=0.75, n=3)
    assert spread([0.9]) == Spread(0.9, 0.9, 0.9, 1)


def test_spread_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="data point"):
        spread([])


@given(st.lists(SHARES, min_size=1))
def test_the_mean_lies_between_low_and_high(values):
    found = spread(values)
    assert found.low - 1e-12 <= found.mean <= found.high + 1e-12
    assert found.mean == pytest.approx(np.mean(values))


def test_interval_of_a_hand_worked_case():
    """Differences 1, 2, 3: mean 2, s = 1, and t(2 degrees of freedom, 97.5 %) = 4.303 in every printed table."""
    found = paired_interval([3, 3, 5], [2, 1, 2])
    assert (found.mean, found.n, found.level) == (2, 3, 0.95)
    assert found.high - 2 == pytest.approx(4.303 / math.sqrt(3), abs=1e-3)
    assert 2 - found.low == pytest.approx(found.high - 2)


@given(st.lists(st.tuples(SHARES, SHARES), min_size=2, max_size=10), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_interval_is_that_of_scipys_paired_t_test(pairs, level):
    first, second = zip(*pairs, strict=True)
    found = paired_interval(first, second, level)
    with warnings.catch_warnings():  # scipy warns of differences that are nearly equal
        warnings.simplefilter("ignore")
        expected = stats.ttest_rel(first, second).confidence_interval(level)
    if np.std(np.subtract(first, second)) > 1e-6:
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert found.low <= found.mean <= found.high


@given(st.lists(st.tuples(SHARES, SHARES), min_size=2, max_size=10))
def test_interval_turns_round_with_the_sides(pairs):
    first, second = zip(*pairs, strict=True)
    there, back = paired_interval(first, second), paired_interval(second, first)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_interval_has_no_width_when_all_differences_are_equal():
    found = paired_interval([0.75, 0.5, 1.0], [0.5, 0.25, 0.75])
    assert found.low == found.mean == found.high == 0.25


@pytest.mark.parametrize("values", [[], [0.9]])
def test_no_interval_of_fewer_than_two_pairs(values):
    assert paired_interval(values, values) is None


def test_values_that_do_not_pair_are_an_error():
    with pytest.raises(ValueError, match="zip"):
        paired_interval([1, 2], [1])


def test_mcnemar_of_a_hand_worked_case():
    """9 against 1 in ten tosses: p = 2 * (C(10, 0) + C(10, 1)) / 2^10 = 22 / 1024."""
    assert mcnemar(9, 1) == pytest.approx(22 / 1024)
    assert mcnemar(0, 5) == pytest.approx(2 / 32)


@pytest.mark.parametrize("count", [0, 1, 7, 500])
def test_mcnemar_of_an_even_split_is_one(count):
    assert mcnemar(count, count) == 1.0


@given(COUNTS, COUNTS)
def test_mcnemar_is_the_sum_of_binomial_terms(first, second):
    total = first + second
    tail = sum(math.comb(total, k) for k in range(min(first, second) + 1))
    assert mcnemar(first, second) == pytest.approx(min(1.0, 2 * tail / 2**total), rel=1e-9)


@given(st.integers(0, 50_000), st.integers(0, 50_000))
def test_mcnemar_is_symmetric_and_falls_with_the_difference(first, second):
    p = mcnemar(first, second)
    assert p == mcnemar(second, first)
    assert mcnemar(min(first, second), max(first, second) + 1) <= p <= 1


def test_mcnemar_agrees_with_scipy_on_a_whole_test_set():
    assert mcnemar(123, 171) == pytest.approx(stats.binomtest(123, 294, 0.5).pvalue)
