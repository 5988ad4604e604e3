"""What Keras writes, in its several versions, and what of it cannot be carried over."""

import json

import keras
import pytest

from cnn_core.design.formats.keras.layer import LeftOut
from cnn_core.design.formats.opening import open_design
from cnn_core.design.layers import Activation, BatchNormalization, Conv2D, Dense, Flatten, ZeroPadding2D
from cnn_core.design.network import Network
from cnn_core.design.shapes import trace
from cnn_core.errors import DesignError

GLOROT = {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform"}}
NOTHING = dict.fromkeys(("kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint"))


def saved(*layers, shape=(28, 28, 1)):
    return keras.Sequential([keras.Input(shape), *layers]).to_json()


def opened(text: str) -> Network:
    """The design of a file of which nothing is left out."""
    file = open_design(text)
    assert (file.left_out, file.vector) == ((), 0)
    return file.network


def layer(kind: str, **config):
    return {"class_name": kind, "config": config}


def written(*layers, version="2.2.4", bare=False, **config) -> str:
    """A Sequential model as Keras 1 (bare: the layers alone) and Keras 2 wrote it."""
    inside = list(layers) if bare else {"name": "sequential_1", "layers": list(layers)} | config
    return json.dumps({"class_name": "Sequential", "config": inside, "keras_version": version, "backend": "tensorflow"})


def agrees(network: Network, *layers, shape=(28, 28, 1)) -> None:
    """Layer by layer the shapes and parameters of what Keras 3 builds of ``layers``."""
    model = keras.Sequential([keras.Input(shape), *layers])
    expected = [(tuple(made.output.shape[1:]), made.count_params()) for made in model.layers]
    assert [(report.output_shape, report.parameters) for report in trace(network).reports] == expected


def refused(text: str) -> str:
    with pytest.raises(DesignError) as caught:
        open_design(text)
    assert len(str(caught.value)) < 900
    return str(caught.value)


def test_a_leading_rescaling_is_dropped_because_training_adds_it():
    text = saved(keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(4, 3), keras.layers.Flatten())
    assert opened(text).layers == (Conv2D(filters=4), Flatten())


def test_without_an_input_layer_the_built_shape_counts():
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
    model.build((None, 8, 9, 3))
    plain = json.loads(model.to_json())
    plain["config"]["layers"] = [item for item in plain["config"]["layers"] if item["class_name"] != "InputLayer"]
    assert opened(json.dumps(plain)).input_shape == (8, 9, 3)


@pytest.mark.parametrize("bare", [True, False])
def test_keras_2_wrote_the_shape_into_the_first_layer(bare):
    flatten = layer("Flatten", batch_input_shape=[None, 28, 28, 1], data_format="channels_last", name="flatten_1")
    dense = layer("Dense", units=10, activation="softmax", use_bias=True, dtype="float32", kernel_constraint=None)
    network = opened(written(flatten, dense, bare=bare))
    assert network.layers == (Flatten(), Dense(units=10, activation="softmax"))


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_network_of_keras_2(wrapped):
    """With everything that it used to write, and as TensorFlow.js keeps it."""
    convolution = {"strides": [1, 1], "dilation_rate": [1, 1], "activation": "relu", "kernel_initializer": GLOROT}
    convolution |= NOTHING | {"data_format": "channels_last", "use_bias": True, "trainable": True}
    normal = {"momentum": 0.99, "epsilon": 0.001, "beta_initializer": {"class_name": "Zeros", "config": {}}}
    text = written(
        layer("InputLayer", batch_input_shape=[None, 28, 28, 1], dtype="float32", sparse=False, name="conv2d_input"),
        layer("Conv2D", filters=8, kernel_size=[3, 3], padding="valid", name="conv2d_6", groups=1, **convolution),
        layer("BatchNormalization", axis=[3], name="batch_normalization", fused=True, **normal),
        layer("MaxPooling2D", pool_size=[2, 2], strides=[2, 2], padding="valid", name="max_pooling2d_2"),
        layer("ReLU", max_value=6.0, negative_slope=0.0, threshold=0.0, name="re_lu"),
        layer("Dropout", rate=0.25, noise_shape=None, seed=None, name="dropout_1"),
        layer("Flatten", data_format="channels_last", name="flatten"),
        layer("Dense", units=32, activation="swish", kernel_initializer=GLOROT, name="dense"),
        layer("BatchNormalizationV1", axis=[1], name="batch_normalization_v1_1", **normal),
        layer("Dense", units=10, activation="softmax", name="dense_1"),
    )
    if wrapped:
        text = json.dumps({"format": "layers-model", "modelTopology": {"model_config": json.loads(text)}})
    network = opened(text)
    assert network.layers[3] == Activation(activation="relu6")
    assert network.layers[6].activation == "silu"
    agrees(
        network,
        keras.layers.Conv2D(8, 3, activation="relu"),
        keras.layers.BatchNormalization(),
        keras.layers.MaxPooling2D(),
        keras.layers.ReLU(6),
        keras.layers.Dropout(0.25),
        keras.layers.Flatten(),
        keras.layers.Dense(32, "swish"),
        keras.layers.BatchNormalization(),
        keras.layers.Dense(10, "softmax"),
    )


def test_a_network_of_keras_1():
    """Other names for nearly everything."""
    nothing = {"W_regularizer": None, "b_regularizer": None, "W_constraint": None, "b_constraint": None}
    filters = {"bias": True, "init": "glorot_uniform", "activation": "linear", "trainable": True} | nothing
    first = {"batch_input_shape": [None, 28, 28, 1], "input_dtype": "float32", "name": "convolution2d_1"}
    kernel = {"nb_row": 3, "nb_col": 5, "dim_ordering": "tf"}
    text = written(
        layer("Convolution2D", nb_filter=8, border_mode="same", subsample=[2, 2], **kernel, **filters, **first),
        layer("Activation", activation="relu", name="activation_1"),
        layer("ZeroPadding2D", padding=[1, 2, 0, 1], dim_ordering="tf", name="zeropadding2d_1"),
        layer("AtrousConvolution2D", nb_filter=4, border_mode="valid", atrous_rate=[2, 2], **kernel, **filters),
        layer("SeparableConvolution2D", nb_filter=6, border_mode="same", depth_multiplier=2, **kernel),
        layer("MaxPooling2D", pool_size=[2, 2], strides=[2, 2], border_mode="valid", dim_ordering="tf"),
        layer("BatchNormalization", mode=0, axis=-1, epsilon=1e-05, momentum=0.9, beta_regularizer=None),
        layer("Dropout", p=0.25, name="dropout_1"),
        layer("Flatten", name="flatten_1"),
        layer("Dense", output_dim=10, input_dim=None, **filters),
        layer("Activation", activation="softmax"),
        version="1.2.1",
        bare=True,
    )  # fmt: skip
    network = opened(text)
    assert network.layers[2] == ZeroPadding2D(padding=((1, 2), (0, 1)))
    assert network.layers[7].rate == 0.25
    agrees(
        network,
        keras.layers.Conv2D(8, (3, 5), strides=2, padding="same"),
        keras.layers.Activation("relu"),
        keras.layers.ZeroPadding2D(((1, 2), (0, 1))),
        keras.layers.Conv2D(4, (3, 5), dilation_rate=2),
        keras.layers.SeparableConv2D(6, (3, 5), padding="same", depth_multiplier=2),
        keras.layers.MaxPooling2D(),
        keras.layers.BatchNormalization(),
        keras.layers.Dropout(0.25),
        keras.layers.Flatten(),
        keras.layers.Dense(10),
        keras.layers.Activation("softmax"),
    )


def test_keras_1_with_the_channels_first():
    first = layer(
        "Convolution2D", nb_filter=4, nb_row=3, nb_col=3, dim_ordering="th", batch_input_shape=[None, 1, 9, 8]
    )
    network = opened(written(first, layer("BatchNormalization", axis=1), layer("Flatten"), version="1.0.8", bare=True))
    assert (network.input_shape, network.data_format) == ((9, 8, 1), "channels_first")


def test_a_functional_model_that_is_one_line():
    entrance = keras.Input((28, 28, 1))
    middle = keras.layers.ReLU()(keras.layers.Conv2D(4, 3)(entrance))
    exit_ = keras.layers.Dense(10, "softmax")(keras.layers.Flatten()(middle))
    network = opened(keras.Model(entrance, exit_, name="line").to_json())
    assert network.name == "line"
    assert network.layers == (
        Conv2D(filters=4),
        Activation(activation="relu"),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )


def in_keras_2(*named, outputs=("c",)) -> str:
    """A model of Keras 2's functional interface; each layer is (name, item, the names before it)."""
    layers = [item | {"name": name, "inbound_nodes": [[[b, 0, 0, {}] for b in before]]} for name, item, before in named]
    config = {"name": "model_1", "layers": layers, "input_layers": [["a", 0, 0]]}
    config["output_layers"] = [[name, 0, 0] for name in outputs]
    return json.dumps({"class_name": "Model", "config": config, "keras_version": "2.2.4"})


IMAGE = ("a", layer("InputLayer", batch_input_shape=[None, 28, 28, 1]), [])
DENSE = layer("Dense", units=3)


def test_the_order_of_a_line_is_that_of_its_links():
    network = opened(in_keras_2(("c", DENSE, ["b"]), ("b", layer("Flatten"), ["a"]), IMAGE))
    assert network.layers == (Flatten(), Dense(units=3))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (in_keras_2(IMAGE, ("b", DENSE, ["a"]), ("c", layer("Add"), ["a", "b"])), "c (Add) takes the outputs of 2"),
        (in_keras_2(IMAGE, ("b", DENSE, ["a"]), ("c", DENSE, ["a"])), "a (InputLayer) feeds 2 layers: b, c"),
        (in_keras_2(IMAGE, ("b", DENSE, ["a"]), ("c", DENSE, ["b"]), outputs="bc"), "output before its last layer"),
        (in_keras_2(IMAGE, ("b", DENSE, []), ("c", DENSE, ["b"])), "The model has 2 inputs"),
        (in_keras_2(IMAGE, ("b", DENSE, ["c"]), ("c", DENSE, ["b"])), "b (Dense) is not in line"),
        (in_keras_2(IMAGE, ("c", DENSE, ["a"]), ("c", DENSE, ["a"])), "is not in line"),
    ],
)  # fmt: skip
def test_where_a_model_branches_is_named(text, words):
    assert words in refused(text)
    assert "Branches cannot be opened" in refused(text)


