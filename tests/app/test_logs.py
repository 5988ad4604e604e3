"""Logs: what a run's page offers of its curves."""

from cnn_core.exchange.logs import LOGS
from cnn_core.exchange.tables import epochs_table
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.train import logs
from tests.support.pages import elements, opened
from tests.support.runs import life, new


def offered(app) -> list[str]:
    found = [one for one in elements(app._tree) if one.type == "download_button"]
    return [button.label for button in found if "-log-" in button.key]


def test_they_are_offered_once_a_worker_has_begun():
    run = new(services.store())
    services.store().append(run.id, *life()[:1])
    assert offered(opened(pages.RUN, run=run.id)) == []
    services.store().append(run.id, *life()[1:])
    assert offered(opened(pages.RUN, run=run.id)) == ["Curves as a table (.csv)", "Files for TensorBoard (.zip)"]


def test_a_click_writes_what_is_known_by_then():
    """The page of a run is not drawn anew with every epoch."""
    run = new(services.store())
    services.store().append(run.id, *life()[:2])
    opened(pages.RUN, run=run.id)
    services.store().append(run.id, *life()[2:])
    told = logs._made(run, LOGS["csv"]).decode()
    assert told == epochs_table(services.store().state(run.id))
    assert len(told.splitlines()) == 2
