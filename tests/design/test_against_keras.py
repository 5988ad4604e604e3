"""The same design gives the same numbers as Keras, and what is impossible here is impossible there."""

from collections import Counter

import keras
import pytest
from hypothesis import given, settings

from cnn_core.design.formats.opening import open_design
from cnn_core.design.network import Network, shown
from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import trace

from .strategies import networks

LAYOUT_FREE = (keras.layers.Dense, keras.layers.Dropout, keras.layers.BatchNormalization, keras.layers.Activation)
pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")


def keras_layer(layer, data_format: str) -> keras.Layer:
    """The Keras layer of the same name and arguments, made without any of the code under test but the arguments."""
    kind, arguments = getattr(keras.layers, layer.type), layer.model_dump(exclude={"type"})
    if kind is keras.layers.BatchNormalization:
        arguments["axis"] = 1 if data_format == "channels_first" else -1
    return kind(**arguments) if kind in LAYOUT_FREE else kind(**arguments, data_format=data_format)


def by_keras(network: Network) -> tuple[list[tuple], bool]:
    """(output shape, trainable, non-trainable) of each layer up to the first that Keras refuses, and whether it did."""
    tensor, rows = keras.Input(shown(network.input_shape, network.data_format)), []
    for layer in network.layers:
        try:
            made = keras_layer(layer, network.data_format)
            tensor = made(tensor)
        except ValueError:
            return rows, True
        counts = [
            sum(w.shape.num_elements() for w in ws) for ws in (made.trainable_weights, made.non_trainable_weights)
        ]
        rows.append((tuple(tensor.shape[1:]), *counts))
    return rows, False


def by_us(network: Network) -> tuple[list[tuple], bool]:
    traced = trace(network)
    rows = [(shown(r.output_shape, network.data_format), r.trainable, r.non_trainable) for r in traced.reports]
    return rows, traced.problem is not None


def test_random_designs():
    seen, kinds = Counter(), Counter()
    designs = 10 * settings().max_examples  # all layer types shall come often

    @settings(max_examples=designs)
    @given(networks)
    def compare(network):
        expected = by_keras(network)
        assert by_us(network) == expected
        seen[expected[1]] += 1
        kinds.update(layer.type for layer in network.layers[: len(expected[0])])

    compare()
    assert min(seen[True], seen[False]) > designs / 8, "both possible and impossible designs are tried"
    assert len(kinds) == 13
    assert min(kinds.values()) > designs / 40, "every layer type is reached often"


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("name", PRESETS)
def test_presets(name, data_format):
    network = PRESETS[name].network.changed(data_format=data_format)
    assert by_us(network) == by_keras(network)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("name", PRESETS)
def test_keras_reads_our_json_and_we_read_keras(name, data_format):
    network = PRESETS[name].network.changed(data_format=data_format, name="as_keras_names_it")
    model = keras.models.model_from_json(network.to_keras_json())
    assert model.count_params() == trace(network).totals.parameters
    assert model.output_shape == (None, 10)
    again = open_design(model.to_json()).network
    # Without a map and without Flatten there is nothing to tell the layout from; all presets have one.
    assert again == written_out(network)


def written_out(network: Network) -> Network:
    """With ``strides=None`` replaced by the pool size, as Keras writes it."""
    filled = [
        type(layer)(**(layer.arguments() | {"strides": layer.pool_size}))
        if "pool_size" in layer.arguments() and layer.strides is None
        else layer
        for layer in network.layers
    ]
    return network.with_layers(tuple(filled))


def test_random_designs_through_keras_json():
    @given(networks)
    def there_and_back(network):
        if trace(network).problem:
            return
        model = keras.models.model_from_json(network.to_keras_json())
        rows, _ = by_us(network)
        assert [tuple(layer.output.shape[1:]) for layer in model.layers] == [row[0] for row in rows]
        assert model.count_params() == sum(row[1] + row[2] for row in rows)
        again = open_design(model.to_json()).network
        if any("data_format" in layer.get_config() for layer in model.layers):
            assert again == written_out(network)

    there_and_back()
