"""The curves of a run as files: read back by TensorFlow's own reader of event files, and as CSV."""

import csv
import io
import zipfile
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.exchange.logs import LOGS
from cnn_core.runs.events import EpochEnded, Progress, Started
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState, reduce
from tests.support.processes import printed, python
from tests.support.runs import PRESET, STARTED, life

RUN = Run("8b7aba48f0", "Mine / 1", 0.0, "bundled", PRESET.network, PRESET.recipe)
STEPS = STARTED.steps_per_epoch
VALUES = st.floats(0, 100, width=32)


@st.composite
def states(draw) -> RunState:
    """Of a run with up to four epochs, with validation or without it, perhaps in the middle of an epoch."""
    validated, at = draw(st.booleans()), 1000.0
    events = [Started(**{**STARTED.model_dump(), "at": at})]
    for epoch in range(draw(st.integers(0, 4))):
        points = tuple((step, draw(VALUES), draw(VALUES)) for step in (STEPS // 2, STEPS))
        events.append(Progress(at=at + 4, epoch=epoch, step=STEPS, points=points, images_per_second=1))
        means = {"loss": draw(VALUES), "accuracy": draw(VALUES)}
        if validated:
            means |= {"val_loss": draw(VALUES), "val_accuracy": draw(VALUES)}
        at += 5
        events.append(EpochEnded(at=at, epoch=epoch, seconds=5, **means))
    begun = Progress(at=at + 1, epoch=len(events) // 2, step=1, points=((1, 2.0, 0.5),), images_per_second=1)
    return reduce([*events, begun] if draw(st.booleans()) else events)


def read_back(content: bytes, folder) -> dict[tuple[str, str], list[tuple[int, float, float]]]:
    """By folder and name, the (step, value, time) of each point; read by TensorFlow."""
    from tensorflow.compat.v1.train import summary_iterator

    with zipfile.ZipFile(io.BytesIO(content)) as file:
        file.extractall(folder)
    found = defaultdict(list)
    for path in sorted(folder.rglob("events.*")):
        for event in summary_iterator(str(path)):
            for value in event.summary.value:
                found[path.parent.name, value.tag].append((event.step, value.simple_value, event.wall_time))
    return found


def values(found: list[tuple[int, float, float]]) -> list[tuple[int, float]]:
    return [(step, pytest.approx(value)) for step, value, _ in found]


@pytest.mark.filterwarnings("ignore:.*tf_record_iterator:DeprecationWarning")
@given(state=states())
def test_tensorboard_reads_what_the_state_has(tmp_path_factory, state):
    found = read_back(LOGS["tensorboard"].make(RUN, state), tmp_path_factory.mktemp("events"))
    done = state.epochs_done
    assert values(found["train", "epoch_loss"]) == [(epoch.epoch, epoch.loss) for epoch in done]
    assert values(found["train", "epoch_accuracy"]) == [(epoch.epoch, epoch.accuracy) for epoch in done]
    validated = [epoch for epoch in done if epoch.val_loss is not None]
    assert values(found["validation", "epoch_loss"]) == [(epoch.epoch, epoch.val_loss) for epoch in validated]
    assert values(found["validation", "epoch_accuracy"]) == [(epoch.epoch, epoch.val_accuracy) for epoch in validated]
    assert [at for _, _, at in found["train", "epoch_loss"]] == [epoch.at for epoch in done]
    within = [(round(x * STEPS), y) for x, y in zip(state.loss.x, state.loss.y, strict=True)]
    assert values(found["train", "batch_loss"]) == within
    times = [at for _, _, at in found["train", "batch_loss"]]
    assert times == sorted(times)
    assert all(1000 <= at <= state.seen for at in times)


def test_the_test_set_and_the_name_of_the_run_are_in_it(tmp_path):
    state = reduce(life(points=3, accuracy=0.75))
    found = read_back(LOGS["tensorboard"].make(RUN, state), tmp_path)
    assert values(found["test", "evaluation_accuracy_vs_iterations"]) == [(STEPS, 0.75)]
    assert [path.name for path in tmp_path.iterdir()] == ["Mine-1-8b7aba48f0"]


def test_a_run_without_a_point_gives_files_without_one(tmp_path):
    for state in (RunState(), reduce(life()[:2])):
        assert read_back(LOGS["tensorboard"].make(RUN, state), tmp_path) == {}
        assert LOGS["csv"].make(RUN, state).decode().splitlines() == [
            "epoch,loss,accuracy,val_loss,val_accuracy,seconds"
        ]


@given(state=states())
def test_the_table_has_a_row_for_each_epoch_in_full_precision(state):
    rows = list(csv.DictReader(io.StringIO(LOGS["csv"].make(RUN, state).decode())))
    assert [int(row["epoch"]) for row in rows] == [epoch.epoch + 1 for epoch in state.epochs_done]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy", "seconds"):
        told = [float(row[name]) if row[name] else None for row in rows]
        assert told == [getattr(epoch, name) for epoch in state.epochs_done]


def test_a_resumed_run_has_each_epoch_once(tmp_path):
    first = reduce(life()[:4])
    again = STARTED.model_copy(update={"at": 2000.0, "first_epoch": 1})
    second = EpochEnded(at=2009, epoch=1, loss=0.5, accuracy=0.7, seconds=3)
    found = read_back(LOGS["tensorboard"].make(RUN, reduce([again, second], first)), tmp_path)
    assert [step for step, _, _ in found["train", "epoch_loss"]] == [0, 1]
    assert np.diff([at for _, _, at in found["train", "epoch_loss"]]) == [2009 - 1003]


def test_no_tensorflow_is_needed_to_write_them():
    code = """
import sys
from cnn_core.exchange.logs import LOGS
from tests.exchange.test_logs import RUN
from tests.support.runs import life
from cnn_core.runs.state import reduce
assert LOGS["tensorboard"].make(RUN, reduce(life()))
print(*[name for name in ("tensorflow", "keras", "torch", "pandas") if name in sys.modules], "none")
"""
    assert printed([python(code)]) == [["none"]]
