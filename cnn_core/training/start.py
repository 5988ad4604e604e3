"""What a network takes over from another one that was trained before."""

from collections.abc import Sequence

import keras
import numpy as np

from cnn_core.design.start import Start
from cnn_core.errors import RunError
from cnn_core.language import Text

Arrays = Sequence[np.ndarray]


def first_arrays(base: keras.Model, depth: int, layers: int) -> list[np.ndarray]:
    """The weights of the first `layers` of a model whose design, opened, has `depth` of them."""
    scaling = len(base.layers) - depth
    return [array for layer in base.layers[: scaling + layers] for array in layer.get_weights()]


def take_over(model: keras.Model, arrays: Arrays, start: Start) -> None:
    """Put the weights of a base's first layers into the first layers of `model`.

    Raises:
        RunError: they are of other shapes.
    """
    own = model.get_weights()
    taken, there = [array.shape for array in arrays], [array.shape for array in own[: len(arrays)]]
    if taken != there:
        raise RunError(
            Text("The network cannot begin with {start}", start=str(start)),
            expected=Text("weights of {shapes}", shapes=str(there)),
            received=Text("weights of {shapes}", shapes=str(taken)),
            todo=Text("Take over fewer layers, or leave these layers as the base has them"),
        )
    model.set_weights([*arrays, *own[len(arrays) :]])
