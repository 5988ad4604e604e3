"""Files of weights as others have made them, with made-up numbers."""

import pickle
import struct
import sys
import types
from collections import OrderedDict
from pathlib import Path

import h5py
import numpy as np

from cnn_core.exchange.backbones import SOURCES, whole
from cnn_core.exchange.weights import weight_shapes


def made_up_arrays(name: str, seed: int = 1) -> list[np.ndarray]:
    """Such that no layer's output is the same everywhere: variances and factors near 1, kernels as Glorot has them."""
    random = np.random.default_rng(seed)
    shapes = [shape for of_layer in weight_shapes(whole(name)) for shape in of_layer]
    return [_made_up(random, shape) for shape in shapes]


def _made_up(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    if len(shape) == 1:
        return np.abs(random.normal(1, 0.1, shape)).astype(np.float32)
    return random.normal(0, 1 / np.sqrt(max(1, np.prod(shape[:-1]))), shape).astype(np.float32)


def keras_file(path: Path, arrays: list[np.ndarray]) -> None:
    """As Keras wrote weights before its third version: a group for each layer, here one for each array."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        names = [f"layer_{number}" for number in range(len(arrays))]
        file.attrs["layer_names"] = [name.encode() for name in names]
        for name, array in zip(names, arrays, strict=True):
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"{name}/kernel:0".encode()]
            group.create_dataset(f"{name}/kernel:0", data=array)


def put(folder: Path, name: str) -> list[np.ndarray]:
    """The file of an architecture in a studio's folder; gives what is in it."""
    arrays = made_up_arrays(name)
    keras_file(folder / SOURCES[name].file, arrays)
    return arrays


def torch_file(path: Path, tensors: dict[str, np.ndarray], *, zipped: bool) -> None:
    """As PyTorch writes a dictionary of tensors, in its older form or as a zip file; PyTorch is not needed."""
    contents = {str(number): array for number, array in enumerate(tensors.values())}
    described = OrderedDict((name, _Tensor(key, contents[key])) for name, key in zip(tensors, contents, strict=True))
    if zipped:
        import zipfile

        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("archive/data.pkl", _pickled(described))
            for key, array in contents.items():
                archive.writestr(f"archive/data/{key}", _memory(array).tobytes())
        return
    with path.open("wb") as file:
        for head in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
            pickle.dump(head, file, protocol=2)
        file.write(_pickled(described))
        pickle.dump(list(contents), file, protocol=2)
        for array in contents.values():
            file.write(struct.pack("<q", array.size) + _memory(array).tobytes())


def _memory(array: np.ndarray) -> np.ndarray:
    """Its numbers as they lie in memory: a tensor that was turned is stored as it was before."""
    return array.ravel(order="K")


class _Tensor:
    def __init__(self, key: str, array: np.ndarray):
        self.key, self.array = key, array

    def __reduce__(self):
        strides = tuple(step // self.array.itemsize for step in self.array.strides)
        storage = _Storage(self.key, "FloatStorage" if self.array.dtype == np.float32 else "LongStorage")
        made = sys.modules["torch._utils"]._rebuild_tensor_v2
        return made, (storage, 0, self.array.shape, strides, False, OrderedDict())


class _Storage:
    def __init__(self, key: str, kind: str):
        self.key, self.kind = key, kind


class _Pickler(pickle._Pickler):  # the one in Python: it can be told what a name stands for
    def persistent_id(self, thing):
        if isinstance(thing, _Storage):
            return ("storage", getattr(sys.modules["torch"], thing.kind), thing.key, "cpu", 0)
        return None


def _pickled(thing: object) -> bytes:
    """With names of PyTorch in it, which need not be there."""
    import io

    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def _rebuild_tensor_v2(*_arguments: object) -> None:
        raise AssertionError("it is never run")

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    for kind in ("FloatStorage", "LongStorage"):
        setattr(torch, kind, type(kind, (), {"__module__": "torch"}))
    before = {name: sys.modules.get(name) for name in ("torch", "torch._utils")}
    sys.modules |= {"torch": torch, "torch._utils": utils}
    try:
        buffer = io.BytesIO()
        _Pickler(buffer, protocol=2).dump(thing)
        return buffer.getvalue()
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
