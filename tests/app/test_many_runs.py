"""The list of runs with more than one page, and how much a page asks of the database."""

import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_core.compare import duel as duels
from cnn_core.compare.gather import gather, live_curves
from cnn_core.compare.plan import Duel, Plan
from cnn_core.runs.events import Progress
from cnn_core.runs.predictions import PREDICTIONS_FILE
from cnn_core.runs.store import RunStore
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.train import estimate
from cnn_core.ui.train.estimate import waiting_text
from tests.support import pages as support
from tests.support.runs import PRESET, STARTED, ended, life, new, waiting
from tests.support.statements import counted

ROOT = Path(__file__).parents[2]
RUNS, LIVE, RUN = pages.RUNS, pages.LIVE, pages.RUN
MANY = 120


@pytest.fixture(scope="module", autouse=True)
def workers() -> None:
    """Made for good with the store that all other tests have."""
    services.engine()


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Iterator[RunStore]:
    """Runs 0 to 119, the last one the newest and the worst; every tenth is of another data set."""
    folder = tmp_path_factory.mktemp("many")
    store = RunStore(f"sqlite:///{folder}/runs.db", str(folder))
    for number in range(MANY):
        data = "mnist" if number % 10 == 0 else "bundled"
        run = store.create(f"run {number}", PRESET.network, PRESET.recipe, data)
        store.append(run.id, *life(accuracy=1 - number / 1000))
    yield store
    store.close()


@pytest.fixture
def store(filled, monkeypatch) -> RunStore:
    monkeypatch.setattr(services, "store", lambda: filled)
    return filled


@pytest.fixture
def own(tmp_path, monkeypatch) -> Iterator[RunStore]:
    """An empty store that the pages show."""
    store = RunStore(f"sqlite:///{tmp_path}/runs.db", str(tmp_path))
    monkeypatch.setattr(services, "store", lambda: store)
    yield store
    store.close()


def opened(page: str = RUNS, ticked: tuple[str, ...] = (), **query: str) -> AppTest:
    return support.opened(page, {"studio.runs.ticked": ticked}, **query)


def names(app: AppTest) -> list[str]:
    return app.dataframe[0].value["name"].tolist()


def numbered(*numbers: int) -> list[str]:
    return [f"run {number}" for number in numbers]


def turned(app: AppTest, page: int) -> AppTest:
    box = next(box for box in app.number_input if str(box.key).startswith("runs-page"))
    return box.set_value(page).run()


def test_pages_are_turned(store):
    app = opened()
    assert names(app) == numbered(*range(119, 69, -1))
    assert names(turned(app, 2)) == numbered(*range(69, 19, -1))
    assert names(turned(app, 3)) == numbered(*range(19, -1, -1))
    assert not app.exception


def test_runs_are_searched_for_and_sorted(store):
    app = opened()
    app.selectbox(key="runs-order").set_value("-test_accuracy").run()
    assert names(app) == numbered(*range(50))
    app.text_input(key="runs-search").set_value("RUN 11").run()
    assert names(app) == numbered(11, *range(110, 120))
    app.text_input(key="runs-search").set_value("mnist digits").run()
    assert names(app) == numbered(*range(0, 120, 10)), "by what the data set is called in the table"
    app.text_input(key="runs-search").set_value("100 %").run()
    assert not app.exception
    assert not app.dataframe
    assert "100" in app.info[0].value
    app.text_input(key="runs-search").set_value("").run()
    assert names(app) == numbered(*range(50))


def test_ticks_stay_when_pages_are_turned(store):
    by_name = {run.name: run.id for run in store.lists.page(limit=MANY)[0]}
    ticked = (by_name["run 119"], by_name["run 60"])
    app = opened(ticked=ticked)
    shown = [text.value for text in app.caption if "Also chosen" in text.value]
    assert len(shown) == 1
    assert "run 60" in shown[0]
    assert set(app.session_state["studio.runs.ticked"]) == set(ticked)
    turned(app, 3)
    assert by_name["run 60"] in app.session_state["studio.runs.ticked"]
    app.button(key="runs-untick").click().run()
    assert not app.exception
    assert by_name["run 60"] not in app.session_state["studio.runs.ticked"]


