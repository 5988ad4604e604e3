"""A file of PyTorch's weights, without PyTorch, and without running anything that is in it."""

import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

_TYPES: dict[str, np.dtype] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
_HEADS = 3
"""What stands in front of the tensors of the older format: a magic number, a version, and facts of the machine."""


class _Tensor(NamedTuple):
    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Reader(pickle.Unpickler):
    """A pickle reader that knows four names and refuses all others."""

    def __init__(self, file: Any):
        super().__init__(file)
        self.types: dict[str, np.dtype] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_more: _Tensor(storage, offset, shape, strides)
        if module == "torch" and name in _TYPES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} is not read")

    def persistent_load(self, pid: Any) -> str:
        _storage, kind, key, *_more = pid
        self.types[key] = _TYPES[kind]
        return key


def read_torch(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a file, by name, in its order.

    Raises:
        ValueError: it is no such file, or there is more in it than tensors.
    """
    try:
        return _of_zip(path) if zipfile.is_zipfile(path) else _of_stream(path)
    except (pickle.UnpicklingError, EOFError, KeyError, IndexError, struct.error, AttributeError, TypeError) as error:
        raise ValueError(f"{path.name} cannot be read: {error}") from error


def _of_zip(path: Path) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(path) as archive:
        root = archive.namelist()[0].split("/")[0]
        reader = _Reader(archive.open(f"{root}/data.pkl"))
        tensors = reader.load()
        found = {key: np.frombuffer(archive.read(f"{root}/data/{key}"), kind) for key, kind in reader.types.items()}
    return _arrays(tensors, found)


def _of_stream(path: Path) -> dict[str, np.ndarray]:
    """The older format: several pickles, then the numbers of each storage, with how many there are in front."""
    with path.open("rb") as file:
        for _head in range(_HEADS):
            _Reader(file).load()
        reader = _Reader(file)
        tensors = reader.load()
        keys = _Reader(file).load()
        found = {key: _numbers(file, reader.types[key]) for key in keys}
    return _arrays(tensors, found)


def _numbers(file: BinaryIO, kind: np.dtype) -> np.ndarray:
    (count,) = struct.unpack("<q", file.read(8))
    return np.frombuffer(file.read(count * kind.itemsize), kind)


def _arrays(tensors: dict[str, _Tensor], found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: _array(tensor, found[tensor.storage][tensor.offset :]) for name, tensor in tensors.items()}


def _array(tensor: _Tensor, numbers: np.ndarray) -> np.ndarray:
    """Raises ValueError where the numbers do not suffice."""
    last = sum((side - 1) * step for side, step in zip(tensor.shape, tensor.strides, strict=True))
    if min((*tensor.shape, *tensor.strides, 1)) < 0 or last >= len(numbers):
        raise ValueError("a tensor has fewer numbers than its shape says")
    steps = [step * numbers.itemsize for step in tensor.strides]
    return np.lib.stride_tricks.as_strided(numbers, tensor.shape, steps, writeable=False).copy()
