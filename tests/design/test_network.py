"""Edits, undo, and everything that can arrive as text."""

import base64
import contextlib
import json
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.fields import checked
from cnn_core.design.formats import texts
from cnn_core.design.formats.opening import open_design
from cnn_core.design.layers import Conv2D, Dense, Flatten, MaxPooling2D, ZeroPadding2D
from cnn_core.design.network import MAX_LAYERS, MAX_STEPS, History, Network, another_name
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.errors import DesignError

from .strategies import networks

THREE = Network(layers=(Conv2D(), Flatten(), Dense(units=10)))


def kinds(network):
    return [layer.type for layer in network.layers]


def test_keras_shorthands():
    assert Conv2D(kernel_size=5, activation=None) == Conv2D(kernel_size=(5, 5), activation="linear")
    assert ZeroPadding2D(padding=2) == ZeroPadding2D(padding=((2, 2), (2, 2)))
    assert ZeroPadding2D(padding=(1, 2)) == ZeroPadding2D(padding=((1, 1), (2, 2)))
    assert MaxPooling2D().strides is None


def test_edits_make_new_networks():
    assert kinds(THREE.insert(1, MaxPooling2D())) == ["Conv2D", "MaxPooling2D", "Flatten", "Dense"]
    assert kinds(THREE.remove(0)) == ["Flatten", "Dense"]
    assert kinds(THREE.duplicate(0)) == ["Conv2D", "Conv2D", "Flatten", "Dense"]
    assert kinds(THREE.move(0, 2)) == ["Flatten", "Dense", "Conv2D"]
    assert THREE.move(0, -5) == THREE
    assert THREE.move(0, 99) == THREE.move(0, 2)
    assert kinds(THREE) == ["Conv2D", "Flatten", "Dense"]


def test_a_full_network_takes_no_more():
    full = Network(layers=tuple(Conv2D(padding="same") for _ in range(MAX_LAYERS)))
    with pytest.raises(DesignError, match="at most 200"):
        full.duplicate(0)


def test_history():
    history = History(THREE).push(THREE.remove(0)).push(THREE.remove(1))
    assert history.undo().present == THREE.remove(0)
    assert history.undo().undo().undo().present == THREE
    assert history.undo().redo() == history
    assert history.redo() is history
    assert history.push(history.present) is history
    assert history.undo().push(THREE).future == ()
    for filters in range(1, 300):
        history = history.push(THREE.replace(0, Conv2D(filters=filters)))
    assert len(history.past) == MAX_STEPS


@given(networks)
def test_text_there_and_back(network):
    assert Network.from_json(network.to_json()) == open_design(network.to_json()).network == network
    assert Network.from_token(network.to_token()) == network
    assert network.to_token().replace("-", "").replace("_", "").isalnum()


def test_a_change_that_cannot_be_is_a_sentence():
    with pytest.raises(DesignError, match="The design: name must be text of 1 to 80 characters"):
        THREE.changed(name="n" * 81)
    with pytest.raises(DesignError, match="'colour' is not known here"):
        THREE.changed(colour=3)


@pytest.mark.parametrize("name", ["net", "n" * 80, "n" * 71 + " (second)", "net (second)"])
def test_another_name_is_another_and_may_be_one(name):
    assert another_name(name) != name
    assert THREE.changed(name=another_name(name)).name == another_name(name)


def design(**changes):
    return json.dumps(json.loads(THREE.to_json()) | changes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Received nothing"),
        ("{", "not JSON from line 1, column 2"),
        ("[]", "Expected an object"),
        ("null", "Expected an object"),
        ("[" * 100_000, "nested far too deep"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (design(learning_rate=1), "'learning_rate' is not known here"),
        (design(input_shape=[28, 28]), "input_shape must be a list of 3, each a whole number from 1 to 4,096"),
        (design(input_shape=[28, 28, 10**12]), "received [28, 28, 1000000000000]"),
        (design(data_format="nchw"), "one of channels_last, channels_first, received 'nchw'"),
        (design(name="\ud800"), "name must be text of 1 to 80 characters"),
        (design(layers=7), "layers must be a list of at most 200, each an object, received 7"),
        (design(layers=["Conv2D"]), "Layer 1 is not described"),
        (design(layers=[{}]), "Layer 1 is of an unknown type"),
        (design(layers=[{"type": "LSTM"}]), "Received 'LSTM'"),
        (design(layers=[{"type": ["Conv2D"]}]), "Layer 1 is of an unknown type"),
        (design(layers=[{"type": "Conv2D", "filters": -4}]), "must be a whole number from 1 to 65,536, received -4"),
        (design(layers=[{"type": "Conv2D", "filters": "8"}]), "Layer 1 (Conv2D): filters must be a whole number"),
        (design(layers=[{"type": "Conv2D", "filters": True}]), "received True"),
        (design(layers=[{"type": "Conv2D", "filters": 1e300}]), "received 1e+300"),
        (design(layers=[{"type": "Conv2D", "kernel_size": [3, 3, 3]}]), "kernel_size must be a list of 2"),
        (design(layers=[{"type": "Conv2D", "colour": 3}]), "'colour' is not known here (known: filters, kernel_size"),
        (design(layers=[{"type": "Dropout", "rate": None}]), "rate must be a number from 0 to 1, received None"),
        ('{"layers": [{"type": "Dropout", "rate": NaN}]}', "NaN is not a number"),
        ('{"layers": [{"type": "Dropout", "rate": 1e999}]}', "received inf"),
        ('{"layers": [{"type": "Dropout", "rate": %s}]}' % ("9" * 5000), "JSON text"),
    ],
)  # fmt: skip
def test_bad_text_gets_one_clear_sentence(text, words):
    with pytest.raises(DesignError) as caught:
        open_design(text)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 600
    str(caught.value).encode()


