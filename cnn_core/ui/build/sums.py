"""The selected layer's arithmetic: every number in the colour of what it is, and named below."""

import streamlit as st

from cnn_core.design.arithmetic import Role, sides, window_formula
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.network import Network, shown
from cnn_core.design.shapes import LayerReport, Trace
from cnn_core.language import _
from cnn_core.ui.kit.roles import legend, marked
from cnn_core.ui.learn.by_hand import show_me


def layer_sums(network: Network, trace: Trace, row: int) -> None:
    """Those of the layer in this row, where the network gets that far, and the way to do it by hand."""
    if 0 < row <= len(trace.reports):
        sums(trace.reports[row - 1], network.data_format)
        show_me(network, row - 1)


def sums(report: LayerReport, data_format: str) -> None:
    """The shape of the output and how it comes about, and how the parameters add up."""
    output, parameters = _("Output"), _("Parameters")
    size = sides(shown(report.output_shape, data_format))
    formula = _window_sum(report) or f":gray[{report.shape_formula}]"
    lines = [f"{output} **{size}** :gray[·] {formula}"]
    if names := _names(report):
        lines.append(names)
    if report.parameters:
        lines.append(f"{parameters} :gray[·] {report.parameter_formula}")
    st.markdown("  \n".join(lines))


def _slides(layer: BaseLayer) -> bool:
    """Whether its output has one value for each place of a window."""
    return {"strides", "padding"} <= layer.arguments().keys()


def _window_sum(report: LayerReport) -> str:
    """The sum of height and width, in colours; empty for a layer without a window."""
    window = report.layer.window()
    if window is None or not _slides(report.layer):
        return ""
    padding = report.layer.arguments()["padding"]
    height, width = (
        window_formula(across, wide, step, padding, marked)
        for across, wide, step in zip(report.input_shape, *window, strict=False)
    )
    return height if height == width else _("height {height}, width {width}", height=height, width=width)


def _names(report: LayerReport) -> str:
    """What each number of the sum is, and the field it comes from."""
    layer = report.layer
    if not _slides(layer):
        return ""
    plain = layer.arguments()
    names: dict[Role, str] = {"map": _("the map that comes in")}
    if plain["padding"] == "valid":
        names["window"] = _window_name(plain)
    names["step"] = _("the step (strides)")
    return legend(names)


def _window_name(arguments: dict[str, object]) -> str:
    if "pool_size" in arguments:
        return _("the window (pool_size)")
    if arguments.get("dilation_rate", (1, 1)) != (1, 1):
        return _("the window (kernel_size), spread by dilation_rate")
    return _("the window (kernel_size)")
