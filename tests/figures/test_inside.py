"""The pictures and charts of the inside of a network."""

import numpy as np

from cnn_core.figures.classes import class_figure, describe_classes
from cnn_core.figures.heat import COLD, WARM, brightness, filter_picture, overlay, signed
from cnn_core.figures.switched_off import describe_off, off_figure
from tests.figures.reading import numbers, spec

IMAGE = np.full((4, 6, 3), 200, np.uint8)


def test_what_counts_is_warm_what_counts_against_is_cold_and_the_rest_is_the_image():
    heat = np.zeros((4, 6))
    heat[0, 0], heat[3, 5] = 2, -2
    picture = np.asarray(overlay(IMAGE, heat, 8))
    assert picture.shape == (8, 12, 3), "whole pixels"
    assert picture[0, 0].tolist() == WARM.tolist()
    assert picture[7, 11].tolist() == COLD.tolist()
    assert np.unique(picture[2:6, 2:10]).tolist() == [110], "darker, without its colours"
    assert np.asarray(overlay(IMAGE, np.zeros((4, 6)), 4)).max() == 110, "a heat of nothing"


def test_numbers_alone_are_grey_at_nought_and_maps_go_from_black_to_white():
    assert np.asarray(signed(np.array([[0.0, 1.0], [0.0, -1.0]]), 2))[:, 1].tolist() == [WARM.tolist(), COLD.tolist()]
    assert np.asarray(brightness(np.array([[-3.0, 5.0], [1.0, 1.0]]), 4))[::2, ::2].tolist() == [[0, 255], [128, 128]]
    assert np.asarray(brightness(np.ones((2, 2)), 2)).max() == 0, "a map that says nothing"


def test_filters_are_signed_on_the_scale_of_all_or_colours():
    weights = np.zeros((2, 2, 1))
    weights[0, 0], weights[1, 1] = 1, -0.5
    picture = np.asarray(filter_picture(weights, 4)).astype(int)
    grey, half = picture[0, 3], picture[3, 3]
    assert picture[0, 0].tolist() == WARM.tolist()
    assert np.abs(half - (grey + COLD) / 2).max() <= 1, "half as strong as the strongest of all"
    colours = np.asarray(filter_picture(np.array([[[1.0, 0, -1]]]), 3))
    assert colours.shape == (3, 3, 3)
    assert colours[1, 1].tolist() == [255, 128, 0]


def test_charts_have_their_values_and_say_them():
    sent = spec(class_figure(np.array([0.25, -1.5]), ["cat", "<b>dog"], "Change"))
    assert numbers(sent["data"][0]["x"]).tolist() == [0.25, -1.5]
    assert describe_classes(np.array([0.25, -1.5]), ["cat", "dog"], "Change") == "Change: cat 0.25, dog -1.50"
    sent = spec(off_figure([0, 8], {"The weakest first": [0.99, 0.5], "At random": [0.99, 0.4]}))
    assert [line["name"] for line in sent["data"]] == ["The weakest first", "At random"]
    assert numbers(sent["data"][1]["y"]).tolist() == [0.99, 0.4]
    assert describe_off([0, 8], {"At random": [0.99, 0.4]}).endswith("At random: 0 99.0%, 8 40.0%.")