def test_a_branch_of_keras_3_is_named():
    entrance = keras.Input((8, 8, 3))
    added = keras.layers.Add(name="shortcut")([entrance, keras.layers.Conv2D(3, 1)(entrance)])
    assert "shortcut (Add) takes the outputs of 2 layers" in refused(keras.Model(entrance, added).to_json())


def test_channels_first_with_normalization_of_maps_and_of_vectors():
    first = {"data_format": "channels_first"}
    text = saved(
        keras.layers.Conv2D(4, 3, **first),
        keras.layers.BatchNormalization(axis=1),
        keras.layers.Flatten(**first),
        keras.layers.BatchNormalization(),
        shape=(1, 28, 28),
    )
    network = opened(text)
    assert (network.input_shape, network.data_format) == ((28, 28, 1), "channels_first")
    alone = opened(saved(keras.layers.BatchNormalization(axis=1), shape=(1, 28, 28)))
    assert (alone.input_shape, alone.data_format) == ((28, 28, 1), "channels_first")


def test_axis_1_of_a_vector_is_its_last_and_says_nothing_of_maps():
    text = written(
        layer("Flatten", batch_input_shape=[None, 28, 28, 1]), layer("BatchNormalization", axis=[1]), bare=True
    )
    network = opened(text)
    assert (network.data_format, network.layers) == ("channels_last", (Flatten(), BatchNormalization()))
    on_maps = layer("BatchNormalization", axis=[1], batch_input_shape=[None, 28, 28, 1])
    convolution = layer("Conv2D", filters=2, data_format="channels_last")
    assert "cannot open axis" in refused(written(on_maps, convolution))


