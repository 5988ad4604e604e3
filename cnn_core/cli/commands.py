"""What can be typed, and what each option means: the docstrings are the help.

Commands import their work when they are called, so that the help is there at once.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, CycloptsError, Parameter, validators

from cnn_core import __version__
from cnn_core.cli import FAILED, OK, STOPPED, USAGE
from cnn_core.errors import StudioError
from cnn_core.language import Text

CODES = "Exit codes: 0 done, 1 refused or failed, 2 not understood, 130 stopped (Ctrl+C). Errors go to stderr."
APP = App(
    name="cnn-studio",
    version=__version__,
    help="Learn convolutional networks by doing. `serve` starts the app; the other commands work in the same folder.",
    help_epilogue=CODES,
)


def _no_option(kind: type, value: str | None) -> None:
    """A design may be `-`, standard input; what else begins so is a mistyped option."""
    if value and value.startswith("-") and value != "-":
        raise ValueError("There is no such option here.")


Json = Annotated[bool, Parameter(name="--json", negative="", show_default=False)]
Design = Annotated[str, Parameter(allow_leading_hyphen=True, validator=_no_option)]
Port = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=65_535))]
Out = Annotated[Path | None, Parameter(name=("--out", "-o"))]


def main(words: Sequence[str] | None = None) -> int:
    """Do what was typed, or `words`; gives the exit code. What goes wrong is told on stderr, as JSON with --json."""
    words = sys.argv[1:] if words is None else words
    try:
        return APP(words, exit_on_error=False, print_error=False, result_action="return_value") or OK
    except CycloptsError as error:
        todo = Text("`cnn-studio --help` lists the commands, `cnn-studio COMMAND --help` their options")
        return _fail(StudioError(Text("{problem}", problem=str(error).rstrip(".")), todo=todo), words, USAGE)
    except StudioError as error:
        return _fail(error, words, FAILED)
    except KeyboardInterrupt:
        return STOPPED


def _fail(error: StudioError, words: Sequence[str], code: int) -> int:
    from cnn_core.cli.out import Out

    Out("--json" in words).fault(error)
    return code


@APP.command
def serve(
    *options: Annotated[str, Parameter(allow_leading_hyphen=True)],
    port: Port | None = None,
    address: str | None = None,
    browser: Annotated[bool, Parameter(negative="--no-browser")] = True,
) -> int:
    """Start the app, and open it in a browser. Ctrl+C ends it.

    Args:
        options: any of `streamlit run`, behind `--`, such as `-- --server.baseUrlPath studio`.
        port: where it listens; 8501 when nothing is said.
        address: the address that it listens at; 127.0.0.1 keeps others out.
        browser: whether to open it in a browser.
    """
    from cnn_core.ui.serve import serve

    return serve(options, port=port, address=address, browser=browser)


@APP.command
def train(
    design: Design | None = None,
    /,
    *,
    preset: str = "keras-log",
    data: str = "bundled",
    recipe: Path | None = None,
    epochs: int | None = None,
    set_: Annotated[list[str] | None, Parameter(name="--set", negative="")] = None,
    name: Annotated[str, Parameter(show_default=False)] = "",
    json: Json = False,
) -> int:
    """Train a network. The run stands in the app, too; Ctrl+C ends it and keeps what it has learned.

    Args:
        design: a file with a design, of the designer or of Keras (`model.to_json()`); `-` reads standard input.
        preset: a network of the app with its recipe, where no design is given.
        data: the data set; one that the app can download is downloaded first.
        recipe: a file with a recipe as JSON, instead of the preset's.
        epochs: how many times it goes through all images.
        set_: any other setting of the recipe, such as `--set batch_size=32`; can be repeated.
        name: what the run is called.
        json: print the outcome as JSON.
    """
    from cnn_core.cli.train import Asked, train

    return train(Asked(design, preset, data, recipe, epochs, tuple(set_ or ()), name), as_json=json)


@APP.command
def duel(
    first: Design,
    second: Design,
    /,
    *,
    data: str = "bundled",
    epochs: int | None = None,
    seeds: int = 1,
    set_: Annotated[list[str] | None, Parameter(name="--set", negative="")] = None,
    json: Json = False,
) -> int:
    """Train two networks on the same terms and say which one is better, by how much, and whether it may be luck.

    Args:
        first: a preset's name, or a file with a design.
        second: the other one.
        data: the data set that both learn from.
        epochs: how many times both go through all images.
        seeds: how often each is trained, 1 to 10; with several there is an interval.
        set_: any other setting of the recipe that both follow, such as `--set optimizer=adam`; can be repeated.
        json: print the report as JSON.
    """
    from cnn_core.cli.duel import duel

    return duel((first, second), data=data, epochs=epochs, seeds=seeds, changes=tuple(set_ or ()), as_json=json)


@APP.command
def shapes(design: Design, /, *, json: Json = False) -> int:
    """Show each layer of a design: the shape it puts out, its parameters, its multiplications.

    Args:
        design: a file of the designer or of Keras (`model.to_json()`), or a preset's name; `-` reads standard input.
        json: print them as JSON.
    """
    from cnn_core.cli.shapes import shapes

    return shapes(design, as_json=json)


@APP.command
def runs(*, last: int = 20, json: Json = False) -> int:
    """List the newest runs, with the ids that other commands ask for.

    Args:
        last: how many.
        json: print them as JSON.
    """
    from cnn_core.cli.runs import runs

    return runs(last, as_json=json)


@APP.command
def export(run: str, /, *, to: str = "keras", out: Out = None, json: Json = False) -> int:
    """Write the trained model of a run in another form, checked against the original; with an example that runs it.

    Args:
        run: its id, or the key of a ready-made model such as keras-log.
        to: keras, json, saved-model, tflite, tfjs or onnx.
        out: the zip file to write; named after the run when nothing is said.
        json: print what was written as JSON.
    """
    from cnn_core.cli.export import export

    return export(run, to, out, as_json=json)


@APP.command
def logs(run: str, /, *, to: Literal["csv", "tensorboard"] = "csv", out: Out = None, json: Json = False) -> int:
    """Write the curves of a run: a table of its epochs, or files for TensorBoard in a zip file.

    Args:
        run: its id.
        to: csv or tensorboard.
        out: the file to write; named after the run when nothing is said.
        json: print what was written as JSON.
    """
    from cnn_core.cli.logs import logs

    return logs(run, to, out, as_json=json)


@APP.command
def doctor(*, port: Port = 8501, json: Json = False) -> int:
    """Look at what the app needs: Python, packages, folders, database, port, the process that trains and its GPU.

    Args:
        port: where the app is to listen.
        json: print what was found as JSON.
    """
    from cnn_core.cli.doctor import doctor

    return doctor(port, as_json=json)
