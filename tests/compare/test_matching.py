"""A network narrowed to the parameters of another, for any two of the presets."""

from itertools import permutations

import pytest

from cnn_core.compare.matching import WIDTHS, matched_parameters
from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import trace


def parameters(network) -> int:
    return trace(network).totals.parameters


@pytest.mark.parametrize(("one", "other"), list(permutations(PRESETS, 2)))
def test_the_larger_one_comes_as_near_as_whole_widths_allow(one, other):
    pair = PRESETS[one].network, PRESETS[other].network
    matched = matched_parameters(pair)
    small, large = sorted((0, 1), key=lambda side: parameters(pair[side]))
    if parameters(pair[0]) != parameters(pair[1]):
        assert matched[small] == pair[small]
    target = parameters(pair[small])
    assert abs(parameters(matched[large]) / target - 1) < 0.05
    assert abs(parameters(matched[large]) - target) <= abs(parameters(pair[large]) - target)


def test_only_widths_change_and_the_classes_stay():
    dense, convolutional = PRESETS["dnn-500x3"].network, PRESETS["cnn-25-50"].network
    narrowed, same = matched_parameters((dense, convolutional))
    assert same == convolutional
    assert narrowed.layers[-1] == dense.layers[-1]
    for before, after in zip(dense.layers, narrowed.layers, strict=True):
        assert before.model_dump(exclude=set(WIDTHS)) == after.model_dump(exclude=set(WIDTHS))
    assert len({layer.units for layer in narrowed.layers[1:-1]}) == 1  # 500, 500, 500 stay alike


def test_two_of_the_same_size_stay_as_they_are():
    network = PRESETS["lesson"].network
    assert matched_parameters((network, network)) == (network, network)
