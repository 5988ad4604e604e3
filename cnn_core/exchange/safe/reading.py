"""The files of a model into a design and its arrays: whichever files they are, and whichever Keras wrote them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

import numpy as np

from cnn_core.design.arithmetic import describe, sides
from cnn_core.design.fields import MAX_NAME
from cnn_core.design.formats import texts
from cnn_core.design.formats.keras.names import is_automatic
from cnn_core.design.formats.opening import Opened, design_of
from cnn_core.design.layers import Activation
from cnn_core.design.network import Network
from cnn_core.errors import DataError
from cnn_core.exchange.safe import hdf5, zipped
from cnn_core.exchange.safe.layouts import layer_arrays
from cnn_core.exchange.weights import Pixels, built
from cnn_core.language import Text
from cnn_core.settings import MB

MOST_FILES = 2
MOST_MACS = 20 * 10**9
"""For one image: five times those of ResNet50. What takes longer would keep everybody else waiting."""
_CHANCE = "seed"
"""What Dropout draws by chance is nothing to miss: each of this studio's own models has another one."""
_KINDS = Text(
    "a .keras or .h5 file, or the JSON of a design together with its .weights.h5, or the latter alone for the design "
    "that is open in the designer"
)


@dataclass(frozen=True)
class Sent:
    """A file as somebody sent it. A log that shows it leaves the content out: Dask logs all work that raises."""

    name: str
    content: bytes = field(repr=False)


def model_name(name: str) -> str:
    """A file's name without its endings, as the name of a network.

    >>> model_name("digits.weights.h5"), model_name(".keras")
    ('digits', 'model')
    """
    return PurePath(name).name.split(".")[0][:MAX_NAME] or "model"


@dataclass(frozen=True)
class Limits:
    """The most that is read, in bytes: of all files together and of the weights in them, and of a design."""

    model: int
    json: int


@dataclass(frozen=True, eq=False)
class Imported:
    """What the files come to.

    Attributes:
        arrays: of each layer, float32, in Keras's order.
        pixels: how the model takes them; None where the files do not say.
        notes: what of the files is not in the network, and what was taken for granted, a sentence each.
    """

    network: Network
    arrays: list[list[np.ndarray]]
    pixels: Pixels | None
    notes: tuple[Text, ...] = ()


def read_model(files: Sequence[Sent], limits: Limits, design: Network | None = None) -> Imported:
    """Never more than `limits` say, and nothing of it is run.

    Args:
        design: what weights that come alone belong to.

    Raises:
        DataError, DesignError: why it is not taken, in words.
    """
    check_sent(files, limits)
    config, weights = _parts(files, limits)
    with hdf5.stored(weights) as stored:
        opened = _named(_opened(config, stored, design, limits), files[0])
        _check(opened, limits)
        arrays = layer_arrays(stored, opened.network.opened())
    pixels: Pixels | None = "scaled" if opened.scales else None
    return _with_probabilities(Imported(opened.network, arrays, pixels, _notes(opened)))


def check_sent(files: Sequence[Sent], limits: Limits) -> None:
    """Raises DataError where there are too many files, or too much in them."""
    if not 1 <= len(files) <= MOST_FILES:
        raise _wrong_files(Text.plural("{n} file", "{n} files", len(files)))
    size = sum(len(file.content) for file in files)
    if size > limits.model:
        raise _too_large(Text("This model is too large"), limits, size)


def _parts(files: Sequence[Sent], limits: Limits) -> tuple[bytes | None, bytes]:
    """The JSON of the design, where there is one, and the HDF5 file with the weights."""
    by_kind = {_kind(file): file.content for file in files}
    if len(files) == 1 and "zip" in by_kind:
        with zipped.members(by_kind["zip"]) as archive:
            config = zipped.member(archive, "config.json", limits.json)
            return config, zipped.member(archive, "model.weights.h5", limits.model)
    if len(by_kind) < len(files) or "zip" in by_kind:
        raise _wrong_files(", ".join(file.name[-40:] for file in files))
    if "hdf5" not in by_kind:
        what, todo = Text("This is a design without weights"), Text("Send its weights with it, or open it in Designer.")
        raise DataError(what, expected=_KINDS, received=files[0].name[-40:], todo=todo)
    return by_kind.get("json"), by_kind["hdf5"]


