"""A network's weights for the browser: read from a .keras file without Keras, and packed as one run of numbers."""

import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from math import prod
from typing import Any, Literal, cast

import numpy as np

from cnn_core.design.fields import Shape
from cnn_core.design.formats.keras.names import snake_case
from cnn_core.design.layers import Backbone, BackboneBlock
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.network import Network
from cnn_core.design.shapes import Trace, trace
from cnn_core.errors import DataError
from cnn_core.language import Text

Arrays = Sequence[np.ndarray]
"""Of one layer, in the order of Keras's `layer.get_weights()`."""
Pixels = Literal["scaled", "raw"]
Dtype = Literal["float16", "float32"]
"""Of the numbers that a browser gets."""


@dataclass(frozen=True, eq=False)
class Weights:
    """What a model has learned: of each layer its arrays, float32; and how it takes `pixels`, as in a recipe.

    None for a layer that has learned nothing yet: its weights are random.
    """

    arrays: Sequence[Arrays | None]
    pixels: Pixels

    @cached_property
    def packed(self) -> bytes:
        """As a browser takes them, in float16; kept, because they are shown again and again."""
        return packed(self.arrays)

    @property
    def size(self) -> int:
        """Bytes that they take, packed ones included."""
        return sum(array.nbytes + array.nbytes // 2 for arrays in self.arrays for array in arrays or ())


def read_weights(content: bytes | None, network: Network) -> Weights:
    """The weights of a .keras file that was made of `network`, opened; None is a file that is gone.

    Raises:
        DataError: the file is none of this network's.
    """
    import h5py  # it takes a tenth of a second: the first page must not wait for it

    shapes = weight_shapes(network)
    try:
        with zipfile.ZipFile(io.BytesIO(content or b"")) as archive:
            inner = io.BytesIO(archive.read("model.weights.h5"))
        with h5py.File(inner, "r") as file:
            pixels: Pixels = "scaled" if "layers/rescaling" in file else "raw"
            paths = weight_paths(network)
            arrays = [[np.asarray(file[path], np.float32) for path in of_layer] for of_layer in paths]
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(Text("The weights of this model cannot be read"), received=str(error)) from error
    _check(arrays, shapes)
    return Weights(arrays, pixels)


def read_checkpoint(content: bytes, network: Network, pixels: Pixels) -> Weights:
    """The weights in a training's checkpoint (`training.build.checkpoint`).

    It has the model's variables in their order, then the optimizer's; those that are no floats are random states.

    Raises:
        DataError: it is none of this network's.
    """
    shapes = weight_shapes(network)
    arrays = []
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            numbered = iter([file[name] for name in file.files if name.startswith("arr_")])
            floats = (np.asarray(array, np.float32) for array in numbered if array.dtype.kind == "f")
            arrays = [[next(floats) for _shape in of_layer] for of_layer in shapes]
    except (OSError, EOFError, ValueError, StopIteration, RuntimeError, zipfile.BadZipFile) as error:
        raise DataError(Text("The weights of this run cannot be read"), received=str(error)) from error
    _check(arrays, shapes)
    return Weights(arrays, pixels)


def _check(arrays: Sequence[Arrays], shapes: Sequence[tuple[tuple[int, ...], ...]]) -> None:
    found = [[array.shape for array in of_layer] for of_layer in arrays]
    if found != [list(of_layer) for of_layer in shapes]:
        raise DataError(Text("These weights belong to another network"), received=str(found))


def weight_paths(network: Network, above: str = "layers") -> list[list[str]]:
    """Where Keras 3 keeps the arrays of each layer in a file of weights, in the order of `weight_shapes`.

    Args:
        above: the folder of all layers.
    """
    return _paths([(report.layer, report.input_shape) for report in built(network).reports], above)


def _paths(met: Sequence[tuple[BaseLayer, Shape]], above: str) -> list[list[str]]:
    """Of layers and the shapes that arrive there, below the folder `above`.

    Keras names a layer's folder after its class in snake case, numbered from the second of a kind on. A block is a
    model of its own, with a folder for each of its layers.
    """
    seen: Counter[str] = Counter()
    paths = []
    for layer, shape in met:
        name = "functional" if isinstance(layer, BackboneBlock) else snake_case(layer.type)
        folder = f"{above}/{name}_{seen[name]}" if seen[name] else f"{above}/{name}"
        seen[name] += 1
        if isinstance(layer, BackboneBlock):
            paths.append(list(chain.from_iterable(_paths(layer.inner(shape), f"{folder}/layers"))))
        else:
            paths.append([f"{folder}/vars/{index}" for index in range(len(_shapes(layer, shape)))])
    return paths


def weight_shapes(network: Network) -> list[tuple[tuple[int, ...], ...]]:
    """The shapes of the arrays of each layer, in Keras's order; of those that the network's shapes reach."""
    return [_shapes(report.layer, report.input_shape) for report in built(network).reports]


def built(network: Network) -> Trace:
    """As `training.build` makes it: channels last, whatever its layout is shown in."""
    return trace(network.changed(data_format="channels_last"))


def _shapes(layer: BaseLayer, shape: Shape) -> tuple[tuple[int, ...], ...]:
    channels, plain = shape[-1], layer.arguments()
    match layer.type:
        case "Backbone" | "BackboneBlock":
            inner = cast(Backbone, layer).inner(shape)
            return tuple(chain.from_iterable(_shapes(*met) for met in inner))
        case "Conv2D":
            kernel = (*plain["kernel_size"], channels // plain["groups"], plain["filters"])
            return _with_bias(layer, (kernel,), plain["filters"])
        case "DepthwiseConv2D":
            kernel = (*plain["kernel_size"], channels, plain["depth_multiplier"])
            return _with_bias(layer, (kernel,), channels * plain["depth_multiplier"])
        case "SeparableConv2D":
            between = channels * plain["depth_multiplier"]
            depthwise = (*plain["kernel_size"], channels, plain["depth_multiplier"])
            return _with_bias(layer, (depthwise, (1, 1, between, plain["filters"])), plain["filters"])
        case "Dense":
            return _with_bias(layer, ((channels, plain["units"]),), plain["units"])
        case "BatchNormalization":
            return ((channels,),) * (plain["scale"] + plain["center"] + 2)
    return ()


def _with_bias(layer: BaseLayer, kernels: tuple[tuple[int, ...], ...], outputs: int) -> tuple[tuple[int, ...], ...]:
    return (*kernels, (outputs,)) if layer.arguments()["use_bias"] else kernels


def passed_on(weights: Weights, source: Network, network: Network) -> Weights:
    """What the layers of `network` can take over from those of `source`, in order, each from one of its own shapes.

    Its other layers have no weights. An edit of one layer leaves most of them as they were.
    """
    pairs = zip(built(source).reports, weights.arrays, strict=True)
    learned = [(report.layer.type, arrays) for report, arrays in pairs if arrays]
    taken: list[Arrays | None] = []
    for report, shapes in zip(built(network).reports, weight_shapes(network), strict=True):
        place = next((place for place, one in enumerate(learned) if _fits(one, report.layer.type, shapes)), None)
        taken.append(None if shapes and place is None else [] if place is None else learned[place][1])
        learned = learned if place is None else learned[place + 1 :]
    return Weights(taken, weights.pixels)


def _fits(learned: tuple[str, Arrays], kind: str, shapes: tuple[tuple[int, ...], ...]) -> bool:
    return learned[0] == kind and tuple(array.shape for array in learned[1]) == shapes


def first_filters(weights: Weights, network: Network, most: int = 32) -> np.ndarray | None:
    """What the network lays over an image first.

    Returns:
        (H, W, channels, N) float32, up to `most` filters: of the first convolution, or, of a dense layer that sees the
        whole image, the image-shaped weights of each unit. channels is 1 or 3: of more than three, their mean.
        None when it has neither.
    """
    for report, arrays in zip(built(network).reports, weights.arrays, strict=True):
        if arrays is None:
            continue
        if report.layer.kind == "convolution":
            each_alone = report.layer.type in ("DepthwiseConv2D", "SeparableConv2D")  # a filter sees one channel
            rows, columns, *rest = arrays[0].shape
            return _visible(arrays[0].reshape(rows, columns, *((1, prod(rest)) if each_alone else rest)), most)
        if report.layer.type == "Dense":
            whole_image = len(arrays[0]) == prod(network.input_shape)
            return _visible(arrays[0].reshape(*network.input_shape, -1), most) if whole_image else None
    return None


def _visible(kernel: np.ndarray, most: int) -> np.ndarray:
    kernel = kernel[..., :most]
    return kernel if kernel.shape[2] in (1, 3) else kernel.mean(axis=2, keepdims=True)


def described(network: Network, pixels: Pixels = "scaled") -> list[dict[str, Any]]:
    """The layers as the browser's forward pass takes them, up to the first that does not fit.

    Each has its type, its Keras arguments, the `sizes` of its arrays, and for each array how Keras would draw it:
    `initial`, with the fans of Glorot's uniform distribution or what it is filled with.
    """
    first = [{"type": "Rescaling", "scale": 1 / 255, "sizes": [], "initial": []}] if pixels == "scaled" else []
    reports = built(network).reports
    return [*first, *(_described(report.layer, _shapes(report.layer, report.input_shape)) for report in reports)]


def _described(layer: BaseLayer, shapes: tuple[tuple[int, ...], ...]) -> dict[str, Any]:
    initial = [_initial(layer, place, shape) for place, shape in enumerate(shapes)]
    return {"type": layer.type, **layer.arguments(), "sizes": [prod(shape) for shape in shapes], "initial": initial}


def _initial(layer: BaseLayer, place: int, shape: tuple[int, ...]) -> dict[str, Any]:
    """Fans as in keras.initializers.compute_fans; Glorot & Bengio 2010, equation 16."""
    if len(shape) == 1:
        ones = layer.type == "BatchNormalization" and (place == 0 and layer.arguments()["scale"])
        variance = (
            layer.type == "BatchNormalization" and place == 1 + layer.arguments()["scale"] + layer.arguments()["center"]
        )
        return {"fans": None, "fill": 1 if ones or variance else 0}
    window = prod(shape[:-2])
    return {"fans": [shape[-2] * window, shape[-1] * window], "fill": 0}


def packed(arrays: Sequence[Arrays | None], dtype: Dtype = "float16") -> bytes:
    """All arrays of all layers, one after the other: what the browser's `unpack` takes."""
    return b"".join(np.ascontiguousarray(array, dtype).tobytes() for of_layer in arrays for array in of_layer or ())


def least_dtype(arrays: Sequence[Arrays | None]) -> Dtype:
    """float16 unless a number is too large for it: what BatchNormalization knows of raw pixels may be."""
    largest = float(np.finfo(np.float16).max)
    fits = all(np.abs(array).max(initial=0) <= largest for of_layer in arrays for array in of_layer or ())
    return "float16" if fits else "float32"
