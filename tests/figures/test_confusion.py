import numpy as np
import pytest

from cnn_core.figures.confusion import confusion_figure, describe_confusion, mistakes

from .reading import numbers, spec
from .test_template import contrast

MATRIX = np.array([[50, 2, 0], [0, 40, 7], [1, 0, 30]])
NAMES = ["cat", "dog", "<owl>"]


def test_counts_are_split_into_right_answers_and_mistakes():
    right, wrong, _ = spec(confusion_figure(MATRIX, NAMES))["data"]
    right, wrong = numbers(right["z"]), numbers(wrong["z"])
    assert np.array_equal(np.nansum([right, wrong], axis=0), MATRIX)
    assert np.array_equal(np.diag(right), [50, 40, 30])
    assert np.isnan(np.diag(wrong)).all()


def test_mistakes_have_their_own_scale():
    right, wrong, _ = spec(confusion_figure(MATRIX, NAMES))["data"]
    assert (right["zmax"], wrong["zmax"]) == (50, 7)


def test_a_click_tells_true_and_predicted_class_where_the_cell_is_drawn():
    cells = spec(confusion_figure(MATRIX, NAMES))["data"][2]
    assert len(cells["customdata"]) == 9
    for (true, predicted), x, y in zip(cells["customdata"], numbers(cells["x"]), numbers(cells["y"]), strict=True):
        assert (x, y) == (predicted, true)
    assert cells["text"][cells["customdata"].index([1, 2])] == "dog predicted as &lt;owl&gt;: 7"


def test_rows_run_downwards_and_axes_are_named():
    layout = spec(confusion_figure(MATRIX, NAMES))["layout"]
    assert layout["yaxis"]["range"] == [2.5, -0.5]
    assert layout["xaxis"]["range"] == [-0.5, 2.5]
    assert (layout["yaxis"]["title"]["text"], layout["xaxis"]["title"]["text"]) == ("True class", "Predicted class")
    assert layout["xaxis"]["ticktext"] == ["cat", "dog", "&lt;owl&gt;"]


def test_every_count_that_is_not_zero_is_written_in_its_cell():
    written = {
        (note["y"], note["x"]): note["text"]
        for note in confusion_figure(MATRIX, NAMES).to_dict()["layout"]["annotations"]
    }
    assert written == {(t, p): str(MATRIX[t, p]) for t, p in np.argwhere(MATRIX)}


def test_white_counts_are_legible_on_the_weakest_and_the_strongest_cell():
    for heat in spec(confusion_figure(MATRIX, NAMES))["data"][:2]:
        assert min(contrast(colour, "#ffffff") for _, colour in heat["colorscale"][2:]) > 4.2


def test_a_hundred_classes_are_drawn_without_counts_and_with_few_ticks():
    matrix = np.diag(np.arange(1, 101))
    sent = spec(confusion_figure(matrix, [f"class {index}" for index in range(100)]))
    assert len(sent["layout"]["annotations"]) == 0
    assert len(sent["layout"]["xaxis"]["tickvals"]) == 20
    assert sent["layout"]["xaxis"]["ticktext"][1] == "class 5"
    assert len(sent["data"][2]["customdata"]) == 100, "only cells that hold images can be clicked"


@pytest.mark.parametrize("matrix", [[[3]], [[0]], [[0, 0], [0, 0]]])
def test_the_smallest_matrices(matrix):
    sent = spec(confusion_figure(np.array(matrix), ["a", "b"][: len(matrix)]))
    assert len(sent["data"][2]["customdata"]) == len(matrix) ** 2


def test_mistakes_most_frequent_first():
    assert mistakes(MATRIX) == [(1, 2, 7), (0, 1, 2), (2, 0, 1)]


def test_description():
    assert describe_confusion(MATRIX, NAMES, most=2) == (
        "Confusion matrix: 120 of 130 right (92.3%). "
        "Most frequent mistakes: dog predicted as <owl> (7), cat predicted as dog (2)."
    )
    assert describe_confusion(np.eye(2, dtype=int), NAMES) == "Confusion matrix: 2 of 2 right (100.0%)."
    assert describe_confusion(np.zeros((2, 2), int), NAMES) == "Confusion matrix: nothing was classified yet."
