"""A duel from its start to its end: its trainings are runs like any other, so nothing is lost when a laptop closes."""

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from cnn_core.compare.plan import Duel, Plan, Training
from cnn_core.data.datasets import Catalogue, Entry
from cnn_core.design.naming import network_title
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.engine.engine import Engine
from cnn_core.errors import RunError, StudioError, Words
from cnn_core.language import Text, _
from cnn_core.runs.run import ANOTHER_VERSION, Run
from cnn_core.runs.state import RunState
from cnn_core.runs.store import RunStore

LEAST_STEPS = 300  # learning from 100 images: 5 epochs of one step would show a network that has hardly begun


@dataclass(frozen=True)
class Progress:
    """How far a duel is, over all its trainings. `fraction` is 0 to 1; `current` says what trains now, or is empty.

    `main_active` is about the main trainings: what goes on without them are experiments. `cut_short` counts those that
    trained as long as the server lets them.
    """

    done: int
    total: int
    fraction: float
    current: Words
    active: bool
    main_active: bool
    stopping: bool
    resumable: bool
    failed: tuple[Words, ...]
    seconds_left: float | None
    cut_short: int


def trainings(plan: Plan, train_images: int) -> tuple[Training, ...]:
    """What `plan` trains, in order: the two sides take turns, so that both have points early.

    Args:
        train_images: how many images the data set has to train on; sizes that it does not exceed are left out.
    """
    taken = min(plan.recipes[0].train_images or train_images, train_images)
    made = [Training(side=side, seed=seed) for seed in plan.seeds for side in (0, 1)]
    if plan.shuffled:
        made += [Training(side=side, seed=seed, part="shuffled") for seed in plan.seeds for side in (0, 1)]
    for size in sorted(size for size in plan.sizes if size < taken):
        made += [Training(side=side, seed=seed, part="less", images=size) for seed in plan.seeds for side in (0, 1)]
    return tuple(made)


