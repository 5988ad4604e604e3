"""Changes that repair an impossible network, each checked by trace before it is offered."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd
from typing import Any, cast

from cnn_core.design.arithmetic import sides
from cnn_core.design.layers import (
    AveragePooling2D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
)  # fmt: skip
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.network import MAX_LAYERS, Network
from cnn_core.design.shapes import Problem, classifier_problem, trace
from cnn_core.language import N_, Text

MOST = 4
USUAL_WINDOWS = (7, 5, 3, 2, 1)
_WINDOWED = (Conv2D, SeparableConv2D, DepthwiseConv2D, MaxPooling2D, AveragePooling2D)
_POOLS = (MaxPooling2D, AveragePooling2D)
_NEED_MAP = (*_WINDOWED, GlobalAveragePooling2D, GlobalMaxPooling2D, ZeroPadding2D)


@dataclass(frozen=True, slots=True)
class Repair:
    """What a change does, in words for a button, and the network after it."""

    change: Text
    network: Network

    @property
    def title(self) -> str:
        """The change, in the reader's language."""
        return str(self.change)


def repairs(network: Network, classes: int | None = None) -> tuple[Repair, ...]:
    """At most four changes that get past the first problem, those that repair the whole network first.

    With ``classes`` given, the network must also end as a classifier of that many classes.
    """
    problem = _problem(network, classes)
    if problem is None:
        return ()
    before = _left(network, problem)
    useful: dict[Repair, int] = {}
    for candidate in _candidates(network, problem, classes):
        left = _left(candidate.network, _problem(candidate.network, classes))
        if left < before and candidate.network not in [repair.network for repair in useful]:
            useful[candidate] = left
    return tuple(sorted(useful, key=lambda repair: useful[repair] > 0))[:MOST]


def _problem(network: Network, classes: int | None) -> Problem | None:
    return trace(network).problem if classes is None else classifier_problem(network, classes)


def _left(network: Network, problem: Problem | None) -> int:
    """How far from working: 0 works, 1 with advice, 2 ends wrongly, more: layers from the impossible one to the end."""
    if problem is None:
        return 0
    if problem == trace(network).problem:
        return 2 + len(network.layers) - problem.index
    return 2 if problem.blocking else 1


def _candidates(network: Network, problem: Problem, classes: int | None) -> Iterator[Repair]:
    """Ideas, the gentlest first; some do not help, and `repairs` drops those."""
    if trace(network).problem is None:
        yield from _endings(network, cast(int, classes))  # what works is a problem only to a classifier
        return
    index, layer = problem.index, network.layers[problem.index]
    if isinstance(layer, _WINDOWED):
        yield from _smaller_windows(network, index)
    if isinstance(layer, Conv2D):
        yield from _conv_arguments(network, index)
    yield from _gentler_before(network, index)
    yield from _map_before_vector(network, index)
    yield Repair(Text("Remove layer {number}", number=index + 1), network.remove(index))


def _set(network: Network, index: int, argument: str, value: Any, written: str = "") -> Repair:
    """One argument of one layer set to another value, ``written`` as a visitor reads it."""
    values = {"argument": argument, "value": written or value, "number": index + 1}
    changed = _updated(network, index, **{argument: value})
    return Repair(Text("Set {argument} {value} in layer {number}", **values), changed)


