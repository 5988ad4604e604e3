"""What a finished run predicted for each test image."""

import io
from dataclasses import dataclass

import numpy as np

PREDICTIONS_FILE = "predictions.npz"


@dataclass(frozen=True, eq=False)
class Predictions:
    """Three arrays of the same length N: true labels, predicted labels, and the probability of the predicted one."""

    true: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray

    @classmethod
    def read(cls, content: bytes, true: np.ndarray) -> "Predictions":
        """From the file that was saved with the run (`to_bytes`); `true` are the labels of the same test set."""
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return cls(true, file["predicted"], file["confidence"])

    def all(self, seed: int = 0) -> np.ndarray:
        """Indices of all images in a random order, so that the first few are a fair sample."""
        return np.random.default_rng(seed).permutation(len(self.true))

    def mistakes(self) -> np.ndarray:
        """Indices of the wrong ones, the most confident first: they teach the most."""
        wrong = np.flatnonzero(self.true != self.predicted)
        return wrong[np.argsort(-self.confidence[wrong], kind="stable")]

    def cell(self, true: int, predicted: int) -> np.ndarray:
        """Indices of the images of one cell of the confusion matrix, the least confident first."""
        inside = np.flatnonzero((self.true == true) & (self.predicted == predicted))
        return inside[np.argsort(self.confidence[inside], kind="stable")]


def to_bytes(predicted: np.ndarray, confidence: np.ndarray) -> bytes:
    """The content of the file: of each test image the predicted label, and its probability."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, predicted=predicted, confidence=confidence)
    return buffer.getvalue()