def test_keras_2_named_its_own_layout_in_a_flatten_of_channels_first_maps():
    convolution = layer("Conv2D", filters=2, data_format="channels_first", batch_input_shape=[None, 3, 8, 9])
    network = opened(written(convolution, layer("Flatten", data_format="channels_last")))
    assert (network.input_shape, network.data_format) == ((8, 9, 3), "channels_first")


def test_what_only_guides_training_is_left_out_and_told():
    text = saved(
        keras.layers.Conv2D(4, 3, kernel_initializer="he_normal", kernel_regularizer=keras.regularizers.L2(0.01)),
        keras.layers.Conv2D(4, 3, kernel_regularizer=keras.regularizers.L2(0.01), bias_constraint="non_neg"),
        keras.layers.Conv2D(4, 3, trainable=False, dtype="mixed_float16", name="features"),
        keras.layers.Dropout(0.5, noise_shape=(None, 1, 1, 1), seed=7),
        keras.layers.Conv2D(4, 3, activity_regularizer=keras.regularizers.L1(0.001)),
    )
    file = open_design(text)
    assert file.left_out == (
        LeftOut("kernel_initializer", ("HeNormal",), (1,)),
        LeftOut("kernel_regularizer", ("L2 (l2 0.01)",), (1, 2)),
        LeftOut("bias_constraint", ("NonNeg",), (2,)),
        LeftOut("name", ("features",), (3,)),
        LeftOut("trainable", ("False",), (3,)),
        LeftOut("dtype", ("DTypePolicy (name mixed_float16)",), (3,)),
        LeftOut("seed", ("7",), (4,)),
        LeftOut("noise_shape", ("[None, 1, 1, 1]",), (4,)),
        LeftOut("activity_regularizer", ("L1 (l1 0.001)",), (5,)),
    )
    plain = [keras.layers.Conv2D(4, 3) for _ in range(4)]
    agrees(file.network, *plain[:3], keras.layers.Dropout(0.5), plain[3])