def _kind(file: Sent) -> str:
    """By what it begins with: names are anybody's choice."""
    if file.content.startswith(zipped.START):
        return "zip"
    if file.content.startswith(hdf5.START):
        return "hdf5"
    if file.content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "json"
    raise _wrong_files(Text("{name}, which is none of these", name=file.name[-40:]))


def _opened(config: bytes | None, stored: hdf5.Stored, design: Network | None, limits: Limits) -> Opened:
    """The design: of a file of its own, of the file with the weights, or else the one that they are said to fit."""
    if config is not None:
        return design_of(texts.read_json(config, limits.json))
    if text := stored.text("", "model_config", limits.json):
        version = stored.text("", "keras_version", hdf5.MOST_TEXT)
        return design_of({"model_config": texts.read_json(text, limits.json), "keras_version": version or "2"})
    if design is not None:
        return Opened(design)
    raise DataError(Text("These weights come without their design"), expected=_KINDS)


def _named(opened: Opened, file: Sent) -> Opened:
    """A network that Keras has named itself, such as "sequential_1", is called as its file is."""
    name = opened.network.name
    if opened.scales is None or not any(is_automatic(name, kind) for kind in ("Sequential", "Functional", "Model")):
        return opened
    return replace(opened, network=opened.network.changed(name=model_name(file.name)))


def _check(opened: Opened, limits: Limits) -> None:
    """Raises DataError or DesignError where no such network can be here."""
    network = opened.network
    if network.data_format == "channels_first" and opened.scales is not None:
        todo = Text("Convert the model to channels_last, and save it again.")
        raise DataError(
            Text("This model has its channels first"),
            expected=Text("maps with their channels last"),
            received=Text("maps with their channels first"),
            todo=todo,
        )
    traced = built(network)
    if traced.problem:
        raise traced.problem.error()
    if len(traced.output_shape) != 1 or traced.output_shape[0] < 2:
        raise DataError(
            Text("This model does not tell classes apart"),
            expected=Text("one output for each class, at least two"),
            received=describe(traced.output_shape),
        )
    if (size := traced.totals.weight_bytes) > limits.model:
        raise _too_large(Text("The weights of this design would be too large"), limits, size)
    if traced.totals.macs > MOST_MACS:
        raise DataError(
            Text("This model takes too long for one image"),
            expected=Text("at most {most:,} multiplications", most=MOST_MACS),
            received=f"{traced.totals.macs:,}",
        )


def _with_probabilities(imported: Imported) -> Imported:
    """A model whose last layer gives plain sums was trained with a softmax in its loss: here it is a layer."""
    network = imported.network
    if getattr(network.layers[-1], "activation", "") != "linear":
        return imported
    note = Text("A softmax was put after its last layer, so that its answers are probabilities.")
    return replace(
        imported,
        network=network.with_layers((*network.layers, Activation(activation="softmax"))),
        arrays=[*imported.arrays, []],
        notes=(*imported.notes, note),
    )


def _notes(opened: Opened) -> tuple[Text, ...]:
    told = [one for one in opened.left_out if one.argument != _CHANCE]
    left_out = tuple(Text("Left out: {what}", what=one.told) for one in told)
    if not opened.vector:
        return left_out
    note = Text(
        "It takes a vector of {values} values; here these are the pixels of an image of {size}, row by row.",
        values=opened.vector,
        size=sides(opened.network.input_shape),
    )
    return (note, *left_out)


def _wrong_files(received: Text | str) -> DataError:
    return DataError(Text("This is not a model as this studio reads it"), expected=_KINDS, received=received)


def _too_large(what: Text, limits: Limits, size: int) -> DataError:
    most, found = (Text("{size:,.1f} MB", size=count / MB) for count in (limits.model, size))
    return DataError(what, expected=Text("at most {size}", size=most), received=found)
