"""Duels of two tiny networks on few digits, really trained. (tests/browser/test_duel.py has one on a cluster.)"""

from collections.abc import Iterator

import numpy as np
import pytest

from cnn_core.compare import duel as duels
from cnn_core.compare.export import read_config, to_config
from cnn_core.compare.gather import gather, live_curves
from cnn_core.compare.plan import Duel, Plan, Training
from cnn_core.compare.robustness import measure, measured
from cnn_core.data.changes import shift
from cnn_core.design.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.engine.work.robustness import BATCH, CHANGES
from cnn_core.errors import DataError, RunError
from cnn_core.runs.models import MODEL_FILE
from cnn_core.runs.predictions import PREDICTIONS_FILE, Predictions
from cnn_core.settings import Settings
from cnn_core.studio import Studio
from cnn_core.training.build import from_bytes
from tests.support.runs import ended
from tests.support.stand_in import StandIn
from tests.support.waiting import until

SHORT = Recipe(optimizer="adam", learning_rate=0.01, batch_size=32, epochs=2, train_images=300)
LONG = SHORT.model_copy(update={"epochs": 1000})
DENSE = Network(
    name="tiny dense", layers=(Flatten(), Dense(units=16, activation="relu"), Dense(units=10, activation="softmax"))
)
CONVOLUTIONAL = Network(
    name="tiny convolutional",
    layers=(
        Conv2D(filters=8, kernel_size=5, activation="relu"),
        MaxPooling2D(pool_size=4),
        Flatten(),
        Dense(units=10, activation="softmax"),
    ),
)
PLAN = Plan(
    title="Tiny",
    dataset="bundled",
    networks=(DENSE, CONVOLUTIONAL),
    recipes=(SHORT, SHORT),
    seeds=(3, 4),
    sizes=(100, 1000),
    shuffled=True,
)


def run_to_its_end(lab, plan: Plan) -> Duel:
    duel = duels.start(plan, lab.store, lab.engine, lab.catalogue)
    until(lambda: not duels.progress(duel, lab.store).active)
    return duel


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[Studio]:
    """What a duel works with, without a cluster."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnn_core.studio.new_engine", StandIn)
        studio = Studio(Settings(home=tmp_path_factory.mktemp("lab")))
        yield studio
        studio.close()


@pytest.fixture(scope="module", autouse=True)
def _few_steps():
    """Enough to see that it is done, not to learn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duels, "LEAST_STEPS", 20)
        yield


@pytest.fixture(scope="module")
def finished(lab) -> Duel:
    return run_to_its_end(lab, PLAN)


@pytest.fixture(scope="module")
def report(lab, finished):
    return gather(finished, lab.store, lab.catalogue)


def test_both_sides_take_turns_with_the_same_seeds_and_data(lab, finished):
    """300 images are taken, so 1,000 is no size to try."""
    turns = [(3, 0), (3, 1), (4, 0), (4, 1)]
    assert [(training.seed, training.side) for training in finished.trainings] == 3 * turns
    assert [training.part for training in finished.trainings] == ["main"] * 4 + ["shuffled"] * 4 + ["less"] * 4
    assert {training.images for training in finished.trainings} == {None, 100}
    for training, run_id in zip(finished.trainings, finished.runs, strict=True):
        run = lab.store.run(run_id)
        assert (run.recipe.seed, run.network) == (training.seed, PLAN.networks[training.side])
        assert run.recipe.pixel_order == (3 if training.part == "shuffled" else None)


