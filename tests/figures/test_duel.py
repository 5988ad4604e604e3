import time
from itertools import pairwise, product

import numpy as np
import pytest
from plotly.io import to_json

from cnn_core.figures.curves import curves_figure
from cnn_core.figures.duel import (
    bars_figure,
    describe_bars,
    describe_lines,
    distinct,
    duel_curves,
    lines_figure,
    side_colours,
)
from cnn_core.figures.template import COLOURS, CYCLE

from .reading import numbers, spec
from .test_template import GREEN_BLIND, RED_BLIND, contrast, lab, linear

NAMES = ("dense", "conv")
PAIR = (COLOURS["DNN"], COLOURS["CNN"])
AMOUNTS = (0, 1, 2)
TWO_SEEDS = (((0.9, 0.5, 0.2), (0.94, 0.7, 0.4)), ((0.95, 0.9, 0.8), (0.97, 0.92, 0.9)))
HIGH = (((0.90, 0.92),), ((0.95, 0.96),))


def lines(accuracies=TWO_SEEDS, amounts=AMOUNTS, **options):
    return spec(lines_figure(amounts, accuracies, NAMES, PAIR, "Shift (pixels)", **options))


def means(sent):
    return [trace for trace in sent["data"] if trace.get("mode") == "lines+markers"]


@pytest.mark.parametrize("families", list(product(("CNN", "DNN"), repeat=2)))
def test_sides_have_the_colours_of_their_families_and_stay_apart(families):
    first, second = side_colours(families)
    assert first == COLOURS[families[0]]
    assert (second == COLOURS[families[1]]) == (families[0] != families[1])
    assert second in (*COLOURS.values(), *CYCLE)
    for sight in (np.eye(3), RED_BLIND, GREEN_BLIND):
        seen = [lab(np.clip(sight @ linear(colour), 0, 1)) for colour in (first, second)]
        assert np.linalg.norm(seen[0] - seen[1]) > 20
    assert contrast(second, "#ffffff") >= 3


def test_names_are_told_apart_only_where_they_are_the_same():
    assert distinct(("a", "b")) == ("a", "b")
    assert distinct(("a", "a")) == ("a (1)", "a (2)")


def test_a_line_is_the_mean_over_the_seeds():
    first, second = means(lines())
    assert first["y"] == pytest.approx([0.92, 0.6, 0.3])
    assert second["y"] == pytest.approx([0.96, 0.91, 0.85])
    assert [first["x"], first["name"], first["line"]["color"]] == [[0, 1, 2], "dense", COLOURS["DNN"]]


def test_a_band_goes_along_the_highest_seed_and_back_along_the_lowest():
    band = next(trace for trace in lines()["data"] if trace.get("fill") == "toself")
    assert band["x"] == [0, 1, 2, 2, 1, 0]
    assert band["y"] == pytest.approx([0.94, 0.7, 0.4, 0.2, 0.5, 0.9])
    assert band["fillcolor"].startswith("rgba(124,138,18,")
    assert not band["showlegend"]


def test_one_seed_has_no_band():
    sent = lines([side[:1] for side in TWO_SEEDS])
    assert len(means(sent)) == len(sent["data"]) == 2


def test_a_side_without_seeds_is_left_out():
    assert [trace["name"] for trace in means(lines(((), TWO_SEEDS[1])))] == ["conv"]
    assert not lines(((), ()))["data"]


def test_the_axis_reaches_to_zero_only_when_something_falls_low():
    assert lines()["layout"]["yaxis"]["range"] == [0, 1.02]
    bottom, top = lines(HIGH, (1, 2))["layout"]["yaxis"]["range"]
    assert 0.85 < bottom < 0.90
    assert 0.96 < top <= 1.02
    assert "%" in lines()["layout"]["yaxis"]["tickformat"]


def test_chance_is_a_dotted_line_with_its_name_where_the_axis_reaches_it():
    chance = lines(chance=0.1)["data"][-1]
    assert (chance["name"], chance["y"], chance["line"]["dash"]) == ("chance", [0.1, 0.1], "dot")
    assert not [trace for trace in lines(HIGH, (1, 2), chance=0.1)["data"] if trace.get("name") == "chance"]


def test_ticks_are_the_amounts_or_what_is_written_instead():
    axis = lines(HIGH, (1000, 30000), log_x=True)["layout"]["xaxis"]
    assert (axis["type"], axis["tickvals"], axis["ticktext"]) == ("log", [1000, 30000], ["1,000", "30,000"])
    axis = lines(HIGH, (0, 1), ticks=("plain", "<b>"))["layout"]["xaxis"]
    assert axis["ticktext"] == ["plain", "&lt;b&gt;"]
    assert axis["title"]["text"] == "Shift (pixels)"


def test_labels_too_near_on_a_logarithmic_axis_give_way_to_the_last():
    accuracies = [[(0.9, 0.9, 0.9)]] * 2
    assert lines(accuracies, (1000, 3000, 3600), log_x=True)["layout"]["xaxis"]["ticktext"] == ["1,000", "", "3,600"]
    assert lines(accuracies, (10, 15, 20))["layout"]["xaxis"]["ticktext"] == ["10", "15", "20"]


