"""What a server keeps: the oldest go, and nothing that is needed."""

import os
import secrets

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnn_core.data.datasets import BUNDLED, TAUGHT, Catalogue
from cnn_core.design.presets import PRESETS
from cnn_core.design.start import Start
from cnn_core.runs.events import Started, Submitted
from cnn_core.runs.kept import Kept, tidy
from cnn_core.runs.store import RunStore
from tests.support.runs import PRESET, ended, life, waiting

IMAGES, LABELS = np.zeros((8, 12, 12, 1), np.uint8), np.arange(8) % 2
ARRAYS = {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES, "y_test": LABELS}


@pytest.fixture
def catalogue(tmp_path) -> Catalogue:
    return Catalogue(tmp_path / "datasets")


def made(catalogue: Catalogue, name: str, hours_ago: float = 0, now: float = 1e9) -> str:
    """A data set that was made so long ago."""
    catalogue.save(name, ARRAYS)
    os.utime(catalogue.folder / f"{name}.npz", times=(now - 3600 * hours_ago,) * 2)
    return name


def here(store: RunStore) -> set[str]:
    return {run.id for run in store.lists.lines(0, 100, duels=True)}


def files(catalogue: Catalogue) -> set[str]:
    return {path.stem for path in catalogue.folder.glob("*.npz")}


def test_nothing_goes_where_nothing_is_said(store, catalogue):
    run, data = ended(store), made(catalogue, "own-a")
    tidy(store, catalogue, Kept())
    assert here(store) == {run.id}
    assert files(catalogue) == {data}


@given(ended_at=st.lists(st.integers(1, 50), max_size=8, unique=True), active=st.integers(0, 3), most=st.integers(1, 5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_oldest_runs_that_have_ended_go(store, catalogue, ended_at, active, most):
    for run_id in here(store):
        store.append(run_id, *life()[-1:])
        store.delete(run_id)
    runs = {ended(store, at=1000.0 * at).id: at for at in ended_at}
    busy = {waiting(store).id for _ in range(active)}
    tidy(store, catalogue, Kept(runs=most))
    assert here(store) == busy | set(sorted(runs, key=runs.get, reverse=True)[:most])


def test_a_run_goes_with_all_that_it_has_left(store, catalogue):
    old, new = ended(store, at=1000.0), ended(store, at=2000.0)
    store.save_file(old.id, "model.keras", b"weights")
    store.people.own("run", old.id, anna := store.people.join(secrets.token_hex(8), "Anna"))
    tidy(store, catalogue, Kept(runs=1))
    assert store.load_file(old.id, "model.keras") is None
    assert store.people.owners("run", [old.id]) == {}
    assert store.people.under_way(anna) == 0
    assert here(store) == {new.id}


def test_what_a_waiting_run_begins_with_stays(store, catalogue):
    base, other = ended(store, at=1000.0), ended(store, at=2000.0)
    recipe = PRESET.recipe.model_copy(update={"start": Start(base=base.id, layers=2, frozen=2)})
    run = store.create("transfer", PRESET.network, recipe, BUNDLED)
    store.submit(run.id)
    ended(store, at=3000.0)
    tidy(store, catalogue, Kept(runs=1))
    assert base.id in here(store)
    assert other.id not in here(store)


def duel(store: RunStore, *ends: float | None) -> tuple[str, list[str]]:
    """A duel with a run that has ended at each of these times, or is under way."""
    duel_id, runs = secrets.token_hex(5), []
    for at in ends:
        run = store.create("side", PRESET.network, PRESET.recipe, BUNDLED, duel_id)
        store.append(run.id, *(life(at=at) if at else [Submitted()]))
        runs.append(run.id)
    store.duels.save(duel_id, 1.0, "{}")
    return duel_id, runs


def test_a_duel_goes_as_a_whole(store, catalogue):
    _gone, runs = duel(store, 1000.0, 9000.0)
    last = ended(store, at=10_000.0)
    tidy(store, catalogue, Kept(runs=2))
    assert here(store) == {last.id}
    assert store.duels.newest(10) == []
    assert store.states(runs) == {}


def test_a_duel_that_goes_on_stays_as_a_whole(store, catalogue):
    _stays, runs = duel(store, 1000.0, None)
    tidy(store, catalogue, Kept(runs=1))
    ended(store, at=5000.0)
    tidy(store, catalogue, Kept(runs=1))
    assert set(runs) <= here(store)
    assert store.duels.newest(10) == ["{}"]


def test_two_servers_that_tidy_at_once_do_not_mind_each_other(urls, store, catalogue, monkeypatch):
    other = RunStore(*urls)
    runs = [ended(store, at=1000.0 * number).id for number in range(1, 5)]
    older = store.lists.older

    def slowly(most: int) -> list:
        found = older(most)
        tidy(other, catalogue, Kept(runs=1))
        return found

    monkeypatch.setattr(store.lists, "older", slowly)
    tidy(store, catalogue, Kept(runs=1))
    assert here(store) == {runs[-1]}
    other.close()


def test_the_oldest_data_sets_of_visitors_go_and_no_others(store, catalogue):
    dropped = made(catalogue, "birds", hours_ago=100)
    own = [made(catalogue, f"own-{number}", hours_ago=number) for number in range(1, 5)]
    store.people.own("data", own[3], store.people.join(secrets.token_hex(8), "Anna"))
    tidy(store, catalogue, Kept(datasets=2))
    assert files(catalogue) == {dropped, *own[:2]}
    assert BUNDLED in {entry.name for entry in catalogue.entries()}
    assert store.people.owners("data", own) == {}


@pytest.mark.parametrize("begun", [False, True])
def test_the_data_of_a_run_under_way_stay(store, catalogue, begun):
    needed, other, new = (
        made(catalogue, f"own-{name}", hours_ago=hours) for name, hours in (("a", 9), ("b", 8), ("c", 0))
    )
    run = store.create("run", PRESETS["keras-log"].network, PRESET.recipe, needed)
    started = Started(device="", choices="", epochs=1, steps_per_epoch=1, train_images=1, validation_images=0)
    store.append(run.id, Submitted(), *([started] if begun else []))
    tidy(store, catalogue, Kept(datasets=1))
    assert files(catalogue) == {needed, new}
    assert other not in files(catalogue)


def test_pictures_of_somebodys_own_things_go_after_their_time(store, catalogue, monkeypatch):
    monkeypatch.setattr("cnn_core.runs.kept.time.time", lambda: 1e9)
    old, young = made(catalogue, f"{TAUGHT}old", hours_ago=25), made(catalogue, f"{TAUGHT}young", hours_ago=23)
    uploaded = made(catalogue, "own-flowers", hours_ago=100)
    tidy(store, catalogue, Kept(taught_hours=24))
    assert files(catalogue) == {young, uploaded}
    tidy(store, catalogue, Kept(taught_hours=24, datasets=1))
    assert files(catalogue) == {young}
    assert old not in files(catalogue)