def test_the_last_page_may_go_while_somebody_looks_at_it(own):
    runs = [ended(own, f"run {number}") for number in range(101)]
    app = turned(opened(), 3)
    assert names(app) == ["run 0"]
    own.delete(runs[0].id)
    app.run()
    assert not app.exception
    assert len(names(app)) == 50


def test_a_few_runs_need_no_search(own):
    app = opened()
    assert "Nothing has been trained here yet" in app.info[0].value
    for number in range(3):
        ended(own, f"run {number}")
    app.run()
    assert names(app) == numbered(2, 1, 0)
    assert not [box for box in app.text_input if box.key == "runs-search"]


def test_a_refresh_of_a_run_that_has_nothing_new_is_one_statement(own):
    run = waiting(own)
    own.append(run.id, STARTED)
    own.state(run.id)
    with counted(own) as statements:
        own.state(run.id)
    assert len(statements) == 1
    own.append(run.id, Progress(epoch=0, step=1, points=((1, 1, 0),), images_per_second=1))
    fresh = RunStore(str(own._db.url), str(own._files._root))
    fresh.state(run.id)
    own.append(run.id, Progress(epoch=0, step=2, points=((2, 1, 0),), images_per_second=1))
    with counted(fresh) as statements:
        fresh.state(run.id)
    assert len(statements) == 2
    fresh.close()


@pytest.fixture
def largest(own) -> Duel:
    """All experiments with the most seeds: 120 trainings, of which one goes on."""
    plan = Plan(
        title="largest",
        dataset="bundled",
        networks=(PRESET.network, PRESET.network),
        recipes=(PRESET.recipe, PRESET.recipe),
        seeds=tuple(range(10)),
        sizes=(100, 300, 1_000, 3_000),
        shuffled=True,
    )
    made = duels.trainings(plan, 4_000)
    runs = [new(own, str(number), "duel") for number in range(len(made))]
    for run in runs[1:]:
        own.append(run.id, *life(points=3))
    own.submit(runs[0].id)
    own.append(runs[0].id, STARTED)
    return duels._keep(own, "duel", plan, made, runs)


def test_a_refresh_of_the_largest_duel_is_a_few_statements(own, largest):
    assert len(largest.runs) == 120
    for known in (False, True):
        with counted(own) as statements:
            duels.progress(largest, own)
            live_curves(largest, own)
        assert len(statements) <= 6, known


def test_pages_ask_the_database_little(store):
    """However many runs there are."""
    for page, most in ((pages.HOME, 3), (RUNS, 7), (pages.DRAW, 3), (LIVE, 3)):
        opened(page)
        with counted(store) as statements:
            opened(page)
        assert len(statements) <= most, (page, statements)


def test_nobody_is_slower_for_how_many_wait(own, monkeypatch):
    """As many statements with sixty as with few: for a click, and for a refresh of the page of somebody who waits.

    A few more come once in two seconds for all who wait together, and some when the line has changed.
    """
    monkeypatch.setattr(services.engine().queue, "position", lambda run_id: own.lists.line().before(run_id))
    ended(own)
    waiting(own, "before mine")
    mine, sent = waiting(own, "mine"), []
    for number in (12, 60):
        while own.lists.count() < number:
            waiting(own, "another")
        opened(RUN, run=mine.id)
        known = statements_of(own, estimate.waits.__wrapped__)
        looks = [partial(opened, page, run=mine.id) for page in (pages.HOME, RUNS, pages.DRAW, LIVE, RUN)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(estimate, "waits", dict)
            refresh = statements_of(own, lambda: waiting_text(mine.id, own.state(mine.id)))
            sent.append((refresh, known, [statements_of(own, look) for look in looks]))
    assert sent[0] == sent[1]
    assert refresh <= 2
    assert known <= 5


def statements_of(store: RunStore, does: Callable[[], object]) -> int:
    with counted(store) as statements:
        does()
    return len(statements)


def test_the_report_of_a_duel_asks_for_all_its_runs_at_once(own, largest):
    own.append(largest.runs[0], *life()[2:])
    labels = services.dataset("bundled").y_test
    file = io.BytesIO()
    np.savez(file, predicted=labels, confidence=np.ones(len(labels)))
    for _, run_id in largest.of("main"):
        own.save_file(run_id, PREDICTIONS_FILE, file.getvalue())
    with counted(own) as statements:
        report = gather(largest, own, services.catalogue())
    assert len(report.agreements) == 10
    assert len(statements) <= 2
