"""All maps of a layer for an image, its filters as pictures, and one map over the image."""

from functools import partial

import numpy as np
import streamlit as st
from PIL import Image

from cnn_core.design.layers import BackboneBlock
from cnn_core.engine.work.one_layer import LayerAtWork, OneLayer
from cnn_core.figures.heat import brightness, overlay, signed
from cnn_core.language import _
from cnn_core.ui.components.network.component import edit
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.pictures import sheet
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.learn.by_hand import network_by_hand
from cnn_core.ui.use.subject import LAYER, Subject, convolutions

SMALL, LARGE = 64, 224  # px
NETWORK = "inside-{}"
"""The key of the picture of a model."""
MOST_SHOWN = 128


def maps_board(subject: Subject) -> None:
    """The network at work on the image; of the chosen layer one map and its filter, then all of both."""
    with errors_told():
        model, network = subject.model, subject.model.network.opened()
        network_by_hand(
            network,
            model.key,
            model.key,
            key=NETWORK.format(model.key),
            place="inside",
            class_names=subject.data.class_names,
            image=subject.image,
            selected=subject.report.index,
            selectable=[report.index for report in convolutions(model.network)],
            on_edit=partial(_select, model.key),
            small=True,
        )
        found: LayerAtWork = services.ask(OneLayer(network, model.key, subject.report.index, subject.image))
        _one(subject, found)
        _all(subject, found)


def _select(model: str) -> None:
    """Look into the layer that was touched on the picture."""
    if wish := edit(NETWORK.format(model)):
        LAYER.of(model).put(wish.place)


def _one(subject: Subject, found: LayerAtWork) -> None:
    """A map over the image, and on its own."""
    key = f"inside-map-{subject.key}"
    strongest = int(found.output.max(axis=(0, 1)).argmax()) + 1
    first = asked("map", strongest, range(1, subject.units + 1), key)
    number = st.number_input(_("Map, of {count}", count=subject.units), 1, subject.units, first, key=key, width=180)
    carry(map=number)
    values = found.output[..., number - 1]
    over = overlay(subject.image, _stretched(values, subject.image.shape), LARGE)
    told = _("Map {number} over the image", number=number), _("Map {number}", number=number)
    sheet([over, brightness(values, LARGE)], told, told, LARGE)


def _stretched(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A map as large as the image."""
    return np.asarray(Image.fromarray(values).resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def _all(subject: Subject, found: LayerAtWork) -> None:
    count = min(subject.units, MOST_SHOWN)
    st.subheader(_("Its maps"), anchor=False)
    maps = [brightness(found.output[..., unit], SMALL) for unit in range(count)]
    sheet(maps, _numbers(count), [_("Map {number}", number=n + 1) for n in range(count)], SMALL)
    layer, kernel = subject.report.layer, found.weights[0]
    if isinstance(layer, BackboneBlock):
        if layer.number > 1:  # several layers, one behind the other: no filter sees a map that is shown
            return
    elif layer.type != "Conv2D":  # each filter sees one map: those of one map come one after the other
        kernel = kernel.reshape(*kernel.shape[:2], 1, -1)
    count = min(kernel.shape[3], MOST_SHOWN)
    st.subheader(_("Its filters"), anchor=False, help=_("Orange: weights above 0. Blue: below."))
    channel, incoming = 0, kernel.shape[2]
    if incoming > 1:
        key = f"inside-channel-{subject.key}"
        first = asked("channel", 1, range(1, incoming + 1), key)
        label = _("Over which map that comes in, of {count}", count=incoming)
        channel = st.number_input(label, 1, incoming, first, key=key, width=280) - 1
        carry(channel=channel + 1)
    filters = [signed(kernel[:, :, channel, unit], SMALL) for unit in range(count)]
    sheet(filters, _numbers(count), [_("Filter {number}", number=n + 1) for n in range(count)], SMALL)


def _numbers(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]
