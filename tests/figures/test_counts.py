"""Counts per class and split."""

import numpy as np

from cnn_core.figures.counts import counts_figure, describe_counts
from cnn_core.figures.template import COLOURS
from tests.figures.reading import spec

TRAIN, TEST = np.array([10, 3]), np.array([2, 1])


def test_each_class_has_its_bar_and_each_part_its_colour():
    training, test = spec(counts_figure(TRAIN, TEST, ("cat", "<b>dog</b>")))["data"]
    assert (training["x"], test["x"]) == ([10, 3], [2, 1])
    assert (training["marker"]["color"], test["marker"]["color"]) == (COLOURS["train"], COLOURS["test"])
    assert training["customdata"] == ["cat", "&lt;b&gt;dog&lt;/b&gt;"]


def test_in_words():
    words = describe_counts(TRAIN, TEST, ("cat", "dog"))
    assert words == "Training and test images of each class: cat 10 and 2, dog 3 and 1."
    many = np.ones(30, int)
    assert "10 more classes" in describe_counts(many, many, list(map(str, range(30))))
