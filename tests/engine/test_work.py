"""Work on a real cluster: questions that are answered, jobs that are followed, stopped and forgotten."""

import gc

import numpy as np
import pytest

from cnn_core.design.augmentation import PRESETS, Augmentation
from cnn_core.engine.supplies import Supplies
from cnn_core.engine.work.base import Key, data_key
from cnn_core.engine.work.context import Context, Kept, answer
from cnn_core.engine.work.predict import Predict
from cnn_core.engine.work.preview import Preview
from cnn_core.engine.work.split_lesson import SplitLesson
from cnn_core.errors import EngineError, RunError
from cnn_core.runs.models import READY_MADE
from tests.engine.conftest import LONG, lab, until
from tests.support.works import Accuracy, Call, Steps, Trains, loaded

lab = pytest.fixture(scope="module")(lab)


@pytest.fixture
def steps(tmp_path) -> Steps:
    yield Steps(tmp_path)
    (tmp_path / "go").touch()


def noted(steps: Steps, word: str) -> int:
    path = steps.folder / word
    return len(path.read_text().splitlines()) if path.exists() else 0


@pytest.fixture
def sent(lab, monkeypatch) -> list[Key]:
    """What the server has sent to workers."""
    keys = []

    class Noting(Supplies):
        def fetch(self, asked):
            keys.extend(asked)
            return super().fetch(asked)

    monkeypatch.setattr(lab.engine, "_supplies", Noting(**vars(lab.engine._supplies)))
    return keys


def test_no_worker_waits_for_a_package_that_it_does_not_use(lab):
    """Keras would import them."""
    lab.workers()  # a question: the worker for these begins with the first one
    until(lambda: len(lab.engine._connection.client().scheduler_info()["workers"]) == 2)
    found = lab.engine._connection.client().run(loaded, "keras", "sklearn", "pandas", "matplotlib")
    assert list(found.values()) == [["keras"]] * 2


def test_progress_and_a_partial_result_arrive_and_then_the_result(lab, steps):
    kept = []
    job = lab.engine.begin(steps, lambda answer: kept.append(answer) or f"{answer} and kept")
    until(lambda: job.fraction == 0.25)
    np.testing.assert_array_equal(job.partial["seen"], [0, 1, 2])
    assert not job.done
    (steps.folder / "go").touch()
    assert job.result(timeout=60) == "done and kept"
    assert kept == ["done"]
    until(lambda: not lab.engine._tasks._by_name)
    assert not lab.engine._tasks._shared


def test_two_who_begin_the_same_get_one_and_the_same(lab, steps):
    jobs = [lab.engine.begin(Steps(steps.folder)) for _ in range(2)]
    until(lambda: noted(steps, "begun"))
    jobs[0].stop()
    (steps.folder / "go").touch()
    assert jobs[1].result(timeout=60) == "done"
    assert noted(steps, "begun") == 1


def test_stop_ends_the_work_on_its_worker_and_a_question_is_answered_beside_it(lab, steps):
    job = lab.engine.begin(steps)
    until(lambda: noted(steps, "begun"))
    assert lab.engine.ask(Call(abs, (-1,))) == 1
    job.stop()
    assert job.done
    until(lambda: noted(steps, "stopped"))


def test_the_work_of_a_visitor_who_is_gone_ends(lab, steps):
    session = {"job": lab.engine.begin(steps)}
    session["self"] = session
    until(lambda: noted(steps, "begun"))
    del session
    gc.collect()
    until(lambda: noted(steps, "stopped"))


def test_what_goes_wrong_on_a_worker_is_said_in_words(lab):
    with pytest.raises(EngineError, match=r"could not be answered\. Received ValueError: math domain error"):
        lab.engine.ask(Call(_root, (-1,)))
    with pytest.raises(EngineError, match="could not be answered"):
        lab.engine.begin(Call(_root, (-1,))).result(timeout=60)
    with pytest.raises(RunError, match="no such run"):
        lab.engine.begin(Predict(("nothing",), np.zeros((1, 28, 28, 1), np.uint8))).result(timeout=60)


def _root(number: float) -> float:
    raise ValueError("math domain error")


def test_a_model_and_a_data_set_are_sent_once(lab, sent, small):
    lab.catalogue.save("sent", {name: getattr(small, name) for name in ("x_train", "y_train", "x_test", "y_test")})
    work = Accuracy("dnn-500x3", data_key(lab.catalogue, "sent"))
    assert lab.engine.ask(work) > 0.8
    assert set(sent) == set(work.needs()), "all that is missing at once"
    assert lab.engine.ask(work) == lab.engine.begin(work).result(timeout=60)
    assert len(sent) == 2


