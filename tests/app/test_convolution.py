"""The page of the convolution: what it sends to the stepper, what it says, what it refuses."""

import numpy as np
import pytest

from cnn_core.exchange.weights import read_weights
from cnn_core.learn.filters import READY
from cnn_core.runs.models import ready_made
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from tests.support import pages as support
from tests.support.pages import sent_to


def opened(kept=None, **query):
    return support.opened(pages.CONVOLUTION, kept or {}, **query)


def sent(app):
    return sent_to(app, "learn-window")


def texts(app) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.error, *app.info])


def test_a_digit_and_the_ready_filters():
    data = sent(opened(number="3"))
    digit = services.dataset("bundled").x_test[2] / 255
    assert data["image"]["shape"] == [28, 28, 1]
    np.testing.assert_allclose(data["image"]["values"], digit.ravel(), atol=1e-4)
    assert [one["title"] for one in data["filters"]] == [title for title, _rows in READY.values()] + ["Your own"]
    assert data["filters"][0] == {"title": "The notes' example", "size": [2, 2], "values": [0, 1, 1, 2], "bias": 0}


def test_the_settings_arrive_and_the_sum_says_the_size_of_the_map():
    app = opened(image="grid", filter="1")
    app.selectbox(key="learn-padding").set_value("2")
    app.selectbox(key="learn-step").set_value(3).run()
    assert sent(app)["settings"] == {"stride": 3, "dilation": 1, "padding": "valid", "rings": 2, "relu": False}
    assert ":violet[**6**] − :orange[**3**] + 2·:green[**2**])/:blue[**3**]⌋ + 1 = 3" in texts(app)
    app.selectbox(key="learn-padding").set_value("same").run()
    assert "⌈:violet[**6**]/:blue[**3**]⌉ = 2" in texts(app)
    assert "zeros on each side" not in texts(app)


def test_the_filters_of_a_network_are_what_it_has_learned():
    app = opened()
    app.selectbox(key="learn-filters-28×28×1").set_value("keras-log").run()
    model = ready_made("keras-log")
    kernel, bias = read_weights(model.load(), model.network).arrays[0]
    filters = sent(app)["filters"]
    assert len(filters) == 32
    for number, one in enumerate(filters):
        np.testing.assert_allclose(one["values"], kernel[..., number].ravel(), atol=1e-4)
        assert one["bias"] == pytest.approx(bias[number], abs=1e-4)


def test_a_picture_has_three_channels_and_so_have_its_filters():
    data = sent(opened(image="picture"))
    assert data["image"]["shape"] == [32, 32, 3]
    assert data["filters"][0]["values"] == [0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2]


def test_ones_own_filter_may_be_of_any_size_up_to_seven():
    app = opened(image="digit", filter=str(len(READY)))
    app.number_input(key="learn-side").set_value(7).run()
    assert sent(app)["filters"][-1]["size"] == [7, 7]
    assert sum(sent(app)["filters"][-1]["values"]) == 1


@pytest.mark.parametrize(
    ("image", "step", "spread", "words"),
    [("grid", 1, 3, "does not fit"), ("digit", 2, 2, "do not go together")],
)
def test_what_cannot_be_is_said_and_loses_nothing(image, step, spread, words):
    app = opened(image=image)
    app.selectbox(key="learn-step").set_value(step)
    app.selectbox(key="learn-spread").set_value(spread).run()
    assert not app.exception
    assert words in app.error[0].value
    assert app.selectbox(key="learn-spread").value == spread
    app.selectbox(key="learn-spread").set_value(1).run()
    assert not app.error
    assert sent(app)


def test_without_a_drawing_the_way_to_one_is_shown():
    assert "There is no drawing yet" in texts(opened(image="drawing"))


def test_the_drawing_is_what_a_network_would_see():
    ink = np.pad(np.ones((120, 20), np.float32), ((80, 80), (130, 130)))
    data = sent(opened({"studio.draw.last": {"ink": ink, "strokes": None}}, image="drawing"))
    assert data["image"]["shape"] == [28, 28, 1]
    assert max(data["image"]["values"]) == 1


def test_the_border_effect_of_three_layers():
    assert "28 → 26 → 24 → 22" in texts(opened(image="digit", filter="1"))
    assert "6 → 5 → 4 → 3" in texts(opened(image="grid"))
    assert "28 → 28 → 28 → 28" in texts(opened(image="digit", padding="same"))
    assert texts(opened(image="grid", filter="1", step="3")).count("6 → 2") == 1, "then there is no room any more"


def test_both_kinds_of_convolution_are_counted_and_cross():
    """With 3 channels, 3x3 and 16 filters: 3·3·3·16 + 16 against 3·3·3 + 3·16 + 16."""
    app = opened()
    assert "3·3·3·16 + 16 = 448" in texts(app)
    assert "3·3·3·1 + 1·1·3·16 + 16 = 91" in texts(app)
    app.number_input(key="separable-out").set_value(1).run()
    assert "3·3·3·1 + 1 = 28" in texts(app)
    assert "3·3·3·1 + 1·1·3·1 + 1 = 31" in texts(app)