def _smaller_windows(network: Network, index: int) -> Iterator[Repair]:
    layer = network.layers[index]
    field = "pool_size" if isinstance(layer, _POOLS) else "kernel_size"
    arriving = trace(network).output_shape
    yield _set(network, index, "padding", "same", "'same'")
    if len(arriving) == 3:
        rates = getattr(layer, "dilation_rate", (1, 1))
        fitting = [(side - 1) // rate + 1 for side, rate in zip(arriving, rates, strict=False)]
        yield _fitting_window(network, index, field, fitting)
    if field == "kernel_size":
        yield _set(network, index, "dilation_rate", 1)


def _fitting_window(network: Network, index: int, field: str, fitting: list[int]) -> Repair:
    """The largest usual window within ``fitting`` that repairs the whole network, or else the largest that fits."""
    window, ideas = getattr(network.layers[index], field), []
    for usual in USUAL_WINDOWS:
        smaller = tuple(min(side, room, usual) for side, room in zip(window, fitting, strict=True))
        ideas.append(_set(network, index, field, smaller, sides(smaller)))
    return next((idea for idea in ideas if trace(idea.network).problem is None), ideas[0])


def _conv_arguments(network: Network, index: int) -> Iterator[Repair]:
    layer, arriving = cast(Conv2D, network.layers[index]), trace(network).output_shape
    yield _set(network, index, "strides", 1)
    if len(arriving) == 3 and layer.groups > 1:
        groups = gcd(arriving[2], layer.filters, layer.groups)
        filters = max(layer.filters - layer.filters % layer.groups, layer.groups)
        yield _set(network, index, "groups", groups)
        yield _set(network, index, "filters", filters)
        yield _set(network, index, "groups", 1)


def _gentler_before(network: Network, index: int) -> Iterator[Repair]:
    """Shrink the map less on the way: drop the pooling before, or keep the size in every layer."""
    pools = [i for i in range(index) if isinstance(network.layers[i], _POOLS)]
    if pools:
        change = Text("Remove the pooling in layer {number}", number=pools[-1] + 1)
        yield Repair(change, network.remove(pools[-1]))
    same = network
    for i, layer in enumerate(network.layers):
        if isinstance(layer, _WINDOWED):
            same = _updated(same, i, padding="same")
    yield Repair(Text("Set padding 'same' in all layers"), same)


def _map_before_vector(network: Network, index: int) -> Iterator[Repair]:
    """A layer that needs a map stands behind one that makes a vector: swap their order, or drop the latter."""
    maker = next((report.index for report in trace(network).reports if len(report.output_shape) == 1), None)
    if maker is None:
        return
    last = [i for i, layer in enumerate(network.layers) if isinstance(layer, _NEED_MAP)][-1]
    layers = {"number": maker + 1, "type": network.layers[maker].type, "last": last + 1, "other": index + 1}
    yield Repair(Text("Move layer {number} ({type}) behind layer {last}", **layers), network.move(maker, last))
    yield Repair(Text("Move layer {other} before layer {number} ({type})", **layers), network.move(index, maker))
    yield Repair(Text("Remove layer {number} ({type})", **layers), network.remove(maker))


def _endings(network: Network, classes: int) -> Iterator[Repair]:
    """A possible network that does not end as a classifier."""
    end = len(network.layers)
    dense = [i for i, layer in enumerate(network.layers) if isinstance(layer, Dense)]
    if dense:
        yield from _fitted_dense(network, dense[0], dense[-1], classes)
    head = Dense(units=classes, activation="softmax")
    if len(trace(network).output_shape) == 3:
        change = Text("Add Flatten and Dense with {classes} softmax units", classes=classes)
        yield Repair(change, _inserted(network, end, Flatten(), head))
    yield Repair(Text("Add Dense with {classes} softmax units", classes=classes), _inserted(network, end, head))


_UNITS = N_("Set {classes} units in the last Dense layer")
_UNITS_SOFTMAX = N_("Set {classes} units and softmax in the last Dense layer")
_FLATTEN_UNITS = N_("Put Flatten before the first Dense layer, {classes} units in the last")
_FLATTEN_UNITS_SOFTMAX = N_("Put Flatten before the first Dense layer, {classes} units and softmax in the last")


def _fitted_dense(network: Network, first: int, last: int, classes: int) -> Iterator[Repair]:
    """The last Dense layer made to fit the classes; where an Activation follows, the softmax is left to that."""
    softmax = {"activation": "softmax"} if last == len(network.layers) - 1 else {}
    fitted = _updated(network, last, units=classes, **softmax)
    if softmax:
        yield Repair(Text("Set softmax in the last layer"), _updated(network, last, **softmax))
    yield Repair(Text(_UNITS_SOFTMAX if softmax else _UNITS, classes=classes), fitted)
    if len(trace(network).reports[first].input_shape) == 3:
        yield Repair(Text("Put Flatten before the first Dense layer"), _inserted(network, first, Flatten()))
        change = Text(_FLATTEN_UNITS_SOFTMAX if softmax else _FLATTEN_UNITS, classes=classes)
        yield Repair(change, _inserted(fitted, first, Flatten()))


def _updated(network: Network, index: int, **arguments: object) -> Network:
    layer = network.layers[index]
    return network.replace(index, type(layer)(**(dict(layer) | arguments)))


def _inserted(network: Network, index: int, *layers: BaseLayer) -> Network:
    """``network`` with ``layers`` put at ``index``, or itself when it is full: then the idea does not help."""
    if len(network.layers) + len(layers) > MAX_LAYERS:
        return network
    return network.with_layers((*network.layers[:index], *layers, *network.layers[index:]))
