"""Keras's own data sets, from a cache that stands for the internet, and without either."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from keras.src.utils import file_utils

from cnn_core.engine.work.context import Context, Kept
from cnn_core.engine.work.download import Download, DownloadBackbone, arrived
from cnn_core.errors import DataError, EngineError, RunError
from cnn_core.exchange.backbones import SOURCES
from tests.engine.conftest import Lab
from tests.support.backbones import keras_file, made_up_arrays

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


@pytest.fixture
def internet(tmp_path, monkeypatch):
    """What is fetched: the function says what a file has, by its name."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    monkeypatch.setattr("cnn_core.engine.work.download.PAUSE", 0)
    files: dict[str, bytes] = {}

    def fetch(url: str, path: str, hook: Callable[[int, int, int], None]) -> None:
        content = files.get(url.rsplit("/", 1)[1])
        if content is None:
            raise OSError("no internet")
        Path(path).write_bytes(content)
        hook(1, len(content), len(content))

    monkeypatch.setattr(file_utils, "urlretrieve", fetch)
    return files


def test_weights_of_a_backbone_are_fetched_checked_and_given(tmp_path, internet):
    source, shares = SOURCES["mobilenet-025"], []
    path = tmp_path / "made-up.h5"
    keras_file(path, made_up_arrays("mobilenet-025"))
    internet[source.file] = path.read_bytes()
    context = Context(Kept(), {}, lambda fraction, partial: shares.append(fraction))
    assert DownloadBackbone("mobilenet-025").run(context) == path.read_bytes()
    assert shares
    assert shares[-1] > 0.4
    assert (tmp_path / "models" / source.file).is_file(), "Keras finds it, too"


def test_half_of_a_backbones_file_is_not_taken_for_a_whole_one(tmp_path, internet):
    internet[SOURCES["mobilenet"].file] = b"half of it"
    with pytest.raises(RunError, match="does not have the weights of MobileNet"):
        DownloadBackbone("mobilenet").run(Context(Kept(), {}))
    assert list((tmp_path / "models").iterdir()) == []


def test_without_internet_the_file_is_named(internet):
    work = DownloadBackbone("resnet50")
    with pytest.raises(Exception, match="no internet") as error:
        work.run(Context(Kept(), {}))
    told = str(work.in_words(error.value))
    assert "ResNet50 has learned could not be downloaded" in told
    assert SOURCES["resnet50"].file in told
