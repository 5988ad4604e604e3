"""The calculator: one row for the input and one for each layer; the row that is selected is the one being edited."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnn_core.design.arithmetic import number, sides
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.network import Network, shown
from cnn_core.design.shapes import LayerReport, Trace
from cnn_core.ui.kit import session

TABLE, ROW = "designer.table", "designer.row"
SHORT = {
    "filters": "{}",
    "units": "{}",
    "kernel_size": "{}",
    "pool_size": "{}",
    "rate": "{}",
    "depth_multiplier": "×{}",
}
"""Arguments that are always written beside a layer's type; others only where they are not Keras's default."""


def selected(network: Network) -> int:
    """The row that is being edited: 0 is the input, 1 the first layer."""
    rows = (session.get(TABLE) or {}).get("selection", {}).get("rows") or [session.get(ROW, 1)]  # back on the page
    return min(rows[0], len(network.layers))


def select(row: int) -> None:
    """Edit `row` from now on. Only before the table is shown: in a callback, or above it."""
    session.put(TABLE, {"selection": {"rows": [row], "columns": [], "cells": []}})


def layer_table(network: Network, trace: Trace, row: int) -> None:
    """Show the calculator with `row` selected."""
    if session.get(TABLE) is None or session.get(TABLE)["selection"]["rows"] != [row]:
        select(row)
    st.dataframe(
        rows(network, trace),
        key=f"studio.{TABLE}",
        hide_index=True,
        on_select=_follow_click,
        selection_mode=["single-row-required", "single-cell"],
        column_config={
            "Layer": st.column_config.TextColumn(width=150),
            "Output": st.column_config.TextColumn(width=78, help=f"Shape for one image, {network.data_format}"),
            "Parameters": st.column_config.TextColumn(width=85, help="Trainable and not"),
            "Sees": st.column_config.TextColumn(
                width=58, help="Receptive field: how much of the image one value can depend on, in pixels"
            ),
            "MACs": st.column_config.TextColumn(width=78, help="Multiply-accumulates for one image"),
            "Output side": st.column_config.TextColumn(width=190, help="How the size of the output comes about"),
            "Parameter sum": st.column_config.TextColumn(width=200, help="How the parameters add up"),
        },
        alt="The layers with their output shapes, parameters, multiply-accumulates and receptive fields.",
    )


def _follow_click() -> None:
    """A click anywhere in a row selects it; Streamlit itself only knows the mark at its left."""
    cells = session.get(TABLE)["selection"]["cells"]
    if cells:
        select(cells[0][0])


def rows(network: Network, trace: Trace) -> list[dict[str, str]]:
    """The calculator's rows, everything as text. Layers behind the first impossible one have no numbers."""
    source = _row(0, "Input", sides(shown(network.input_shape, network.data_format)))
    done = [_reached(report, network.data_format) for report in trace.reports]
    rest = [
        _row(index + 1, layer_label(network.layers[index]), "–" if behind else "does not fit")
        for behind, index in enumerate(range(len(done), len(network.layers)))
    ]
    return [source, *done, *rest]


def _row(place: int, layer: str, output: str, **numbers: str) -> dict[str, str]:
    empty = dict.fromkeys(("Parameters", "Sees", "MACs", "Output side", "Parameter sum"), "")
    return {"Layer": f"{place}  {layer}" if place else layer, "Output": output} | empty | numbers


def _reached(report: LayerReport, data_format: str) -> dict[str, str]:
    numbers = {
        "Parameters": number(report.parameters),
        "Sees": sides(report.receptive_field),
        "MACs": number(report.macs),
        "Output side": report.shape_formula,
        "Parameter sum": report.parameter_formula if report.parameters else "",
    }
    output = sides(shown(report.output_shape, data_format))
    return _row(report.index + 1, layer_label(report.layer), output, **numbers)


def layer_label(layer: BaseLayer) -> str:
    """A layer on one line: "Conv2D 32, 3×3, relu"."""
    default = type(layer)()
    parts = [
        SHORT.get(name, _named(name, value)).format(_written(value))
        for name, value in layer.arguments().items()
        if value != getattr(default, name) or (name in SHORT and name != "depth_multiplier")
    ]
    return f"{layer.type} {', '.join(parts)}".rstrip()


def _named(name: str, value: Any) -> str:
    """What is written for an argument that is not its default: words speak for themselves, numbers need their name."""
    return "{}" if isinstance(value, str) else name + " {}"


def _written(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        flat = all(isinstance(item, int) for item in value)
        return sides(value) if flat else "/".join(map(sides, value))
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)
