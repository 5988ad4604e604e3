"""Changes that mend an impossible network, each checked by trace before it is offered."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd
from typing import cast

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

MOST = 4
USUAL_WINDOWS = (7, 5, 3, 2, 1)
_WINDOWED = (Conv2D, SeparableConv2D, DepthwiseConv2D, MaxPooling2D, AveragePooling2D)
_POOLS = (MaxPooling2D, AveragePooling2D)
_NEED_MAP = (*_WINDOWED, GlobalAveragePooling2D, GlobalMaxPooling2D, ZeroPadding2D)


@dataclass(frozen=True, slots=True)
class Repair:
    """What the change does, in words for a button, and the network after it."""

    title: str
    network: Network


def repairs(network: Network, classes: int | None = None) -> tuple[Repair, ...]:
    """At most four changes that get past the first problem, those that mend the whole network first.

    With ``classes`` given, the network must also end as a classifier of that many classes.
    """
    problem = _problem(network, classes)
    if problem is None:
        return ()
    before = _left(network, problem)
    mending: dict[Repair, int] = {}
    for candidate in _candidates(network, problem, classes):
        left = _left(candidate.network, _problem(candidate.network, classes))
        if left < before and candidate.network not in [repair.network for repair in mending]:
            mending[candidate] = left
    return tuple(sorted(mending, key=lambda repair: mending[repair] > 0))[:MOST]


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
    place = f"layer {index + 1}"
    if isinstance(layer, _WINDOWED):
        yield from _smaller_windows(network, index, place)
    if isinstance(layer, Conv2D):
        yield from _conv_arguments(network, index, place)
    yield from _gentler_before(network, index)
    yield from _map_before_vector(network, index)
    yield Repair(f"Remove {place}", network.remove(index))


def _smaller_windows(network: Network, index: int, place: str) -> Iterator[Repair]:
    layer = network.layers[index]
    field = "pool_size" if isinstance(layer, _POOLS) else "kernel_size"
    arriving = trace(network).output_shape
    yield Repair(f"Set padding 'same' in {place}", _updated(network, index, padding="same"))
    if len(arriving) == 3:
        rates = getattr(layer, "dilation_rate", (1, 1))
        fitting = [(side - 1) // rate + 1 for side, rate in zip(arriving, rates, strict=False)]
        yield _fitting_window(network, index, field, fitting)
    if field == "kernel_size":
        yield Repair(f"Set dilation_rate 1 in {place}", _updated(network, index, dilation_rate=1))


def _fitting_window(network: Network, index: int, field: str, fitting: list[int]) -> Repair:
    """The largest usual window within ``fitting`` that mends the whole network, or else the largest that fits."""
    window, ideas = getattr(network.layers[index], field), []
    for usual in USUAL_WINDOWS:
        smaller = tuple(min(side, room, usual) for side, room in zip(window, fitting, strict=True))
        changed = _updated(network, index, **{field: smaller})
        ideas.append(Repair(f"Set {field} {sides(smaller)} in layer {index + 1}", changed))
    return next((idea for idea in ideas if trace(idea.network).problem is None), ideas[0])


def _conv_arguments(network: Network, index: int, place: str) -> Iterator[Repair]:
    layer, arriving = cast(Conv2D, network.layers[index]), trace(network).output_shape
    yield Repair(f"Set strides 1 in {place}", _updated(network, index, strides=1))
    if len(arriving) == 3 and layer.groups > 1:
        groups = gcd(arriving[2], layer.filters, layer.groups)
        filters = max(layer.filters - layer.filters % layer.groups, layer.groups)
        yield Repair(f"Set groups {groups} in {place}", _updated(network, index, groups=groups))
        yield Repair(f"Set {filters} filters in {place}", _updated(network, index, filters=filters))
        yield Repair(f"Set groups 1 in {place}", _updated(network, index, groups=1))


def _gentler_before(network: Network, index: int) -> Iterator[Repair]:
    """Shrink the map less on the way: drop the pooling before, or keep the size in every layer."""
    pools = [i for i in range(index) if isinstance(network.layers[i], _POOLS)]
    if pools:
        yield Repair(f"Remove the pooling in layer {pools[-1] + 1}", network.remove(pools[-1]))
    same = network
    for i, layer in enumerate(network.layers):
        if isinstance(layer, _WINDOWED):
            same = _updated(same, i, padding="same")
    yield Repair("Set padding 'same' in all layers", same)


def _map_before_vector(network: Network, index: int) -> Iterator[Repair]:
    """A layer that needs a map stands behind one that makes a vector: swap their order, or drop the latter."""
    maker = next((report.index for report in trace(network).reports if len(report.output_shape) == 1), None)
    if maker is None:
        return
    name, place = f"layer {maker + 1} ({network.layers[maker].type})", f"layer {index + 1}"
    needing = [i for i, layer in enumerate(network.layers) if isinstance(layer, _NEED_MAP)]
    yield Repair(f"Move {name} behind layer {needing[-1] + 1}", network.move(maker, needing[-1]))
    yield Repair(f"Move {place} before {name}", network.move(index, maker))
    yield Repair(f"Remove {name}", network.remove(maker))


def _endings(network: Network, classes: int) -> Iterator[Repair]:
    """A possible network that does not end as a classifier."""
    layers, last = network.layers, len(network.layers) - 1
    dense = [i for i, layer in enumerate(layers) if isinstance(layer, Dense)]
    if dense:
        # Where an Activation follows, the last Dense layer leaves the softmax to it.
        softmax = {"activation": "softmax"} if dense[-1] == last else {}
        named = " and softmax" if softmax else ""
        fitted = _updated(network, dense[-1], units=classes, **softmax)
        if softmax:
            yield Repair("Set softmax in the last layer", _updated(network, last, **softmax))
        yield Repair(f"Set {classes} units{named} in the last Dense layer", fitted)
        if len(trace(network).reports[dense[0]].input_shape) == 3:
            flat = "Put Flatten before the first Dense layer"
            yield Repair(flat, _inserted(network, dense[0], Flatten()))
            yield Repair(f"{flat}, {classes} units{named} in the last", _inserted(fitted, dense[0], Flatten()))
    head = Dense(units=classes, activation="softmax")
    if len(trace(network).output_shape) == 3:
        yield Repair(
            f"Add Flatten and Dense with {classes} softmax units", _inserted(network, last + 1, Flatten(), head)
        )
    yield Repair(f"Add Dense with {classes} softmax units", _inserted(network, last + 1, head))


def _updated(network: Network, index: int, **arguments: object) -> Network:
    layer = network.layers[index]
    return network.replace(index, type(layer)(**(dict(layer) | arguments)))


def _inserted(network: Network, index: int, *layers: BaseLayer) -> Network:
    """``network`` with ``layers`` put at ``index``, or itself when it is full: then the idea does not help."""
    if len(network.layers) + len(layers) > MAX_LAYERS:
        return network
    return network.with_layers((*network.layers[:index], *layers, *network.layers[index:]))
