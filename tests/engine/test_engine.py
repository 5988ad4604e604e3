"""Engine: runs and questions on a real cluster that nothing happens to. One cluster for all of it."""

import json
import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from distributed import Client
from distributed.security import Security

from cnn_core.data.datasets import BUNDLED, Dataset
from cnn_core.design.layers import Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.design.start import Start
from cnn_core.engine.work.prepare import Prepare
from cnn_core.errors import DataError, EngineError, RunError
from cnn_core.exchange.weights import read_checkpoint, read_weights
from cnn_core.runs.events import Finished
from cnn_core.runs.models import MODEL_FILE, READY_MADE, ready_made
from cnn_core.runs.past import MOST_EPOCHS, file_name, kept_epochs
from cnn_core.runs.predictions import PREDICTIONS_FILE, Predictions
from cnn_core.runs.run import Run
from cnn_core.runs.series import Series
from tests.engine.conftest import LONG, NETWORK, SHORT, Lab, lab, until
from tests.support.works import Call, grow_old

lab = pytest.fixture(scope="module")(lab)


@pytest.fixture(scope="module")
def finished(lab) -> Run:
    run = lab.train()
    assert lab.ended(run).status == "finished", lab.state(run).message
    return run


def predicted_by_keras(content: bytes, path: Path, images: np.ndarray) -> np.ndarray:
    path.write_bytes(content)
    return keras.saving.load_model(path, compile=False).predict(images, verbose=0)


def test_a_run_leaves_curves_a_model_and_predictions(lab, finished, bundled):
    state = lab.state(finished)
    assert len(state.epochs_done) == 2
    assert state.loss.x[-1] == state.val_accuracy.x[-1] == 2
    assert state.started_now.train_images == 270
    predictions = Predictions.read(lab.store.load_file(finished.id, PREDICTIONS_FILE), bundled.y_test)
    assert state.tested.accuracy == pytest.approx((predictions.predicted == bundled.y_test).mean())
    assert state.tested.accuracy > 0.4
    assert [model.key for model in lab.library.models()][-1] == finished.id


def test_a_run_is_answered_for_as_keras_would(lab, finished, bundled, tmp_path):
    images = bundled.x_test[:40]
    answer = lab.predict([finished.id], images)[finished.id]
    content = lab.store.load_file(finished.id, MODEL_FILE)
    np.testing.assert_allclose(answer, predicted_by_keras(content, tmp_path / "m.keras", images), rtol=1e-4, atol=1e-6)
    predictions = Predictions.read(lab.store.load_file(finished.id, PREDICTIONS_FILE), bundled.y_test)
    np.testing.assert_array_equal(answer.argmax(axis=1), predictions.predicted[:40])


def test_ready_made_models_answer_as_keras_would(lab, bundled, tmp_path):
    keys = [path.stem for path in sorted(READY_MADE.glob("*.json"))]
    assert len(keys) >= 2
    answers = lab.predict(keys, bundled.x_test[:200])
    assert list(answers) == keys
    for key, answer in answers.items():
        assert answer.shape == (200, 10)
        content = (READY_MADE / f"{key}.keras").read_bytes()
        keras_says = predicted_by_keras(content, tmp_path / "m.keras", bundled.x_test[:200])
        np.testing.assert_allclose(answer, keras_says, rtol=1e-4, atol=1e-6)


def test_ready_made_models_read_mnists_test_digits_as_well_as_is_written_beside_them(lab, mnist):
    keys = [path.stem for path in sorted(READY_MADE.glob("*.json"))]
    for key, answer in lab.predict(keys, mnist.x_test).items():
        about = json.loads((READY_MADE / f"{key}.json").read_text())
        assert about["dataset"] == mnist.name
        assert about["test_images"] == len(mnist.y_test)
        assert (answer.argmax(axis=1) == mnist.y_test).mean() == pytest.approx(about["test_accuracy"], abs=2e-4)


def test_the_ready_made_cnn_reads_more_than_99_percent():
    assert json.loads((READY_MADE / "keras-log.json").read_text())["test_accuracy"] >= 0.993


def test_more_models_than_a_worker_keeps_are_answered_too(lab, finished, bundled):
    runs = [lab.store.create("copy", finished.network, finished.recipe, finished.dataset) for _ in range(7)]
    for run in runs:
        lab.store.append(run.id, lab.state(finished).tested, Finished())
        lab.store.save_file(run.id, MODEL_FILE, lab.store.load_file(finished.id, MODEL_FILE))
    answers = lab.predict([run.id for run in runs], bundled.x_test[:3])
    expected = lab.predict([finished.id], bundled.x_test[:3])[finished.id]
    for run in runs:
        np.testing.assert_array_equal(answers[run.id], expected)
        lab.store.delete(run.id)


def test_the_same_seed_gives_the_same_curves(lab, finished):
    again = lab.ended(lab.train())
    assert again.val_loss == lab.state(finished).val_loss
    assert again.loss == lab.state(finished).loss
    assert again.tested.confusion == lab.state(finished).tested.confusion
    other = lab.ended(lab.train(SHORT.model_copy(update={"seed": 7})))
    assert other.val_loss != again.val_loss


