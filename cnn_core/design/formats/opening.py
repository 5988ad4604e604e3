"""A file into a design: one that was saved here, or a model of Keras's."""

from dataclasses import dataclass
from typing import Any

from cnn_core.design.formats import texts
from cnn_core.design.formats.keras.layer import LeftOut
from cnn_core.design.formats.keras.model import from_keras, is_keras
from cnn_core.design.network import Network
from cnn_core.design.shapes import trace


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file comes to.

    Attributes:
        left_out: what the file says and the design does not; it changes no shape and no number of parameters.
        vector: 0 where the file is taken as it is. Else the model takes a vector of so many values, and the network
            a square image that a Flatten lays out as such: to be offered, not taken for granted.
        scales: whether the file's model divides pixels by 255 itself; None for a design of ours, which does not say.
    """

    network: Network
    left_out: tuple[LeftOut, ...] = ()
    vector: int = 0
    scales: bool | None = None


def open_design(text: str | bytes, limit: int = texts.MAX_JSON_BYTES) -> Opened:
    """The design in ``text`` (UTF-8 if bytes). Raises DesignError naming every layer and argument it can't carry over.

    A leading Rescaling(1/255) is dropped, since training puts one there.
    """
    return design_of(texts.read_json(text, limit))


def design_of(plain: Any) -> Opened:
    """The same for the plain data of a file."""
    if not is_keras(plain):
        return Opened(Network.from_plain(plain))
    model = from_keras(plain)
    network = Network.from_plain(model.design)
    problem = trace(network).problem
    if model.vector and problem:  # offered like a repair, so it has to work
        raise problem.error()
    return Opened(network, model.left_out, model.vector, model.scales)
