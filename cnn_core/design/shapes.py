"""What a network comes to, layer by layer: shapes, parameters, multiply-accumulates, receptive field."""

from dataclasses import dataclass
from functools import lru_cache
from math import prod

from cnn_core.design.arithmetic import describe, sides
from cnn_core.design.fields import Shape
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.network import Network, shown, unshown
from cnn_core.errors import DesignError, Words
from cnn_core.language import Text

FLOAT_BYTES = 4
"""Weights and activations are float32."""

MAX_VALUES = 2**40
"""Values a single layer may put out for one image; beyond it (4 TB) shapes stop being worth computing."""


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One layer that can take its input. Shapes are channels last, without the batch."""

    index: int
    layer: BaseLayer
    input_shape: Shape
    output_shape: Shape
    trainable: int
    non_trainable: int
    macs: int
    receptive_field: tuple[int, int]
    shape_formula: Words
    parameter_formula: Words

    @property
    def parameters(self) -> int:
        """Trainable and non-trainable together."""
        return self.trainable + self.non_trainable


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the layer at ``index`` (-1: the network as a whole) does not work; not ``blocking``: only advice."""

    index: int
    what: Words
    expected: Words = ""
    received: Words = ""
    todo: Words = ""
    blocking: bool = True

    @property
    def message(self) -> str:
        """The whole problem, in the reader's language."""
        return str(self.error())

    def error(self) -> DesignError:
        """The problem as an exception, to raise where nobody looks at a table."""
        return DesignError(self.what, expected=self.expected, received=self.received, todo=self.todo)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the layers that were reached; bytes are for float32, activations for one image, input included."""

    parameters: int
    trainable: int
    non_trainable: int
    macs: int
    weight_bytes: int
    activation_bytes: int


@dataclass(frozen=True, slots=True)
class Trace:
    """The layers up to the first that can't take its input, that problem if there is one, and the totals."""

    reports: tuple[LayerReport, ...]
    problem: Problem | None
    totals: Totals
    output_shape: Shape


@dataclass(frozen=True, slots=True)
class _View:
    """The receptive field on its way through the layers: its size and the input pixels between two neighbours.

    Recursion r = r + (k - 1)·j, j = j·s of Araujo et al. 2019, "Computing Receptive Fields of Convolutional Neural
    Networks", Distill, equations 2 and 3.
    """

    image: tuple[int, int]
    size: tuple[int, int] = (1, 1)
    jump: tuple[int, int] = (1, 1)

    def through(self, layer: BaseLayer, along_width: bool) -> "_View":
        if along_width:  # a Dense layer on a channels-first map: every value takes in its whole row
            return _View(self.image, (self.size[0], self.image[1]), self.jump)
        window = layer.window()
        if window is None:
            return _View(self.image, self.image, self.jump)
        kernel, strides = window
        grown = (r + (k - 1) * j for r, k, j in zip(self.size, kernel, self.jump, strict=True))
        jump = (j * s for j, s in zip(self.jump, strides, strict=True))
        height, width = map(min, grown, self.image)
        rows, columns = jump
        return _View(self.image, (height, width), (rows, columns))


@lru_cache(128)  # a page asks it a dozen times of the same network
def trace(network: Network) -> Trace:
    """Follow an image through the network, up to the first layer that can't take what arrives.

    A layer's receptive field is the part of the image, (height, width) in pixels, that one of its values can depend
    on: never more than the image, and all of it after Flatten or a global pooling.
    """
    shape: Shape = network.input_shape
    view, reports, problem = _View(network.input_shape[:2]), [], None
    for index, layer in enumerate(network.layers):
        try:
            _check_place(index, layer)
            along_width = layer.acts_on_last_axis and len(shape) == 3 and network.data_format == "channels_first"
            view = view.through(layer, along_width)
            reports.append(_report(index, layer, shape, view, network.data_format))
        except DesignError as error:
            what = Text("Layer {number} ({type}): {problem}", number=index + 1, type=layer.type, problem=error.what)
            problem = Problem(index, what, error.expected, error.received, error.todo)
            break
        shape = reports[-1].output_shape
    return Trace(tuple(reports), problem, _totals(network, reports), shape)


def _report(index: int, layer: BaseLayer, shape: Shape, view: _View, data_format: str) -> LayerReport:
    layout = data_format if layer.acts_on_last_axis else "channels_last"
    seen = shown(shape, layout)
    output = unshown(layer.output_shape(seen), layout)
    _check_size(output)
    trainable, non_trainable = layer.parameters(seen)
    formulas = layer.shape_formula(seen), layer.parameter_formula(seen)
    return LayerReport(index, layer, shape, output, trainable, non_trainable, layer.macs(seen), view.size, *formulas)


def _check_place(index: int, layer: BaseLayer) -> None:
    if index and layer.type == "Backbone":
        todo = Text("Remove the layers before it, or take a Conv2D here.")
        raise DesignError(Text("A backbone was trained on images, and takes nothing else"), todo=todo)


def _check_size(shape: Shape) -> None:
    if prod(shape) > MAX_VALUES:
        raise DesignError(
            Text(
                "The output would have {size} = {values:,} values for one image", size=sides(shape), values=prod(shape)
            ),
            expected=Text("at most {most:,}", most=MAX_VALUES),
            todo=Text("Use fewer filters or units, or less padding."),
        )


def _totals(network: Network, reports: list[LayerReport]) -> Totals:
    trainable = sum(report.trainable for report in reports)
    non_trainable = sum(report.non_trainable for report in reports)
    values = prod(network.input_shape) + sum(report.layer.values(report.input_shape) for report in reports)
    return Totals(
        parameters=trainable + non_trainable,
        trainable=trainable,
        non_trainable=non_trainable,
        macs=sum(report.macs for report in reports),
        weight_bytes=FLOAT_BYTES * (trainable + non_trainable),
        activation_bytes=FLOAT_BYTES * values,
    )


def classifier_problem(network: Network, classes: int) -> Problem | None:
    """The first thing that keeps ``network`` from being trained to tell ``classes`` classes apart, or None.

    It must be possible at all, have something to learn, and end in a vector of ``classes`` values. That these should
    be probabilities is advice (``blocking`` is False).
    """
    traced, last = trace(network), len(network.layers) - 1
    if traced.problem:
        return traced.problem
    if traced.output_shape != (classes,):
        return _wrong_end(last, traced.output_shape, classes)
    if not traced.totals.trainable:
        return Problem(-1, Text("No layer has anything to learn"), todo=Text("Add a Dense or Conv2D layer."))
    if getattr(network.layers[last], "activation", "") == "softmax":
        return None
    return Problem(
        last,
        Text("The network does not end in probabilities"),
        expected=Text("softmax as the last activation"),
        todo=Text("Add it, so that the outputs lie between 0 and 1 and sum to 1."),
        blocking=False,
    )


def _wrong_end(last: int, shape: Shape, classes: int) -> Problem:
    if len(shape) == 3:
        todo = Text("Add Flatten (or a global pooling) and a Dense layer with {classes:,} units.", classes=classes)
    else:
        todo = Text("Set the units of the last Dense layer to {classes:,}.", classes=classes)
    what = Text("The network does not end in one value for each class")
    return Problem(last, what, describe((classes,)), describe(shape), todo)
