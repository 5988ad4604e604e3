"""LiveMetrics: means over the steps of a point, against a naive mean."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.errors import RunError
from cnn_core.runs.events import Progress
from cnn_core.training import live
from cnn_core.training.build import Memory
from cnn_core.training.live import LiveMetrics


def metrics(emit: Callable, images: int, batch_size: int, span: int = 1) -> LiveMetrics:
    callback = LiveMetrics(emit, lambda: False, images, batch_size, span, lambda epoch: None, Memory())
    callback.set_params({"steps": -(-images // batch_size)})
    callback.on_epoch_begin(0)
    callback.on_train_batch_begin(0)
    return callback


def mean(values: list[float], sizes: list[int]) -> float:
    return sum(value * size for value, size in zip(values, sizes, strict=True)) / sum(sizes)


@given(
    batches=st.lists(st.tuples(st.floats(0, 5), st.floats(0, 1), st.booleans()), min_size=1, max_size=20),
    batch_size=st.integers(1, 8),
    last=st.integers(1, 8),
    execution=st.integers(1, 5),
    executions=st.integers(1, 3),
)
def test_points_are_means_over_equal_parts_whenever_they_are_sent(batches, batch_size, last, execution, executions):
    """Batches are (loss, accuracy, whether it is time for an event); the last one may be smaller.

    For the first event nobody should wait: it is always time. What is left of the epoch belongs to the last point.
    """
    losses, accuracies, times = map(list, zip(*batches, strict=True))
    sizes = [*[batch_size] * (len(batches) - 1), min(last, batch_size)]
    span = execution * executions
    events: list[Progress] = []
    callback = metrics(events.append, sum(sizes), batch_size, span)
    sent = []
    with pytest.MonkeyPatch.context() as patch:
        for begin in range(0, len(batches), execution):
            done = min(begin + execution, len(batches))
            patch.setattr(live, "INTERVAL", 0 if times[done - 1] else math.inf)
            logs = {"loss": mean(losses[:done], sizes[:done]), "accuracy": mean(accuracies[:done], sizes[:done])}
            callback.on_train_batch_end(begin + execution - 1, logs)  # Keras: the last step, and means so far
            if not sent or times[done - 1] or done == len(batches):
                sent.append(done)
    assert [event.step for event in events] == sent
    ends = [*range(span, len(batches) - span + 1, span), len(batches)]
    points = [point for event in events for point in event.points]
    assert [step for step, _, _ in points] == ends
    for values, place in ((losses, 1), (accuracies, 2)):
        parts = [slice(begin, end) for begin, end in zip([0, *ends], ends, strict=False)]
        expected = [mean(values[part], sizes[part]) for part in parts]
        assert [point[place] for point in points] == pytest.approx(expected, abs=1e-9)


def test_events_do_not_come_more_often_than_an_eye_can_see():
    events = []
    callback = metrics(events.append, 1000, 1)
    for step in range(1000):
        callback.on_train_batch_end(step, {"loss": 1.0, "accuracy": 0.5})
    assert len(events) <= 3
    assert events[-1].step == 1000
    assert sum(len(event.points) for event in events) == 1000


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_is_said_in_words(loss):
    callback = metrics(lambda event: None, 10, 10)
    with pytest.raises(RunError, match=r"diverged in epoch 1.*learning rate"):
        callback.on_train_batch_end(0, {"loss": loss, "accuracy": 0.1})
