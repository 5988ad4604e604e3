"""How long a training will take: by the run that is most like it."""

import pytest

from cnn_core.design.effort import Effort
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.engine.job import Task
from cnn_core.engine.turnstile import Turnstile
from cnn_core.runs import forecast
from cnn_core.runs.events import Progress, Started
from cnn_core.ui.kit import services
from cnn_core.ui.train import estimate
from cnn_core.ui.train.estimate import job_waiting_text, waiting_text
from tests.support.waiting import until


@pytest.fixture
def waiting():
    """Three runs of one network and the bundled digits, asked for one after the other, before any trains."""
    store = services.store()
    recipe = Recipe(epochs=2, train_images=1000, validation_share=0.0)
    runs = [store.create(name, PRESETS["keras-log"].network, recipe, "bundled") for name in "abc"]
    for run in runs:
        store.submit(run.id)
    estimate.waits.clear()
    yield runs
    estimate.waits.clear()


def test_a_run_that_waits_says_its_place_and_how_long(waiting, monkeypatch):
    store, (first, second, third) = services.store(), waiting
    macs = trace(first.network).totals.macs
    monkeypatch.setattr(forecast, "pace", lambda _store: forecast.Pace([(macs, 100.0)]))  # 2,000 images take 20 s
    told = [waiting_text(run.id, store.state(run.id)) for run in waiting]
    assert told[1:] == ["Waiting: 1 run before this one, about 20 s", "Waiting: 2 runs before this one, about 40 s"]
    started = Started(device="x", choices="y", epochs=2, steps_per_epoch=10, train_images=1000, validation_images=0)
    half = Progress(at=started.at + 7, epoch=1, step=0, points=(), images_per_second=140)
    store.append(first.id, started, half)
    estimate.waits.clear()
    assert waiting_text(second.id, store.state(second.id)) == "Waiting: 1 run before this one, about 7.0 s"
    assert waiting_text(third.id, store.state(third.id)) == "Waiting: 2 runs before this one, about 27 s"


def test_where_nothing_is_known_of_the_time_only_the_place_is_said(waiting, monkeypatch):
    monkeypatch.setattr(forecast, "pace", lambda _store: forecast.Pace())
    run = waiting[1]
    assert waiting_text(run.id, services.store().state(run.id)) == "Waiting: 1 run before this one"


def test_the_place_and_the_minutes_are_those_of_the_turns(waiting, monkeypatch):
    """A short run, asked for last, comes first; the long one says how long that takes."""
    store, network = services.store(), waiting[0].network
    monkeypatch.setattr(forecast, "pace", lambda _store: forecast.Pace([(trace(network).totals.macs, 100.0)], 1.0))
    recipe = Recipe(epochs=1, train_images=200, validation_share=0.0)
    short = store.create("short", network, recipe, "bundled")
    store.submit(short.id)
    assert [run.id for run in store.lists.line().waiting] == [short.id, *(run.id for run in waiting)]
    assert waiting_text(waiting[0].id, store.state(waiting[0].id)) == "Waiting: 1 run before this one, about 3.0 s"
    assert waiting_text(waiting[1].id, store.state(waiting[1].id)) == "Waiting: 2 runs before this one, about 24 s"


def test_a_job_that_waits_for_a_trainer_says_its_place_and_how_long(monkeypatch):
    task = Task(lambda task: until(lambda: task.stopping))
    job = task.start()
    monkeypatch.setattr(estimate, "waits", lambda: {job.name: 20.0})
    assert job_waiting_text(job) == "Waiting for a free trainer…"
    task.ahead = lambda: 2
    assert job_waiting_text(job) == "Waiting: 2 runs before this one, about 20 s"
    monkeypatch.setattr(estimate, "waits", dict)
    assert job_waiting_text(job) == "Waiting: 2 runs before this one"
    job.stop()
    assert job.ahead == 0


def test_of_a_job_under_way_only_the_rest_is_waited_for(waiting, monkeypatch):
    """An experiment of 1,000 images at 100 a second, of which a quarter is done, comes before all three runs."""
    store, macs = services.store(), trace(waiting[0].network).totals.macs
    monkeypatch.setattr(forecast, "pace", lambda _store: forecast.Pace([(macs, 100.0)]))
    turnstile, task = Turnstile(lambda: None), Task(lambda task: None)
    with turnstile.place(task, None, Effort(seconds=1.0, macs=macs, images=1_000), 1) as place:
        place.turn.set_result(None)
        task.note(0.25)
        line = store.lists.line().and_also(turnstile.all)
        assert [forecast.waits(store, line, 1)[run.id] for run in waiting] == pytest.approx([7.5, 27.5, 47.5])
        assert [line.before(run.id) for run in waiting] == [1, 2, 3]
