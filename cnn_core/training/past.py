"""The past of a training, read again: what its network made of images after each epoch."""

import io
from collections.abc import Iterable, Iterator

import numpy as np

from cnn_core.data.confusion import confusion
from cnn_core.data.datasets import Dataset
from cnn_core.data.watched import kept_aside
from cnn_core.design.evaluation import at_a_time
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.training.build import build

MOST_IMAGES = 500


def confusions(network: Network, recipe: Recipe, dataset: Dataset, snapshots: Iterable[bytes]) -> Iterator[np.ndarray]:
    """Of each of a run's `build.snapshot`s, the confusion matrix of up to MOST_IMAGES images that it did not train on.

    They are those that it kept for validation, or test images where it kept none.
    """
    places = kept_aside(dataset.y_train, recipe)[:MOST_IMAGES]
    images, labels = dataset.x_train[places], dataset.y_train[places]
    if not len(places):
        images, labels = dataset.x_test[:MOST_IMAGES], dataset.y_test[:MOST_IMAGES]
    model = build(network, pixels=recipe.pixels)
    for snapshot in snapshots:
        with np.load(io.BytesIO(snapshot), allow_pickle=False) as file:
            model.set_weights([file[name].astype(np.float32) for name in file.files])
        probabilities = model.predict(images, batch_size=at_a_time(network), verbose=0)
        yield confusion(labels, probabilities.argmax(axis=1), dataset.classes)
