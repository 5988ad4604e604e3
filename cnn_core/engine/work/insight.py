"""Looking inside a trained model: what decided, what excites its filters, which are needed, what they look for.

All of it is done beside the questions of people who draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from cnn_core.engine.work.base import BACKGROUND, Key, Work, brief
from cnn_core.engine.work.context import Context
from cnn_core.errors import EngineError
from cnn_core.language import Text

STOPPED = Text("This was stopped")


@dataclass(frozen=True, eq=False)
class _OfModel(Work):
    """What all have in common.

    Args:
        model: its key in the library.
        depth: how many layers its design has.
    """

    model: str
    depth: int

    place = BACKGROUND

    def needs(self) -> tuple[Key, ...]:
        return (Key("model", self.model),)

    def in_words(self, error: Exception) -> EngineError:
        from cnn_core.insight.parts import Stopped

        return EngineError(STOPPED) if isinstance(error, Stopped) else not_seen(error)


@dataclass(frozen=True, eq=False)
class _Insight(_OfModel):
    """About one layer of the design; `layer` is its place."""

    layer: int


def not_seen(error: Exception) -> EngineError:
    """An unexpected error, in words."""
    return EngineError(Text("The network could not be looked into"), received=brief(error))


class Reasons(NamedTuple):
    """What counts for a class: by the name of each way, (H, W) numbers over the image.

    Attributes:
        agreements: by two of those names, how far they agree, −1 to 1.
    """

    maps: dict[str, np.ndarray]
    agreements: dict[tuple[str, str], float]


@dataclass(frozen=True, eq=False)
class Decided(_Insight):
    """What decided for one class on one image; Grad-CAM looks at the maps of `layer`.

    Args:
        image: uint8, (H, W, C).
        label: the class.
        side, step: of the cover, and from one to the next, in pixels.
    """

    image: np.ndarray
    label: int
    side: int
    step: int

    def run(self, context: Context) -> Reasons:
        from cnn_core.insight.decided import agreement, grad_cam, occlusion, saliency

        model = context.model(self.model)
        about = model, self.depth, self.image, self.label
        maps = {
            "saliency": saliency(*about),
            "cam": grad_cam(*about, self.layer),
            "occlusion": occlusion(model, self.image, self.label, self.side, self.step, context.stopped),
        }
        agreements = {pair: agreement(*(maps[name] for name in pair)) for pair in combinations(maps, 2)}
        return Reasons(maps, agreements)


class Answers(NamedTuple):
    """(N, filters) the strongest value of each map on N images, (N, filters, 2) its row and column; and of the filters
    those that are dead, and the pairs that answer alike."""

    strongest: np.ndarray
    places: np.ndarray
    dead: list[int]
    alike: list[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class AskFilters(_Insight):
    """How strongly each filter of a layer answers to the first `images` test images, and where.

    Args:
        data: the data set's key.
    """

    data: Key
    images: int

    def needs(self) -> tuple[Key, ...]:
        return *super().needs(), self.data

    def run(self, context: Context) -> Answers:
        from cnn_core.insight.filters import alike, dead, excited

        images = context.dataset(self.data).x_test[: self.images]
        found = excited(context.model(self.model), self.depth, self.layer, images, context.stopped)
        return Answers(found.strongest, found.places, dead(found.strongest), alike(found.strongest))


class Off(NamedTuple):
    """Of a layer changed in several ways: (choices,) test accuracies, (choices, classes) what one image is read as."""

    accuracies: np.ndarray
    probabilities: np.ndarray


@dataclass(frozen=True, eq=False)
class SwitchOff(_Insight):
    """The test accuracy, and the prediction for one image, with filters of a layer switched off.

    Args:
        data: the data set's key; at most its first `images` test images are read.
        image: uint8, (H, W, C).
        choices: for each, the filters that are off.
    """

    data: Key
    images: int
    image: np.ndarray
    choices: tuple[tuple[int, ...], ...]

    def needs(self) -> tuple[Key, ...]:
        return *super().needs(), self.data

    def run(self, context: Context) -> Off:
        from cnn_core.insight.filters import without

        model, data = context.model(self.model), context.dataset(self.data)
        images, labels = data.x_test[: self.images], data.y_test[: self.images]
        about = model, self.depth, self.layer, self.choices
        every = np.concatenate([self.image[np.newaxis], images])
        read = without(*about, every, context.stopped, context.report)
        accuracies = np.mean(read[:, 1:].argmax(axis=-1) == labels, axis=1)
        return Off(accuracies, read[:, 0])


@dataclass(frozen=True, eq=False)
class WeightNoise(_Insight):
    """The test accuracy, and the prediction for one image, with noise on the weights of a layer: a Conv2D.

    Args:
        data: the data set's key; at most its first `images` test images are read.
        image: uint8, (H, W, C).
        amounts: of each choice, as a fraction of the spread of the weights.
        seed: of the noise.
    """

    data: Key
    images: int
    image: np.ndarray
    amounts: tuple[float, ...]
    seed: int

    def needs(self) -> tuple[Key, ...]:
        return *super().needs(), self.data

    def run(self, context: Context) -> Off:
        from cnn_core.insight.filters import with_noise

        model, data = context.model(self.model), context.dataset(self.data)
        images, labels = data.x_test[: self.images], data.y_test[: self.images]
        about = model, self.depth, self.layer, self.amounts, self.seed
        read = with_noise(*about, np.concatenate([self.image[np.newaxis], images]), context.stopped)
        return Off(np.mean(read[:, 1:].argmax(axis=2) == labels, axis=1), read[:, 0])


class Climbed(NamedTuple):
    """(N, H, W, C) uint8 images, and the (N,) mean activations of each one's filter on noise and on it."""

    images: np.ndarray
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True, eq=False)
class Ascent(_OfModel):
    """Gradient ascent for some filters or units of layers; what there is so far is reported as it goes on.

    Args:
        targets: of each layer its place, and which of its units.
        how: as `insight.ascent.Climb` takes it.
    """

    targets: tuple[tuple[int, tuple[int, ...]], ...]
    how: dict[str, Any]

    def run(self, context: Context) -> list[Climbed]:
        """Of each layer; of fewer when it was stopped."""
        from cnn_core.insight.ascent import Climb, climb

        sheets: list[Climbed] = []
        how = Climb(**self.how)
        for layer, units in self.targets:
            reached = climb(context.model(self.model), self.depth, layer, units, how)
            last = first = next(reached)
            for last in reached:
                if context.stopped():
                    break
                so_far = [*sheets, Climbed(last.images, first.activations, last.activations)]
                context.report((len(sheets) + last.done / how.steps) / len(self.targets), so_far)
            sheets.append(Climbed(last.images, first.activations, last.activations))
            if context.stopped():
                break
        return sheets


@dataclass(frozen=True, eq=False)
class DeepDream(_OfModel):
    """A dream of an image; what there is so far is reported as it goes on.

    Args:
        layers: the places of those whose activations grow.
        image: uint8, (H, W, C), no smaller than the model's own.
        how: as `insight.dream.Dream` takes it.
    """

    layers: tuple[int, ...]
    image: np.ndarray
    how: dict[str, Any]

    def run(self, context: Context) -> np.ndarray:
        """(H, W, C) uint8."""
        from cnn_core.insight.dream import Dream, dream

        image = self.image
        about = context.model(self.model), self.depth, self.layers
        for done, image in dream(*about, self.image, Dream(**self.how)):
            if context.stopped():
                break
            context.report(done, image)
        return image