def recipe_of(plan: Plan, training: Training) -> Recipe:
    """The recipe of one training: that of its side with its seed, and what its part of the duel asks for."""
    recipe = plan.recipes[training.side]
    changes: dict[str, Any] = {"seed": training.seed}
    if training.part == "shuffled":
        changes["pixel_order"] = plan.seeds[0]  # one order for the whole duel
    if training.part == "less" and training.images:
        steps = -(-training.images // recipe.batch_size)
        epochs = max(recipe.epochs, -(-LEAST_STEPS // steps))
        changes |= {"train_images": training.images, "validation_share": 0.0, "epochs": min(epochs, 1000)}
        changes["early_stopping"] = None  # there is no validation set to watch
    return recipe.model_copy(update=changes)


def start(plan: Plan, store: RunStore, engine: Engine, catalogue: Catalogue, minutes: float | None = None) -> Duel:
    """Put all trainings of `plan` into the queue, each for at most so many minutes.

    Raises DataError when its data set is not there.
    """
    made = trainings(plan, _entry(plan.dataset, catalogue).train)
    duel_id, runs = _new_id(), []
    for training in made:
        network = plan.networks[training.side]
        name = str(_called(network, training))
        runs.append(store.create(name, network, recipe_of(plan, training), plan.dataset, duel_id))
    duel = _keep(store, duel_id, plan, made, runs)
    for run in runs:
        engine.queue.put(run, minutes)
    return duel


def of_runs(first: Run, second: Run, store: RunStore) -> Duel:
    """A duel of two runs that have ended already; raises RunError when they cannot be compared."""
    if first.dataset != second.dataset:
        raise RunError(
            Text("These runs cannot be compared"),
            expected=Text("two runs on the same data set"),
            received=Text("{first} and {second}", first=first.dataset, second=second.dataset),
        )
    if first.id == second.id:
        raise RunError(Text("A run cannot duel with itself"), todo=Text("Choose another one"))
    if any(state.brought_in for state in store.states([first.id, second.id]).values()):
        raise RunError(
            Text("These runs cannot be compared"),
            expected=Text("two runs that were trained here"),
            received=Text("a model that was brought in"),
            todo=Text("Put both networks on the board below, with the same drawing in front of them"),
        )
    seed = first.recipe.seed
    plan = Plan(
        title=title(first.name, second.name),
        dataset=first.dataset,
        networks=(first.network, second.network),
        recipes=(first.recipe, second.recipe),
        seeds=(seed,),
    )
    return _keep(store, _new_id(), plan, tuple(Training(side=side, seed=seed) for side in (0, 1)), [first, second])


def load(store: RunStore, duel_id: str) -> Duel:
    """The duel `duel_id`; raises RunError when there is none, or this version cannot read it."""
    duel = _read(store.duels.load(duel_id))
    if duel is None:
        raise RunError(Text("This duel cannot be read"), received=ANOTHER_VERSION, todo=Text("Start it again"))
    return duel


def recent(store: RunStore, limit: int) -> list[Duel | None]:
    """The newest duels first; None for one that this version cannot read."""
    return [_read(content) for content in store.duels.newest(limit)]


def _read(content: str) -> Duel | None:
    try:
        return Duel.model_validate_json(content)
    except (ValidationError, StudioError):
        return None


def delete(duel: Duel, store: RunStore) -> None:
    """Forget the duel; its runs stay in the list of runs."""
    store.duels.delete(duel.id)


def stop(duel: Duel, store: RunStore, engine: Engine) -> None:
    """End what trains now and keep it, and take the rest out of the queue."""
    states = store.states(duel.runs)
    for run_id in reversed(duel.runs):  # the waiting ones first, or they would begin meanwhile
        if run_id in states and states[run_id].active:
            engine.queue.stop(run_id)


def undone(duel: Duel, store: RunStore) -> list[tuple[Training, str]]:
    """The trainings that a killed server or worker left undone, with their runs."""
    states = store.states(duel.runs)
    pairs = zip(duel.trainings, duel.runs, strict=True)
    return [(training, run_id) for training, run_id in pairs if _is_undone(states.get(run_id))]


def resume(duel: Duel, store: RunStore, engine: Engine, minutes: float | None = None) -> None:
    """Put what is `undone` into the queue again, each for at most so many minutes in all."""
    for _training, run_id in undone(duel, store):
        engine.queue.put(store.run(run_id), minutes)


def asked(plan: Plan, made: Iterable[Training]) -> list[tuple[Network, Recipe]]:
    """What these trainings ask a server for: of each its network and its recipe.

    To learn from less is to see few images often, in no more steps than the rest takes: its epochs are not counted.
    """
    return [(plan.networks[training.side], plan.recipes[training.side]) for training in made]


def progress(duel: Duel, store: RunStore) -> Progress:
    """How far the duel is."""
    states = _states(duel, store)
    fractions = [state.progress if state.active else 1.0 for state in states]
    fraction, active = sum(fractions) / len(fractions), any(state.active for state in states)
    running = (
        _called(duel.plan.networks[training.side], training)
        for training, state in zip(duel.trainings, states, strict=True)
        if state.status in ("training", "testing")
    )
    began = min((state.started for state in states if state.started), default=None)
    return Progress(
        done=sum(not state.active for state in states),
        total=len(states),
        fraction=fraction,
        current=next(running, Text("waiting in the queue") if active else ""),
        active=active,
        main_active=any(
            state.active for training, state in zip(duel.trainings, states, strict=True) if training.part == "main"
        ),
        stopping=any(state.stop_requested for state in states),
        resumable=any(map(_is_undone, states)),
        failed=tuple(dict.fromkeys(state.message for state in states if state.status == "failed")),
        seconds_left=_seconds_left(began, fraction) if active else None,
        cut_short=sum(state.reason == "server limit" for state in states),
    )


def _is_undone(state: RunState | None) -> bool:
    return state is not None and state.status in ("interrupted", "failed")


def title(first: str, second: str) -> str:
    """What a duel of these two is called, in the language of who starts it."""
    return _("{first} against {second}", first=first, second=second)[:200]


def _seconds_left(began: float | None, fraction: float) -> float | None:
    """Of a duel that has done this fraction since `began`; None while that says too little."""
    return (time.time() - began) * (1 - fraction) / fraction if began and fraction > 0.02 else None


def _called(network: Network, training: Training) -> Text:
    """A training in a few words."""
    values = {"network": network_title(network), "seed": training.seed}
    match training.part:
        case "shuffled":
            return Text("{network}, seed {seed}, shuffled pixels", **values)
        case "less":
            return Text("{network}, seed {seed}, {images:,} images", images=training.images or 0, **values)
    return Text("{network}, seed {seed}", **values)


def _entry(name: str, catalogue: Catalogue) -> Entry:
    entry = next((entry for entry in catalogue.entries() if entry.name == name and entry.ready), None)
    if entry is None:
        catalogue.load(name)  # raises the DataError that says what to do
        raise StudioError(Text("The data set was removed a moment ago"), received=name, todo=Text("Choose another one"))
    return entry


def _new_id() -> str:
    return secrets.token_hex(5)


def _keep(store: RunStore, duel_id: str, plan: Plan, trained: tuple[Training, ...], runs: list[Run]) -> Duel:
    ids = tuple(run.id for run in runs)
    duel = Duel(id=duel_id, created=time.time(), plan=plan, trainings=trained, runs=ids)
    store.duels.save(duel.id, duel.created, duel.model_dump_json())
    return duel


def _states(duel: Duel, store: RunStore) -> list[RunState]:
    """In the order of the runs. One that somebody deleted meanwhile must not be waited for."""
    states = store.states(duel.runs)
    return [states.get(run_id, RunState(status="stopped")) for run_id in duel.runs]
