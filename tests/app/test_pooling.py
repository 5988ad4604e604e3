"""The page of pooling: what it sends to the stepper, and what it counts."""

import numpy as np
import pytest

from cnn_core.learn.pooling import kept, moved, pool
from cnn_core.learn.slide import Slide
from cnn_core.ui import pages
from tests.support import pages as support
from tests.support.pages import sent_to


def opened(**query):
    return support.opened(pages.POOLING, **query)


def sent(app):
    return sent_to(app, "pooling-window")


def image(app) -> np.ndarray:
    told = sent(app)["image"]
    return np.array(told["values"]).reshape(told["shape"])


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_four_ways_with_one_window():
    told = sent(opened(image="grid", size="3", step="2", padding="same"))
    assert [(one["way"], one["size"]) for one in told["filters"]] == [
        (way, [3, 3]) for way in ("max", "average", "min", "sum")
    ]
    assert (told["settings"]["stride"], told["settings"]["padding"], told["pooling"]) == (2, "same", True)


def test_a_window_moves_as_far_as_it_is_wide_unless_it_is_told_otherwise():
    app = opened(image="grid", size="3")
    assert sent(app)["settings"]["stride"] == 3
    sums = " ".join(text.value for text in app.markdown)
    assert "⌊(:violet[**6**] − :orange[**3**])/:blue[**3**]⌋ + 1 = 2" in sums


def test_what_stays_after_a_shift_is_counted():
    before = image(opened(image="digit"))
    app = opened(image="digit", right="1", down="-1")
    np.testing.assert_allclose(image(app), moved(before, -1, 1))
    pooled = [pool(one, "max", Slide(2, 2), Slide(2, 2)) for one in (before, image(app))]
    assert metrics(app)["Stays without pooling"] == f"{kept(before, image(app)):.1%}"
    assert metrics(app)["Stays with pooling"] == f"{kept(*pooled):.1%}"


def test_the_whole_image_gives_one_number():
    app = opened(size="all")
    assert sent(app)["filters"][0]["size"] == [28, 28]
    assert app.selectbox(key="pooling-step").disabled


def test_a_window_larger_than_the_grid_is_refused_in_words(monkeypatch):
    monkeypatch.setattr("cnn_core.ui.learn.images.GRID", np.ones((4, 4, 1), np.float32))
    app = opened(image="grid", size="5")
    assert "does not fit" in app.error[0].value


@pytest.mark.parametrize("name", ["right", "down"])
def test_the_grid_is_painted_only_where_it_lies(name):
    assert sent(opened(image="grid"))["editable"]
    assert not sent(opened(image="grid", **{name: "1"}))["editable"]