def test_several_faults_are_listed_and_many_are_counted():
    layer = {"type": "Conv2D", "filters": 0, "strides": 0, "padding": "causal", "groups": 0, "use_bias": 0}
    with pytest.raises(DesignError, match="and 2 more"):
        open_design(design(layers=[layer]))


def test_all_layers_at_fault_are_named_and_many_are_counted():
    layers = [{"type": "Flatten"}, *[{"type": "LSTM"}] * 3, *[{"type": "Dropout", "rate": 7}] * 4]
    with pytest.raises(DesignError) as caught:
        open_design(design(layers=layers))
    assert [f"Layer {number}" in str(caught.value) for number in range(1, 9)] == [False, *[True] * 5, False, False]
    assert "And 2 more layers" in str(caught.value)


@pytest.mark.parametrize("limit", [2**20, 2**30])
def test_a_million_layers_are_refused_at_once(limit):
    text = '{"layers": [' + ",".join(['{"type":"Flatten"}'] * 1_000_000) + "]}"
    start = time.process_time()
    with pytest.raises(DesignError, match=r"too (long|many)"):
        open_design(text, limit)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "token", ["", "x", "%%%", "ä", "AAAA", THREE.to_token()[:-9], THREE.to_token()[9:], "A" * 10**6, "e30", "=" * 9]
)
def test_broken_links(token):
    for made in (Network, Recipe):
        with pytest.raises(DesignError, match="link"):
            made.from_token(token)


@given(st.builds(Recipe, learning_rate=st.floats(1e-9, 10), early_stopping=st.none() | st.integers(1, 9)))
def test_a_recipe_fits_into_a_link(recipe):
    assert Recipe.from_token(recipe.to_token()) == recipe
    assert len(recipe.to_token()) < 200


def test_a_recipe_from_before_pixels_were_a_choice_has_scaled_ones():
    """In a link, and in the database."""
    assert Recipe.from_token(texts.pack({"epochs": 7})) == Recipe(epochs=7, pixels="scaled")
    stored = {name: value for name, value in Recipe(epochs=7).model_dump().items() if name != "pixels"}
    assert Recipe.model_validate(stored) == Recipe(epochs=7, pixels="scaled")
    assert Recipe.from_token(Recipe(pixels="raw").to_token()).pixels == "raw"


def test_a_recipe_out_of_range_is_named():
    token = texts.pack({"epochs": 10**9})
    with pytest.raises(DesignError, match="link's recipe: epochs must be a whole number from 1 to 1,000"):
        Recipe.from_token(token)


def test_a_zip_bomb_is_not_inflated():
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 10_000_000, 9)).decode()
    with pytest.raises(DesignError, match="link"):
        Network.from_token(bomb)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(
            ["class_name", "config", "layers", "name", "input_shape", "type", "batch_shape", "inbound_nodes"]
        ),
        inner | st.sampled_from(["Sequential", "Functional", "Conv2D", "InputLayer", "Rescaling", "Reshape", "ReLU"]),
    ),
    max_leaves=30,
))  # fmt: skip
def test_any_json_gives_a_network_or_a_sentence(plain):
    with contextlib.suppress(DesignError):
        open_design(json.dumps(plain))


def test_recipes_are_checked_in_words():
    assert checked(Recipe, {"epochs": 3}, "The recipe").epochs == 3
    with pytest.raises(DesignError, match="learning_rate must be a number above 0 and up to 10, received -1"):
        checked(Recipe, {"learning_rate": -1}, "The recipe")


def test_the_presets_links_are_short():
    assert max(len(preset.network.to_token()) for preset in PRESETS.values()) < 300