def test_a_data_set_that_was_replaced_is_sent_anew(lab, sent, small):
    arrays = {name: getattr(small, name) for name in ("x_train", "y_train", "x_test", "y_test")}
    lab.catalogue.save("replaced", arrays)
    right = lab.engine.ask(Accuracy("keras-log", data_key(lab.catalogue, "replaced")))
    lab.catalogue.save("replaced", {**arrays, "y_test": (arrays["y_test"] + 1) % 10})
    wrong = lab.engine.ask(Accuracy("keras-log", data_key(lab.catalogue, "replaced")))
    assert right > 0.8
    assert wrong < 0.2


def test_what_was_pushed_out_while_work_runs_is_asked_for_again(bundled):
    """Between the look at what a worker has and its use, other work may have filled its memory."""

    class Forgetful(Kept):
        def __contains__(self, key: Key) -> bool:
            return True

    work = Predict(("keras-log",), bundled.x_test[:2])
    (key,) = work.needs()
    assert answer(work, Context(Forgetful(), {})).keys == (key,)
    supplies = {key: (READY_MADE / "keras-log.keras").read_bytes()}
    assert answer(work, Context(Forgetful(), supplies))["keras-log"].shape == (2, 10)


def test_a_preview_is_what_was_asked(lab, bundled):
    made = lab.engine.ask(Preview(PRESETS["digits"], bundled.x_train[0], 4, "zoom", 5, 1))
    assert made["variants"][0].shape == (4, 28, 28, 1)
    assert made["variants"][0].dtype == np.uint8
    assert [list(row) for row in made["sweep"][1]] == [["zoom"]] * 5
    assert list(lab.engine.ask(Preview(Augmentation(), bundled.x_train[0], 1, None, 5, 1))) == ["variants"]


def test_the_split_lesson_shows_its_first_way_before_the_second_has_ended(lab):
    near, data = PRESETS["digits"], data_key(lab.catalogue, "bundled")
    job = lab.engine.begin(SplitLesson(data, 50, near, 3, 6, seed=1))
    until(lambda: job.partial)
    assert not job.done
    (wrong,) = job.partial
    assert job.result(timeout=120)[0] == wrong
    assert job.result()[1]["sisters"] == 0
    stopped = lab.engine.begin(SplitLesson(data, 50, near, 3, 10_000, seed=1))
    until(lambda: stopped.fraction)
    stopped.stop()
    assert lab.ended(lab.train()).status == "finished", "the trainer is free again"


def test_what_takes_a_trainer_has_its_turn_among_the_runs(lab, tmp_path):
    """Everybody's first comes before anybody's second, runs or not."""
    folders = [tmp_path / name for name in ("annas", "annas second", "carlas")]
    for folder in folders:
        folder.mkdir()
    mine, again, carlas = map(Trains, folders)
    first = lab.engine.begin(mine, person="Anna")
    until(lambda: noted(mine, "begun"))
    second = lab.engine.begin(again, person="Anna")
    until(lambda: second.ahead == 1)
    third = lab.engine.begin(carlas, person="Carla")
    until(lambda: third.ahead == 1)
    run = lab.train()  # nobody's
    assert (first.ahead, third.ahead, lab.engine.queue.position(run.id), second.ahead) == (0, 1, 2, 3)

    (mine.folder / "go").touch()
    assert first.result(timeout=60) == "done"
    until(lambda: noted(carlas, "begun"))
    assert lab.state(run).started is None
    assert (third.ahead, second.ahead) == (0, 2)
    third.stop()
    assert lab.ended(run).status == "finished"
    until(lambda: noted(again, "begun"))
    (again.folder / "go").touch()
    assert second.result(timeout=60) == "done"
    until(lambda: not lab.engine.queue.beside.all.work)


def test_who_waits_for_a_trainer_and_goes_away_leaves_the_line(lab, tmp_path):
    long = lab.train(LONG)
    lab.until(long, "training")
    job = lab.engine.begin(Trains(tmp_path))
    until(lambda: job.ahead == 1)
    job.stop()
    until(lambda: not lab.engine.queue.beside.all.work)
    lab.engine.queue.stop(long.id)
    assert lab.ended(long).status == "stopped"
    assert not (tmp_path / "begun").exists()


def test_the_death_of_a_worker_is_said_in_words(lab, steps):
    job = lab.engine.begin(steps)
    until(lambda: noted(steps, "begun"))
    lab.workers()[0].kill()
    with pytest.raises(EngineError, match="could not be answered"):
        job.result(timeout=60)
    until(lambda: _answers(lab))


def _answers(lab) -> bool:
    """A question that is on its way to a worker just as that is found to be dead ends with it."""
    try:
        return lab.engine.ask(Call(abs, (-1,))) == 1
    except EngineError:
        return False
