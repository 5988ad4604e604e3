"""A layer of a network by hand: what comes into it for the image at hand, its filters, and how its window moves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
import streamlit as st

from cnn_core.design.network import Network
from cnn_core.design.shapes import LayerReport, trace
from cnn_core.engine.work.maps import Random
from cnn_core.engine.work.one_layer import LayerAtWork, OneLayer
from cnn_core.exchange.random_weights import completed, drawn
from cnn_core.exchange.weights import Weights, built
from cnn_core.language import _
from cnn_core.learn.slide import Slide
from cnn_core.ui.components.network.component import MOST_MACS as BROWSER_MACS
from cnn_core.ui.components.window.component import Filter
from cnn_core.ui.kit import services, session
from cnn_core.ui.kit.own_weights import own_weights
from cnn_core.ui.kit.sharing import asked, carry, leave_out
from cnn_core.ui.use.models import model_titles

DESIGN = "design"
"""The visitor's own design, among the keys of models."""
LARGEST = 7
"""Cells along a window."""
Fits = Callable[[LayerReport], bool]
"""Whether a layer can be shown."""
MOST_WEIGHTS, MOST_MACS = 200_000, 20_000_000
"""Of a layer that a browser is sent, and computes whenever a number is changed."""


@dataclass(frozen=True, eq=False)
class Source:
    """A network whose layers can be moved by hand; `model` is its key, None for the visitor's own design."""

    title: str
    network: Network
    model: str | None


@dataclass(frozen=True, eq=False)
class LayerByHand:
    """A Conv2D for one image.

    Attributes:
        image: (H, W, channels) what comes in: the image itself, or a stack of maps.
        filters: one for each of its maps.
        relu: whether its activation is ReLU.
        about: its settings in a sentence.
    """

    image: np.ndarray
    filters: list[Filter]
    slide: Slide
    relu: bool
    about: str


def sources(shape: tuple[int, ...], fits: Fits) -> dict[str, Source]:
    """By its key, each network that takes such images and has a layer that fits; the visitor's design last."""
    models = [model for model in services.models() if model.network.input_shape == shape]
    titles = model_titles(models)
    found = {model.key: Source(titles[model.key], model.network, model.key) for model in models}
    design = session.network()
    if design.input_shape == shape:
        found[DESIGN] = Source(_("Your design, as it is"), design, None)
    return {key: source for key, source in found.items() if places(source.network, fits)}


def _own(network: Network) -> Weights | Random:
    """Of the visitor's design, with the random weights that their browser has drawn where it is what computes."""
    learned, _run = own_weights(network)
    if trace(network).totals.macs > BROWSER_MACS:
        return learned
    if isinstance(learned, Random):
        return drawn(network, learned.pixels, learned.seed)
    return completed(network, learned)


def places(network: Network, fits: Fits) -> list[int]:
    """Where its layers are that fit."""
    return [place for place, report in enumerate(built(network).reports) if fits(report)]


def moved_by_hand(report: LayerReport) -> bool:
    """Whether it is a Conv2D whose window the stepper can move."""
    layer = report.layer
    if layer.type != "Conv2D":
        return False
    told = layer.arguments()
    pairs = told["kernel_size"], told["strides"], told["dilation_rate"]
    weights = prod(told["kernel_size"]) * report.input_shape[-1] * told["filters"]
    return (
        all(pair[0] == pair[1] for pair in pairs)
        and told["groups"] == 1
        and told["kernel_size"][0] <= LARGEST
        and weights <= MOST_WEIGHTS
        and report.macs <= MOST_MACS
    )


def pools(report: LayerReport) -> bool:
    """Whether it is a pooling with a square window."""
    layer = report.layer
    if layer.type not in ("MaxPooling2D", "AveragePooling2D"):
        return False
    told = layer.arguments()
    return all(pair[0] == pair[1] for pair in (told["pool_size"], told["strides"] or told["pool_size"]))


def choose_layer(key: str, source: Source, fits: Fits) -> int:
    """The place of one that fits; there is no choice where there is one."""
    options = places(source.network, fits)
    place = asked("layer", options[0], options, f"learn-layer-{key}")
    if len(options) > 1:
        place = st.selectbox(
            _("Layer"),
            options,
            options.index(place),
            format_func=lambda place: f"{place + 1}: {source.network.layers[place].type}",
            key=f"learn-layer-{key}",
            width=200,
            persist_state="session",
        )
    carry(layer=place)
    if key == DESIGN:
        leave_out(_("your design"))
    return place


def layer_at_work(source: Source, place: int, image: np.ndarray) -> LayerAtWork:
    """What comes into the layer at `place` for an image, (H, W, C) 0 .. 1, and its weights.

    Raises StudioError when its worker does not answer.
    """
    pixels = np.round(255 * image).astype(np.uint8)
    network = source.network
    learned = _own(network) if source.model is None else source.model
    end = len(built(network).reports)
    if isinstance(learned, Weights):  # they are sent: no more than is needed
        end = place + 1
        learned = Weights(learned.arrays[:end], learned.pixels)
    network = network.changed(layers=network.layers[:end])
    return services.ask(OneLayer(network, learned, place, pixels))


def layer_by_hand(source: Source, place: int, image: np.ndarray) -> LayerByHand:
    """The Conv2D at `place`, as `layer_at_work` has it."""
    made = layer_at_work(source, place, image)
    told = source.network.layers[place].arguments()
    slide = Slide(1, told["strides"][0], told["dilation_rate"][0], told["padding"])
    return LayerByHand(made.image, _filters(made), slide, told["activation"] == "relu", _about(told))


def _filters(made: LayerAtWork) -> list[Filter]:
    kernel, *rest = made.weights
    bias = rest[0] if rest else np.zeros(kernel.shape[-1], np.float32)
    return [Filter(_("Filter {number}", number=n + 1), kernel[..., n], float(bias[n])) for n in range(kernel.shape[-1])]


def _about(told: Mapping[str, object]) -> str:
    values = {name: told[name] for name in ("strides", "dilation_rate", "padding", "activation")}
    if values["activation"] in ("relu", "linear"):
        return _("As in the network: {settings}.", settings=_settings(values))
    activation = values.pop("activation")
    return _(
        "As in the network: {settings}. The map is shown before its activation, {activation}.",
        settings=_settings(values),
        activation=activation,
    )


def _settings(values: Mapping[str, object]) -> str:
    return ", ".join(f"`{name}={value}`" for name, value in values.items())
