"""How much work a training is: an estimate from what is asked for alone, before any machine is known."""

from dataclasses import dataclass, replace

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import LayerReport, trace

MACS_PER_SECOND = 3e10
"""Multiply-accumulates of training that a usual machine does in a second: two cores (benchmarks/training.py)."""
SECONDS_PER_IMAGE = 2e-5
"""What an image costs there however small the network is."""
BOTH_WAYS = 3
"""A training step takes about three forward passes: one forward, two backward."""


@dataclass(frozen=True)
class Effort:
    """Of one training.

    Attributes:
        seconds: on a usual machine. Only good for telling short trainings from long ones; the same on every machine.
        macs: of a network that learns in all layers, and costs as much for each of the images: where none are frozen,
            those of the network itself.
        images: that it is trained on, all epochs together.
        limit: seconds that it may take, where the recipe says so.
        start: whether it begins with what another network has learned.
    """

    seconds: float = 0.0
    macs: int = 0
    images: int = 0
    limit: float | None = None
    start: bool = False

    def rest(self, done: float) -> "Effort":
        """What is left of it when so much (0 to 1) is done."""
        return replace(self, seconds=(1 - done) * self.seconds, images=round((1 - done) * self.images))


def effort(network: Network, recipe: Recipe, there: int) -> Effort:
    """Of training `network` by `recipe` where the data set has `there` training images.

    >>> from cnn_core.design.presets import PRESETS
    >>> short, long = (effort(PRESETS["keras-log"].network, Recipe(epochs=epochs), 4_000) for epochs in (5, 300))
    >>> (long.images, round(short.seconds, 1), round(long.seconds))
    (1080000, 5.4, 323)
    """
    images, reports = shares(recipe, there)[0], trace(network.opened()).reports
    macs, done = 0, 0
    for phase in recipe.phases():
        macs += _macs(reports, phase, phase.epochs - done)
        done = phase.epochs
    seconds = images * (macs / MACS_PER_SECOND + recipe.epochs * SECONDS_PER_IMAGE)
    each = round(macs / (BOTH_WAYS * recipe.epochs))
    limit = recipe.time_limit
    return Effort(min(seconds, limit or seconds), each, images * recipe.epochs, limit, recipe.start is not None)


def _macs(reports: tuple[LayerReport, ...], phase: Recipe, epochs: int) -> int:
    """For each image: what is frozen is computed forward only, and once where images are not varied."""
    frozen = phase.start.frozen if phase.start else 0
    front, rest = (sum(report.macs for report in part) for part in (reports[:frozen], reports[frozen:]))
    return front * (epochs if phase.augmentation.active else 1) + BOTH_WAYS * rest * epochs


def shares(recipe: Recipe, there: int) -> tuple[int, int]:
    """(training, validation) images that `recipe` takes of so many; whole classes may round it by a few."""
    taken = min(recipe.train_images or there, there)
    validation = round(recipe.validation_share * taken)
    return taken - validation, validation
