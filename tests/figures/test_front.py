"""The front, as a figure and in words."""

from cnn_core.figures.front import Dot, describe_front, front_figure

from .reading import spec

DOTS = [
    Dot("small", 900, 0.9, True, False),
    Dot("<b>large", 9000, 0.95, True, True),
    Dot("worse", 9500, 0.9, False, False),
]


def test_the_front_is_a_line_of_steps_through_what_is_on_it():
    figure = spec(front_figure(DOTS, [(5000, 0.97)]))
    others, front, mine = figure["data"]
    assert others["x"] == [9500]
    assert (front["x"], front["y"], front["line"]["shape"]) == ([900, 9000], [0.9, 0.95], "hv")
    assert (mine["x"], mine["text"]) == ([9000], ["&lt;b&gt;large"])
    assert [(area["x1"], area["y0"]) for area in figure["layout"]["shapes"]] == [(5000, 0.97)]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < 0.9
    assert high > 1


def test_what_is_not_there_has_no_entry():
    figure = spec(front_figure(DOTS[:1], []))
    assert [trace["name"] for trace in figure["data"]] == ["On the front"]


def test_the_front_in_words():
    told = describe_front(DOTS)
    assert told.endswith("small, 900 parameters, 90.0%; <b>large, 9,000 parameters, 95.0%.")
