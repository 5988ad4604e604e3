"""Series: a long curve against the means of its parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.runs.series import MAX_POINTS, Series


@given(st.lists(st.sampled_from([0.25, 0.5, 2.0]), max_size=3000), st.integers(0, 3000))
def test_a_long_curve_is_the_means_of_equal_parts(values, cut):
    """Of the smallest power of two that gives few enough points; its beginning is as fine as its end."""
    part = 1
    while -(-len(values) // part) > MAX_POINTS:
        part *= 2
    parts = [values[at : at + part] for at in range(0, len(values), part)]
    series = Series().extend(range(min(cut, len(values))), values[:cut])
    series = series.extend(range(min(cut, len(values)), len(values)), values[cut:])
    assert series.y == pytest.approx([sum(part) / len(part) for part in parts])
    assert series.x == tuple(min(at + part, len(values)) - 1 for at in range(0, len(values), part))


def test_a_curve_cut_short_goes_on_with_whole_points():
    series = Series().extend(range(1000), [1.0] * 1000).until(500)
    assert series.x[-1] <= 500
    assert series.extend([501, 502], [2.0, 4.0]).y[-2:] == (1.0, 3.0)
