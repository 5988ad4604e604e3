"""The panel in which the selected row of the calculator is changed."""

import streamlit as st

from cnn_core.design.arithmetic import sides
from cnn_core.design.layers import DESIGN_TYPES, Layer
from cnn_core.design.network import Network
from cnn_core.errors import DesignError
from cnn_core.language import Text, _
from cnn_core.ui.build.table import ROW, select
from cnn_core.ui.kit import session
from cnn_core.ui.kit.data_choice import choose_data, chosen_entry
from cnn_core.ui.kit.errors import errors_told, later
from cnn_core.ui.kit.forms import form, refused, renew
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.wording import literal

ADD: Slot[str | None] = Slot("designer.add", None)
REFUSED: Slot[tuple[Network, Text] | None] = Slot("designer.refused", None)
"""The design whose panel holds a value that it could not take, and why."""
FORMS = NETWORK_FORM, LAYER_FORM = "designer.network", "designer.layer"
INPUTS = ((28, 28, 1), (32, 32, 3), (64, 64, 3))
ICON = 24  # px: room for an icon and for a finger
RELU = ("convolution", "dense")
"""Kinds of layers that are added with a relu."""


def commit(network: Network, row: int | None = None) -> None:
    """Make `network` the design and `row` the one that is edited.

    Buttons carry the network they lead to, not the change: a second click that comes before the page has answered the
    first does nothing more.
    """
    session.set_network(network)
    if row is not None:
        select(row)


def add_layer(network: Network, row: int) -> None:
    """A menu of the layer types; the chosen one comes after `row`."""
    st.menu_button(
        _("Add layer"),
        list(DESIGN_TYPES),
        key=ADD.key,
        icon=":material/add:",
        help=_("Adds a layer after the selected row."),
        on_click=_add,
        args=(network, row),
    )


def _add(network: Network, row: int) -> None:
    if kind := ADD.get():
        insert(network, row, kind)


def insert(network: Network, place: int, kind: str) -> None:
    """Put a layer of this type before `place` (from 0) and edit it; says so when there is no room for more."""
    layer = DESIGN_TYPES[kind]
    usual = {"activation": "relu"} if layer.kind in RELU else {}
    with errors_told(tell=later):
        commit(network.insert(place, layer(**usual)), place + 1)


def editor(network: Network, row: int) -> Network:
    """The panel for `row` (0: the input); gives the network as its widgets make it."""
    if row != ROW.get():
        keep_design()  # a layer like the one before would show what was refused for that
    ROW.put(row)
    network = network.replace(row - 1, _layer(network, row)) if row else _input(network)
    faults = refused(LAYER_FORM if row else NETWORK_FORM)
    place = Text("layer {row} ({type})", row=row, type=network.layers[row - 1].type) if row else Text("the input")
    REFUSED.put((network, Text("{place}: {problem}", place=place, problem=faults)) if faults else None)
    return network


def refusal() -> str:
    """Where the designer's panel holds a value that the design could not take, and why; empty when it holds none."""
    network, why = REFUSED.get() or (None, None)
    return str(why) if network == session.network() else ""


def keep_design() -> None:
    """Give up what the panel holds and the design could not take."""
    for key in FORMS:
        renew(key)
    REFUSED.put(None)


def _input(network: Network) -> Network:
    with st.container(horizontal=True, vertical_alignment="center"):
        title = _("Input")
        st.markdown(f"**{title}**", width="stretch")
        for shape in dict.fromkeys([chosen_entry().input_shape, *INPUTS]):
            there = network.changed(input_shape=shape)
            st.button(
                sides(shape),
                key=f"designer.input.{sides(shape)}",
                type="tertiary",
                disabled=there == network,
                on_click=commit,
                args=(there,),
            )
    entry = choose_data(_("Data set to design for"))
    if entry.classes:
        st.caption(
            _(
                "{data} has images of {size} (height, width, channels) and {classes} classes: the last layer needs "
                "as many units.",
                data=literal(entry.title),
                size=sides(entry.input_shape),
                classes=entry.classes,
            )
        )
    return form(network, NETWORK_FORM, columns=1, skip=("layers",))


def _layer(network: Network, row: int) -> Layer:
    layer = network.layers[row - 1]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(f"**{row} · {layer.type}**", width="stretch")
        _moves(network, row, f"{layer.type} {row}")
    st.caption(_(type(layer).about))
    return form(layer, LAYER_FORM)


def _moves(network: Network, row: int, layer: str) -> None:
    index, last = row - 1, len(network.layers) - 1
    up, down = _("Move {layer} up", layer=layer), _("Move {layer} down", layer=layer)
    _icon("arrow_upward", up, network.move(index, index - 1), row - 1, index == 0)
    _icon("arrow_downward", down, network.move(index, index + 1), row + 1, index == last)
    full = _duplicated(network, index) is None
    _icon("content_copy", _("Duplicate {layer}", layer=layer), _duplicated(network, index), row + 1, full)
    _icon("delete", _("Delete {layer}", layer=layer), network.remove(index), min(row, last))


def _icon(icon: str, title: str, network: Network | None, row: int, disabled: bool = False) -> None:
    """A button as wide as its icon: the title has no room, but is read aloud and shown to who points at it."""
    st.button(
        title,
        icon=f":material/{icon}:",
        key=f"designer.{icon}",
        type="tertiary",
        width=ICON,
        wrap=False,
        disabled=disabled,
        on_click=commit,
        args=(network, row),
    )


def _duplicated(network: Network, index: int) -> Network | None:
    """With the layer twice, or None where the stack is full."""
    try:
        return network.duplicate(index)
    except DesignError:
        return None
