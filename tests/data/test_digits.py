"""Every stage of the treatment against slow, naive arithmetic, and against MNIST itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnn_core.data.datasets import BUNDLED, Catalogue
from cnn_core.data.digits import bounding_box, center_of_mass, stages
from cnn_core.errors import DataError


@st.composite
def drawings(draw, side=60):
    """A canvas with one to three strokes (straight lines of some width) somewhere on it."""
    ink = np.zeros((draw(st.integers(20, side)), draw(st.integers(20, side))), np.float32)
    place = st.tuples(st.integers(0, ink.shape[0] - 1), st.integers(0, ink.shape[1] - 1))
    for _ in range(draw(st.integers(1, 3))):
        start, end, width = draw(place), draw(place), draw(st.integers(1, 9))
        for row, column in np.linspace(start, end, 80).round().astype(int):
            ink[row : row + width, column : column + width] = draw(st.sampled_from([0.3, 0.7, 1.0]))
    return ink


def naive_center(picture):
    total = row_sum = column_sum = 0.0
    for row in range(picture.shape[0]):
        for column in range(picture.shape[1]):
            total += float(picture[row, column])
            row_sum += row * float(picture[row, column])
            column_sum += column * float(picture[row, column])
    return row_sum / total, column_sum / total


@given(drawings())
def test_every_stage_keeps_its_promise(ink):
    steps = stages(ink)
    top, left, height, width = steps.box
    inside = np.zeros(ink.shape, bool)
    inside[top : top + height, left : left + width] = True
    assert ink[~inside].max(initial=0) < 0.1, "the box holds all ink"
    assert steps.cropped.image.shape == (height, width)
    for border in (ink[top], ink[top + height - 1], ink[:, left], ink[:, left + width - 1]):
        assert border.max() >= 0.1, "and no empty margin"

    small = steps.scaled.image
    assert max(small.shape) == 20
    assert abs(small.shape[0] - height * steps.scale) <= 1
    assert abs(small.shape[1] - width * steps.scale) <= 1

    field = steps.centred.image
    assert field.shape == steps.final.shape == steps.raw.shape == (28, 28)
    assert np.isclose(field.sum(), small.sum(), rtol=1e-5), "no ink is lost at the border of the field"
    rows, columns = np.flatnonzero(field.any(axis=1)), np.flatnonzero(field.any(axis=0))
    for center, span in zip(naive_center(field), (rows, columns), strict=True):
        assert abs(center - 14) <= 0.5001 or span[0] == 0 or span[-1] == 27
    assert steps.final.max() == 255
    assert steps.final.dtype == np.uint8


@given(drawings(40), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_where_it_was_drawn_does_not_matter(ink, down, right, margin):
    moved = np.pad(ink, ((down, margin), (right, margin)))
    assert np.array_equal(stages(moved).final, stages(ink).final)


@given(drawings(30), st.integers(2, 4))
def test_how_large_it_was_drawn_matters_little(ink, times):
    ink = (ink > 0).astype(np.float32)
    larger = np.kron(ink, np.ones((times, times), np.float32))
    assert stages(larger).scaled.image.shape == stages(ink).scaled.image.shape
    assert np.abs(stages(larger).scaled.image - stages(ink).scaled.image).mean() < 0.15


@given(drawings(), st.floats(0.3, 1))
def test_how_hard_the_pen_was_pressed_does_not_matter(ink, pressure):
    solid = (ink > 0).astype(np.float32)
    assert np.abs(stages(solid * np.float32(pressure)).final.astype(int) - stages(solid).final).max() <= 1


@given(drawings(30))
def test_box_and_center_against_loops(ink):
    visible = [place for place in np.ndindex(ink.shape) if ink[place] >= 0.1]
    rows, columns = zip(*visible, strict=True)
    box = min(rows), min(columns), max(rows) - min(rows) + 1, max(columns) - min(columns) + 1
    assert bounding_box(ink) == box
    assert center_of_mass(ink) == pytest.approx(naive_center(ink))


def test_a_seven_in_the_corner_by_hand():
    ink = np.zeros((280, 280), np.float32)
    ink[10:20, 10:50] = 1  # the bar: 40 wide
    ink[10:90, 40:50] = 1  # the stem: 80 high
    steps = stages(ink)
    assert steps.box == (10, 10, 80, 40)
    assert steps.scale == 0.25
    assert steps.scaled.image.shape == (20, 10)
    # Bar beside the stem: 300 px around row 4.5; stem: 800 px around row 39.5. (300*4.5 + 800*39.5) / 1100 = 29.95
    assert center_of_mass(steps.cropped.image)[0] == pytest.approx(29.95, abs=0.01)
    assert steps.shift[0] == 14 - 7 - 4 == 3, (
        "row 29.95 / 4 = 7 of the scaled digit goes to row 14; its middle was at 4"
    )
    assert str(steps.centred.caption).startswith("3 px down")
    assert [step.seen.shape for step in steps] == [(28, 28)] * 5


@pytest.mark.parametrize(
    "ink",
    [
        np.pad(np.ones((1, 1)), 100),
        np.ones((1, 1)),
        np.ones((280, 280)),
        np.ones((1, 280)),
        np.ones((280, 1)),
        np.eye(280),
        np.eye(3000) + np.eye(3000)[::-1] > 0,
        np.pad(np.ones((2, 2)), ((0, 2998), (2998, 0))) + np.pad(np.ones((1, 1)), ((2999, 0), (0, 2999))),
    ],
    ids=["one pixel", "only a pixel", "full", "flat", "upright", "diagonal", "huge", "two far corners"],
)
def test_extreme_drawings_work(ink):
    steps = stages(ink)
    assert max(steps.scaled.image.shape) == 20
    assert steps.final.max() == 255


@pytest.mark.parametrize("ink", [np.zeros((280, 280)), np.full((28, 28), 0.05)])
def test_an_empty_canvas_says_so(ink):
    with pytest.raises(DataError, match="empty"):
        stages(ink)


@pytest.mark.parametrize(
    "ink", [np.ones(5), np.ones((5, 5, 3)), np.ones((0, 5)), np.full((5, 5), np.nan), np.full((5, 5), 255), -np.eye(5)]
)
def test_what_is_no_drawing_is_refused(ink):
    with pytest.raises(DataError, match="not a drawing"):
        stages(ink)


def test_the_callers_array_is_left_alone():
    ink = np.eye(30, dtype=np.float32)
    stages(ink)
    assert np.array_equal(ink, np.eye(30))


def test_a_digit_of_mnist_drawn_ten_times_as_large_comes_back(tmp_path):
    digits = Catalogue(tmp_path).load(BUNDLED).x_test[:100, ..., 0]
    differences = []
    for digit in digits:
        large = np.asarray(Image.fromarray(digit).resize((280, 280), Image.Resampling.BICUBIC)) > 127
        differences.append(np.abs(stages(large).final.astype(int) - digit).mean())
    assert np.mean(differences) < 8, "of 255, on average over all pixels"


@pytest.mark.parametrize("radius", [0, 3, 4, 5, 20])
def test_a_dot_is_no_digit(radius):
    down, right = np.indices((60, 60)) - 30
    assert stages((down**2 + right**2 <= radius**2).astype(float)).blob


@given(st.integers(1, 8), st.integers(30, 56))
def test_a_straight_one_is_no_dot(width, height):
    ink = np.zeros((60, 60))
    ink[2 : 2 + height, 20 : 20 + width] = 1
    assert not stages(ink).blob


def test_no_bundled_digit_is_taken_for_a_dot(tmp_path):
    data = Catalogue(tmp_path).load(BUNDLED)
    images = np.concatenate([data.x_train, data.x_test]).squeeze() / 255
    assert not any(stages(image).blob for image in images)
