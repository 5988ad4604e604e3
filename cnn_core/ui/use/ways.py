"""Does transfer help? The same training in three ways: taken over and frozen, taken over and free, from scratch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.design.layers import Dense
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import Start
from cnn_core.engine.job import Job
from cnn_core.engine.work.base import data_key
from cnn_core.engine.work.transfer import CompareWays
from cnn_core.figures.duel import describe_lines, lines_figure
from cnn_core.figures.template import COLOURS, STILL, percent
from cnn_core.language import N_, _
from cnn_core.lessons.facts import Transferred
from cnn_core.ui.kit import jobs, rules, services
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry, leave_out
from cnn_core.ui.train.estimate import estimate_work, job_waiting_text
from cnn_core.ui.use.bases import Base
from cnn_core.ui.use.models import WITH_DIGITS

FIRST_DIGITS, LAST_DIGITS = tuple(range(5)), tuple(range(5, 10))
DIGITS = "digits"
"""The key of the base that is made on this page: it knows FIRST_DIGITS."""
CLASSIC = PRESETS["keras-log"]
SIZES, SEEDS = (10, 30, 100), (1, 3, 5)
RECIPE = Recipe(optimizer="adam", learning_rate=0.001, batch_size=25, epochs=20)
WAYS = {
    "frozen": N_("Taken over, frozen"),
    "free": N_("Taken over, free to learn on"),
    "scratch": N_("From scratch"),
}
COLOUR_OF = {"frozen": COLOURS["train"], "free": COLOURS["CNN"], "scratch": COLOURS["validation"]}
_SCORES: Slot[list[dict[str, Any]] | None] = Slot("transfer.scores", None)
"""Of each wish, how its trainings ended."""


@dataclass(frozen=True)
class Target:
    """What is to be learned: a data set, or some of its classes."""

    entry: Entry
    classes: tuple[int, ...]
    class_names: tuple[str, ...]
    smallest: int  # training images of its rarest class


def ways_board(base: Base, network: Network, recipe: Recipe, target: Target) -> None:
    """The three ways on the same images: one click, one chart, one sentence."""
    st.subheader(_("Does it help?"), anchor=False)
    known, new = base.dataset, target.entry.name
    if known == new or {known, new} <= set(WITH_DIGITS):
        st.caption(_("This start has learned these very images, or some of them. What it gains here is no transfer."))
    sizes = tuple(size for size in SIZES if size <= target.smallest) or (max(target.smallest, 1),)
    seeds = st.segmented_control(
        _("Seeds"), list(SEEDS), default=asked("seeds", 3, SEEDS), required=True, key="transfer-seeds"
    )
    carry(seeds=seeds)
    wish = f"{base.key}-{target.entry.name}-{cast(Start, recipe.start).layers}-{seeds}"
    work = _work(base, network, recipe, target, sizes, seeds)
    found = jobs.offer(
        f"transfer-compare-{wish}",
        _("Train all three"),
        lambda: _begin(work),
        _training,
        partial=lambda scores: _table(scores, sizes),
        waiting=job_waiting_text,
        icon=":material/science:",
        type="primary" if base.key == DIGITS else "secondary",
    )
    slot = _SCORES.of(wish)
    if found is not None:
        slot.put(found)
    if (scores := slot.get()) is not None:
        leave_out(_("the result of your experiment"))
        _chart(scores, sizes)
    else:
        _announce(sizes, seeds)
        estimate_work(work)


def _begin(work: CompareWays) -> Job:
    """Raises RunError when a training of this network is more than may be asked for here."""
    rules.check_runs([(work.network, work.recipe)])
    return rules.begin(work)


def _work(
    base: Base, network: Network, recipe: Recipe, target: Target, sizes: tuple[int, ...], seeds: int
) -> CompareWays:
    data = data_key(services.catalogue(), target.entry.name)
    first = _first_digits() if base.key == DIGITS else None
    numbers = tuple(range(1, seeds + 1))
    asked = network, recipe, base.layers, data, target.classes, sizes, numbers, first
    return CompareWays(*asked, minutes=rules.limits().minutes)


def _announce(sizes: Sequence[int], seeds: int) -> None:
    st.caption(
        _(
            "{count} trainings: each of the three ways, with {sizes} images of each class, for each seed. Frozen, the "
            "steps are ten times as large: only the last layer learns.",
            count=len(sizes) * seeds * len(WAYS),
            sizes=", ".join(map(str, sizes)),
        )
    )


def _first_digits() -> tuple[Network, Recipe, tuple[int, ...]]:
    head = Dense(units=len(FIRST_DIGITS), activation="softmax")
    network = CLASSIC.network.changed(layers=(*CLASSIC.network.layers[:-1], head))
    recipe = RECIPE.model_copy(update={"batch_size": 64, "epochs": 6, "validation_share": 0.0})
    return network, rules.within(recipe), FIRST_DIGITS


def _training(fraction: float) -> str:
    return _("Training: {fraction:.0%}", fraction=fraction)


def _accuracies(scores: Sequence[dict[str, Any]], way: str, sizes: Sequence[int]) -> list[list[float]]:
    """[seed][size] of one way, of the seeds that have all sizes."""
    found = {(score["seed"], score["images"]): score["accuracy"] for score in scores if score["way"] == way}
    seeds = sorted({seed for seed, _size in found})
    return [[found[seed, size] for size in sizes] for seed in seeds if all((seed, size) in found for size in sizes)]


def _table(scores: Sequence[dict[str, Any]], sizes: Sequence[int]) -> None:
    """The means so far."""
    rows = [[_mean(scores, way, size) for size in sizes] for way in WAYS]
    columns = [_("{count} images a class", count=size) for size in sizes]
    st.table(pd.DataFrame(rows, index=[_(name) for name in WAYS.values()], columns=columns))


def _mean(scores: Sequence[dict[str, Any]], way: str, size: int) -> str:
    found = [score["accuracy"] for score in scores if (score["way"], score["images"]) == (way, size)]
    return percent(float(np.mean(found))) if found else "–"


def _chart(scores: Sequence[dict[str, Any]], sizes: Sequence[int]) -> None:
    lines = [_accuracies(scores, way, sizes) for way in WAYS]
    if not all(lines):
        st.caption(_("Its time was up before all of them were trained."))
        _table(scores, sizes)
        return
    by_way = dict(zip(WAYS, map(np.array, lines), strict=True))
    st.markdown(" ".join([*(_best(by_way, place, size) for place, size in _ends(sizes)), _pace(scores)]))
    names, x_title = [_(name) for name in WAYS.values()], _("Images of each class")
    figure = lines_figure(sizes, lines, names, list(COLOUR_OF.values()), x_title, log_x=True)
    st.plotly_chart(figure, key="transfer-chart", config=STILL, alt=describe_lines(sizes, lines, names, x_title))
    means = {way: values.mean(axis=0) for way, values in by_way.items()}
    gains = np.maximum(means["frozen"], means["free"]) - means["scratch"]
    record(Transferred(tuple(map(float, gains))))


def _ends(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last of them, by their place."""
    return list({place: (place, sizes[place]) for place in (0, len(sizes) - 1)}.values())


