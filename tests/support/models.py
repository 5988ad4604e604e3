"""Files of models as Keras writes them, made without Keras: of any design, and with whatever a test changes in them."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from cnn_core.design.layers import BatchNormalization, Conv2D, Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.exchange.safe.reading import Limits
from cnn_core.exchange.weights import weight_paths, weight_shapes

LIMITS = Limits(model=2_000_000, json=100_000)
TINY = Network(
    name="tiny",
    input_shape=(6, 6, 1),
    layers=(
        Conv2D(filters=2, kernel_size=3, activation="relu"),
        BatchNormalization(),
        Flatten(),
        Dense(units=3, activation="softmax"),
    ),
)
FIRST = "layers/conv2d/vars/0"
NAMES = {
    "Conv2D": ("kernel", "bias"),
    "Dense": ("kernel", "bias"),
    "BatchNormalization": ("gamma", "beta", "moving_mean", "moving_variance"),
}
"""What Keras 2 calls the arrays of a layer."""
Change = Callable[[Any], None]


def arrays_of(network: Network) -> list[list[np.ndarray]]:
    """Some for each layer."""
    random = np.random.default_rng(1)
    return [[random.random(shape, np.float32) for shape in of_layer] for of_layer in weight_shapes(network)]


def nothing(_changed: Any) -> None:
    """Leave it as Keras writes it."""


def config(network: Network = TINY, change: Change = nothing) -> bytes:
    """The JSON of a design, after `change` of the plain data."""
    plain = json.loads(network.to_keras_json())
    change(plain)
    return json.dumps(plain).encode()


def weights(network: Network = TINY, change: Change = nothing, root: str = "layers") -> bytes:
    """A `.weights.h5` of Keras 3, after `change` of the open file."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for paths, arrays in zip(weight_paths(network, root), arrays_of(network), strict=True):
            for path, array in zip(paths, arrays, strict=True):
                file[path] = array
        change(file)
    return content.getvalue()


def zipped(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", how) as archive:
        for name, inside in members:
            archive.writestr(name, inside)
    return content.getvalue()


def keras_file(design: bytes | None = None, numbers: bytes | None = None) -> bytes:
    """A `.keras` file."""
    design, numbers = config() if design is None else design, weights() if numbers is None else numbers
    return zipped(("metadata.json", b"{}"), ("config.json", design), ("model.weights.h5", numbers))


def old_file(network: Network = TINY, change: Change = nothing, *, whole: bool = True, apart: bool = False) -> bytes:
    """An `.h5` of Keras 2, after `change` of the open file.

    Args:
        whole: with the design, as of `model.save`; else as of `save_weights`.
        apart: with the lists of names in several attributes, as Keras 2 writes long ones.
    """
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        root = file.create_group("model_weights") if whole else file
        if whole:
            file.attrs["model_config"] = json.dumps(_old_config(network))
            file.attrs["keras_version"] = "2.15.0"
            file.attrs["backend"] = "tensorflow"
        called = [f"layer_{place}" for place in range(len(network.layers))]
        _names(root, "layer_names", called, apart=apart)
        for name, layer, arrays in zip(called, network.layers, arrays_of(network), strict=True):
            group = root.create_group(name)
            paths = [f"{name}/{array}:0" for array in NAMES.get(layer.type, ())[: len(arrays)]]
            _names(group, "weight_names", paths, apart=apart)
            for path, array in zip(paths, arrays, strict=True):
                group[path] = array
        change(file)
    return content.getvalue()


def _names(group: h5py.Group, attribute: str, names: list[str], *, apart: bool) -> None:
    packed = [name.encode() for name in names]
    if apart and packed:
        for number, name in enumerate(packed):
            group.attrs[f"{attribute}{number}"] = [name]
    else:
        group.attrs[attribute] = packed


def _old_config(network: Network) -> dict:
    """As Keras 2 wrote it: without modules, and with the shape at the first layer."""
    plain = json.loads(network.to_keras_json())
    layers = [{name: layer[name] for name in ("class_name", "config")} for layer in plain["config"]["layers"][1:]]
    layers[0]["config"]["batch_input_shape"] = [None, *network.input_shape]
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": layers}}


def of_path(make: Callable[[Path], None], path: Path) -> bytes:
    """The content of a file that can only be made on a disk."""
    make(path)
    return path.read_bytes()
