"""How many images are predicted together: as many as memory lets, without gradients to keep."""

from cnn_core.design.network import Network
from cnn_core.design.shapes import trace

EVALUATION_BATCH = 500  # more images at a time than in training
MOST_VALUES = 2**26
"""Of the largest layer, for all images that are looked at together (256 MiB)."""


def at_a_time(network: Network, kept: int = 0) -> int:
    """How many images are predicted together, by all layers of an opened network or those behind the first `kept`."""
    reports = trace(network.opened()).reports[kept:]
    largest = max((report.layer.values(report.input_shape) for report in reports), default=1)
    return max(1, min(EVALUATION_BATCH, MOST_VALUES // largest))
