"""A recorded run: at each moment what was known then, and in the end the whole run."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.presets import PRESETS
from cnn_core.runs.recorded import READY_MADE, Recording, ready_made
from cnn_core.runs.state import reduce
from tests.support.runs import life

MOMENTS = st.floats(-1, ready_made().seconds + 10)


def test_it_is_a_real_run_of_a_network_that_visitors_can_train_too():
    made = ready_made()
    state = reduce(made.events)
    assert (state.status, state.reason, len(state.epochs_done)) == ("finished", "completed", made.recipe.epochs)
    assert made.network == PRESETS["keras-log"].network
    assert state.tested.accuracy > 0.9
    assert 10 < made.seconds < 120, "somebody watches it to its end"
    assert READY_MADE.stat().st_size < 50_000


def test_its_filters_were_looked_at_after_each_epoch():
    made = ready_made()
    assert len(made.filters) == made.recipe.epochs + 1
    first, last = (made.filters_in(made.state_at(moment)) for moment in (0, made.seconds))
    assert first.shape == last.shape == (3, 3, 1, 32)
    assert np.abs(first - last).max() > 0.05


def test_it_begins_with_its_training():
    assert ready_made().state_at(0).status == "training"
    assert ready_made().state_at(-0.001).started_now is None


@given(after=st.floats(0, 1e6))
def test_in_the_end_it_is_the_whole_run(after):
    made = ready_made()
    assert made.state_at(made.seconds + after) == reduce(made.events)


@given(moments=st.tuples(MOMENTS, MOMENTS).map(sorted))
def test_what_was_seen_is_never_taken_back(moments):
    earlier, later = map(ready_made().state_at, moments)
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        before, after = getattr(earlier, name), getattr(later, name)
        assert (after.x[: len(before.x)], after.y[: len(before.y)]) == (before.x, before.y)
    assert later.epochs_done[: len(earlier.epochs_done)] == earlier.epochs_done
    assert earlier.progress <= later.progress
    assert (earlier.active, later.active) != (False, True)


@given(moment=MOMENTS)
def test_nothing_is_seen_before_its_time(moment):
    state = ready_made().state_at(moment)
    assert state.seen <= max(moment, 0)
    due = [event for event in ready_made().events if event.at <= moment]
    assert len(state.epochs_done) == sum(event.kind == "epoch_ended" for event in due)


@given(gaps=st.lists(st.floats(0, 5), min_size=5, max_size=5), moment=st.floats(0, 30))
def test_it_goes_on_from_any_moment_as_the_run_did(gaps, moment):
    """What comes after the moment makes of the state then what all makes."""
    times = np.cumsum([0, *gaps]).tolist()
    events = [event.model_copy(update={"at": at}) for event, at in zip(life(), times, strict=False)]
    made = Recording(
        made=0,
        dataset="bundled",
        network=PRESETS["keras-log"].network,
        recipe=PRESETS["keras-log"].recipe,
        events=tuple(events),
        shape=(1, 1, 1, 1),
        filters=((0.0,), (1.0,)),
    )
    rest = [event for event in events if event.at > moment]
    assert reduce(rest, made.state_at(moment)) == reduce(events)


def test_it_is_the_same_when_it_was_written_and_read():
    made = ready_made()
    assert Recording.read(made.to_bytes()) == made
    assert Recording.read(made.to_bytes()).to_bytes() == made.to_bytes()


@pytest.mark.parametrize("moment", [0, 5, 1e9])
def test_the_state_of_an_epoch_has_the_filters_of_that_epoch(moment):
    made = ready_made()
    state = made.state_at(moment)
    expected = np.array(made.filters[len(state.epochs_done)], np.float32)
    np.testing.assert_array_equal(made.filters_in(state).ravel(), expected)
