"""A duel to take along: its numbers as CSV, and its exact configuration, from which it can be repeated."""

import json
import reprlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from cnn_core.compare.plan import MOST_SEEDS, SIZES, Plan
from cnn_core.compare.report import Report, Side, Trained
from cnn_core.compare.tables import names
from cnn_core.design.fields import checked
from cnn_core.design.formats.texts import read_json
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.errors import DesignError, Words
from cnn_core.exchange.tables import table
from cnn_core.language import Text, speaking

FORMAT, VERSION = "cnn-studio-duel", 1
COLUMNS = ("part", "network", "seed", "amount", "measure", "value")
_TODO = Text("Open a configuration that was saved from a duel.")

Record = tuple[str, str, int | str, float | str, str, float]
"""In the order of COLUMNS; '' where a column does not apply."""


def made_in(language: str, make: Callable[[Report], Any], report: Report) -> Any:
    """What `make` makes of the report, in that language: a download is made where nobody can be asked for one."""
    with speaking(language):
        return make(report)


def to_csv(report: Report) -> bytes:
    """Every number of the report, one a line, in UTF-8 with the mark that Excel needs to see that.

    Accuracies are fractions of 1, times are seconds, in full precision. `amount` is the epoch of a curve, the number
    of training images or how much images were changed. Names that a spreadsheet would run as a formula begin with '.
    """
    return table(COLUMNS, _records(report)).encode("utf-8-sig")


def _records(report: Report) -> Iterator[Record]:
    called = names(report)
    for name, side in zip(called, report.sides, strict=True):
        yield from _side_records(name, side, report.class_names)
    for counts in report.agreements:
        for measure in ("both", "only_first", "only_second", "neither"):
            yield "agreement", "", counts.seed, "", measure, getattr(counts, measure)
    measured: list[tuple[str, Sequence[float | str], Sequence[Sequence[Sequence[float]]]]]
    measured = [(sweep.kind, sweep.amounts, sweep.accuracies) for sweep in report.sweeps]
    if report.less:
        measured.append(("less", report.less.sizes, report.less.accuracies))
    if report.shuffled:
        measured.append(("shuffled", ("",), [[[value] for value in side] for side in report.shuffled]))
    for part, amounts, accuracies in measured:
        for name, side, values in zip(called, report.sides, accuracies, strict=True):
            for seed, row in zip(_seeds(side, len(values)), values, strict=True):
                for amount, value in zip(amounts, row, strict=True):
                    yield part, name, seed, amount, "test_accuracy", value


def _side_records(name: str, side: Side, class_names: tuple[str, ...]) -> Iterator[Record]:
    for measure in ("layers", "parameters", "macs"):
        yield "main", name, "", "", measure, getattr(side, measure)
    for run in side.runs:
        for measure in ("epochs", "seconds_per_epoch", "train_accuracy", "test_accuracy", "test_loss"):
            yield "main", name, run.seed, "", measure, getattr(run, measure)
        yield from _run_records(name, run, class_names)


def _seeds(side: Side, count: int) -> list[int | str]:
    """The seeds of an experiment: those of the main trainings, unless it was made with fewer and nobody knows which."""
    seeds: list[int | str] = [run.seed for run in side.runs]
    return seeds if len(seeds) == count else [""] * count


def _run_records(name: str, run: Trained, class_names: tuple[str, ...]) -> Iterator[Record]:
    for measure, (x, y) in run.curves.items():
        for epoch, value in zip(x, y, strict=True):
            yield "curves", name, run.seed, epoch, measure, value
    for true, row in zip(class_names, run.confusion, strict=True):
        for predicted, count in zip(class_names, row, strict=True):
            yield "confusion", name, run.seed, "", f"{true} predicted as {predicted}", count


def to_config(report: Report) -> bytes:
    """The exact configuration as readable JSON (UTF-8): the plan, and on what and when it was measured."""
    plain = {
        "format": FORMAT,
        "version": VERSION,
        "plan": report.plan.model_dump(mode="json"),
        "versions": report.versions,
        "device": report.device,
        "made": datetime.fromtimestamp(report.made, UTC).isoformat(),
    }
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False).encode()


def read_config(content: bytes) -> Plan:
    """The plan in a configuration that `to_config` wrote, or anybody else.

    Raises:
        DesignError: for anything that is not one, in words that say where the fault is.
    """
    plain = _envelope(content)["plan"]
    if not isinstance(plain, dict):
        raise _not_a_duel(Text("an object with the networks, the recipes and the seeds as 'plan'"), reprlib.repr(plain))
    if set(plain) >= {"networks", "recipes"}:
        plain = plain | {
            "networks": tuple(_network(number, item) for number, item in _two(plain, "networks")),
            "recipes": tuple(
                checked(Recipe, item, Text("Recipe {number} of the duel", number=number))
                for number, item in _two(plain, "recipes")
            ),
        }
    plan = checked(Plan, plain, Text("The duel's plan"))
    _check_lists(plan)
    return plan


def _envelope(content: bytes) -> dict:
    try:
        plain = read_json(content)
    except DesignError as error:
        raise _not_a_duel(error.expected, error.received) from None
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise _not_a_duel(Text('an object with "format": "{format}"', format=FORMAT), reprlib.repr(plain))
    if plain.get("version") != VERSION:
        received = Text("version {version}", version=reprlib.repr(plain.get("version")))
        raise _not_a_duel(Text("version {version}", version=VERSION), received)
    if "plan" not in plain:
        received = Text("only {names}", names=reprlib.repr(", ".join(plain)))
        raise _not_a_duel(Text("the duel's 'plan'"), received)
    return plain


def _two(plain: dict, name: str) -> list[tuple[int, Any]]:
    items = plain[name]
    if not isinstance(items, list) or len(items) != 2:
        raise _not_a_duel(Text("a list of two {field}", field=name), reprlib.repr(items))
    return list(enumerate(items, start=1))


def _network(number: int, plain: Any) -> Network:
    """One network, read as any design is, which names the layer at fault."""
    try:
        return Network.from_json(json.dumps(plain))
    except DesignError as error:
        what = Text("Network {number} of the duel: {problem}", number=number, problem=error.what)
        raise DesignError(what, expected=error.expected, received=error.received, todo=error.todo) from None


def _check_lists(plan: Plan) -> None:
    """What the plan's types let through, but a duel cannot use: the seeds and sizes become those of recipes."""
    seeds = (Text("The duel's seeds"), "seed", plan.seeds, MOST_SEEDS)
    sizes = (Text("The duel's sizes"), "train_images", plan.sizes, len(SIZES))
    for place, field, values, most in (seeds, sizes):
        if len(set(values)) < len(values) or len(values) > most:
            received = reprlib.repr(list(values))
            what, expected = (
                Text("{place} cannot be used", place=place),
                Text("at most {most}, all different", most=most),
            )
            raise DesignError(what, expected=expected, received=received)
        for value in values:
            checked(Recipe, {field: value}, place)


def _not_a_duel(expected: Words, received: Words) -> DesignError:
    return DesignError(Text("This is not a duel's configuration"), expected=expected, received=received, todo=_TODO)
