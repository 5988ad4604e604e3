import time

import numpy as np
import pytest
from plotly.io import to_json

from cnn_core.figures.curves import Curve, curves_figure, describe_curves, overlay
from cnn_core.figures.template import COLOURS, CYCLE

from .reading import numbers, spec

LOSS = [
    Curve("Training", [0.5, 1, 1.5, 2], [0.82, 0.4, 0.2, 0.11], "train"),
    Curve("Validation", [1, 2], [0.3, 0.35], "validation"),
]


def test_values_and_colours_in_are_values_and_colours_in_the_figure():
    sent = spec(curves_figure(LOSS, "Loss (cross-entropy)", epochs=5))
    for trace, curve in zip(sent["data"], LOSS, strict=True):
        assert numbers(trace["x"]) == pytest.approx(curve.x)
        assert numbers(trace["y"]) == pytest.approx(curve.y)
        assert trace["name"] == curve.label
        assert trace["line"]["color"] == COLOURS[curve.split]
    assert sent["layout"]["yaxis"]["title"]["text"] == "Loss (cross-entropy)"


def test_axis_is_the_plan_however_few_points_there_are():
    for curves in ([], LOSS, [Curve("Training", [], [], "train")]):
        assert spec(curves_figure(curves, "Loss", epochs=7))["layout"]["xaxis"]["range"] == [0, 7]


def test_accuracy_is_shown_in_percent_and_loss_from_zero():
    assert spec(curves_figure(LOSS, "Accuracy", epochs=5, share=True))["layout"]["yaxis"]["tickformat"] == ".0%"
    assert spec(curves_figure(LOSS, "Loss", epochs=5))["layout"]["yaxis"]["rangemode"] == "tozero"


def test_no_points_yet_says_so_and_the_first_point_ends_it():
    empty = spec(curves_figure([Curve("Training", [], [], "train")], "Loss", epochs=5))
    assert [note["text"] for note in empty["layout"]["annotations"]] == ["No points yet"]
    one = spec(curves_figure([Curve("Training", [0.1], [2.0], "train")], "Loss", epochs=5))
    assert not one["layout"]["annotations"]
    assert one["data"][0]["mode"] == "lines+markers", "one point has no line to be seen by"


def test_long_curves_have_no_markers():
    many = Curve("Training", range(500), range(500), "train")
    assert spec(curves_figure([many], "Loss", epochs=5))["data"][0]["mode"] == "lines"


def test_nan_is_a_gap():
    diverged = Curve("Training", [1, 2, 3], [1.0, float("nan"), 2.0], "train")
    assert np.isnan(numbers(spec(curves_figure([diverged], "Loss", epochs=5))["data"][0]["y"])[1])


def test_names_that_people_gave_are_not_formatting():
    trace = spec(curves_figure([Curve("<i>a</i>", [1], [1], "train")], "Loss", epochs=1))["data"][0]
    assert trace["name"] == "&lt;i&gt;a&lt;/i&gt;"


def test_overlay_gives_each_run_one_colour_and_one_entry_in_the_legend():
    runs = {f"run {number}": LOSS for number in range(len(CYCLE) + 1)}
    curves = overlay(runs)
    assert [curve.colour for curve in curves[::2]] == [*CYCLE, CYCLE[0]]
    assert all(train.colour == validation.colour for train, validation in zip(curves[::2], curves[1::2], strict=True))
    sent = spec(curves_figure(curves, "Loss", epochs=5))
    assert [trace["name"] for trace in sent["data"] if trace["showlegend"]] == list(runs)
    assert [trace["line"]["dash"] for trace in sent["data"][:2]] == ["dot", "solid"]
    assert sent["layout"]["legend"]["title"]["text"] == "training dotted, validation solid"
    assert curves[1].label == "run 0, validation"


def test_colour_and_dash_of_a_curve_win():
    own = Curve("CNN", [1], [1], "validation", colour=COLOURS["CNN"], dash="dash")
    line = spec(curves_figure([own], "Loss", epochs=1))["data"][0]["line"]
    assert (line["color"], line["dash"]) == (COLOURS["CNN"], "dash")


def test_description_of_a_loss():
    assert describe_curves(LOSS, "Loss") == (
        "Loss: Training fell from 0.82 to 0.11 by epoch 2, lowest 0.11 at epoch 2; "
        "Validation rose from 0.3 to 0.35 by epoch 2, lowest 0.3 at epoch 1."
    )


def test_description_of_an_accuracy_names_the_highest():
    curve = Curve("Validation", [1, 2, 3], [0.9, 0.9812, 0.9], "validation")
    assert describe_curves([curve], "Accuracy", share=True) == (
        "Accuracy: Validation stayed at 90.0% by epoch 3, highest 98.1% at epoch 2."
    )


@pytest.mark.parametrize(
    ("curves", "text"),
    [
        ([], "Loss: no curves."),
        ([Curve("Training", [], [], "train")], "Loss: Training: no points yet."),
        ([Curve("Training", [0.25], [2.3], "train")], "Loss: Training: 2.3 at epoch 0.25."),
        ([Curve("Training", [1], [float("nan")], "train")], "Loss: Training: no points yet."),
    ],
)
def test_description_of_little(curves, text):
    assert describe_curves(curves, "Loss") == text


def test_a_live_refresh_is_cheap():
    """Two figures with two curves of 500 points, as thirty people get them twice a second."""
    x = np.linspace(0, 5, 500).tolist()
    curves = [Curve("Training", x, x, "train"), Curve("Validation", x, x, "validation")]

    def cost():
        start = time.process_time()
        for _ in range(10):
            for share in (False, True):
                to_json(curves_figure(curves, "Loss", epochs=5, share=share).to_dict(), validate=False)
        return (time.process_time() - start) / 10

    assert min(cost() for _ in range(8)) < 0.004