def _prepared(network: Network) -> bool:
    """On a worker: whether a model of this network has its first weights."""
    from cnn_core.training import warm

    return any(graph[0] == network.layers and kept.fresh_for for graph, kept in warm._warm.items())


def test_a_network_is_prepared_on_the_worker_that_trains_before_anybody_asks_for_its_run(lab):
    network = Network(layers=(Flatten(), Dense(units=10, activation="softmax")))
    lab.engine.begin(Prepare(network, SHORT, images=270))
    until(lambda: any(lab.engine._connection.client().run(_prepared, network).values()))
    first = lab.ended(lab.train(network=network))
    until(lambda: not any(lab.engine._connection.client().run(_prepared, network).values()))
    assert first.epochs_done[-1].loss == lab.ended(lab.train(network=network)).epochs_done[-1].loss


def test_another_data_set_reaches_the_worker(lab, small):
    lab.catalogue.save("own", {name: getattr(small, name) for name in ("x_train", "y_train", "x_test", "y_test")})
    run = lab.train(dataset="own")
    assert lab.ended(run).status == "finished", lab.state(run).message
    assert sum(map(sum, lab.state(run).tested.confusion)) == len(small.x_test)


def test_two_runs_stand_in_a_queue_and_stop(lab):
    """The waiting one never starts; the running one ends at a batch boundary and keeps a model."""
    first = lab.train(LONG)
    lab.until(first, "training")
    second, third = lab.train(), lab.train()
    until(lambda: lab.engine.queue.position(third.id) == 2)
    assert (lab.engine.queue.position(first.id), lab.engine.queue.position(second.id)) == (0, 1)

    lab.engine.queue.stop(second.id)
    state = lab.ended(second)
    assert (state.status, state.started, lab.state(first).status) == ("stopped", None, "training")
    until(lambda: lab.engine.queue.position(third.id) == 1)
    with pytest.raises(RunError, match="no trained model"):
        lab.library.model(second.id)

    until(lambda: lab.state(first).loss.x)
    before = time.monotonic()
    lab.engine.queue.stop(first.id)
    assert lab.state(first).stop_requested
    lab.until(first, "testing", "stopped")
    assert time.monotonic() - before < 3  # alone on the machine, under one; its batches take milliseconds
    assert lab.ended(first).status == "stopped"
    assert lab.state(first).reason == "stopped"
    assert lab.library.model(first.id).load()
    assert lab.ended(third).status == "finished"


def test_a_run_can_be_stopped_before_it_reached_the_queue(lab):
    run = lab.train(LONG)
    lab.engine.queue.stop(run.id)
    assert lab.ended(run).status == "stopped"
    lab.engine.queue.stop(run.id)  # it has ended: nothing more happens
    assert lab.ended(lab.train()).status == "finished"


def test_a_run_that_was_stopped_in_the_queue_can_be_sent_again(lab):
    busy = lab.train(LONG)
    lab.until(busy, "training")
    waiting = lab.train()
    until(lambda: lab.engine.queue.position(waiting.id) == 1)
    for run in (waiting, busy):
        lab.engine.queue.stop(run.id)
        lab.ended(run)
    lab.engine.queue.put(waiting)
    state = lab.ended(waiting)
    assert (state.status, state.reason, len(state.epochs_done)) == ("finished", "completed", 2)


def test_a_run_longer_than_the_server_allows_ends_with_what_it_has_learned(lab):
    run = lab.store.create("long", NETWORK, LONG, BUNDLED)
    lab.engine.queue.put(run, minutes=0.01)
    state = lab.ended(run)
    assert (state.status, state.reason, state.minutes) == ("finished", "server limit", 0.01)
    assert 0 < state.epoch < LONG.epochs
    assert lab.library.model(run.id).load()


def test_when_a_run_has_ended_the_oldest_that_is_too_many_goes(tmp_path):
    small = Lab(tmp_path, max_kept_runs=1)
    first = small.train()
    small.ended(first)
    second = small.train()
    small.ended(second)
    until(lambda: not small.store.states([first.id]))
    assert small.state(second).status == "finished"
    assert small.library.model(second.id).load()
    small.close()


def test_a_trainer_that_has_grown_is_replaced_between_two_runs(lab, finished):
    old = lab.workers()[1]
    lab.engine._connection.client().run(grow_old)

    def replaced() -> bool:
        """Whoever waits for the next run waits a moment longer; no run fails."""
        assert lab.ended(lab.train()).status == "finished"
        return not old.is_running()

    until(replaced)
    assert lab.ended(lab.train()).status == "finished"
    (young,) = lab.workers()[1:]
    assert young != old


def test_checkpoints_arrive_while_the_run_goes_on(lab):
    run = lab.train(LONG)
    until(lambda: lab.kept_epochs(run))
    assert lab.state(run).status == "training"
    assert 1 <= lab.kept_epochs(run) <= len(lab.state(run).epochs_done)
    lab.engine.queue.stop(run.id)
    lab.ended(run)


