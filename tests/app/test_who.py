"""A class: what somebody makes is theirs, and only they and the teacher can change or end it."""

import secrets

import numpy as np
import pytest

from cnn_core.compare import duel as duels
from cnn_core.compare.plan import Plan
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.errors import RightsError
from cnn_core.runs.events import Interrupted, Started
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.compare import start
from cnn_core.ui.kit import services, who
from tests.support.pages import link_of, opened, said
from tests.support.people import LONG_AGO, PASSWORD, Visitor, begin_class, end_class

NETWORK = PRESETS["dnn"].network if "dnn" in PRESETS else next(iter(PRESETS.values())).network


@pytest.fixture(autouse=True)
def class_(monkeypatch):
    begin_class(monkeypatch)
    yield
    end_class()


@pytest.fixture
def anna():
    return Visitor("Anna")


@pytest.fixture
def bert():
    return Visitor("Bert")


def run_of(visitor: Visitor, name: str = "mine"):
    run = services.store().create(name, NETWORK, Recipe(epochs=1), "bundled")
    services.store().people.own("run", run.id, visitor.person)
    return run


def buttons(app) -> set[str]:
    return {one.label for one in app.button}


def test_somebody_new_is_asked_for_a_name_once():
    secret = secrets.token_hex(16)
    kept = {"studio.who.secret": secret, "studio.recalled.asked": LONG_AGO}
    app = opened(pages.RUNS, kept)
    name = f"Carla {secrets.token_hex(3)}"
    app.text_input(key=who_key()).set_value(name)
    next(one for one in app.button if one.label == "Join").click().run()
    assert not app.exception
    assert "Join" not in buttons(app)
    assert services.store().people.person(secret).name == name
    assert any(f"You are {name}" in caption.value for caption in app.sidebar.caption)
    assert "Join" not in buttons(opened(pages.HOME, kept))


def who_key() -> str:
    from cnn_core.ui.kit.name_badge import NAME

    return NAME.key


def test_nobody_trains_before_the_class_knows_them():
    kept = {"studio.who.secret": secrets.token_hex(16), "studio.recalled.asked": LONG_AGO}
    app = opened(pages.LIVE, kept)
    before = services.store().lists.count()
    app.button(key="train").click().run()
    assert any("does not know you yet" in error.value for error in app.error)
    assert services.store().lists.count() == before


def test_a_run_carries_its_authors_name(anna, bert):
    app = anna.opens(pages.LIVE)
    app.button(key="train").click().run()
    run_id = app.query_params["run"]
    assert services.store().people.owners("run", [run_id]) == {run_id: anna.person}
    services.engine().queue.stop(run_id)
    table = bert.opens(pages.RUNS).dataframe[0].value
    assert anna.person.name in set(table["who"])


@pytest.fixture
def interrupted(anna):
    run = run_of(anna)
    services.store().submit(run.id)
    started = Started(device="x", choices="y", epochs=1, steps_per_epoch=1, train_images=1, validation_images=0)
    services.store().append(run.id, started, Interrupted())
    return run


def test_resume_is_for_its_author_and_the_teacher(anna, bert, interrupted):
    assert "Resume" in buttons(anna.opens(pages.RUN, run=interrupted.id))
    assert "Resume" not in buttons(bert.opens(pages.RUN, run=interrupted.id))


def test_rename_and_delete_are_for_its_author(anna, bert):
    run = run_of(anna)
    mine, theirs = (one.opens(pages.RUNS, runs=run.id) for one in (anna, bert))
    assert "Delete it" in buttons(mine)
    assert "Open" in buttons(theirs)
    assert "Delete it" not in buttons(theirs)


FORGED = {
    "rename": ("cnn_core.ui.train.runs", lambda module, run, duel, data: module._rename(run.id)),
    "delete": ("cnn_core.ui.train.runs", lambda module, run, duel, data: module._delete(run.id)),
    "stop": ("cnn_core.ui.train.panel", lambda module, run, duel, data: module._stop(run.id)),
    "resume": ("cnn_core.ui.train.panel", lambda module, run, duel, data: module._resume(run)),
    "stop a duel": ("cnn_core.ui.compare.panel", lambda module, run, duel, data: module._stop(duel)),
    "resume a duel": ("cnn_core.ui.compare.panel", lambda module, run, duel, data: module._resume(duel)),
    "delete a duel": ("cnn_core.ui.compare.panel", lambda module, run, duel, data: module._delete(duel)),
    "delete data": ("cnn_core.ui.data.own", lambda module, run, duel, data: module._remove(data)),
    "stop what was taught": ("cnn_core.ui.use.teach", lambda module, run, duel, data: module._stop(run.id)),
}


@pytest.fixture
def things(anna):
    """A run, a duel and a data set of Anna's."""
    run = run_of(anna, f"of Anna {secrets.token_hex(3)}")
    images, labels = np.zeros((8, 28, 28, 1), np.uint8), np.arange(8) % 2
    name = f"own-{secrets.token_hex(4)}"
    services.catalogue().save(name, {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels})
    services.store().people.own("data", name, anna.person)
    plan = Plan(title="x", dataset="bundled", networks=(NETWORK, NETWORK), recipes=(Recipe(), Recipe()), seeds=(1,))
    duel = duels._keep(services.store(), secrets.token_hex(5), plan, (), [run])
    services.store().people.own("duel", duel.id, anna.person)
    yield run, duel, services.entry(name)
    services.store().people.disown("data", name)
    (services.catalogue().folder / f"{name}.npz").unlink(missing_ok=True)


