"""What this version cannot read takes no page down: it is listed as such, said in words, and can be deleted."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from cnn_core.compare import duel as duels
from cnn_core.runs.database import DUELS, EVENTS, RUNS
from cnn_core.runs.run import Run
from cnn_core.runs.store import RunStore
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from tests.support.pages import opened
from tests.support.runs import ended

ROOT = Path(__file__).parents[2]
PAGES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "pages").glob("*/*.py"))
LIVE, RUNS_PAGE, DUEL = pages.LIVE, pages.RUNS, pages.DUEL


def texts(app: AppTest) -> str:
    return " ".join(box.value for box in (*app.error, *app.caption, *app.warning, *app.info, *app.markdown))


def new_recipe(row: sa.Row) -> dict:
    return {"recipe": json.dumps({**json.loads(row.recipe), "mixup": 0.2})}


def new_layer(row: sa.Row) -> dict:
    network = json.loads(row.network)
    network["layers"][0]["type"] = "Attention"
    return {"network": json.dumps(network)}


def no_json(row: sa.Row) -> dict:
    return {"network": "<network>"}


def new_event(store: RunStore, run_id: str) -> None:
    with store._db.begin() as db:
        third = (EVENTS.c.run == run_id) & (EVENTS.c.number == 3)
        db.execute(EVENTS.update().where(third).values(event='{"kind": "paused", "at": 1}'))
    store._states.clear()  # as after a restart


def broken(kind: str) -> Run:
    """A run of another version."""
    store = services.store()
    run = ended(store, f"of another version: {kind}")
    if kind == "event":
        new_event(store, run.id)
        return run
    with store._db.begin() as db:
        row = db.execute(RUNS.select().where(RUNS.c.id == run.id)).one()
        values = {"recipe": new_recipe, "layer": new_layer, "network": no_json}[kind](row)
        db.execute(RUNS.update().where(RUNS.c.id == run.id).values(values))
    return run


def rows(app: AppTest) -> dict[str, str]:
    table = app.dataframe[0].value
    return dict(zip(table["name"], table["status"], strict=True))


@pytest.fixture(params=["recipe", "layer", "network", "event"])
def unreadable(request):
    run = broken(request.param)
    yield run
    services.store().delete(run.id)


def test_all_pages_work(unreadable):
    ended(services.store(), "of this version")
    for page in PAGES:
        assert not opened(page).exception, page
    app = opened(DUEL)
    app.segmented_control(key="duel-way").set_value("runs").run()
    assert not app.exception


def test_a_link_says_so_and_then_the_list_too(unreadable):
    app = opened(LIVE, run=unreadable.id)
    assert not app.exception
    assert "another version of CNN Studio" in texts(app)
    app = opened(RUNS_PAGE)
    assert rows(app)[unreadable.name] == "Cannot be read"
    assert not opened(pages.DRAW, model=unreadable.id).exception
    assert unreadable.id not in [model.key for model in services.models()]


def test_it_can_be_renamed_and_deleted_on_the_page():
    run = broken("recipe")
    app = opened(RUNS_PAGE)
    app.session_state["studio.runs.ticked"] = (run.id,)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["studio.runs.ticked"] = (run.id,)
    app.switch_page(RUNS_PAGE)
    app.run()
    assert not app.exception
    assert not [button for button in app.button if button.key in ("runs-open", "runs-load")]
    app.text_input(key=f"studio.runs.name.{run.id}").set_value("away with it")
    app.button(key="rename-save").click().run()
    assert rows(app)["away with it"] == "Cannot be read"
    app.button(key="delete-confirm").click().run()
    assert not app.exception
    assert services.store().lists.some([run.id]) == []


def test_a_version_that_can_read_it_lists_it_again(tmp_path):
    url = f"sqlite:///{tmp_path}/runs.db"
    store = RunStore(url, str(tmp_path))
    run = ended(store)
    with store._db.begin() as db:
        kept = db.scalar(sa.select(EVENTS.c.event).where(EVENTS.c.number == 3))
    new_event(store, run.id)
    assert store.state(run.id).status == "unreadable"
    assert [line.status for line in store.lists.page()[0]] == ["unreadable"]
    with store._db.begin() as db:
        db.execute(EVENTS.update().where(EVENTS.c.number == 3).values(event=kept))
    assert [line.status for line in RunStore(url, str(tmp_path)).lists.page()[0]] == ["finished"]


def test_a_duel_of_another_version():
    store = services.store()
    runs = [ended(store, name) for name in ("mine 1", "mine 2")]
    duel = duels.of_runs(*runs, store)
    with store._db.begin() as db:
        content = json.loads(db.scalar(sa.select(DUELS.c.content).where(DUELS.c.id == duel.id)))
        content["plan"]["rounds"] = 3
        db.execute(DUELS.update().where(DUELS.c.id == duel.id).values(content=json.dumps(content)))
    for page in PAGES:
        assert not opened(page).exception, page
    assert "cannot be read" in texts(opened(DUEL))
    app = opened(DUEL, duel=duel.id)
    assert not app.exception
    assert "This duel cannot be read" in app.error[0].value
    assert app.button(key="duel-start")
    store.duels.delete(duel.id)


def test_a_duel_with_a_run_of_another_version():
    store, lost = services.store(), broken("event")
    duel = duels.of_runs(ended(store, "one"), lost, store)
    assert not opened(DUEL, duel=duel.id).exception
    store.duels.delete(duel.id)
    store.delete(lost.id)


@pytest.mark.parametrize("value", ["\0", "%00", "a\0", "🙂", "x" * 5000])
@pytest.mark.parametrize(("page", "name"), [(LIVE, "run"), (DUEL, "duel")])
def test_an_address_may_hold_anything(page, name, value):
    app = opened(page, **{name: value})
    assert not app.exception
    assert f"There is no such {name}" in app.error[0].value
