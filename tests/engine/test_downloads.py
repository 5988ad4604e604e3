"""Keras's own data sets, from a cache that stands for the internet, and without either."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from keras.src.utils import file_utils

from cnn_core.engine.work.context import Context, Kept
from cnn_core.engine.work.download import Download, arrived
from cnn_core.errors import DataError, EngineError
from tests.engine.conftest import Lab

CACHE = Path(os.environ.get("CNN_STUDIO_TEST_DATA", "/nowhere")) / "keras_home" / "datasets" / "fashion-mnist"
HALF = b"\x1f\x8b\x08\0\0\0\0\0\0\x03"  # the beginning of a gzip file


@pytest.fixture
def keras_home(tmp_path, monkeypatch):
    """A cache of Keras that the cluster's workers use."""
    (tmp_path / "keras" / "datasets" / "fashion-mnist").mkdir(parents=True)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "datasets" / "fashion-mnist"


@pytest.mark.skipif(not CACHE.exists(), reason="Fashion-MNIST is not here: set CNN_STUDIO_TEST_DATA")
def test_fashion_mnist_is_fetched_kept_and_named(tmp_path, keras_home):
    for path in CACHE.iterdir():
        (keras_home / path.name).symlink_to(path)
    lab = Lab(tmp_path / "home")
    try:
        keep = partial(lab.catalogue.save, "fashion_mnist")
        job = lab.engine.begin(Download("fashion_mnist"), keep)
        clothes = job.result(timeout=120)
    finally:
        lab.close()
    assert clothes.x_train.shape == (60_000, 28, 28, 1)
    assert clothes.class_names[clothes.y_train[0]] == "Ankle boot"
    assert 0.99 < arrived("fashion_mnist") <= 1  # what it reports meanwhile
    entry = next(entry for entry in lab.catalogue.entries() if entry.name == "fashion_mnist")
    assert (entry.ready, entry.source, entry.classes, entry.test) == (True, "file", 10, 10_000)


def test_half_a_download_is_thrown_away_and_said_in_words(keras_home, tmp_path):
    names = ("train-labels-idx1", "train-images-idx3", "t10k-labels-idx1", "t10k-images-idx3")
    for name in names:
        (keras_home / f"{name}-ubyte.gz").write_bytes(HALF)
    lab = Lab(tmp_path / "home")
    try:
        with pytest.raises(DataError, match=r"could not be downloaded.*copy fashion_mnist\.npz into"):
            lab.engine.begin(Download("fashion_mnist")).result(timeout=120)
    finally:
        lab.close()
    assert list(keras_home.iterdir()) == []
    assert arrived("fashion_mnist") == 0
    assert not any(entry.ready for entry in lab.catalogue.entries() if entry.source == "download")


def test_a_download_says_how_much_has_arrived_and_ends_when_nobody_wants_it(tmp_path, monkeypatch):
    def fetch(url: str, path: str, hook: Callable[[int, int, int], None]) -> None:
        for block in range(100):
            with open(path, "ab") as file:
                file.write(bytes(114_904))
            hook(block, 114_904, 11_490_434)

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    monkeypatch.setattr(file_utils, "urlretrieve", fetch)
    monkeypatch.setattr("cnn_core.engine.work.download.PAUSE", 0)
    shares = []
    context = Context(Kept(), {}, lambda fraction, partial: shares.append(fraction), lambda: len(shares) == 30)
    with pytest.raises(EngineError, match="stopped"):
        Download("mnist").run(context)
    assert shares == pytest.approx([block / 100 for block in range(1, 31)], rel=1e-3)
    assert list((tmp_path / "datasets").iterdir()) == [], "no half of a file is left"
    assert file_utils.urlretrieve is fetch
