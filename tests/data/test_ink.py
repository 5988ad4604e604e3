"""Ink out of photographs, on pictures drawn here: what is ink is known for each pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from cnn_core.data.digits import stages
from cnn_core.data.ink import ink_stages
from cnn_core.errors import DataError

SIDE = 200


def drawing(points, width=12):
    """(SIDE, SIDE) 0 .. 1: a line through these points."""
    paper = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(paper).line(points, fill=255, width=width, joint="curve")
    return np.asarray(paper, np.float32) / 255


@st.composite
def lines(draw):
    """A pen's line through three or four places in the middle of the picture, at least 60 px long."""
    corners = [(50, 40), (150, 60), (60, 150), (140, 160)]
    jitter = st.integers(-12, 12)
    points = [(x + draw(jitter), y + draw(jitter)) for x, y in corners[: draw(st.integers(3, 4))]]
    return drawing(points, draw(st.integers(6, 18)))


SEVEN = drawing([(50, 40), (150, 40), (90, 165)])


def on_paper(ink, paper=0.9, level=0.1):
    return (paper * (1 - ink) + level * ink).astype(np.float32)


def found(grey):
    return ink_stages(grey)[-1].image


def differs(ink, expected):
    """By how much, on average over what the network gets, 0 .. 255."""
    return np.abs(stages(ink).final.astype(int) - stages(expected).final).mean()


@given(lines())
def test_a_line_on_even_paper_is_found_as_it_was_drawn(ink):
    steps = ink_stages(on_paper(ink))
    assert [str(step.title) for step in steps] == ["Photo", "Paper removed"], "there was nothing else to remove"
    assert np.abs(steps[-1].image - ink).mean() < 0.01


@given(lines(), st.floats(0.4, 1), st.floats(0, 0.2))
def test_dark_on_light_and_light_on_dark_give_the_same_ink(ink, paper, level):
    grey = on_paper(ink, paper, level)
    assert np.abs(found(grey) - found(1 - grey)).max() < 0.01


@given(lines(), st.sampled_from([(10, 10), (10, 185), (185, 10), (185, 185)]), st.integers(1, 4))
def test_a_far_speck_does_not_count(ink, place, radius):
    rows, columns = np.indices(ink.shape)
    speck = (rows - place[0]) ** 2 + (columns - place[1]) ** 2 <= radius**2
    steps = ink_stages(on_paper(np.maximum(ink, speck)))
    assert str(steps[-1].title) == "Main part"
    assert np.array_equal(steps[-1].image, np.where(speck, 0, steps[1].image))
    assert differs(steps[-1].image, ink) < 3


@given(lines(), st.floats(0.5, 0.8), st.integers(60, 140), st.floats(-1, 1))
def test_a_hard_shadow_is_no_ink(ink, dimmed, edge, slope):
    rows, columns = np.indices(ink.shape)
    shadow = np.where(columns + slope * (rows - 100) > edge, dimmed, 1)
    # Ink in the shadow is a little fainter than the rest, but none is lost.
    assert differs(found(on_paper(ink) * shadow.astype(np.float32)) > 0.2, ink) < 12


@given(lines(), st.integers(24, 50), st.floats(0.35, 0.7), st.booleans())
def test_the_lines_of_ruled_paper_are_removed(ink, spacing, level, squared):
    page = np.full(ink.shape, 0.9, np.float32)
    page[spacing // 2 :: spacing] = level
    if squared:
        page[:, spacing // 2 :: spacing] = level
    wrong = np.abs(found(page * (1 - ink) + 0.05 * ink) - ink).sum()
    assert wrong < 0.2 * ink.sum(), "stubs of the lines may stay at the digit, and no more"


def test_a_table_around_the_paper_is_no_ink():
    grey = on_paper(SEVEN)
    around = np.pad(grey, ((30, 40), (25, 0)), constant_values=0.3)
    assert differs(found(around), SEVEN) < 3


def test_ink_that_runs_to_the_border_is_found():
    close = SEVEN[36:160, 48:150]
    assert differs(found(on_paper(close)), close) < 3


def test_a_digit_in_two_parts_stays_whole():
    five = np.maximum(
        drawing([(70, 50), (70, 100), (130, 110), (120, 160), (70, 165)], 10), drawing([(84, 50), (150, 48)], 10)
    )
    assert differs(found(on_paper(five)), five) < 3


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_an_empty_picture_says_so(level):
    with pytest.raises(DataError, match="Nothing is drawn"):
        ink_stages(np.full((60, 80), level, np.float32))
