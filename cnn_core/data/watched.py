"""The few validation images that are looked at after every epoch of a training, so that one sees them turn right."""

import numpy as np

from cnn_core.data.datasets import stratified_split
from cnn_core.design.recipe import Recipe

WATCHED = 20


def kept_aside(labels: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Which images of a data set `recipe` keeps for validation: places among its training images, of these labels."""
    _training, validation = stratified_split(labels[: recipe.train_images], recipe.validation_share, recipe.seed)
    return validation


def watched(labels: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Which images of a data set are watched while `recipe` trains on it.

    Args:
        labels: (N,) integers, of all training images of the data set.

    Returns:
        Up to WATCHED places among those images, evenly spread over the validation set, whatever order that is in; none
        without a validation set.
    """
    validation = kept_aside(labels, recipe)
    spread = np.linspace(0, len(validation), min(WATCHED, len(validation)), endpoint=False)
    return validation[spread.astype(int)]
