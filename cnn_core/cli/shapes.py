"""`shapes`: what a design comes to, layer by layer."""

from typing import Any

from cnn_core.cli import OK, asked
from cnn_core.cli.out import Out
from cnn_core.design.arithmetic import number, sides
from cnn_core.design.naming import layer_label, network_title
from cnn_core.design.network import Network, shown
from cnn_core.design.shapes import LayerReport, Trace, trace
from cnn_core.language import _, _n


def shapes(said: str, *, as_json: bool) -> int:
    """Show them. Raises DesignError for what is no design, and behind the last layer that fits, when one does not."""
    out, found = Out(as_json), asked.opened(said)
    asked.say_left_out(found, out)
    traced = trace(found.network)
    table = [_row(report, found.network) for report in traced.reports]
    out.answer(_facts(found.network, traced), _totals(found.network, traced), table)
    if traced.problem:
        raise traced.problem.error()
    return OK


def _row(report: LayerReport, network: Network) -> dict[str, str]:
    return {
        _("Layer"): f"{report.index + 1}  {layer_label(report.layer)}",
        _("Output"): sides(shown(report.output_shape, network.data_format)),
        _("Parameters"): number(report.parameters),
        _("Products"): number(report.macs),
        _("Sees"): sides(report.receptive_field),
    }


def _totals(network: Network, traced: Trace) -> str:
    return _n(
        "{title}: {n} layer, {parameters:,} parameters, {macs:,} products for one image of {size}",
        "{title}: {n} layers, {parameters:,} parameters, {macs:,} products for one image of {size}",
        len(network.layers),
        title=network_title(network),
        parameters=traced.totals.parameters,
        macs=traced.totals.macs,
        size=sides(network.input_shape),
    )


def _facts(network: Network, traced: Trace) -> dict[str, Any]:
    """For scripts; shapes are without the batch, in the order that `data_format` says."""
    return {
        "name": network.name,
        "data_format": network.data_format,
        "input_shape": shown(network.input_shape, network.data_format),
        "layers": [
            {
                "type": report.layer.type,
                "arguments": report.layer.arguments(),
                "output_shape": shown(report.output_shape, network.data_format),
                "parameters": report.parameters,
                "macs": report.macs,
                "receptive_field": report.receptive_field,
            }
            for report in traced.reports
        ],
        "parameters": traced.totals.parameters,
        "trainable": traced.totals.trainable,
        "macs": traced.totals.macs,
        "problem": traced.problem.message if traced.problem else None,
    }
