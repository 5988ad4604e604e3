"""How much memory a training needs: an estimate, to refuse what cannot fit before it starts."""

from math import prod

from cnn_core.design.network import Network
from cnn_core.design.shapes import FLOAT_BYTES, Problem, trace
from cnn_core.language import Text

OPTIMIZER_SLOTS = {"sgd": 1, "rmsprop": 1, "adam": 2, "adamw": 2}
"""Numbers an optimizer keeps per trainable parameter in Keras 3 (SGD: its momentum, none when that is 0)."""


def training_bytes(network: Network, batch_size: int, optimizer: str, frozen: int = 0) -> int:
    """Bytes that training takes at its peak, estimated for float32, when the first `frozen` layers, opened, stay.

    Weights, one gradient per trainable weight, the optimizer's slots, and for each image of the batch the output of
    every layer that learns, kept for the way back, plus the gradients on both sides of the largest of them. The
    arithmetic is that of Sohoni et al. 2019, "Low-Memory Neural Network Training", section 2. Frameworks add work space
    of their own.
    Raises DesignError when the network is impossible.
    """
    traced = trace(network.opened())
    if traced.problem:
        raise traced.problem.error()
    learn = traced.reports[frozen:]
    trainable = sum(report.trainable for report in learn)
    weights = traced.totals.weight_bytes + FLOAT_BYTES * trainable * (1 + OPTIMIZER_SLOTS[optimizer])
    values = prod(learn[0].input_shape if learn else network.input_shape)
    values += sum(report.layer.values(report.input_shape) for report in learn)
    sides = (prod(report.input_shape) + prod(report.output_shape) for report in learn)
    return weights + FLOAT_BYTES * batch_size * (values + max(sides, default=0))


def memory_problem(
    network: Network, batch_size: int, optimizer: str, limit_bytes: int, frozen: int = 0
) -> Problem | None:
    """A problem when `training_bytes` passes ``limit_bytes``, saying what takes the most; otherwise None."""
    needed = training_bytes(network, batch_size, optimizer, frozen)
    if needed <= limit_bytes:
        return None
    weights = training_bytes(network, 0, optimizer, frozen)
    largest = max(trace(network).reports, key=lambda report: report.parameters)
    if weights > needed - weights:
        index = largest.index
        todo = Text("Make layer {number} ({type}) smaller.", number=index + 1, type=largest.layer.type)
    else:
        index = -1
        todo = Text("Choose a smaller batch, or shrink the first feature maps with strides or pooling.")
    return Problem(
        index,
        Text("Training this network needs more memory than there is for it"),
        Text("at most {size}", size=readable(limit_bytes)),
        Text("about {size}", size=readable(needed)),
        todo,
    )


def readable(count: int) -> str:
    """A number of bytes for people, in powers of 1,024: "93.3 KiB"."""
    if count < 1024:
        return f"{count} B"
    power = min((count.bit_length() - 1) // 10, 5)
    return f"{count / 1024**power:,.1f} {'KMGTP'[power - 1]}iB"
