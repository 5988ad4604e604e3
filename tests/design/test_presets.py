"""The presets are the networks and recipes of the teaching notes that they come from, number for number."""

import pytest

from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import classifier_problem, trace

PARAMETERS = {
    "keras-log": 93_322,
    "no-max-pool": 55_744 + 30_976 * 64 + 64 + 650,
    "same-32-64-128": 325_282,
    "dnn-500x3": 898_510,
    "cnn-25-50": 137_660,
    "lesson": 320 + 7_225 + 62_600 + 1_010,
}


def test_names():
    assert list(PRESETS) == list(PARAMETERS)


@pytest.mark.parametrize(("name", "parameters"), PARAMETERS.items())
def test_parameters(name, parameters):
    assert trace(PRESETS[name].network).totals.parameters == parameters
    assert classifier_problem(PRESETS[name].network, 10) is None


def test_feature_maps_of_the_notes():
    maps = {name: [made.output_shape for made in trace(PRESETS[name].network).reports] for name in PRESETS}
    assert maps["keras-log"][:6] == [(26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64), (3, 3, 64), (576,)]
    assert maps["no-max-pool"][:3] == [(26, 26, 32), (24, 24, 64), (22, 22, 64)]
    assert [shape[0] for shape in maps["same-32-64-128"][:7]] == [28, 14, 14, 7, 7, 3, 1152]
    assert sum(made.parameters for made in trace(PRESETS["no-max-pool"].network).reports[:3]) == 55_744


def test_recipes_of_the_notes():
    facts = {
        name: (p.recipe.optimizer, p.recipe.loss, p.recipe.batch_size, p.recipe.epochs, p.recipe.train_images)
        for name, p in PRESETS.items()
    }
    assert facts["keras-log"] == ("rmsprop", "categorical_crossentropy", 64, 5, None)
    assert facts["same-32-64-128"] == ("sgd", "mse", 100, 12, None)
    assert PRESETS["same-32-64-128"].recipe.learning_rate == 0.05
    assert [name for name, preset in PRESETS.items() if preset.recipe.pixels == "raw"] == ["same-32-64-128"]
    assert facts["dnn-500x3"] == facts["cnn-25-50"] == ("adam", "categorical_crossentropy", 100, 20, 10_000)
    assert PRESETS["cnn-25-50"].network.data_format == "channels_first"
