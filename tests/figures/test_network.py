import time

import pytest

from cnn_core.design.layers import Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.shapes import trace
from cnn_core.figures.network import KINDS, describe_network, network_figure
from cnn_core.figures.template import COLOURS

from .reading import spec

CONV, POOL = Conv2D(filters=32, kernel_size=3), MaxPooling2D(pool_size=2)
SMALL = trace(Network(layers=(CONV, POOL, Flatten(), Dense(units=10))))
BROKEN = trace(Network(input_shape=(4, 4, 1), layers=(CONV, CONV, Dense(units=10))))
LONG = trace(Network(layers=(Conv2D(filters=8, kernel_size=3, padding="same"),) * 200))


def labels(figure):
    return [note["text"] for note in spec(figure)["layout"]["annotations"]]


def painted(figure, colour):
    """Corners (x, y) of the fronts in `colour`, one list a block."""
    fronts = next(trace for trace in spec(figure)["data"] if trace.get("fill") and trace["line"]["color"] == colour)
    corners = list(zip(fronts["x"], fronts["y"], strict=True))
    return [corners[start : start + 4] for start in range(0, len(corners), 6)]


def sizes(block):
    xs, ys = zip(*block, strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)


def test_blocks_are_labelled_from_the_input_on():
    assert labels(network_figure(SMALL)) == [
        "28×28×1<br>Input",
        "26×26×32<br>Conv2D",
        "13×13×32<br>Max<br>Pooling2D",
        "5,408<br>Flatten",
        "10<br>Dense",
    ]


def test_channels_first_is_written_so_and_drawn_the_same():
    first, last = network_figure(SMALL, "channels_first"), network_figure(SMALL)
    assert labels(first)[1] == "32×26×26<br>Conv2D"
    assert painted(first, KINDS["convolution"]) == painted(last, KINDS["convolution"])


def test_hover_tells_layer_shape_and_parameters():
    (hover,) = [trace["text"] for trace in spec(network_figure(SMALL))["data"] if trace["mode"] == "markers"]
    assert hover[0] == "Input: 28×28×1"
    assert hover[1] == "1. Conv2D: 26×26×32<br>320 parameters"


def test_blocks_have_the_shape_of_their_maps():
    net = (Conv2D(filters=16, kernel_size=1), Conv2D(filters=64, kernel_size=1), Conv2D(filters=64, kernel_size=15))
    one, two, three = painted(network_figure(trace(Network(layers=net))), KINDS["convolution"])
    assert sizes(one)[1] == sizes(two)[1], "equally high maps"
    assert sizes(one)[0] < sizes(two)[0], "more channels are longer"
    assert sizes(three)[1] == pytest.approx(sizes(two)[1] * (14 / 28) ** 0.5), "14 of 28 rows on the square root scale"


def test_kinds_of_layers_have_their_colours():
    figure = network_figure(SMALL)
    counts = {kind: len(painted(figure, colour)) for kind, colour in KINDS.items()}
    assert counts == {"convolution": 1, "pooling": 1, "dense": 1, "other": 2}, "other: the input and Flatten"
    assert len(painted(network_figure(trace(Network(layers=(GlobalAveragePooling2D(),)))), KINDS["pooling"])) == 1


@pytest.mark.parametrize("traced", [SMALL, LONG])
def test_every_block_stays_in_its_place(traced):
    faces = [trace for trace in spec(network_figure(traced))["data"] if trace.get("fill")]
    for face in faces:
        for start in range(0, len(face["x"]), 6):
            xs = face["x"][start : start + 5]
            assert int(min(xs)) == int(max(xs))


def test_the_layer_that_does_not_fit_is_marked_in_its_place():
    assert BROKEN.problem.index == 1
    sent = spec(network_figure(BROKEN))
    (cross,) = [trace for trace in sent["data"] if trace.get("marker", {}).get("color") == COLOURS["error"]]
    assert cross["x"] == [2.5]
    assert cross["text"][0].replace("<br>", " ") == BROKEN.problem.message
    assert labels(network_figure(BROKEN))[-1] == "layer 2<br>does not fit"


def test_selected_layer_is_outlined():
    def outlines(selected):
        sent = spec(network_figure(SMALL, selected=selected))
        return [trace for trace in sent["data"] if trace.get("line", {}).get("width") == 3 and trace["x"]]

    assert outlines(None) == []
    assert min(x for x in outlines(1)[0]["x"] if x is not None) // 1 == 2, "after the input and the first layer"
    assert outlines(99) == [], "a layer that is no longer reached"


def test_no_layers_and_a_first_layer_that_does_not_fit():
    assert labels(network_figure(trace(Network()))) == ["28×28×1<br>Input"]
    broken = trace(Network(input_shape=(2, 2, 1), layers=(CONV,)))
    assert labels(network_figure(broken)) == ["2×2×1<br>Input", "layer 1<br>does not fit"]


def test_two_hundred_layers_are_fast_and_thinly_labelled():
    def cost():
        start = time.process_time()
        network_figure(LONG, selected=100)
        return time.process_time() - start

    assert min(cost() for _ in range(5)) < 0.05
    assert 10 <= len(labels(network_figure(LONG))) <= 17


def test_descriptions():
    assert describe_network(SMALL) == (
        "Input 28×28×1, then Conv2D 26×26×32, MaxPooling2D 13×13×32, Flatten 5,408, Dense 10. 54,410 parameters."
    )
    assert describe_network(SMALL, "channels_first").startswith("Input 1×28×28, then Conv2D 32×26×26")
    assert describe_network(trace(Network())) == "Input 28×28×1. 0 parameters."
    assert describe_network(BROKEN).endswith(BROKEN.problem.message)
