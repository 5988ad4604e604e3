"""From the words of a command to what they mean; StudioError where they mean nothing."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cnn_core.cli.follow import result
from cnn_core.cli.out import Out
from cnn_core.data.datasets import Entry
from cnn_core.design.fields import checked
from cnn_core.design.formats.opening import Opened, open_design
from cnn_core.design.formats.texts import read_json
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS, Preset
from cnn_core.design.recipe import Recipe
from cnn_core.engine.work.download import FILES, Download
from cnn_core.errors import DataError, DesignError
from cnn_core.language import Text, _
from cnn_core.runs.limits import Limits
from cnn_core.runs.request import request_problem
from cnn_core.settings import settings
from cnn_core.studio import Studio, home_fault

STDIN = "-"
_VALUE: TypeAdapter[Any] = TypeAdapter(Any)


@contextmanager
def studio() -> Iterator[Studio]:
    """The studio in the home folder, which trains only what this command asks for, and is closed afterwards.

    Raises StudioError where nothing can be kept there.
    """
    if problem := home_fault(settings().home):
        raise problem
    made = Studio(settings(), serves=False)
    try:
        yield made
    finally:
        made.close()


def preset(name: str) -> Preset:
    """The preset of this name; raises DesignError when there is none."""
    if name not in PRESETS:
        expected = Text("one of {names}", names=", ".join(PRESETS))
        raise DesignError(Text("There is no such preset"), expected=expected, received=repr(name[:80]))
    return PRESETS[name]


def opened(said: str) -> Opened:
    """A preset by its name, or the design in a file. Raises DesignError, and DataError without that file."""
    if said in PRESETS:
        return Opened(PRESETS[said].network)
    return open_design(_read(said), settings().max_json_bytes)


def network(said: str, out: Out) -> Network:
    """The same to be trained; what of a file was left out is said."""
    found = opened(said)
    say_left_out(found, out)
    return found.network


def say_left_out(found: Opened, out: Out) -> None:
    """What a file of Keras has that the design has not."""
    if found.vector:
        out.say(
            _("The file's model takes a vector of {n:,} values; here it takes an image of as many.", n=found.vector)
        )
    if found.left_out:
        names = ", ".join(dict.fromkeys(left.argument for left in found.left_out))
        out.say(_("Left out, because it changes no shape and no number of parameters: {names}", names=names))


def recipe(first: Recipe, file: Path | None, epochs: int | None, changes: Sequence[str]) -> Recipe:
    """The recipe of the file, or the first one, with what was asked for besides. Raises DesignError."""
    plain = read_json(_read(str(file)), settings().max_json_bytes) if file else first.model_dump()
    given = dict(map(_change, changes)) | ({"epochs": epochs} if epochs is not None else {})
    return checked(Recipe, plain | given if isinstance(plain, dict) else plain, Text("The recipe"))


def _change(said: str) -> tuple[str, Any]:
    """ "batch_size=32" as a name and a value; what is no number, true, false or null is a word."""
    name, equals, value = said.partition("=")
    if not equals:
        raise DesignError(Text("--set takes a name and a value"), expected=Text("name=value"), received=repr(said[:80]))
    try:
        return name.strip().replace("-", "_"), _VALUE.validate_json(value)
    except ValidationError:
        return name.strip().replace("-", "_"), value


def _read(said: str) -> bytes:
    """A file, or standard input."""
    try:
        return sys.stdin.buffer.read(settings().max_json_bytes + 1) if said == STDIN else Path(said).read_bytes()
    except OSError as error:
        what = Text("{file} cannot be read", file=said[:200])
        todo = Text("Give a file, - for standard input, or one of {names}", names=", ".join(PRESETS))
        raise DataError(what, received=str(error.strerror or error), todo=todo) from error


def ready(studio: Studio, name: str, out: Out) -> Entry:
    """The data set of this name, downloaded first where that can be. Raises DataError."""
    entry = _entry(studio, name)
    if entry and not entry.ready and name in FILES and not entry.problem:
        out.say(_("{data} is downloaded first.", data=entry.title))
        studio.catalogue.save(name, result(studio.engine.begin(Download(name)), _("Downloading"), out))
        entry = _entry(studio, name)
    if entry is None or not entry.ready:
        studio.catalogue.load(name)  # raises the DataError that says what to do
        raise DataError(Text("The data set was removed a moment ago"), received=name)
    return entry


def _entry(studio: Studio, name: str) -> Entry | None:
    return next((entry for entry in studio.catalogue.entries() if entry.name == name), None)


def check(network: Network, recipe: Recipe, entry: Entry) -> None:
    """Raises StudioError when this cannot be trained here, as the app would say."""
    if problem := request_problem(network, recipe, entry, settings().training_memory_bytes):
        raise problem.error()
    Limits.by(settings()).check(network, recipe)