def _best(accuracies: dict[str, np.ndarray], place: int, size: int) -> str:
    """Whether the better start helps with so many images: with each seed, with none, or as luck has it."""
    now = {way: values[:, place] for way, values in accuracies.items()}
    start = max(("frozen", "free"), key=lambda way: now[way].mean())
    gains = now[start] - now["scratch"]
    values = {"size": size, "start": percent(now[start].mean()), "scratch": percent(now["scratch"].mean())}
    name = _("frozen") if start == "frozen" else _("free to learn on")
    if gains.min() > 0:
        return _(
            "With {size} images of each class the start helps: taken over and {name}, it reads {start} of the test "
            "images, from scratch {scratch}.",
            name=name,
            **values,
        )
    if gains.max() <= 0:
        return _(
            "With {size} images of each class the start does not help: from scratch it reads {scratch} of the test "
            "images, taken over at best {start}.",
            **values,
        )
    return _(
        "With {size} images of each class it depends on the seed: taken over and {name}, it reads {start} of the test "
        "images, from scratch {scratch}.",
        name=name,
        **values,
    )


def _pace(scores: Sequence[dict[str, Any]]) -> str:
    seconds = {way: sum(score["seconds"] for score in scores if score["way"] == way) for way in WAYS}
    return _("Frozen, the training took {part:.0%} of the time.", part=seconds["frozen"] / seconds["scratch"])
