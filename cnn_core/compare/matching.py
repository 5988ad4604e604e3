"""Two networks of the same size: the larger one made narrower."""

from cnn_core.design.fields import MAX_NAME
from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.naming import network_title
from cnn_core.design.network import Network
from cnn_core.design.shapes import trace
from cnn_core.language import _

WIDTHS = ("filters", "units")
FINEST = 1_000  # widths are tried in steps of a thousandth


def matched_parameters(networks: tuple[Network, Network]) -> tuple[Network, Network]:
    """The same two, the one with more parameters narrowed until it has as many as the other, as nearly as it can.

    All filters and units are scaled by one factor, at least 1 each; the last layer, one unit a class, stays.
    """
    sizes = [trace(network).totals.parameters for network in networks]
    larger = sizes.index(max(sizes))
    low, high = 1, FINEST  # the size grows with the factor: halve the interval
    while low < high:
        middle = (low + high) // 2
        if _parameters(networks[larger], middle) < min(sizes):
            low = middle + 1
        else:
            high = middle
    factor = min((low - 1, low), key=lambda tried: abs(_parameters(networks[larger], tried) - min(sizes)))
    narrowed = _scaled(networks[larger], factor)
    return (narrowed, networks[1]) if larger == 0 else (networks[0], narrowed)


def _parameters(network: Network, factor: int) -> int:
    return trace(_scaled(network, factor)).totals.parameters


def _scaled(network: Network, factor: int) -> Network:
    """All widths but the last layer's times factor / FINEST."""
    *layers, last = network.layers
    narrower = (*(_narrower(layer, factor) for layer in layers), last)
    if narrower == network.layers:
        return network
    name = _("{network}, narrowed", network=network_title(network)[:60])
    return network.changed(name=name[:MAX_NAME], layers=narrower)


def _narrower(layer: BaseLayer, factor: int) -> BaseLayer:
    groups = getattr(layer, "groups", 1)  # filters come in as many equal groups
    widths = {
        name: groups * max(1, round(getattr(layer, name) * factor / FINEST / groups))
        for name in WIDTHS
        if hasattr(layer, name)
    }
    return layer.model_copy(update=widths)
