"""Job: what its holder sees of work in a thread of this process."""

import gc
import threading
from collections.abc import Callable

import pytest

from cnn_core.engine.job import Job, Task, Tasks, begin_here
from cnn_core.engine.work.base import Work
from cnn_core.engine.work.download import Download
from cnn_core.engine.work.prepare import Prepare
from cnn_core.errors import DataError, EngineError
from tests.engine.conftest import until


class Slow:
    """A function that reports until it may go on, and notes that it has ended."""

    def __init__(self):
        self.go, self.ended, self.times = threading.Event(), threading.Event(), 0

    def __call__(self, report: Callable[..., None]) -> str:
        self.times += 1
        try:
            while not self.go.wait(0.01):
                report(0.5, "half")
            return "whole"
        finally:
            self.ended.set()


@pytest.fixture
def slow():
    slow = Slow()
    yield slow
    slow.go.set()


def test_a_job_says_how_far_it_is_and_what_there_is_so_far_and_then_its_result(slow):
    job = begin_here(slow)
    until(lambda: job.fraction == 0.5)
    assert (job.partial, job.done, job.stopped) == ("half", False, False)
    with pytest.raises(EngineError, match="No answer came in time"):
        job.result(timeout=0.01)
    slow.go.set()
    assert job.result(timeout=10) == "whole"
    assert job.done
    job.stop()
    assert job.result() == "whole", "what has ended stays as it is"


def test_a_job_that_is_stopped_ends_its_work_and_is_done_at_once(slow):
    job = begin_here(slow)
    until(lambda: slow.times)
    job.stop()
    assert (job.done, job.stopped) == (True, True)
    with pytest.raises(EngineError, match="was stopped"):
        job.result()
    assert slow.ended.wait(10)


def test_what_goes_wrong_is_said_in_words(caplog):
    def fails(report) -> None:
        raise DataError("This is no data set", todo="Send another one")

    def breaks(report) -> None:
        raise ZeroDivisionError("by zero")

    with pytest.raises(DataError, match="Send another one"):
        begin_here(fails).result(timeout=10)
    with pytest.raises(EngineError, match="unexpected error \\(by zero\\)"):
        begin_here(breaks).result(timeout=10)
    assert "ZeroDivisionError" in caplog.text, "whoever runs the server reads where"


def test_a_job_that_nobody_holds_any_more_ends(slow):
    """As that of a visitor whose session is thrown away, in a circle of objects."""
    session = {"job": begin_here(slow)}
    session["self"] = session
    until(lambda: slow.times)
    del session
    gc.collect()
    assert slow.ended.wait(10)


def begin(tasks: Tasks, work: Work, slow: Slow) -> Job:
    return tasks.begin(work, lambda task: slow(task.report))


def test_equal_work_that_is_shared_is_done_once_and_ends_with_its_last_holder(slow):
    tasks = Tasks()
    first, second = (begin(tasks, Download("mnist"), slow) for _ in range(2))
    other = Slow()
    begin(tasks, Download("cifar10"), other).stop()
    assert other.ended.wait(10), "another data set is another download"
    first.stop()
    assert first.done
    assert not slow.ended.is_set()
    slow.go.set()
    assert second.result(timeout=10) == "whole"
    assert slow.times == 1
    assert begin(tasks, Download("mnist"), slow).result(timeout=10) == "whole"
    assert slow.times == 2, "what has ended is begun anew"


def test_a_shared_task_that_all_have_stopped_is_not_joined(slow):
    tasks = Tasks()
    begin(tasks, Download("mnist"), slow).stop()
    again = begin(tasks, Download("mnist"), slow)
    slow.go.set()
    assert again.result(timeout=10) == "whole"


def test_a_server_that_ends_says_so(slow):
    tasks = Tasks()
    job = begin(tasks, Download("mnist"), slow)
    until(lambda: slow.times)
    tasks.stop()
    with pytest.raises(EngineError, match="ended with its server"):
        job.result(timeout=10)


def test_only_what_is_hashable_is_shared():
    assert not Prepare.shared
    assert hash(Download("mnist")) == hash(Download("mnist"))


def test_a_task_has_a_name_of_its_own():
    assert Task(lambda task: None).name != Task(lambda task: None).name
