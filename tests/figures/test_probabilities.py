import numpy as np
import pytest

from cnn_core.figures.probabilities import describe_probabilities, probability_figure
from cnn_core.figures.template import COLOURS

from .reading import numbers, spec

DIGITS = [str(digit) for digit in range(10)]
SURE = np.full(10, 0.001)
SURE[7] = 0.991
TORN = np.full(10, 0.01)
TORN[[2, 7]] = 0.5, 0.42


def test_values_in_are_bars_in_the_figure():
    sent = spec(probability_figure({"one": SURE, "two": TORN}, DIGITS))
    assert [trace["name"] for trace in sent["data"]] == ["one", "two"]
    assert numbers(sent["data"][0]["x"]) == pytest.approx(SURE)
    assert numbers(sent["data"][1]["x"]) == pytest.approx(TORN)
    assert sent["layout"]["yaxis"]["ticktext"] == DIGITS


def test_the_top_class_alone_has_the_full_colour_and_a_bold_number():
    bars = spec(probability_figure({"one": TORN}, DIGITS, {"one": COLOURS["CNN"]}))["data"][0]
    assert [place for place, colour in enumerate(bars["marker"]["color"]) if colour == COLOURS["CNN"]] == [2]
    assert bars["text"][2] == "<b>50.0%</b>"
    assert bars["text"][7] == "42.0%"


def test_numbers_not_worth_reading_are_left_out():
    assert [text for text in spec(probability_figure({"one": SURE}, DIGITS))["data"][0]["text"] if text] == [
        "<b>99.1%</b>"
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_panels_stand_side_by_side_without_overlap(count):
    sent = spec(probability_figure({f"net {index}": SURE for index in range(count)}, DIGITS))
    ends = [end for index in range(count) for end in sent["layout"][f"xaxis{index + 1 if index else ''}"]["domain"]]
    assert ends == sorted(ends)
    assert ends[0] == 0
    assert ends[-1] == pytest.approx(1)
    assert [trace["xaxis"] for trace in sent["data"]] == ["x", "x2", "x3", "x4"][:count]


def test_one_class_and_a_hundred():
    assert numbers(spec(probability_figure({"one": np.array([1.0])}, ["only"]))["data"][0]["x"]) == [1]
    hundred = spec(probability_figure({"one": np.full(100, 0.01)}, [str(index) for index in range(100)]))
    assert len(hundred["layout"]["yaxis"]["tickvals"]) == 100


def test_titles_are_broken_and_never_formatting():
    heading = spec(probability_figure({"<b>keras-log</b> (ready-made)": SURE, "b": TORN}, DIGITS))["layout"][
        "annotations"
    ][0]
    assert heading["text"] == "&lt;b&gt;keras-log&lt;/b&gt;<br>(ready-made)"


def test_description():
    assert describe_probabilities({"A": SURE, "B": TORN}, DIGITS) == (
        "A predicts 7 (99.1%). B predicts 2 (50.0%), then 7 (42.0%)."
    )
    assert describe_probabilities({"A": np.array([1.0])}, ["only"]) == "A predicts only (100.0%)."
