"""What a run has learned so far: a few validation images turning right, and the first filters forming."""

import numpy as np

from cnn_core.data.datasets import Dataset
from cnn_core.data.watched import watched
from cnn_core.errors import DataError, StudioError
from cnn_core.exchange.weights import first_filters
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui.components.learning.component import Watched, learning
from cnn_core.ui.components.network.component import in_browser
from cnn_core.ui.kit import services
from cnn_core.ui.kit.living import run_weights


def what_it_learns(run: Run, state: RunState) -> None:
    """Show it, after the last epoch; nothing of a run that has not begun."""
    if state.started_now is not None:
        show_learned(run, state, _filters(run, state))


def show_learned(run: Run, state: RunState, filters: np.ndarray | None) -> None:
    """The images as the network reads them in this state, and its first filters, where there are any."""
    try:
        dataset = services.dataset(run.dataset)
    except DataError:
        dataset = None  # the results below say so
    images = _images(run, state, dataset) if dataset else None
    if images or filters is not None:
        learning(images, filters, dataset.class_names if dataset else (), key=f"run-learning-{run.id}")


def _images(run: Run, state: RunState, dataset: Dataset) -> Watched | None:
    """None without a validation set, or when these are not the images that were predicted."""
    places = watched(dataset.y_train, run.recipe)
    predicted = state.epochs_done[-1].watched if state.epochs_done else ()
    if not len(places) or (state.epochs_done and len(predicted) != len(places)):
        return None
    return Watched(dataset.x_train[places], dataset.y_train[places].tolist(), predicted)


def _filters(run: Run, state: RunState) -> np.ndarray | None:
    """None for a network too large to read its weights at each epoch."""
    if not in_browser(run.network):
        return None
    try:
        weights = run_weights(run, state)
    except StudioError:
        return None  # the network below says so
    return first_filters(weights, run.network.opened()) if weights else None
