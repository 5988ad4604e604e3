"""The calculator: one row for the input and one for each layer; the row that is selected is the one being edited."""

from typing import Any

import streamlit as st

from cnn_core.design.arithmetic import number, sides
from cnn_core.design.naming import layer_label
from cnn_core.design.network import Network, shown
from cnn_core.design.shapes import LayerReport, Trace
from cnn_core.language import _
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import follow, whole

TABLE: Slot[dict[str, Any] | None] = Slot("designer.table", None)
"""The table's selection, as Streamlit keeps it."""
ROW: Slot[int] = Slot("designer.row", 1)
"""The row that was edited last, for when the visitor comes back to the page."""


def selected(network: Network) -> int:
    """The row that is being edited: 0 is the input, 1 the first layer."""
    rows = (TABLE.get() or {}).get("selection", {}).get("rows") or [ROW.get()]
    return min(rows[0], len(network.layers))


def select(row: int) -> None:
    """Edit `row` from now on. Only before the table is shown: in a callback, or above it."""
    TABLE.put({"selection": {"rows": [row], "columns": [], "cells": []}})


def follow_row(network: Network) -> None:
    """Edit the row that the address names."""
    follow("row", lambda value: select(whole(value, len(network.layers))))


def details(network: Network, trace: Trace, row: int) -> None:
    """Show the calculator with `row` selected; it can be folded away."""
    with st.expander(_("Details"), icon=":material/table:", expanded=True, key="designer.details"):
        _layer_table(network, trace, row)


def _layer_table(network: Network, trace: Trace, row: int) -> None:
    if (kept := TABLE.get()) is None or kept["selection"]["rows"] != [row]:
        select(row)
    st.dataframe(
        rows(network, trace),
        key=TABLE.key,
        hide_index=True,
        on_select=_follow_click,
        selection_mode=["single-row-required", "single-cell"],
        column_config=_columns(network.data_format),
        alt=_("The layers with their output shapes, parameters, multiply-accumulates and receptive fields."),
    )


def _columns(data_format: str) -> dict[str, Any]:
    """How the columns are called, how wide they are, and what they mean."""
    text = st.column_config.TextColumn
    return {
        "layer": text(_("Layer"), width=150),
        "output": text(_("Output"), width=78, help=_("Shape for one image, {layout}", layout=data_format)),
        "parameters": text(_("Parameters"), width=85, help=_("Trainable and not trainable")),
        "sees": text(
            _("Sees"), width=58, help=_("Receptive field: how many pixels of the image one value can depend on")
        ),
        "macs": text(_("Products"), width=78, help=_("Multiply-accumulates (MACs) for one image")),
        "shape_formula": text(_("Output size"), width=190, help=_("How the size of the output is computed")),
        "parameter_formula": text(_("Parameter sum"), width=200, help=_("How the parameters add up")),
    }


def _follow_click() -> None:
    """A click anywhere in a row selects it; Streamlit itself only knows the mark at its left."""
    if (table := TABLE.get()) and (cells := table["selection"]["cells"]):
        select(cells[0][0])


def rows(network: Network, trace: Trace) -> list[dict[str, str]]:
    """The calculator's rows, everything as text. Layers behind the first impossible one have no numbers."""
    source = _row(0, _("Input"), sides(shown(network.input_shape, network.data_format)))
    done = [_reached(report, network.data_format) for report in trace.reports]
    rest = [
        _row(index + 1, layer_label(network.layers[index]), "–" if behind else _("does not fit"))
        for behind, index in enumerate(range(len(done), len(network.layers)))
    ]
    return [source, *done, *rest]


def _row(place: int, layer: str, output: str, **numbers: str) -> dict[str, str]:
    empty = dict.fromkeys(("parameters", "sees", "macs", "shape_formula", "parameter_formula"), "")
    return {"layer": f"{place}  {layer}" if place else layer, "output": output} | empty | numbers


def _reached(report: LayerReport, data_format: str) -> dict[str, str]:
    return _row(
        report.index + 1,
        layer_label(report.layer),
        sides(shown(report.output_shape, data_format)),
        parameters=number(report.parameters),
        sees=sides(report.receptive_field),
        macs=number(report.macs),
        shape_formula=str(report.shape_formula),
        parameter_formula=str(report.parameter_formula) if report.parameters else "",
    )
