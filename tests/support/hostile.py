"""Files that mean no good, or are broken: by name, what makes them and the words in which they are refused."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np

from cnn_core.design.layers import Conv2D, Dense, Flatten, GlobalAveragePooling2D
from cnn_core.design.network import Network
from tests.support.models import FIRST, LIMITS, TINY, config, keras_file, old_file, weights, zipped

Make = Callable[[], tuple[bytes, ...]]
SHAPE = (3, 3, 1, 2)


def in_layer(change: Callable[[dict], None], place: int = 1) -> bytes:
    """A `.keras` file with one of its layers changed."""
    return keras_file(config(change=lambda plain: change(plain["config"]["layers"][place])))


def instead(make: Callable[[h5py.File], Any]) -> bytes:
    """A `.keras` file with something else in the place of its first array."""

    def change(file: h5py.File) -> None:
        del file[FIRST]
        made = make(file)
        if made is not None:
            file[FIRST] = made

    return keras_file(numbers=weights(change=change))


def array(shape: tuple[int, ...] = SHAPE, dtype: Any = "f4", **how: Any) -> Callable[[h5py.File], None]:
    return lambda file: file.create_dataset(FIRST, shape, dtype, **how) and None


def low_level(prepare: Callable[[Any], None], shape: tuple[int, ...] = SHAPE) -> Callable[[h5py.File], None]:
    """A data set made with a property that h5py itself does not set."""

    def make(file: h5py.File) -> None:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        prepare(plist)
        space = h5py.h5s.create_simple(shape)
        h5py.h5d.create(file.id, FIRST.encode(), h5py.h5t.IEEE_F32LE, space, plist)

    return make


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(SHAPE, "f4")
    layout[:] = h5py.VirtualSource("other.h5", "secret", SHAPE)
    file.create_virtual_dataset(FIRST, layout)


def large_pieces(file: h5py.File) -> None:
    """Of the right shape, but unpacked a gigabyte at a time."""
    file.create_dataset(FIRST, SHAPE, "f4", chunks=(3, 3, 1, 2**24), maxshape=(3, 3, 1, None), compression="gzip")


def with_filter(number: int) -> Callable[[Any], None]:
    def prepare(plist: Any) -> None:
        plist.set_chunk(SHAPE)
        plist.set_filter(number, h5py.h5z.FLAG_OPTIONAL, (1, 2))

    return prepare


def elsewhere(plist: Any) -> None:
    plist.set_external(b"/etc/passwd", 0, 72)


def folder_circle(file: h5py.File) -> None:
    file["layers/conv2d/vars/0/again"] = file["layers"]


def old(change: Callable[[h5py.Group], None]) -> bytes:
    return old_file(change=lambda file: change(file["model_weights"]))


def renamed(group: h5py.Group, name: str) -> None:
    group["layer_0"].attrs["weight_names"] = [name.encode(), b"layer_0/bias:0"]


def forgetful(group: h5py.Group) -> None:
    group["layer_3"].attrs["weight_names"] = []


def with_lambda(file: h5py.File) -> None:
    file.attrs["model_config"] = file.attrs["model_config"].replace('"Flatten"', '"Lambda"')


def linked(group: h5py.Group) -> None:
    group.move("layer_0", "hidden")
    group["layer_0"] = h5py.SoftLink("hidden")


def lying_header() -> bytes:
    """A member that says it is small, and unpacks to 20 MB."""
    content = zipped(("config.json", b" " * 20_000_000), ("model.weights.h5", weights()))
    return content.replace(struct.pack("<I", 20_000_000), struct.pack("<I", 500))


def flagged(bit: int) -> bytes:
    """Every member with a flag in its two headers."""
    content = bytearray(keras_file())
    for head, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = content.find(head)
        while start >= 0:
            content[start + place] |= bit
            start = content.find(head, start + 4)
    return bytes(content)


def broken_sum() -> bytes:
    content = bytearray(zipped(("config.json", config()), ("model.weights.h5", weights()), how=zipfile.ZIP_STORED))
    content[content.find(b"class_name") + 2] ^= 1
    return bytes(content)


def long_directory() -> bytes:
    content = bytearray(keras_file())
    place = content.rfind(b"PK\5\6")
    content[place + 12 : place + 16] = struct.pack("<I", 2**31)
    return bytes(content)


def large_form() -> bytes:
    """A zip with the record of archives above 4 GB, whose sizes are elsewhere."""
    content = keras_file()
    place = content.rfind(b"PK\5\6")
    return content[:place] + struct.pack("<4sLQL", b"PK\6\7", 0, place, 1) + content[place:]


def deep() -> bytes:
    return b'{"a":' * 15_000 + b"1" + b"}" * 15_000


def twice() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("config.json", config())
        archive.writestr("config.jsoX", config())
        archive.writestr("model.weights.h5", weights())
    return content.getvalue().replace(b"config.jsoX", b"config.json")


def of(*layers: Any, side: int = 6) -> bytes:
    """A `.keras` file of a design whose weights are not even in it."""
    return keras_file(config(Network(input_shape=(side, side, 1), layers=layers)))


def class_name(name: str) -> Callable[[dict], None]:
    return lambda layer: layer.update(class_name=name, config={"name": "x"})


def from_module(module: str | None, registered: str | None) -> Callable[[dict], None]:
    return lambda layer: layer.update(module=module, registered_name=registered)


def branches(plain: dict) -> None:
    """A functional model whose two layers both take the input."""
    inner = [("InputLayer", "a", None), ("Flatten", "b", "a"), ("Flatten", "c", "a")]
    plain["class_name"] = "Functional"
    plain["config"]["layers"] = [
        {
            "class_name": kind,
            "name": name,
            "config": {"name": name, "batch_shape": [None, 6, 6, 1]},
            "inbound_nodes": [[[before, 0, 0, {}]]] if before else [],
        }
        for kind, name, before in inner
    ]


def bomb(name: str) -> bytes:
    """A thousand times larger when it is unpacked."""
    zeros = b"\0" * (LIMITS.model + 1)
    rest = {"config.json": config(), "model.weights.h5": weights()}
    return zipped(*(rest | {name: zeros}).items())


NAN, MANY = np.full(SHAPE, np.nan, "f4"), [(f"m{number}", b"") for number in range(1001)]
HUGE = Dense(units=1_000_000)
HOSTILE: dict[str, tuple[Make, str]] = {
    # What is no model at all.
    "text": (lambda: (b"hello",), "which is none of these"),
    "nothing": (lambda: (b"",), "which is none of these"),
    "pickle": (lambda: (b"\x80\x04\x95\x10.",), "which is none of these"),
    "three files": (lambda: (config(), weights(), weights()), "3 files"),
    "no file": (lambda: (), "0 files"),
    "two models": (lambda: (keras_file(), keras_file()), "not a model as this studio reads it"),
    "two weights": (lambda: (weights(), weights()), "not a model as this studio reads it"),
    "design alone": (lambda: (config(),), "a design without weights"),
    "weights alone": (lambda: (weights(),), "without their design"),
    "too large": (lambda: (b"PK\3\4" + b"\0" * LIMITS.model,), "too large"),
    # Zips.
    "cut zip": (lambda: (keras_file()[:-30],), "without an end"),
    "no config": (lambda: (zipped(("model.weights.h5", weights())),), "0 files called config.json"),
    "no weights": (lambda: (zipped(("config.json", config())),), "0 files called model.weights.h5"),
    "config twice": (lambda: (twice(),), "2 files called config.json"),
    "bomb of json": (lambda: (bomb("config.json"),), "config.json in this file is too large"),
    "bomb of weights": (lambda: (bomb("model.weights.h5"),), "model.weights.h5 in this file is too large"),
    "lying header": (lambda: (lying_header(),), "This .keras file cannot be read"),
    "password": (lambda: (flagged(1),), "with a password"),
    "patched data": (lambda: (flagged(32),), "This .keras file cannot be read"),
    "lzma": (
        lambda: (zipped(("config.json", config()), ("model.weights.h5", weights()), how=zipfile.ZIP_LZMA),),
        "packed in an unusual way",
    ),
    "broken sum": (lambda: (broken_sum(),), "This .keras file cannot be read"),
    "long directory": (lambda: (long_directory(),), "far too long"),
    "large form": (lambda: (large_form(),), "far too long"),
    "many members": (lambda: (zipped(*MANY, ("config.json", config())),), "more than 1,000 files"),
    "outside": (lambda: (zipped(("../config.json", config()), ("model.weights.h5", weights())),), "0 files called"),
    # Designs.
    "lambda": (lambda: (in_layer(class_name("Lambda")),), "Lambda runs code of its own"),
    "custom class": (lambda: (in_layer(from_module("__main__", None)),), "a class of somebody's own"),
    "registered class": (lambda: (in_layer(from_module(None, "Evil>Conv2D")),), "a class of somebody's own"),
    "custom model": (
        lambda: (keras_file(config(change=lambda plain: plain.update(module="evil"))),),
        "not a model that this studio can read",
    ),
    "unknown layer": (lambda: (in_layer(class_name("TFOpLambda")),), "not a layer that this studio has"),
    "model in a model": (lambda: (in_layer(class_name("Sequential")),), "not a layer that this studio has"),
    "branches": (lambda: (keras_file(config(change=branches)),), "feeds 2 layers"),
    "deep": (lambda: (keras_file(deep()),), "nested far too deep"),
    "not a number": (
        lambda: (keras_file(config().replace(b'"filters": 2', b'"filters": NaN')),),
        "not a number that a design can hold",
    ),
    "no text": (lambda: (keras_file(b'{"\xff": 1}'),), "not UTF-8"),
    "a list": (lambda: (keras_file(b"[1]"),), "The design"),
    "negative": (lambda: (in_layer(lambda layer: layer["config"].update(filters=-1)),), "filters"),
    "unknown argument": (lambda: (in_layer(lambda layer: layer["config"].update(run="rm")),), "cannot open run"),
    "channels first": (
        lambda: (keras_file(config(TINY.changed(data_format="channels_first"))),),
        "channels first",
    ),
    "too many layers": (
        lambda: (keras_file(config(change=lambda p: p["config"]["layers"].extend(p["config"]["layers"][1:2] * 300))),),
        "too many layers",
    ),
    "impossible": (lambda: (of(Conv2D(filters=2, kernel_size=9), Flatten(), Dense(units=3)),), "Layer 1"),
    "too many weights": (lambda: (of(Flatten(), HUGE, Dense(units=3)),), "would be too large"),
    "one output": (lambda: (of(Flatten(), Dense(units=1)),), "does not tell classes apart"),
    "a map": (lambda: (of(Conv2D(filters=2, kernel_size=3)),), "does not tell classes apart"),
    "slow": (
        lambda: (of(*[Conv2D(filters=16, kernel_size=9, padding="same")] * 9, GlobalAveragePooling2D(), side=600),),
        "takes too long",
    ),
    # HDF5.
    "cut weights": (lambda: (config(), weights()[:3000]), "cannot be read"),
    "noise": (lambda: (config(), b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 20), "cannot be read"),
    "noise in a zip": (lambda: (keras_file(numbers=zlib.compress(b"a" * 999)),), "cannot be read"),
    "missing": (lambda: (instead(lambda file: None),), "nothing in this file, or a link"),
    "soft link": (lambda: (instead(lambda file: h5py.SoftLink("/layers/dense/vars/0")),), "or a link"),
    "external link": (lambda: (instead(lambda file: h5py.ExternalLink("/etc/passwd", "x")),), "or a link"),
    "external numbers": (lambda: (instead(low_level(elsewhere)),), "lie in another file"),
    "virtual": (lambda: (instead(virtual),), "lie in another file"),
    "a circle": (lambda: (instead(folder_circle),), "a folder"),
    "other shape": (lambda: (instead(array((3, 3, 1, 3))),), "an array of (3, 3, 1, 3)"),
    "declared bomb": (lambda: (instead(array((10**6, 10**6), chunks=(1, 1000), compression="gzip")),), "do not fit"),
    "one number": (lambda: (instead(array(())),), "do not fit"),
    "large pieces": (lambda: (instead(large_pieces),), "larger than the whole"),
    "whole numbers": (lambda: (instead(array(dtype="i4")),), "values of the type int32"),
    "texts": (lambda: (instead(array(dtype=h5py.string_dtype())),), "values of the type object"),
    "references": (lambda: (instead(array(dtype=h5py.ref_dtype)),), "values of the type object"),
    "records": (lambda: (instead(array(dtype=np.dtype([("a", "f4")]))),), "values of the type"),
    "wide floats": (lambda: (instead(array(dtype=np.longdouble)),), "values of the type float128"),
    "foreign filter": (lambda: (instead(low_level(with_filter(32_015))),), "packed in an unusual way"),
    "lzf": (lambda: (instead(array(chunks=SHAPE, compression="lzf")),), "packed in an unusual way"),
    "declared only": (lambda: (instead(array()),), "without its numbers"),
    "no numbers": (lambda: (instead(lambda file: NAN),), "NaN"),
    "infinite": (lambda: (instead(lambda file: np.full(SHAPE, np.inf)),), "NaN"),
    "one layer more": (
        lambda: (keras_file(numbers=weights(change=lambda file: file.update({"layers/dense_1/vars/0": [1.0]}))),),
        "layer that it does not have: dense_1",
    ),
    "one array more": (
        lambda: (keras_file(numbers=weights(change=lambda file: file.update({"layers/dense/vars/2": [1.0]}))),),
        "more arrays than a layer has",
    ),
    "many layers": (
        lambda: (
            config(),
            weights(change=lambda file: [file.create_group(f"layers/x{number}") for number in range(2001)] and None),
        ),
        "more than 2,000 entries",
    ),
    "nothing of Keras": (lambda: (config(), old_file(change=lambda f: f["model_weights"].attrs.clear())), "no weights"),
    # Keras 2.
    "names of numbers": (
        lambda: (old(lambda group: group.attrs.create("layer_names", np.arange(9))),),
        "something else than a short text",
    ),
    "far too many names": (
        lambda: (old(lambda group: group["layer_0"].attrs.create("weight_names", [b"x"] * 3000)),),
        "something else than a short text",
    ),
    "name upwards": (lambda: (old(lambda group: renamed(group, "../layer_3/layer_3/kernel:0")),), "or a link"),
    "name from the root": (lambda: (old(lambda group: renamed(group, "/etc/passwd")),), "or a link"),
    "old soft link": (lambda: (old(linked),), "another design"),
    "one layer less": (lambda: (old(forgetful),), "another design"),
    "design of numbers": (
        lambda: (old_file(change=lambda file: file.attrs.create("model_config", 7)),),
        "something else than a short text",
    ),
    "design too long": (
        lambda: (old_file(change=lambda file: file.attrs.create("model_config", json.dumps("x" * 200_000))),),
        "without their design",
    ),
    "old lambda": (
        lambda: (old_file(change=with_lambda),),
        "Lambda runs code of its own",
    ),
}
