"""A stand-in for the engine: it trains in a thread of this process, where Keras is loaded. No cluster starts."""

import io
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import numpy as np

from cnn_core.data.datasets import Catalogue
from cnn_core.runs.events import Cancelled, Finished
from cnn_core.runs.models import MODEL_FILE
from cnn_core.runs.predictions import PREDICTIONS_FILE
from cnn_core.runs.run import Run
from cnn_core.runs.store import RunStore
from cnn_core.training.build import from_bytes
from cnn_core.training.fit import fit


class Trainer:
    """What duels ask of an engine, one run after the other."""

    def __init__(self, store: RunStore, catalogue: Catalogue):
        self._store, self._catalogue = store, catalogue
        self._thread = ThreadPoolExecutor(1)
        self._stopped: set[str] = set()
        self._model = cache(lambda run_id: from_bytes(store.load_file(run_id, MODEL_FILE)))

    def train(self, run: Run) -> None:
        self._catalogue.load(run.dataset)
        self._store.submit(run.id)
        self._thread.submit(self._train, run).add_done_callback(Future.result)

    def stop(self, run_id: str) -> None:
        self._stopped.add(run_id)

    def predict(self, keys: list[str], images: np.ndarray) -> dict[str, np.ndarray]:
        return {key: self._model(key).predict_on_batch(images) for key in keys}

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)

    def _train(self, run: Run) -> None:
        if run.id in self._stopped:
            self._store.append(run.id, Cancelled())
            return
        dataset = self._catalogue.load(run.dataset)
        outcome = fit(
            run.network,
            run.recipe,
            dataset,
            lambda event: self._store.append(run.id, event),
            lambda: run.id in self._stopped,
        )
        self._store.save_file(run.id, MODEL_FILE, outcome.model)
        predictions = io.BytesIO()
        np.savez(predictions, predicted=outcome.predicted, confidence=outcome.confidence)
        self._store.save_file(run.id, PREDICTIONS_FILE, predictions.getvalue())
        self._store.append(run.id, Finished())
