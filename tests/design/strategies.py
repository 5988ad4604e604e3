"""Random designs for property tests: mostly small, about half of them impossible somewhere."""

from hypothesis import strategies as st

from cnn_core.design.fields import ActivationName
from cnn_core.design.layers import LAYER_TYPES
from cnn_core.design.network import Network

sides = st.integers(1, 4)
pairs = st.one_of(sides, st.tuples(sides, sides))
steps = st.one_of(st.just(1), st.tuples(st.integers(1, 3), st.integers(1, 3)))
paddings = st.sampled_from(["valid", "same"])
activations = st.sampled_from(ActivationName.__args__)
window = {"kernel_size": pairs, "strides": steps, "padding": paddings, "dilation_rate": steps}
common = {"activation": activations, "use_bias": st.booleans()}
filters = st.sampled_from([1, 2, 4, 6, 8])
pooling = {"pool_size": pairs, "strides": st.one_of(st.none(), steps), "padding": paddings}
edges = st.tuples(st.integers(0, 3), st.integers(0, 3))

ARGUMENTS = {
    "Conv2D": {"filters": filters, "groups": st.sampled_from([1, 1, 1, 2, 3])} | window | common,
    "SeparableConv2D": {"filters": filters, "depth_multiplier": st.integers(1, 3)} | window | common,
    "DepthwiseConv2D": {"depth_multiplier": st.integers(1, 3)} | window | common,
    "MaxPooling2D": pooling,
    "AveragePooling2D": pooling,
    "GlobalAveragePooling2D": {"keepdims": st.booleans()},
    "GlobalMaxPooling2D": {"keepdims": st.booleans()},
    "ZeroPadding2D": {"padding": st.one_of(st.integers(0, 3), edges, st.tuples(edges, edges))},
    "Flatten": {},
    "Dense": {"units": st.integers(1, 12)} | common,
    "Dropout": {"rate": st.floats(0, 1)},
    "BatchNormalization": {
        "momentum": st.floats(0, 1), "epsilon": st.floats(0, 1), "center": st.booleans(), "scale": st.booleans()
    },
    "Activation": {"activation": activations},
}  # fmt: skip

# Layers that keep a map come more often, so that designs get deep before they end in a vector.
KINDS = [*LAYER_TYPES, "Conv2D", "Conv2D", "SeparableConv2D", "DepthwiseConv2D", "MaxPooling2D", "ZeroPadding2D"]
layers = st.sampled_from(KINDS).flatmap(
    lambda kind: st.fixed_dictionaries(ARGUMENTS[kind]).map(lambda arguments: LAYER_TYPES[kind](**arguments))
)
networks = st.builds(
    Network,
    name=st.just("random"),
    input_shape=st.tuples(st.integers(3, 20), st.integers(3, 20), st.sampled_from([1, 2, 3, 4, 6])),
    data_format=st.sampled_from(["channels_last", "channels_first"]),
    layers=st.lists(layers, min_size=1, max_size=7).map(tuple),
)
