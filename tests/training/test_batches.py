"""The batches that a training gets."""

import numpy as np
import pytest

from cnn_core.design.evaluation import EVALUATION_BATCH
from cnn_core.training.batches import fit_inputs


def part(count: int) -> tuple[np.ndarray, np.ndarray]:
    images = np.arange(count * 4, dtype=np.uint8).reshape(count, 2, 2, 1)
    return images, np.eye(3, dtype=np.float32)[np.arange(count) % 3]


@pytest.mark.parametrize(("count", "sizes"), [(10, [4, 4, 2]), (8, [4, 4]), (3, [3])])
def test_every_image_comes_once_an_epoch_in_its_order_with_its_label(count, sizes):
    images, labels = part(count)
    batches = fit_inputs((images, labels), part(5), 4)["x"]
    for _ in range(2):
        got = list(batches.as_numpy_iterator())
        assert [len(x) for x, _ in got] == sizes
        assert np.array_equal(np.concatenate([x for x, _ in got]), images)
        assert np.array_equal(np.concatenate([y for _, y in got]), labels)
    assert len(batches) == len(sizes)  # Keras counts its steps by it


def test_validation_comes_in_large_batches_and_is_none_when_there_is_none():
    inputs = fit_inputs(part(8), part(EVALUATION_BATCH + 1), 4)
    assert [len(x) for x, _ in inputs["validation_data"].as_numpy_iterator()] == [EVALUATION_BATCH, 1]
    assert fit_inputs(part(8), part(0), 4)["validation_data"] is None


def test_other_backends_get_the_arrays(monkeypatch):
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    train, validation = part(8), part(4)
    inputs = fit_inputs(train, validation, 4)
    assert inputs["x"] is train[0]
    assert inputs["y"] is train[1]
    assert inputs["validation_data"] is validation
    assert (inputs["shuffle"], inputs["batch_size"]) == (False, 4)
