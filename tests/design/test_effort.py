"""effort: how much work a training is, told from what is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.effort import effort, shares
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.design.start import FineTuning, Start

NETWORK = PRESETS["keras-log"].network
RECIPES = st.builds(
    Recipe,
    epochs=st.integers(1, 1000),
    train_images=st.none() | st.integers(10, 100_000),
    validation_share=st.sampled_from([0.0, 0.1, 0.5]),
)


@given(RECIPES, st.integers(0, 100_000))
def test_more_epochs_and_more_images_are_more_work(recipe, there):
    one = effort(NETWORK, recipe, there)
    assert one.images == recipe.epochs * shares(recipe, there)[0]
    assert one.macs == trace(NETWORK).totals.macs
    twice = effort(NETWORK, recipe.model_copy(update={"epochs": 2 * recipe.epochs}), there)
    assert twice.seconds == pytest.approx(2 * one.seconds)
    assert effort(NETWORK, recipe, there + 10).seconds >= one.seconds


@given(RECIPES, st.floats(0.1, 100))
def test_a_time_limit_is_the_most_that_a_run_takes(recipe, limit):
    limited = effort(NETWORK, recipe.model_copy(update={"time_limit": limit}), 4_000)
    assert limited.seconds == min(limit, effort(NETWORK, recipe, 4_000).seconds)


def test_a_larger_network_is_more_work():
    seconds = [effort(PRESETS[name].network, Recipe(), 4_000).seconds for name in ("keras-log", "no-max-pool")]
    assert seconds[1] > 5 * seconds[0]


def test_frozen_layers_save_the_way_back_and_once_they_have_looked_all_of_it():
    start = Start(base="keras-log", layers=3, frozen=3)
    plain, frozen = Recipe(epochs=10), Recipe(epochs=10, start=start)
    varied = frozen.model_copy(update={"augmentation": frozen.augmentation.model_copy(update={"rotation": 10.0})})
    times = [effort(NETWORK, recipe, 4_000).seconds for recipe in (frozen, varied, plain)]
    assert times == sorted(times)
    assert times[0] < times[1] < times[2]
    each = [effort(NETWORK, recipe, 4_000).macs for recipe in (frozen, varied, plain)]
    assert each == sorted(each)
    front, rest = (sum(one.macs for one in trace(NETWORK).reports[part]) for part in (slice(3), slice(3, None)))
    assert each == [round(front / 30 + rest), round(front / 3 + rest), front + rest], "the way back is two thirds"


def test_two_phases_are_the_sum_of_both():
    start = Start(base="keras-log", layers=3, frozen=3)
    second = start.model_copy(update={"frozen": 0})
    then = FineTuning(after=4, frozen=0, learning_rate=0.0001)
    both = Recipe(epochs=10, start=Start(base="keras-log", layers=3, frozen=3, then=then))
    parts = [effort(NETWORK, Recipe(epochs=n, start=one), 4_000).seconds for n, one in ((4, start), (6, second))]
    assert effort(NETWORK, both, 4_000).seconds == pytest.approx(sum(parts))
