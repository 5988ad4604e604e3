"""reduce: what a run's events add up to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.runs.events import (
    EVENT,
    Cancelled,
    EpochEnded,
    Failed,
    Finished,
    Interrupted,
    Progress,
    Started,
    StopRequested,
    Submitted,
    TrainingEnded,
)
from cnn_core.runs.events import (
    Tested as Scored,  # pytest would collect a class whose name begins with Test
)
from cnn_core.runs.state import RunState, reduce

STARTED = Started(at=10, device="CPU", choices="", epochs=4, steps_per_epoch=10, train_images=100, validation_images=10)


def progress(epoch: int, step: int, at: float, loss: float = 1.0) -> Progress:
    return Progress(at=at, epoch=epoch, step=step, points=((step, loss, 0.5),), images_per_second=100)


def ended(epoch: int, at: float) -> EpochEnded:
    return EpochEnded(at=at, epoch=epoch, loss=0.5, accuracy=0.8, val_loss=0.6, val_accuracy=0.7, seconds=1)


def test_a_run_from_queue_to_end():
    state = reduce([Submitted(at=1)])
    assert (state.status, state.active, state.progress, state.seconds_left) == ("queued", True, 0.0, None)
    state = reduce([STARTED, progress(0, 5, at=15)], state)
    assert state.status == "training"
    assert state.progress == pytest.approx(1 / 8)
    assert state.seconds_left == pytest.approx(35)  # an eighth took 5 s, seven eighths are left
    state = reduce([ended(0, at=20), TrainingEnded(reason="completed", at=21)], state)
    assert state.status == "testing"
    assert (state.val_accuracy.x, state.val_accuracy.y) == ((1,), (0.7,))
    state = reduce([Scored(loss=0.1, accuracy=0.9, confusion=((1,),)), Finished(at=30)], state)
    assert (state.status, state.active, state.seconds) == ("finished", False, 20)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([StopRequested(), TrainingEnded(reason="stopped"), Finished()], "stopped"),
        ([TrainingEnded(reason="early stopping"), Finished()], "finished"),
        ([TrainingEnded(reason="server limit"), Finished()], "finished"),
        ([Failed(message="no")], "failed"),
        ([Interrupted()], "interrupted"),
        ([Cancelled()], "stopped"),
    ],
)
def test_each_end_has_its_status(events, status):
    state = reduce([Submitted(), STARTED, *events])
    assert state.status == status
    assert not state.active


def test_a_resumed_run_forgets_what_came_after_its_checkpoint():
    before = [Submitted(), STARTED, progress(0, 10, 11), ended(0, 12), progress(1, 10, 13), ended(1, 14)]
    lost = [progress(2, 5, 15), Interrupted(at=16)]
    state = reduce([*before, *lost, Submitted(at=20), STARTED.model_copy(update={"first_epoch": 2, "at": 21})])
    assert state.loss.x == (1.0, 2.0)
    assert [epoch.epoch for epoch in state.epochs_done] == [0, 1]
    assert (state.epoch, state.progress, state.ended) == (2, 0.5, None)
    state = reduce([progress(2, 5, at=22)], state)
    assert state.seconds_left == pytest.approx(3)  # the time before the interruption does not count


def test_the_time_of_a_run_is_that_in_which_it_ran():
    """From 10 to 14; the server that died was missed at 100; resumed at 200, it goes on from 201 to 205."""
    state = reduce([Submitted(at=9), STARTED, ended(0, at=14), Interrupted(at=100)])
    assert state.seconds == 4
    state = reduce([Submitted(at=200)], state)
    assert state.seconds == 4
    again = STARTED.model_copy(update={"first_epoch": 1, "at": 201})
    assert reduce([again, ended(1, at=205)], state).seconds == 8


def test_a_run_of_the_first_version_can_be_read():
    """Its events held one point each."""
    old = '{"at": 1.0, "kind": "progress", "epoch": 0, "step": 5, "loss": 2.0, "accuracy": 0.5, "images_per_second": 9}'
    state = reduce([Submitted(), STARTED, EVENT.validate_json(old)])
    assert (state.step, state.loss.x, state.loss.y, state.accuracy.y) == (5, (0.5,), (2.0,), (0.5,))


def test_a_run_from_before_there_were_limits_has_none():
    assert reduce([EVENT.validate_json('{"at": 1.0, "kind": "submitted"}')]).minutes is None


def test_what_a_run_may_train_is_what_was_said_when_it_was_put_into_the_queue_last():
    state = reduce([Submitted(minutes=5.0), STARTED, Interrupted()])
    assert state.minutes == 5.0
    assert reduce([Submitted(minutes=2.5)], state).minutes == 2.5
    assert reduce([Submitted()], state).minutes is None


EVENTS = st.one_of(
    st.builds(Submitted),
    st.builds(lambda e, s, y: progress(e, s, 1.0, y), st.integers(0, 3), st.integers(1, 10), st.floats(0, 9)),
    st.builds(lambda e: ended(e, 1.0), st.integers(0, 3)),
    st.builds(StopRequested),
    st.builds(Finished),
    st.builds(Interrupted),
)


@given(st.lists(EVENTS, max_size=30), st.integers(0, 30))
def test_reducing_in_two_goes_is_reducing_in_one(events, cut):
    events = [Submitted(at=0), STARTED, *events]
    assert reduce(events[cut:], reduce(events[:cut])) == reduce(events)


@given(EVENTS)
def test_events_survive_json(event):
    assert EVENT.validate_json(event.model_dump_json()) == event


def test_nothing_has_happened_yet():
    assert reduce([]) == RunState()


def test_a_time_limit_is_a_plan_too():
    """Whatever comes first: 3 of 4 seconds are more than 1 of 100 epochs."""
    started = Started(
        at=10, device="", choices="", epochs=100, steps_per_epoch=4, train_images=9, validation_images=0, time_limit=4
    )
    step = Progress(at=13, epoch=1, step=0, points=(), images_per_second=1)
    state = reduce([Submitted(at=9), started, step])
    assert state.progress == pytest.approx(0.75)
    assert state.seconds_left == pytest.approx(1)


def test_after_a_break_the_time_that_was_spent_before_it_counts():
    """6 of 10 seconds were spent; 2 more have passed, and 2 are left."""
    started = STARTED.model_copy(update={"epochs": 100, "first_epoch": 1, "time_limit": 10.0, "seconds_before": 6.0})
    state = reduce([Submitted(at=9), started])
    assert state.progress == pytest.approx(0.6)
    assert state.seconds_left is None
    state = reduce([progress(1, 5, at=12)], state)
    assert state.progress == pytest.approx(0.8)
    assert state.seconds_left == pytest.approx(2)
