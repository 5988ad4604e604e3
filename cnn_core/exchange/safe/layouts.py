"""Where a file of weights keeps the arrays of each layer: Keras 3's way, or the way of Keras 1 and 2."""

from collections.abc import Sequence
from itertools import chain

import numpy as np

from cnn_core.design.network import Network
from cnn_core.errors import DataError
from cnn_core.exchange.safe.hdf5 import Stored
from cnn_core.exchange.weights import weight_paths, weight_shapes
from cnn_core.language import Text

Shapes = Sequence[tuple[tuple[int, ...], ...]]
_ROOTS = ("layers", "_layer_checkpoint_dependencies")
"""Keras 3 has the former; the first versions of the format, in TensorFlow 2.12 and 2.13, the latter."""
_WHOLE_MODEL = "model_weights"


def layer_arrays(stored: Stored, network: Network) -> list[list[np.ndarray]]:
    """Of each layer of `network` its arrays, float32, in Keras's order.

    Raises DataError when the file has others, or more or fewer layers that have any.
    """
    shapes = weight_shapes(network)
    root = next((root for root in _ROOTS if stored.has(root)), None)
    paths = _of_names(stored, shapes) if root is None else _of_folders(stored, network, root)
    return [
        [stored.array(path, shape) for path, shape in zip(*of_layer, strict=True)]
        for of_layer in zip(paths, shapes, strict=True)
    ]


def _of_folders(stored: Stored, network: Network, root: str) -> list[list[str]]:
    """Keras 3: a folder for each layer, named after its class, with its arrays numbered."""
    paths = weight_paths(network, root)
    asked = {path.rpartition("/")[0] for path in chain.from_iterable(paths)}
    for name in stored.entries(root):
        folder = f"{root}/{name}/vars"
        if folder not in asked and stored.count(folder):
            raise _other_design(Text("weights for a layer that it does not have: {name}", name=name[:80]))
    for of_layer in paths:
        folder = of_layer[0].rpartition("/")[0] if of_layer else ""
        if folder and stored.count(folder) > len([path for path in of_layer if path.startswith(f"{folder}/")]):
            raise _other_design(Text("more arrays than a layer has: {name}", name=folder[:80]))
    return paths


def _of_names(stored: Stored, shapes: Shapes) -> list[list[str]]:
    """Keras 1 and 2: attributes name the layers, and of each layer the paths of its arrays below its folder.

    Layers are told apart by their order, as Keras does: their names are often made up by it.
    """
    above = f"{_WHOLE_MODEL}/" if stored.has(_WHOLE_MODEL) else ""
    layers = stored.names(above.rstrip("/"), "layer_names")
    if layers is None:
        raise DataError(Text("This file holds no weights that Keras has written"), received=Text("another HDF5 file"))
    named = {f"{above}{layer}": stored.names(f"{above}{layer}", "weight_names") or [] for layer in layers}
    learned = iter([[f"{folder}/{name}" for name in names] for folder, names in named.items() if names])
    paths = [next(learned, []) if of_layer else [] for of_layer in shapes]
    if next(learned, None) is not None or [len(one) for one in paths] != [len(one) for one in shapes]:
        counts = ", ".join(str(len(names)) for names in named.values() if names)
        raise _other_design(Text("layers with so many arrays: {counts}", counts=counts[:80] or "0"))
    return paths


def _other_design(received: Text) -> DataError:
    return DataError(
        Text("These weights belong to another design"),
        expected=Text("weights for each layer of the design, and no others"),
        received=received,
        todo=Text("Send the model's own file, or the design that the weights were saved with."),
    )
