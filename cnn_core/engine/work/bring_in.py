"""BringIn: a model that somebody sends becomes one of this server's, and is measured on the images that it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnn_core.design.arithmetic import sides
from cnn_core.design.network import Network
from cnn_core.design.shapes import trace
from cnn_core.engine.work.base import BACKGROUND, Key, Work, brief
from cnn_core.engine.work.context import Context
from cnn_core.errors import DataError, EngineError
from cnn_core.exchange.safe.reading import Imported, Limits, Sent
from cnn_core.exchange.weights import Pixels
from cnn_core.language import Text
from cnn_core.runs.brought import Brought

if TYPE_CHECKING:
    import keras

    from cnn_core.data.datasets import Dataset

READ = 0.2
"""The fraction of the work that is done when the files are read."""


@dataclass(frozen=True)
class Images:
    """The data set that a model is said to be for: its images and its classes have to fit."""

    key: Key
    title: str
    input_shape: tuple[int, int, int]
    classes: int

    def check(self, network: Network) -> None:
        """Raises DataError where they do not."""
        shape, (classes,) = network.input_shape, trace(network).output_shape
        if (shape, classes) == (self.input_shape, self.classes):
            return
        raise DataError(
            Text("The model is not for {data}", data=self.title),
            expected=Text("images of {size} and {n} classes", size=sides(self.input_shape), n=self.classes),
            received=Text("a model for images of {size} and {n} classes", size=sides(shape), n=classes),
            todo=Text("Choose another data set, or “Something else”."),
        )


@dataclass(frozen=True, eq=False)
class BringIn(Work):
    """What `exchange.safe` reads in the files, built anew by Keras.

    Args:
        design: what weights that come alone belong to.
        pixels: how the model takes them where its files do not say; None: as its loss is smaller.
        images: what it is for, and measured on; None: nothing that is here.
    """

    files: tuple[Sent, ...]
    limits: Limits
    design: Network | None
    pixels: Pixels | None
    images: Images | None

    place = BACKGROUND

    def needs(self) -> tuple[Key, ...]:
        return (self.images.key,) if self.images else ()

    def run(self, context: Context) -> Brought:
        """Raises DataError or DesignError: why it is not taken."""
        from cnn_core.exchange.safe.apart import read_apart
        from cnn_core.training.brought import check_answers
        from cnn_core.training.build import to_bytes

        imported = read_apart(self.files, self.limits, self.design)
        context.report(READ)
        if self.images:
            self.images.check(imported.network)
        dataset = context.dataset(self.images.key) if self.images else None
        pixels, model, notes = self._built(imported, dataset)
        check_answers(model)
        brought = Brought(imported.network, pixels, notes, to_bytes(model))
        return brought if dataset is None else _measured(context, brought, model, dataset)

    def _built(self, imported: Imported, dataset: Dataset | None) -> tuple[Pixels, keras.Model, tuple[Text, ...]]:
        """How it takes pixels, the model, and what is to be told of it."""
        from cnn_core.training.brought import better_pixels, with_weights

        asked = imported.pixels or self.pixels
        if asked or dataset is None:
            pixels: Pixels = asked or "scaled"
            notes = imported.notes if asked else (*imported.notes, TAKEN_FOR_SCALED)
            return pixels, with_weights(imported.network, imported.arrays, pixels), notes
        model = with_weights(imported.network, imported.arrays, "raw")
        pixels = better_pixels(model, dataset.x_train, dataset.y_train)  # the test set is looked at once
        if pixels != "raw":
            model = with_weights(imported.network, imported.arrays, pixels)
        return pixels, model, (*imported.notes, FOUND[pixels])

    def in_words(self, error: Exception) -> EngineError:
        return EngineError(Text("The model could not be brought in"), received=brief(error), todo=Text("Try again"))


TAKEN_FOR_SCALED = Text(
    "The file does not say how pixels enter the network. They are divided by 255, as most networks expect it."
)
FOUND: dict[Pixels, Text] = {
    "scaled": Text("The file does not say how pixels enter it. Divided by 255, they give it the smaller loss."),
    "raw": Text("The file does not say how pixels enter it. As they are, 0 to 255, they give it the smaller loss."),
}


def _measured(context: Context, brought: Brought, model: keras.Model, dataset: Dataset) -> Brought:
    """With what Keras makes of the test images, each looked at once."""
    from cnn_core.training.brought import probabilities
    from cnn_core.training.fit import result_of

    def on_share(share: float) -> None:
        if context.stopped():
            raise DataError(Text("The model was not brought in: this was stopped"))
        context.report(READ + (1 - READ) * share)

    found = probabilities(model, brought.network, dataset.x_test, on_share)
    tested = result_of(found, dataset, "categorical_crossentropy")
    return brought.with_result(dataset.name, tested, found)
