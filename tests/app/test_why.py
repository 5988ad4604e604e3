"""The page of the three experiments: the numbers are those of the experiments."""

import pytest

from cnn_core.learn.pooling import moved
from cnn_core.learn.why import dense_value
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from tests.support import pages as support

FILTER, UNIT = "One filter of 9×9 weights, anywhere", "A dense unit of 784 weights, each in its place"


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.fixture(scope="module")
def app():
    return support.opened(pages.WHY)


def test_a_moved_part_is_found_and_the_dense_unit_loses_the_digit(app):
    assert (metrics(app)[FILTER], metrics(app)[UNIT]) == ("100.0%", "100.0%")
    app.slider(key="why-right").set_value(4).run()
    digit = services.dataset("bundled").x_test[0] / 255
    left = dense_value(moved(digit, 0, 4), digit) / dense_value(digit, digit)
    assert (metrics(app)[FILTER], metrics(app)[UNIT]) == ("100.0%", f"{left:.1%}")
    assert left < 0.6


def test_the_parameters_of_both_kinds_of_layer(app):
    """(1*3*3+1)*32 against 785 for each of 26*26*32 outputs."""
    assert metrics(app)["Conv2D"] == "320"
    assert metrics(app)["Dense, as many outputs"] == f"{785 * 26 * 26 * 32:,}"
    app.slider(key="why-side").set_value(5).run()
    assert metrics(app)["Conv2D"] == "832"


def test_digits_with_rows_left_out_are_read_by_the_real_networks(app):
    app.slider(key="why-every").set_value(1).run()
    whole = metrics(app)["Ready-made CNN"]
    assert float(whole.rstrip("%")) > 98
    app.slider(key="why-every").set_value(5).run()
    thinned = [metrics(app)[name] for name in ("Ready-made CNN", "Ready-made dense network")]
    assert all(float(share.rstrip("%")) < float(whole.rstrip("%")) for share in thinned)
    assert not app.exception
