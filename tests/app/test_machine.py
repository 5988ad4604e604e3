"""Which machine trains a run: said where a Dask cluster has several, and nowhere else."""

import pytest

from cnn_core.runs.events import EVENT, Cancelled, Progress, Started
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.train import machine
from tests.support.pages import opened
from tests.support.runs import STARTED, new

POINT = Progress(epoch=0, step=1, points=((1, 1.0, 0.5),), images_per_second=9)


@pytest.fixture
def cluster(monkeypatch):
    own = settings().model_copy(update={"scheduler_address": "tls://192.168.1.10:8786"})
    monkeypatch.setattr(machine, "settings", lambda: own)


@pytest.fixture
def run():
    """One that trains on lab-3."""
    store = services.store()
    run = new(store, "somewhere")
    store.submit(run.id)
    store.append(run.id, STARTED.model_copy(update={"host": "lab-3"}), POINT)
    return run


def said(app) -> list[str]:
    return [caption.value for caption in app.caption if "lab" in caption.value]


def state_of(app, name: str) -> str:
    table = app.dataframe[0].value
    return table.loc[table["name"] == name, "status"].iloc[0]


def test_a_run_says_where_it_trains_and_did(cluster, run):
    assert any(caption.startswith("trains on lab") for caption in said(opened(pages.RUN, run=run.id)))
    assert state_of(opened(pages.RUNS), "somewhere") == "Training on lab-3"
    services.store().append(run.id, Cancelled())
    assert any(caption.startswith("trained on lab") for caption in said(opened(pages.RUN, run=run.id)))
    assert state_of(opened(pages.RUNS), "somewhere") == "Stopped"


def test_where_this_server_trains_its_name_is_nobodys_business(run):
    assert said(opened(pages.RUN, run=run.id)) == []
    assert state_of(opened(pages.RUNS), "somewhere") == "Training"


def test_a_run_of_an_earlier_version_has_no_machine(cluster):
    kept = STARTED.model_dump(mode="json")
    del kept["host"]
    assert EVENT.validate_python(kept) == STARTED
    assert Started.model_fields["host"].default == ""
    run = new(services.store(), "earlier")
    services.store().submit(run.id)
    services.store().append(run.id, STARTED, POINT)
    assert said(opened(pages.RUN, run=run.id)) == []
    assert state_of(opened(pages.RUNS), "earlier") == "Training"


def test_somebody_who_waits_is_offered_to_draw_meanwhile(run):
    store = services.store()
    waits = new(store, "waits")
    store.submit(waits.id)
    offered = "Draw a digit for a ready-made network"
    assert offered in {link.proto.label for link in opened(pages.RUN, run=waits.id).get("page_link")}
    assert offered not in {link.proto.label for link in opened(pages.RUN, run=run.id).get("page_link")}