def test_initializers_as_keras_1_and_2_wrote_them():
    scaled = GLOROT | {"config": GLOROT["config"] | {"mode": "fan_in"}}
    text = written(
        layer("Flatten", batch_input_shape=[None, 8, 8, 1]),
        layer("Dense", units=3, kernel_initializer=GLOROT | {"config": GLOROT["config"] | {"seed": 3}}),
        layer("Dense", units=3, init="he_normal", W_regularizer={"name": "WeightRegularizer", "l1": 0.0, "l2": 0.25}),
        layer("Dense", units=3, kernel_initializer=scaled),
    )
    assert open_design(text).left_out == (
        LeftOut(
            "kernel_initializer",
            ("he_normal", "VarianceScaling (scale 1, mode fan_in, distribution uniform)"),
            (3, 4),
        ),
        LeftOut("kernel_regularizer", ("WeightRegularizer (l1 0, l2 0.25)",), (3,)),
    )


def test_an_activation_that_has_changed_since_is_told():
    dense = layer("Dense", units=3, activation="hard_sigmoid", batch_input_shape=[None, 8, 8, 3])
    (left,) = open_design(written(dense, version="2.4.0")).left_out
    assert (left.argument, left.layers) == ("activation", (1,))
    assert "1/5" in str(left.values[0])
    assert opened(saved(keras.layers.Dense(3, "hard_sigmoid")))


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (keras.layers.ReLU(), "relu"),
        (keras.layers.ReLU(6), "relu6"),
        (keras.layers.ReLU(negative_slope=0.2), "leaky_relu"),
        (keras.layers.LeakyReLU(0.2), "leaky_relu"),
        (keras.layers.ELU(), "elu"),
        (keras.layers.Softmax(), "softmax"),
        (keras.layers.ReLU(5), None),
        (keras.layers.ReLU(threshold=1), None),
        (keras.layers.LeakyReLU(), None),
        (keras.layers.ELU(0.5), None),
        (keras.layers.Softmax(axis=1), None),
    ],
)
def test_activations_that_are_layers(made, name):
    """What a name stands for computes the same; anything else is refused and not replaced by its like."""
    text = saved(made, shape=(1, 2, 2))
    if name is None:
        assert f"Layer 1: {type(made).__name__} with these numbers" in refused(text)
        return
    assert opened(text).layers == (Activation(activation=name),)
    values = keras.ops.reshape(keras.ops.linspace(-9.0, 9.0, 4), (1, 1, 2, 2))
    assert keras.ops.all(made(values) == keras.layers.Activation(name)(values))


def test_an_activation_that_is_an_object():
    assert opened(saved(keras.layers.Conv2D(2, 3, activation=keras.layers.LeakyReLU(0.2)))).layers == (
        Conv2D(filters=2, activation="leaky_relu"),
    )
    own = saved(keras.layers.Conv2D(2, 3, activation=keras.layers.LeakyReLU(0.7)))
    assert "Layer 1 (Conv2D): activation must be one of" in refused(own)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (keras.layers.Rescaling(1 / 127.5), "Layer 1: Rescaling is not a layer that this studio has"),
        (keras.layers.Conv2DTranspose(4, 3), "Conv2DTranspose"),
        (keras.layers.GaussianNoise(0.1), "GaussianNoise"),
        (keras.layers.Conv2D(4, 3, activation="softsign", data_format="channels_first"), None),
        (keras.layers.Conv2D(4, 3, activation="hard_tanh"), "activation must be one of"),
        (keras.layers.BatchNormalization(axis=2), "cannot open axis"),
        (keras.layers.BatchNormalization(renorm=True), "cannot open renorm"),
    ],
)
def test_what_cannot_be_carried_over_is_named(made, words):
    text = saved(made, shape=(8, 8, 8))
    if words is None:
        assert opened(text).data_format == "channels_first"
    else:
        assert words in refused(text)