def test_little_data_gets_more_epochs_for_as_many_steps():
    recipe = duels.recipe_of(PLAN, Training(side=0, seed=9, part="less", images=100))
    steps = -(-100 // SHORT.batch_size)
    assert recipe.train_images == 100
    assert recipe.validation_share == 0
    assert (recipe.epochs - 1) * steps < duels.LEAST_STEPS <= recipe.epochs * steps


def test_the_report_has_what_the_runs_have(lab, finished, report, bundled):
    main = [lab.store.state(run_id) for _, run_id in finished.of("main")]
    for place, state in enumerate(main):
        trained = report.sides[place % 2].runs[place // 2]
        assert trained.test_accuracy == state.tested.accuracy
        assert trained.confusion == state.tested.confusion
        assert trained.epochs == 2
        assert trained.train_accuracy == state.epochs_done[-1].accuracy
        assert len(trained.curves["val_loss"][0]) == 2
    assert report.train_images == 270
    assert report.less.sizes == (100, 270)
    assert np.array(report.less.accuracies).shape == (2, 2, 2)
    assert report.less.accuracies[1][0][-1] == report.sides[1].runs[0].test_accuracy
    assert [len(side) for side in report.shuffled] == [2, 2]
    assert report.families == ("DNN", "CNN")


def test_agreement_is_counted_on_the_predictions(lab, finished, report, bundled):
    first, second = (
        Predictions.read(lab.store.load_file(run_id, PREDICTIONS_FILE), bundled.y_test)
        for _, run_id in finished.of("main")[:2]
    )
    counted = {"both": 0, "only_first": 0, "only_second": 0, "neither": 0}
    for true, one, other in zip(first.true, first.predicted, second.predicted, strict=True):
        name = {(True, True): "both", (True, False): "only_first", (False, True): "only_second"}
        counted[name.get((one == true, other == true), "neither")] += 1
    assert report.agreements[0].model_dump() == {"seed": 3, **counted}
    for image in report.pictures:
        assert (image.read[0] == image.true) != (image.read[1] == image.true)


def test_an_exported_configuration_repeats_the_same_numbers(lab, report):
    """One of its seeds, which is as good as both and takes half as long."""
    exported = read_config(to_config(report))
    assert exported == PLAN
    again = gather(run_to_its_end(lab, exported.model_copy(update={"seeds": (3,)})), lab.store, lab.catalogue)
    for before, after in zip(report.sides, again.sides, strict=True):
        one, other = before.runs[0], after.runs[0]
        assert (one.test_accuracy, one.test_loss) == (other.test_accuracy, other.test_loss)
        assert one.confusion == other.confusion
        assert one.curves["val_loss"] == other.curves["val_loss"]
    assert [side[0] for side in again.less.accuracies] == [side[0] for side in report.less.accuracies]
    assert [side[0] for side in again.shuffled] == [side[0] for side in report.shuffled]
    assert again.agreements == report.agreements[:1]


def test_robustness_asks_the_networks_about_changed_images(lab, finished, bundled, tmp_path):
    job = measure(finished, lab.store, lab.engine, lab.catalogue)
    sweeps = {sweep.kind: sweep for sweep in job.result(timeout=120)}
    assert set(sweeps) == set(CHANGES)
    assert measured(finished, lab.store) == tuple(sweeps.values())
    model = from_bytes(lab.store.load_file(finished.of("main")[1][1], MODEL_FILE))
    images, labels = bundled.x_test[:1000].copy(), bundled.y_test[:1000]
    for number, way in enumerate(((2, 0), (-2, 0), (0, 2), (0, -2))):
        images[number::4] = shift(bundled.x_test[:1000][number::4], *way)
    right = model.predict(images, batch_size=BATCH, verbose=0).argmax(axis=1) == labels
    assert sweeps["shift"].accuracies[1][0][2] == pytest.approx(right.mean())
    plain = {sweep.accuracies[0][1][0] for sweep in sweeps.values()}
    assert plain == {lab.store.state(finished.of("main")[2][1]).tested.accuracy}  # the test set has 1,000 images
    assert gather(finished, lab.store, lab.catalogue).sweeps == tuple(sweeps.values())


def test_stop_keeps_what_was_learned_and_empties_the_queue(lab):
    plan = PLAN.model_copy(update={"recipes": (LONG, LONG), "sizes": (), "shuffled": False})
    duel = duels.start(plan, lab.store, lab.engine, lab.catalogue)
    with pytest.raises(RunError, match="no result yet"):
        gather(duel, lab.store, lab.catalogue)
    until(lambda: live_curves(duel, lab.store)["loss"][0])
    now = duels.progress(duel, lab.store)
    assert (now.active, now.done, now.total) == (True, 0, 4)
    assert "tiny dense, seed 3" in str(now.current)
    duels.stop(duel, lab.store, lab.engine)
    until(lambda: not duels.progress(duel, lab.store).active)
    states = [lab.store.state(run_id) for run_id in duel.runs]
    assert states[0].tested
    assert [state.started for state in states[1:]] == [None, None, None]


def test_matched_by_time_both_train_as_long(lab):
    timed = LONG.model_copy(update={"time_limit": 1.5})
    plan = PLAN.model_copy(
        update={"recipes": (timed, timed), "seeds": (1,), "sizes": (), "shuffled": False, "matched": "time"}
    )
    duel = run_to_its_end(lab, plan)
    for run_id in duel.runs:
        state = lab.store.state(run_id)
        assert (state.status, state.reason) == ("finished", "time limit")
        assert 0 < state.epoch < 1000
    assert gather(duel, lab.store, lab.catalogue).sides[0].runs[0].epochs > 1


def test_two_finished_runs_can_duel(lab, finished):
    first, second = (lab.store.run(run_id) for _, run_id in finished.of("main")[:2])
    duel = duels.of_runs(first, second, lab.store)
    assert duels.load(lab.store, duel.id) == duel
    report = gather(duel, lab.store, lab.catalogue)
    assert report.sides[0].runs[0].test_accuracy == lab.store.state(first.id).tested.accuracy
    with pytest.raises(RunError, match="itself"):
        duels.of_runs(first, first, lab.store)
    duels.delete(duel, lab.store)
    with pytest.raises(RunError, match="no such duel"):
        duels.load(lab.store, duel.id)
    assert lab.store.state(first.id).tested  # its runs stay


def test_a_deleted_run_does_not_keep_a_duel_waiting(lab):
    first, second = ended(lab.store, "first"), ended(lab.store, "second")
    duel = duels.of_runs(first, second, lab.store)
    lab.store.delete(first.id)
    assert not duels.progress(duel, lab.store).active
    with pytest.raises(RunError, match="no result"):
        gather(duel, lab.store, lab.catalogue)


def test_a_data_set_that_is_not_there_is_said_before_anything_starts(lab):
    before = len(lab.store.lists.page(duels=True)[0])
    with pytest.raises(DataError, match="not on this machine"):
        duels.start(PLAN.model_copy(update={"dataset": "cifar10"}), lab.store, lab.engine, lab.catalogue)
    assert len(lab.store.lists.page(duels=True)[0]) == before
