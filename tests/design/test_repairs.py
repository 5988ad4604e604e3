"""Every repair that is offered gets past the problem; what can be mended wholly, is."""

import pytest
from hypothesis import given

from cnn_core.design.layers import Activation, Conv2D, Dense, Flatten, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.repairs import repairs
from cnn_core.design.shapes import classifier_problem, trace

from .strategies import networks

CLASSIC = PRESETS["keras-log"].network


@given(networks)
def test_repairs_get_past_the_problem(network):
    problem, offered = trace(network).problem, repairs(network)
    assert bool(offered) == (problem is not None)
    assert len(offered) <= 4
    for repair in offered:
        after = trace(repair.network).problem
        assert after is None or len(repair.network.layers) - after.index < len(network.layers) - problem.index
    assert len({repair.network for repair in offered}) == len({repair.title for repair in offered}) == len(offered)


@given(networks)
def test_clicking_the_first_repair_ends_in_a_classifier(network):
    for _ in range(len(network.layers) + 3):
        problem = classifier_problem(network, 10)
        if problem is None:
            return
        network = repairs(network, 10)[0].network
    pytest.fail("the repairs go round in circles")


@pytest.mark.parametrize(
    ("network", "title"),
    [
        (CLASSIC.changed(input_shape=(8, 8, 1)), "Set padding 'same' in all layers"),
        (CLASSIC.replace(4, Conv2D(kernel_size=7)), "Set padding 'same' in layer 5"),
        (CLASSIC.replace(4, Conv2D(kernel_size=7)), "Set kernel_size 5×5 in layer 5"),
        (CLASSIC.replace(2, Conv2D(filters=48, groups=5)), "Set groups 1 in layer 3"),
        (CLASSIC.replace(2, Conv2D(strides=2, dilation_rate=2)), "Set dilation_rate 1 in layer 3"),
        (CLASSIC.move(5, 2), "Move layer 3 (Flatten) behind layer 6"),
        (CLASSIC.remove(5), "Put Flatten before the first Dense layer"),
        (CLASSIC.remove(7), "Set 10 units and softmax in the last Dense layer"),
        (CLASSIC.replace(7, Dense(units=10)), "Set softmax in the last layer"),
        (CLASSIC.replace(4, Conv2D(kernel_size=20)), "Set kernel_size 5×5 in layer 5"),
        (CLASSIC.replace(2, Conv2D(kernel_size=20)), "Set kernel_size 7×7 in layer 3"),
        (
            CLASSIC.replace(7, Dense(units=7)).insert(8, Activation(activation="softmax")),
            "Set 10 units in the last Dense layer",
        ),
        (Network(layers=CLASSIC.layers[:5]), "Add Flatten and Dense with 10 softmax units"),
        (Network(), "Add Flatten and Dense with 10 softmax units"),
    ],
)
def test_the_expected_repair_mends_it(network, title):
    offered = {repair.title: repair.network for repair in repairs(network, 10)}
    assert title in offered
    assert classifier_problem(offered[title], 10) is None


def test_a_full_stack_can_still_be_mended():
    full = Network(layers=(*(Conv2D(padding="same") for _ in range(198)), MaxPooling2D(pool_size=99), Flatten()))
    assert repairs(full, 10)