def test_a_lambda_and_a_layer_of_somebody_elses_are_named():
    code = layer("Lambda", function=["4wEAAAA=", None, None], batch_input_shape=[None, 8, 8, 3])
    text = written(code, layer("Flatten"), layer("**Mine**", units=3))
    assert "Layer 1: Lambda runs code of its own" in refused(text)
    assert "Layer 3: **Mine** is not a layer that this studio has" in refused(text)


def test_all_layers_and_arguments_at_fault_are_named():
    strange = layer("Conv2D", filters=4, quantization=8, lora_rank=4)
    text = written(layer("Conv2DTranspose", batch_input_shape=[None, 9, 9, 1]), strange, DENSE, layer("UpSampling2D"))
    named = ("Layer 1: Conv2DTranspose is not", "Layer 2 (Conv2D)", "quantization, lora_rank", "Layer 4")
    assert all(words in refused(text) for words in named)
    assert "Layer 3" not in refused(text)


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ({"class_name": "MyModel"}, "Received MyModel"),
        ({"class_name": "Sequential"}, "layers are missing"),
        ({"class_name": "Functional", "config": {}}, "layers are missing"),
        ({"class_name": "Model", "config": []}, "The model has 0 inputs"),
        ({"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense"}]}}, "layers are missing"),
        ({"class_name": "Sequential", "config": {"layers": []}}, "does not say that it takes images"),
        ({"modelTopology": {"node": []}, "format": "graph-model"}, "a graph of single operations"),
        ({"modelTopology": 3}, "not a model that this studio can read"),
    ],
)
def test_other_models(plain, words):
    assert words in refused(json.dumps(plain))


def test_a_long_name_is_cut_and_costs_nothing():
    network = open_design(written(layer("Flatten", batch_input_shape=[None, 8, 8, 1]), name="n" * 200)).network
    assert network.name == "n" * 80


@pytest.mark.parametrize(
    ("values", "image"), [(784, (28, 28, 1)), (3072, (32, 32, 3)), (64, (8, 8, 1)), (12, (2, 2, 3)), (1, (1, 1, 1))]
)
def test_a_vector_is_offered_as_the_square_image_that_it_is(values, image):
    file = open_design(saved(keras.layers.Dense(5, kernel_initializer="ones"), shape=(values,)))
    assert (file.vector, file.network.input_shape) == (values, image)
    assert file.network.layers == (Flatten(), Dense(units=5))
    assert file.left_out == (LeftOut("kernel_initializer", ("Ones",), (2,)),)
    agrees(file.network, keras.layers.Flatten(), keras.layers.Dense(5), shape=image)


def test_other_vectors_and_what_does_not_work_on_one_are_refused():
    assert "a vector of 8 values, which is no square image" in refused(saved(keras.layers.Dense(5), shape=(8,)))
    pooling = layer("MaxPooling2D", batch_input_shape=[None, 784])
    assert "Layer 2 (MaxPooling2D)" in refused(written(pooling))


def test_an_entrance_that_makes_images_of_what_comes():
    """As a vector, or as rows and columns of a grey image."""
    convolution = keras.layers.Conv2D(4, 3)
    reshaped = opened(saved(keras.layers.Reshape((28, 28, 1)), convolution, shape=(784,)))
    assert (reshaped.input_shape, reshaped.layers) == ((28, 28, 1), (Conv2D(filters=4),))
    assert opened(saved(keras.layers.Flatten(), shape=(28, 28))).input_shape == (28, 28, 1)
    assert opened(saved(keras.layers.Reshape((4, 9, 1)), shape=(6, 6))).input_shape == (4, 9, 1)
    assert "does not say that it takes images" in refused(saved(keras.layers.Dense(4), shape=(28, 28)))


def test_mixed_layouts():
    text = saved(
        keras.layers.Conv2D(4, 3, data_format="channels_first"),
        keras.layers.Conv2D(4, 3, data_format="channels_last"),
        shape=(8, 8, 8),
    )
    assert "data_format is not clear" in refused(text)


@pytest.mark.parametrize("deep", ["[" * 900 + "]" * 900, '{"a":' * 400 + "1" + "}" * 400])
def test_deep_nesting_anywhere_gets_a_sentence(deep):
    flatten = layer("Flatten", batch_input_shape=[None, 8, 8, 1], padding="DEEP")
    linked = {"name": "b", "inbound_nodes": "DEEP"} | flatten
    functional = json.dumps({"class_name": "Model", "config": {"layers": [linked], "output_layers": "DEEP"}})
    for text in (written(flatten), written(flatten, layer("ReLU", alpha="DEEP")), functional):
        refused(text.replace('"DEEP"', deep))
