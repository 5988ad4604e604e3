"""How long trainings will take: by the run that is most like them, and by what runs take beside their images."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.effort import Effort, effort
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import Start
from cnn_core.runs.events import EpochEnded, Finished, Progress, Submitted, TrainingEnded
from cnn_core.runs.events import Tested as Scored  # pytest would collect a class whose name begins with Test
from cnn_core.runs.forecast import HANDED_OVER, Pace, begins, pace
from tests.support.runs import PRESET, STARTED


@pytest.mark.parametrize(
    ("macs", "images", "speeds", "seconds"),
    [
        (1_000, 100, [], None),
        (0, 100, [(1_000, 10.0)], None),
        (1_000, 100, [(1_000, 10.0)], 10),
        (2_000, 100, [(1_000, 10.0)], 20),
        (2_000, 100, [(1_000, 10.0), (1_000_000, 1.0)], 20),
        (900_000, 100, [(1_000, 10.0), (1_000_000, 1.0)], 90),
        (1_000, 100, [(0, 10.0), (1_000, 0.0)], None),
    ],
)
def test_the_run_that_is_most_like_it_says_how_long(macs, images, speeds, seconds):
    assert Pace(speeds).seconds(macs, images) == (seconds and pytest.approx(seconds))


def test_what_runs_take_beside_their_images_counts_for_each_of_them():
    here = Pace([(1_000, 10.0)], besides=3.0)
    assert here.seconds(1_000, 100) == 13.0
    assert here.seconds(1_000, 100, runs=4) == 22.0
    assert here.whole(Effort(macs=1_000, images=100, limit=5.0)) == 8.0
    assert here.whole(Effort(images=100)) is None


def trained(
    store,
    submitted: float,
    started: float,
    ended: float,
    speed: float = 100.0,
    recipe: Recipe = PRESET.recipe,
    taken: float | None = None,
) -> None:
    """Two epochs of 500 images."""
    run = store.create("trained", PRESET.network, recipe, "bundled")
    plan = STARTED.model_copy(update={"at": started, "epochs": 2, "train_images": 500, "taken": taken})
    done = [EpochEnded(at=ended, epoch=epoch, loss=1, accuracy=0.5, seconds=1) for epoch in range(2)]
    told = Progress(at=ended, epoch=1, step=1, points=(), images_per_second=speed)
    ends = TrainingEnded(at=ended, reason="completed"), Scored(at=ended, loss=1, accuracy=0.5, confusion=((1,),))
    store.append(run.id, Submitted(at=submitted), plan, told, *done, *ends, Finished(at=ended))


def test_what_a_run_takes_besides_begins_when_a_trainer_is_free_for_it(store):
    assert pace(store) == Pace([], 0.0, [])
    trained(store, submitted=100, started=103, ended=115)  # 1,000 images take 10 s, and 5 s go elsewhere
    assert pace(store).besides == pytest.approx(5)
    trained(store, submitted=101, started=116, ended=130)  # it waited for the first, and that is not its own time
    trained(store, submitted=102, started=131, ended=145)
    assert pace(store).besides == pytest.approx(5)
    assert {speed for _macs, speed in pace(store).speeds} == {100.0}


def test_what_was_waited_for_others_work_is_not_a_runs_own_time(store):
    """An experiment had the trainer: it is no run, and nothing of it is kept."""
    trained(store, submitted=100, taken=163, started=164, ended=176)
    assert pace(store).besides == pytest.approx(176 - 163 + HANDED_OVER - 10)


def test_of_a_run_with_frozen_layers_those_like_it_say_how_long(store):
    """Their epochs are quick, and what comes before them is not: all of it counts."""
    start = Start(base="keras-log", layers=3, frozen=3)
    recipe = Recipe(epochs=2, validation_share=0.0, start=start)
    asked = effort(PRESET.network, recipe, 500)
    trained(store, submitted=100, started=103, ended=115)
    assert pace(store).whole(asked) is None, "a run that computes all of its network says nothing of it"
    trained(store, submitted=200, started=206, ended=208, speed=1_000.0, recipe=recipe)
    here = pace(store)
    assert here.whole(asked) == pytest.approx(8)
    assert here.whole(effort(PRESET.network, recipe, 1_000)) == pytest.approx(16)
    assert here.whole(effort(PRESET.network, Recipe(epochs=2, validation_share=0.0), 500)) == pytest.approx(15)


@given(
    st.lists(st.floats(0, 100), max_size=4),
    st.lists(st.floats(0.1, 100), max_size=8),
    st.integers(1, 4),
)
def test_nobody_begins_before_those_ahead_and_the_trainers_are_never_idle(left, lengths, trainers):
    found = begins(left, [(str(n), seconds) for n, seconds in enumerate(lengths)], trainers)
    times = list(found.values())
    assert list(found) == [str(n) for n in range(len(lengths))]
    assert times == sorted(times)
    if len(left) <= trainers:
        for place, begin in enumerate(times):
            assert begin <= (sum(left) + sum(lengths[:place])) / trainers + 1e-6
    if trainers == 1 and len(left) == 1:
        assert times == pytest.approx([sum(left) + sum(lengths[:place]) for place in range(len(lengths))])


def test_where_it_is_not_known_how_long_a_run_takes_nothing_is_said_of_those_behind_it():
    assert begins([None], [("a", 1.0)], 1) == {}
    assert begins([2.0], [("a", None), ("b", 1.0)], 1) == {"a": 2.0}
