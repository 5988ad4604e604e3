"""Tracking: an MLflow server hears of each run, and whatever it does, no run waits for it or fails by it."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec

import pytest

from cnn_core.engine.tracking import Tracking
from cnn_core.exchange import mlflow
from cnn_core.runs.events import EpochEnded, Failed
from cnn_core.runs.state import reduce
from cnn_core.runs.store import RunStore
from tests.support.runs import PRESET, ended, life, new
from tests.support.waiting import until

needs_mlflow = pytest.mark.skipif(find_spec("mlflow") is None, reason="pip install mlflow-skinny")


class Server(ThreadingHTTPServer):
    """As much of MLflow's REST interface as a run needs; `calls` has what was asked, by path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls: dict[str, list[dict]] = defaultdict(list)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if "get-by-name" in self.path and not self.server.calls["experiments/create"]:
            self._answer({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"}, 404)
        else:
            self._answer({"experiment": {"experiment_id": "7", "name": "CNN Studio"}, "run": RUN})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls[self.path.partition("/mlflow/")[2]].append(asked)
        self._answer({"experiment_id": "7", "run": RUN, "run_info": RUN["info"]})

    def _answer(self, content: dict, code: int = 200) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *args: object) -> None:
        pass


RUN = {
    "info": {
        "run_id": "abc",
        "experiment_id": "7",
        "status": "RUNNING",
        "artifact_uri": "",
        "lifecycle_stage": "active",
    }
}


@pytest.fixture
def store(tmp_path) -> Iterator[RunStore]:
    store = RunStore(f"sqlite:///{tmp_path / 'runs.db'}", str(tmp_path / "files"))
    yield store
    store.close()


@pytest.fixture
def told(monkeypatch) -> list[str]:
    """The runs that MLflow hears of; nothing is sent."""
    told: list[str] = []
    monkeypatch.setattr(mlflow, "log", lambda uri, run, state: told.append(run.id))
    return told


def test_each_run_is_told_in_its_order_and_the_end_waits_for_the_last(store, told):
    tracking = Tracking(store, "http://somewhere")
    runs = [ended(store, str(number)).id for number in range(3)]
    for run in runs:
        tracking.tell(run)
    tracking.close()
    assert told == runs


def test_without_an_address_nobody_is_told(store, told):
    tracking = Tracking(store, "")
    tracking.tell(ended(store).id)
    tracking.close()
    assert told == []
    assert not tracking._thread.is_alive()


def test_a_fault_is_told_once_in_the_log_and_the_next_run_is_tried(store, caplog, monkeypatch):
    def log(uri, run, state) -> None:
        tried.append(run.id)
        raise OSError("no route to host")

    tried: list[str] = []
    monkeypatch.setattr(mlflow, "log", log)
    tracking = Tracking(store, "http://somewhere")
    for name in ("gone", *(ended(store, str(number)).id for number in range(3))):
        tracking.tell(name)
    tracking.close()
    assert len(tried) == 3, "one was deleted"
    assert [record.getMessage().count("no route to host") for record in caplog.records] == [1]


def test_nobody_waits_for_a_slow_server(store, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(mlflow, "log", lambda *_: release.wait())
    monkeypatch.setattr("cnn_core.engine.tracking.CLOSE_SECONDS", 0.05)
    tracking = Tracking(store, "http://somewhere")
    began = time.monotonic()
    for _ in range(100):
        tracking.tell("run")
    tracking.tell(ended(store).id)
    tracking.close()
    assert time.monotonic() - began < 30, "its timeout would be minutes"
    release.set()


def test_what_is_told_of_a_run(store):
    run = ended(store, accuracy=0.75)
    state = store.state(run.id)
    assert list(mlflow.metrics(state)) == [
        ("loss", 1, 1003, 1),
        ("accuracy", 0.5, 1003, 1),
        ("val_loss", 1, 1003, 1),
        ("val_accuracy", 0.375, 1003, 1),
        ("seconds", 1, 1003, 1),
        ("test_loss", 1, 1005, 1),
        ("test_accuracy", 0.75, 1005, 1),
    ]
    params = mlflow.params(run)
    assert params["parameters"] == "93322"
    assert {name: params[name] for name in ("optimizer", "batch_size")} == {"optimizer": "rmsprop", "batch_size": "64"}
    assert params.keys() > type(PRESET.recipe).model_fields.keys()
    assert mlflow.tags(run, state)["cnn_studio.run"] == run.id


@needs_mlflow
@pytest.mark.filterwarnings("ignore")  # of mlflow
def test_mlflow_sends_it(store, capsys):
    server, run, failed = Server(), new(store, "long"), new(store, "failed")
    steps = life()
    epochs = [EpochEnded(at=1003 + n, epoch=n, loss=n, accuracy=0.5, seconds=1) for n in range(1000)]
    store.append(run.id, *steps[:2], *epochs, *steps[-3:])
    store.append(failed.id, *steps[:2], Failed(what="out of memory"))
    tracking = Tracking(store, server.uri)
    tracking.tell(run.id)
    tracking.tell(failed.id)
    until(lambda: len(server.calls["runs/update"]) == 2)
    tracking.close()
    calls = server.calls
    assert len(calls["experiments/create"]) == 1
    assert [made["run_name"] for made in calls["runs/create"]] == ["long", "failed"]
    assert [end["status"] for end in calls["runs/update"]] == ["FINISHED", "FAILED"]
    sent = [metric for batch in calls["runs/log-batch"] for metric in batch.get("metrics", ())]
    assert [metric["value"] for metric in sent if metric["key"] == "loss"] == list(range(1000))
    assert [metric["step"] for metric in sent if metric["key"] == "loss"] == list(range(1, 1001))
    assert all(len(batch.get("metrics", ())) <= 1000 for batch in calls["runs/log-batch"])
    assert capsys.readouterr().out == "", "an answer for scripts must stay one document"
    server.shutdown()
    server.server_close()


def test_a_run_that_no_worker_has_begun_is_not_told():
    """Nothing is imported for it, nobody asked."""
    mlflow.log("http://nowhere.invalid", None, reduce(life()[:1]))
