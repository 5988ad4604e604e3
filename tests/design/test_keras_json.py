"""What Keras writes, in its several versions, and what of it cannot be carried over."""

import json

import keras
import pytest

from cnn_core.design.layers import Conv2D, Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.errors import DesignError


def saved(*layers, shape=(28, 28, 1)):
    return keras.Sequential([keras.Input(shape), *layers]).to_json()


def test_a_leading_rescaling_is_dropped_because_training_adds_it():
    text = saved(keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(4, 3), keras.layers.Flatten())
    assert Network.parse(text).layers == (Conv2D(filters=4), Flatten())


def test_without_an_input_layer_the_built_shape_counts():
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
    model.build((None, 8, 9, 3))
    plain = json.loads(model.to_json())
    plain["config"]["layers"] = [item for item in plain["config"]["layers"] if item["class_name"] != "InputLayer"]
    assert Network.parse(json.dumps(plain)).input_shape == (8, 9, 3)


def test_keras_2_wrote_the_shape_into_the_first_layer():
    config = {"batch_input_shape": [None, 28, 28, 1], "data_format": "channels_last", "name": "a", "trainable": True}
    dense = {"units": 10, "activation": "softmax", "use_bias": True, "dtype": "float32", "kernel_constraint": None}
    layers = [{"class_name": "Flatten", "config": config}, {"class_name": "Dense", "config": dense}]
    for wrapped in ({"name": "old", "layers": layers}, layers):
        network = Network.parse(json.dumps({"class_name": "Sequential", "config": wrapped, "keras_version": "2.4.0"}))
        assert network.layers == (Flatten(), Dense(units=10, activation="softmax"))


def test_channels_first_with_normalization_of_maps_and_of_vectors():
    first = {"data_format": "channels_first"}
    text = saved(
        keras.layers.Conv2D(4, 3, **first),
        keras.layers.BatchNormalization(axis=1),
        keras.layers.Flatten(**first),
        keras.layers.BatchNormalization(),
        shape=(1, 28, 28),
    )
    network = Network.parse(text)
    assert (network.input_shape, network.data_format) == ((28, 28, 1), "channels_first")
    alone = Network.parse(saved(keras.layers.BatchNormalization(axis=1), shape=(1, 28, 28)))
    assert (alone.input_shape, alone.data_format) == ((28, 28, 1), "channels_first")


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (keras.layers.Rescaling(1 / 127.5), "Layer 1: Rescaling is not a layer this studio has"),
        (keras.layers.Conv2DTranspose(4, 3), "Conv2DTranspose"),
        (keras.layers.Conv2D(4, 3, kernel_regularizer="l2"), "can't carry over kernel_regularizer"),
        (keras.layers.Conv2D(4, 3, kernel_initializer="he_normal"), "can't carry over kernel_initializer"),
        (keras.layers.Conv2D(4, 3, dtype="mixed_float16"), "dtype"),
        (keras.layers.Conv2D(4, 3, activation="softsign", data_format="channels_first"), None),
        (keras.layers.Conv2D(4, 3, activation="hard_tanh"), "activation must be one of"),
        (keras.layers.BatchNormalization(axis=2), "can't carry over axis"),
        (keras.layers.Dropout(0.5, noise_shape=(None, 1, 1, 1)), "noise_shape"),
        (keras.layers.Conv2D(4, 3, trainable=False), "trainable"),
    ],
)
def test_what_cannot_be_carried_over_is_named(layer, words):
    text = saved(layer, shape=(8, 8, 8))
    if words is None:
        assert Network.parse(text).data_format == "channels_first"
        return
    with pytest.raises(DesignError) as caught:
        Network.parse(text)
    assert words in str(caught.value)


def test_all_layers_and_arguments_at_fault_are_named():
    strange = keras.layers.Conv2D(4, 3, kernel_regularizer="l2", kernel_constraint="non_neg")
    model = saved(keras.layers.Conv2DTranspose(4, 3), strange, keras.layers.Dense(3), keras.layers.UpSampling2D())
    with pytest.raises(DesignError) as caught:
        Network.parse(model)
    named = ("Layer 1: Conv2DTranspose is not", "Layer 2 (Conv2D)", "kernel_regularizer, kernel_constraint", "Layer 4")
    assert all(words in str(caught.value) for words in named)
    assert "Layer 3" not in str(caught.value)
    assert len(str(caught.value)) < 900


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ({"class_name": "Functional"}, "Received Functional"),
        ({"class_name": "Sequential"}, "layers are missing"),
        ({"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense"}]}}, "layers are missing"),
        ({"class_name": "Sequential", "config": {"layers": []}}, "does not say that it takes images"),
    ],
)
def test_other_models(plain, words):
    with pytest.raises(DesignError, match=words):
        Network.parse(json.dumps(plain))


def test_flat_inputs_and_mixed_layouts():
    with pytest.raises(DesignError, match="does not say that it takes images"):
        Network.parse(saved(keras.layers.Dense(10), shape=(784,)))
    with pytest.raises(DesignError, match="data_format is not clear"):
        Network.parse(
            saved(
                keras.layers.Conv2D(4, 3, data_format="channels_first"),
                keras.layers.Conv2D(4, 3, data_format="channels_last"),
                shape=(8, 8, 8),
            )
        )