def test_hovering_tells_mean_and_range():
    assert means(lines())[0]["text"][1] == "dense, 1: 60.0% (50.0% to 70.0%)"


def test_names_are_not_formatting_and_equal_ones_stay_two():
    sent = spec(lines_figure((1,), (((0.9,),), ((0.8,),)), ("<i>a</i>",) * 2, PAIR, "x"))
    assert [trace["name"] for trace in means(sent)] == ["&lt;i&gt;a&lt;/i&gt; (1)", "&lt;i&gt;a&lt;/i&gt; (2)"]
    assert "<i>" not in sent["data"][0]["text"][0]


def test_lines_in_words():
    assert describe_lines((0, 1500), (((0.9, 0.5), (0.8, 0.7)), ()), NAMES, "Pictures") == (
        "Accuracy against Pictures. dense: 85.0% (80.0% to 90.0%) at 0, 60.0% (50.0% to 70.0%) at 1,500; "
        "conv: nothing yet."
    )


GROUPS = {"plain": ((0.9, 0.8), (0.95, 0.97)), "shuffled": ((0.88, 0.86), ())}


def test_bars_are_means_with_whiskers_to_the_lowest_and_highest_seed():
    first, second = spec(bars_figure(GROUPS, NAMES, PAIR))["data"][:2]
    assert first["y"] == pytest.approx([0.85, 0.87])
    assert first["error_y"]["array"] == pytest.approx([0.05, 0.01])
    assert first["error_y"]["arrayminus"] == pytest.approx([0.05, 0.01])
    assert second["y"] == pytest.approx([0.96]), "a side without seeds has no bar"
    assert first["x"][0] < second["x"][0] < first["x"][1]
    assert first["marker"]["line"]["color"] == COLOURS["DNN"]


def test_values_are_written_above_the_whiskers():
    labels = next(trace for trace in spec(bars_figure(GROUPS, NAMES, PAIR))["data"] if trace.get("mode") == "text")
    assert labels["text"] == ["85.0%", "87.0%", "96.0%"]
    assert labels["y"] == [0.9, 0.88, 0.97]


def test_bars_do_not_overlap():
    bars = spec(bars_figure(GROUPS, NAMES, PAIR))["data"][:2]
    edges = sorted((x + bar["offset"], x + bar["offset"] + bar["width"]) for bar in bars for x in bar["x"])
    assert all(end < start for (_, end), (start, _) in pairwise(edges))


def test_one_seed_has_no_whiskers_and_chance_is_a_line():
    sent = spec(bars_figure({"plain": ((0.9,), (0.8,))}, NAMES, PAIR, chance=0.25))
    assert not sent["data"][0]["error_y"]["visible"]
    assert (sent["data"][-1]["name"], sent["data"][-1]["y"]) == ("chance", [0.25, 0.25])


def test_bars_in_words():
    assert describe_bars(GROUPS, NAMES) == (
        "Test accuracy. plain: dense 85.0% (80.0% to 90.0%), conv 96.0% (95.0% to 97.0%); "
        "shuffled: dense 87.0% (86.0% to 88.0%), conv nothing yet."
    )


SERIES = [[([1, 2], [0.5, 0.6]), ([1, 2], [0.4, 0.7])], [([1], [0.8]), ([], [])]]


def test_curves_have_one_colour_and_one_entry_in_the_legend_a_side():
    curves = duel_curves(SERIES, NAMES, PAIR, "validation")
    assert [curve.colour for curve in curves] == [PAIR[0], PAIR[0], PAIR[1], PAIR[1]]
    sent = spec(curves_figure(curves, "Accuracy", epochs=3, share=True))
    assert [trace["name"] for trace in sent["data"] if trace["showlegend"]] == list(NAMES)
    assert numbers(sent["data"][1]["y"]) == pytest.approx([0.4, 0.7])
    assert curves[1].label == "dense, validation, run 2"


def test_training_and_validation_curves_differ_in_their_line():
    both = [duel_curves(SERIES, NAMES, PAIR, split)[0].dash for split in ("train", "validation")]
    assert both == ["dot", "solid"]


def test_curves_of_one_seed_and_equal_names():
    curves = duel_curves([[([1], [2])], [([1], [3])]], ("same", "same"), PAIR, "train")
    assert [(curve.run, curve.label) for curve in curves] == [
        ("same (1)", "same (1), training"),
        ("same (2)", "same (2), training"),
    ]


def test_live_curves_are_cheap():
    """Two sides, three seeds, loss and accuracy, 200 points each: what a page draws twice a second."""
    x = np.linspace(0, 20, 200).tolist()
    series = [[(x, x)] * 3] * 2

    def cost():
        start = time.process_time()
        for share in (False, True):
            curves = duel_curves(series, NAMES, PAIR, "train")
            to_json(curves_figure(curves, "Loss", epochs=20, share=share).to_dict(), validate=False)
        return time.process_time() - start

    assert min(cost() for _ in range(12)) < 0.008
