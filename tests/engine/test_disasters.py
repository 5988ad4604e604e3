"""Engine: what is left when something is killed with kill -9. Nothing here is pretended."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from cnn_core.errors import EngineError
from cnn_core.runs.models import MODEL_FILE
from tests.engine.conftest import LONG, SHORT, Lab, lab, until
from tests.support.works import Call

ROOT = Path(__file__).parents[2]
SETTLED = 20  # seconds within which another server must have said what became of a dead one's runs

SERVER = """
import sys, time
from pathlib import Path
from cnn_core.errors import EngineError
from cnn_core.runs.events import Finished
from tests.engine.conftest import LONG, NETWORK, SHORT, Lab, until

lab = Lab(Path(sys.argv[1]))
done = lab.train()
assert lab.ended(done).status == "finished", lab.state(done).message
images = lab.catalogue.load("bundled").x_test[:2]
lab.predict([done.id], images)
try:
    lab.predict([done.id], images[:, :5])
    raise SystemExit("a picture of another size was read")
except EngineError as error:
    assert "takes other images" in str(error), error
misfit = lab.train(network=NETWORK.changed(input_shape=(40, 40, 1)))
assert lab.ended(misfit).status == "failed"
broken = lab.store.create("broken", NETWORK, SHORT, "bundled")
lab.store.append(broken.id, lab.state(done).tested, Finished())
lab.store.save_file(broken.id, "model.keras", b"no model")
try:
    lab.predict([broken.id], images)
    raise SystemExit("a broken model was asked")
except EngineError as error:
    assert "could not be asked" in str(error), error
running, waiting = lab.train(LONG.model_copy(update={"epochs": 30, "batch_size": 1})), lab.train()
until(lambda: lab.kept_epochs(running))
loaded = {name.split(".")[0] for name in sys.modules} & {"keras", "tensorflow", "jax"}
assert "\\n" not in lab.state(misfit).message, lab.state(misfit).message
print(done.id, running.id, waiting.id, *loaded, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def killed_server(home) -> tuple[dict[str, str], list[str], list[psutil.Process]]:
    """A server that was killed while it trained: its runs, the Keras packages it had loaded, and its processes."""
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    words = process.stdout.readline().split()
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    process.stdout.close()
    return dict(zip(("done", "running", "waiting"), words, strict=False)), words[3:], family


@pytest.fixture(scope="module")
def lab_after(killed_server, home):
    """The next server, on the same home folder."""
    yield from lab(home)


def test_the_server_never_loads_keras(killed_server):
    runs, loaded, _ = killed_server
    assert len(runs) == 3
    assert loaded == []


def test_the_cluster_of_a_killed_server_ends(killed_server):
    *_, family = killed_server
    assert len(family) >= 3
    _, alive = psutil.wait_procs(family, timeout=60)
    assert alive == []


def test_of_a_killed_server_the_run_is_interrupted_and_what_waited_is_trained(lab_after: Lab, killed_server):
    """From the last finished epoch that the server had fetched, with the curve up to there."""
    lab, runs = lab_after, killed_server[0]
    running, waiting = lab.store.run(runs["running"]), lab.store.run(runs["waiting"])
    until(lambda: lab.state(running).status == "interrupted", SETTLED)
    assert lab.store.state(runs["done"]).status == "finished"
    before = lab.state(running)
    assert before.loss.x
    assert before.epochs_done
    state = lab.ended(waiting)
    assert (state.status, state.started_now.first_epoch, len(state.epochs_done)) == ("finished", 0, 2)
    lab.engine.queue.put(running)
    lab.until(running, "training")
    state = lab.state(running)
    assert 0 < state.started_now.first_epoch <= len(before.epochs_done)
    kept = state.started_now.first_epoch
    assert state.epochs_done[:kept] == before.epochs_done[:kept]
    assert state.seconds_before == before.seconds, "the time in which it did not run does not count"
    until(lambda: len(lab.state(running).epochs_done) > kept)
    assert [epoch.epoch for epoch in lab.state(running).epochs_done][: kept + 1] == list(range(kept + 1))
    lab.engine.queue.stop(running.id)
    assert lab.ended(running).status == "stopped"


def test_a_resumed_run_finishes(lab_after: Lab, bundled):
    """Its worker is killed after the second epoch; the run that waited behind it does not go down with it."""
    lab = lab_after
    earlier = lab.train()
    lab.ended(earlier)
    model = lab.store.load_file(earlier.id, MODEL_FILE)
    run = lab.train(SHORT.model_copy(update={"epochs": 5, "batch_size": 1}))
    until(lambda: lab.state(run).status == "training")  # or the short one would overtake it
    waiting = lab.train()
    until(lambda: lab.engine.queue.position(waiting.id) == 1)
    until(lambda: lab.kept_epochs(run) >= 2)
    lab.workers()[1].kill()
    state = lab.ended(run)
    assert state.status == "failed"
    assert "killed, or ran out of memory" in state.message
    assert lab.ended(waiting).status == "finished", lab.state(waiting).message

    lab.engine.queue.put(run)
    state = lab.ended(run)
    assert (state.status, state.message) == ("finished", "")
    assert state.started_now.first_epoch >= 2
    assert [epoch.epoch for epoch in state.epochs_done] == list(range(5))
    assert lab.state(earlier).status == "finished"
    assert lab.store.load_file(earlier.id, MODEL_FILE) == model


def test_a_killed_worker_for_questions_is_replaced(lab_after: Lab, bundled):
    lab = lab_after
    expected = lab.predict(["keras-log"], bundled.x_test[:2])["keras-log"]
    lab.workers()[0].kill()
    answer = {}

    def answered() -> bool:
        try:
            answer.update(lab.predict(["keras-log"], bundled.x_test[:2]))
        except EngineError:
            return False
        return True

    until(answered)
    np.testing.assert_allclose(answer["keras-log"], expected, rtol=1e-5)


def test_a_killed_cluster_fails_its_runs_in_words_and_starts_again(lab_after: Lab, bundled):
    lab = lab_after
    run = lab.train(LONG)
    until(lambda: lab.state(run).loss.x)
    waiting = lab.train()
    until(lambda: lab.engine.queue.position(waiting.id) == 1)
    family = [lab.cluster(), *lab.cluster().children(recursive=True)]
    family[0].kill()
    state = lab.ended(run)
    assert state.status == "failed"
    assert "connection to the training cluster was lost" in state.message
    _, alive = psutil.wait_procs(family[1:], timeout=60)
    assert alive == []
    again = lab.train()
    answer = lab.engine.ask(Call(abs, (-1,)), timeout=120)
    assert answer == 1
    assert lab.predict(["keras-log"], bundled.x_test[:2])["keras-log"].shape == (2, 10)
    assert lab.ended(again).status == "finished"
    assert lab.state(waiting).status == "finished"
    assert lab.state(waiting).started < lab.state(again).started, "first come, first served"


def test_events_of_a_run_are_facts_that_stay(lab_after: Lab, home):
    """Another store on the same folder reads the same: nothing is only in this process's memory."""
    other = type(lab_after.store)(f"sqlite:///{home / 'runs.db'}", str(home / "models"))
    assert len(other.lists.page()[0]) >= 8
    for run in other.lists.page()[0]:
        assert other.state(run.id) == lab_after.store.state(run.id)
        json.dumps(other.state(run.id).loss.y, allow_nan=False)
