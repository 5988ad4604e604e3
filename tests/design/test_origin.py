"""What was changed in a preset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.layers import Dropout
from cnn_core.design.network import Network
from cnn_core.design.origin import Change, changes, origin, recipe_changes
from cnn_core.design.presets import PRESETS

CLASSIC = PRESETS["keras-log"]
presets = st.sampled_from(list(PRESETS.values()))


@given(presets)
def test_a_preset_is_its_own_origin_and_nothing_was_changed(preset):
    assert origin(preset.network) is preset
    assert changes(preset.network, preset) == []
    assert recipe_changes(preset.recipe, preset) == []


def test_a_network_with_a_name_of_its_own_has_no_origin():
    assert origin(Network(name="mine", layers=CLASSIC.network.layers)) is None


@given(presets, st.data())
def test_one_layer_put_in_or_taken_out_is_found_wherever_it_was(preset, data):
    place = data.draw(st.integers(0, len(preset.network.layers) - 1))
    assert changes(preset.network.insert(place, Dropout()), preset) == [Change("added", "Dropout")]
    assert changes(preset.network.remove(place), preset) == [Change("removed", preset.network.layers[place].type)]
    two = preset.network.insert(place, Dropout()).insert(place, Dropout())
    assert changes(two, preset) is None


@pytest.mark.parametrize(
    ("place", "name", "value"), [(0, "filters", 7), (2, "activation", "tanh"), (1, "pool_size", (3, 3))]
)
def test_an_argument_that_was_set_is_told_with_its_value(place, name, value):
    layer = CLASSIC.network.layers[place].model_copy(update={name: value})
    assert changes(CLASSIC.network.replace(place, layer), CLASSIC) == [Change("set", name, value)]


def test_the_recipe_tells_what_was_set_in_it():
    recipe = CLASSIC.recipe.model_copy(update={"epochs": 20, "seed": 7})
    assert recipe_changes(recipe, CLASSIC) == [Change("set", "epochs", 20), Change("set", "seed", 7)]