def test_every_epoch_is_kept_and_the_last_is_the_model(lab, finished):
    kept = kept_epochs(lab.store.file_sizes(finished.id))
    assert kept == [0, 1, 2]
    weights = [read_checkpoint(lab.store.load_file(finished.id, file_name(n)), NETWORK, "scaled") for n in kept]
    model = read_weights(lab.store.load_file(finished.id, MODEL_FILE), NETWORK)
    for past, last in zip(weights[-1].arrays, model.arrays, strict=True):
        for one, other in zip(past, last, strict=True):
            np.testing.assert_array_equal(one, other.astype(np.float16))
    assert not np.array_equal(weights[0].arrays[0][0], weights[1].arrays[0][0])


def test_a_resumed_run_adds_to_its_past(lab):
    run = lab.train(LONG)
    until(lambda: lab.kept_epochs(run) >= 2)
    lab.workers()[1].kill()
    assert lab.ended(run).status == "failed"
    before = kept_epochs(lab.store.file_sizes(run.id))
    assert before
    lab.engine.queue.put(run)
    until(lambda: lab.kept_epochs(run) > before[-1])
    lab.engine.queue.stop(run.id)
    done = len(lab.ended(run).epochs_done)
    kept = kept_epochs(lab.store.file_sizes(run.id))
    assert (kept[0], kept[-1], len(kept)) == (0, done, min(done + 1, MOST_EPOCHS))


def test_a_run_begins_with_a_model_that_its_worker_is_sent(lab):
    base = ready_made("keras-log")
    network = base.network.changed(layers=(*base.network.layers[:6], Dense(units=10, activation="softmax")))
    start = Start(base=base.key, layers=6, frozen=6)
    run = lab.train(SHORT.model_copy(update={"start": start, "epochs": 1}), network)
    state = lab.ended(run)
    assert (state.status, state.message) == ("finished", "")
    assert state.tested.accuracy > 0.8
    begun = read_weights(base.load(), base.network)
    after = read_weights(lab.store.load_file(run.id, MODEL_FILE), network)
    for one, other in zip(begun.arrays[:6], after.arrays[:6], strict=True):
        assert all(map(np.array_equal, one, other))

    gone = lab.ended(lab.train(SHORT.model_copy(update={"start": Start(base="0123456789", layers=1, frozen=1)})))
    assert gone.status == "failed"
    assert "begins with was deleted" in gone.message
    assert lab.ended(lab.train()).status == "finished", "the queue goes on"


def test_divergence_is_said_in_words(lab):
    wild = SHORT.model_copy(
        update={"optimizer": "sgd", "learning_rate": 10.0, "momentum": 0.99, "loss": "mse", "epochs": 200}
    )
    linear = NETWORK.changed(layers=(Flatten(), Dense(units=32), Dense(units=10)))
    state = lab.ended(lab.train(wild, linear))
    assert state.status == "failed"
    assert "diverged in epoch" in state.message
    assert "learning rate" in state.message


def test_what_is_not_there_is_said_in_words(lab, bundled, finished):
    with pytest.raises(RunError, match="no such run"):
        lab.predict(["nothing"], bundled.x_test[:1])
    with pytest.raises(DataError, match="no such data set"):
        lab.train(dataset="nothing")
    with pytest.raises(EngineError, match=r"Expected 28×28×1\. Received 5×5×1"):
        lab.predict([finished.id], np.zeros((1, 5, 5, 1), np.uint8))
    with pytest.raises(EngineError, match="No answer came in time"):
        lab.engine.ask(Call(time.sleep, (3,)), timeout=0.2)


def test_a_data_set_that_goes_while_its_run_starts_ends_the_run(lab, small):
    """The file is whole when the run is asked for, and is not when it is read."""
    lab.catalogue.save("going", {name: getattr(small, name) for name in ("x_train", "y_train", "x_test", "y_test")})
    path = lab.catalogue.folder / "going.npz"
    run = lab.store.create("going", NETWORK, SHORT, "going")

    class Going(type(lab.catalogue)):
        def load(self, name: str) -> Dataset:
            path.unlink(missing_ok=True)
            return super().load(name)

    queue = lab.engine.queue
    whole = queue._supplies
    queue._supplies = replace(whole, catalogue=Going(lab.catalogue.folder))
    try:
        lab.engine.queue.put(run)
        assert lab.ended(run).status == "failed"
    finally:
        queue._supplies = whole
    assert "no such data set" in lab.state(run).message


@pytest.mark.parametrize("credentials", ["none", "of somebody else"])
def test_the_scheduler_lets_nobody_else_in(lab, credentials):
    address = lab.engine.ask(Call(_scheduler_address))
    assert address.startswith("tls://127.0.0.1:")
    options = {"security": Security.temporary()} if credentials == "of somebody else" else {}
    with pytest.raises((OSError, TypeError)):
        Client(address, timeout=1, set_as_default=False, **options)
    assert lab.engine.ask(Call(abs, (-1,))) == 1


def _scheduler_address() -> str:
    from distributed import get_worker

    return get_worker().scheduler.address


def test_nothing_has_happened_to_the_first_run(lab, finished):
    state = lab.state(finished)
    assert (state.status, len(state.epochs_done)) == ("finished", 2)
    assert state.loss != Series()