@pytest.mark.parametrize("action", FORGED)
def test_what_a_forged_click_asks_of_somebody_elses_things_is_refused(action, bert, things, monkeypatch):
    """The button is not on their page: this is what happens when their browser says that it was pressed."""
    run, duel, data = things
    place, do = FORGED[action]
    module = __import__(place, fromlist=["_"])
    done = []
    monkeypatch.setattr(services.store().duels, "delete", lambda *asked: done.append("delete_duel"))
    for name in ("rename", "delete", "submit"):
        monkeypatch.setattr(services.store(), name, lambda *asked, name=name: done.append(name))
    monkeypatch.setattr(services.engine().queue, "stop", lambda *asked: done.append("stop"))
    monkeypatch.setattr(services.engine().queue, "put", lambda *asked: done.append("put"))
    monkeypatch.setattr(type(services.catalogue()), "delete", lambda *asked: done.append("data"))
    told = []
    monkeypatch.setattr(module.st, "toast", lambda text, **_more: told.append(text))
    monkeypatch.setattr(who, "visitor", lambda: bert.person)
    do(module, run, duel, data)
    assert not done
    assert any("This belongs to Anna" in text for text in told)
    monkeypatch.setattr(who, "is_teacher", lambda: True)
    assert who.may("run", run.id)
    assert who.may("data", data.name)


@pytest.mark.parametrize("trains", [True, False])
def test_a_duel_of_other_peoples_runs_does_not_make_them_mine(bert, trains, monkeypatch):
    """A run from before there was a class is nobody's, and stays so; what a duel itself trains is its maker's."""
    nobodys = services.store().create("old", NETWORK, Recipe(), "bundled")
    plan = Plan(title="x", dataset="bundled", networks=(NETWORK, NETWORK), recipes=(Recipe(), Recipe()), seeds=(1,))
    monkeypatch.setattr(who, "visitor", lambda: bert.person)
    monkeypatch.setattr(start.session, "set_link", lambda *asked: None)
    monkeypatch.setattr(start.st, "rerun", lambda: None)
    start.open_duel(lambda: duels._keep(services.store(), secrets.token_hex(5), plan, (), [nobodys]), trains=trains)
    assert services.store().people.owners("run", [nobodys.id]) == ({nobodys.id: bert.person} if trains else {})


def test_the_teacher_signs_in_with_the_password_and_may_do_everything(anna, bert):
    run = run_of(anna)
    app = bert.opens(pages.RUNS, runs=run.id)
    sign_in(app, PASSWORD)
    assert "Teacher: sign out" in buttons(app)
    assert "Delete it" in buttons(app)
    next(one for one in app.button if one.label == "Teacher: sign out").click().run()
    assert "Delete it" not in buttons(app)


def sign_in(app, password: str) -> None:
    from cnn_core.ui.kit.name_badge import PASSWORD as BOX

    app.text_input(key=BOX.key).set_value(password)
    next(one for one in app.button if one.label == "Sign in").click().run()
    assert not app.exception


def test_guessing_the_password_is_slow(bert):
    app = bert.opens(pages.HOME)
    for _try in range(who.MOST_TRIES):
        sign_in(app, "hawk")
        assert any("password" in error.value for error in app.error)
    sign_in(app, PASSWORD)
    assert any("Too many wrong passwords" in error.value for error in app.error)
    assert "Teacher: sign out" not in buttons(app)


def test_a_guesser_does_not_keep_the_teacher_out(anna, bert):
    guesses = bert.opens(pages.HOME)
    for _try in range(who.MOST_TRIES + 1):
        sign_in(guesses, "hawk")
    app = anna.opens(pages.HOME)
    sign_in(app, PASSWORD)
    assert "Teacher: sign out" in buttons(app)


def test_many_guessers_are_slow_too(monkeypatch):
    monkeypatch.setattr(who, "MOST_TRIES_OF_ALL", 3)
    for _try in range(3):
        sign_in(Visitor("Guesser").opens(pages.HOME), "hawk")
    app = Visitor("Guesser").opens(pages.HOME)
    sign_in(app, PASSWORD)
    assert any("Too many wrong passwords" in error.value for error in app.error)


def test_who_has_no_secret_is_nobodys_teacher(monkeypatch):
    """A browser that keeps nothing has none: it must not be taken for another one that has none."""
    monkeypatch.setattr(who.SECRET, "get", lambda: "")
    with pytest.raises(RightsError):
        who.sign_in(PASSWORD)
    assert not who.is_teacher()


def test_a_teacher_stays_one_when_the_page_is_loaded_again(bert):
    sign_in(bert.opens(pages.HOME), PASSWORD)
    assert "Teacher: sign out" in buttons(bert.opens(pages.RUNS))


def test_a_shared_drawing_says_who_drew_it(anna, bert):
    strokes = [{"width": 20.0, "points": [(10.0, 10.0, 1.0), (200.0, 200.0, 1.0)]}]
    kept = {"studio.who.secret": anna.secret, "studio.recalled.asked": LONG_AGO}
    link = said(link_of(opened(pages.DRAW, kept | {"studio.draw.last": {"strokes": strokes, "ink": None}})))
    assert link["by"] == anna.person.name
    app = bert.opens(pages.DRAW, **link)
    assert any(anna.person.name in toast.value for toast in app.toast)


def test_without_a_class_everybody_may_do_everything_and_runs_says_so(monkeypatch):
    monkeypatch.setattr(who, "settings", settings)
    run = services.store().create("nobody's", NETWORK, Recipe(), "bundled")
    app = opened(pages.RUNS, runs=run.id)
    assert any("This is an open lab" in caption.value for caption in app.caption)
    assert "Delete it" in buttons(app)
    assert "Join" not in buttons(app)
    assert "who" not in app.dataframe[0].value
