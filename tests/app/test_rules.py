"""A server's limits: said beforehand, and refused in what a click does, before anything is kept."""

import secrets
import threading
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from cnn_core.compare import duel as duels
from cnn_core.compare.plan import Plan
from cnn_core.data.datasets import BUNDLED
from cnn_core.design.layers import Dense, Flatten
from cnn_core.design.network import History, Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import FineTuning, Start
from cnn_core.engine.work.split_lesson import SplitLesson
from cnn_core.errors import RunError
from cnn_core.runs.events import Cancelled, Finished, Interrupted, Started, Submitted, TrainingEnded
from cnn_core.runs.events import Tested as Scored  # pytest would collect a class whose name begins with Test
from cnn_core.settings import Settings, settings
from cnn_core.ui import pages
from cnn_core.ui.kit import rules, services
from cnn_core.ui.train import panel
from cnn_core.ui.use import ways
from cnn_core.ui.use.bases import Base
from cnn_core.ui.use.ways import CLASSIC, DIGITS, LAST_DIGITS, RECIPE, Target
from tests.app.test_duel import small
from tests.app.test_teach import page as teach_page
from tests.app.test_teach import things
from tests.support import pages as support
from tests.support.people import LONG_AGO
from tests.support.waiting import until

TINY = Network(name="tiny", layers=(Flatten(), Dense(units=10, activation="softmax")))  # 7,850 parameters
QUICK = Recipe(epochs=2, train_images=100)
STARTED = Started(device="CPU", choices="", epochs=2, steps_per_epoch=1, train_images=90, validation_images=10)


@pytest.fixture
def server(monkeypatch) -> Callable[..., None]:
    """Gives this server these settings."""

    def has(**limits: object) -> None:
        own = settings().model_copy(update=limits)
        for module in ("kit.rules", "kit.upload_box", "kit.who"):
            monkeypatch.setattr(f"cnn_core.ui.{module}.settings", lambda: own)

    return has


@pytest.fixture
def busy(monkeypatch) -> None:
    """What is put into the queue waits there for good."""
    put = lambda run, minutes=None: services.store().submit(run.id, minutes)  # noqa: E731
    monkeypatch.setattr(services.engine().queue, "put", put)


def opened(page: str, recipe: Recipe = QUICK, **query: str):
    own = {"studio.history": History(present=TINY), "studio.recipe": recipe}
    return support.opened(page, own, **query)


def shown(app) -> str:
    boxes = [*app.caption, *app.info, *app.error, *app.warning, *app.markdown]
    return "\n".join(box.value for box in boxes).replace("\\", "").replace("\u2060", "")


def forged(app, key: str) -> None:
    """A press of a button that cannot be pressed, as a browser may tell of it all the same."""
    button = app.button(key=key)
    button.proto.disabled = False
    button.click().run()


def count() -> int:
    return services.store().lists.count(duels=True)


@pytest.mark.parametrize("name", ["epochs", "parameters", "run_minutes", "waiting_runs", "kept_runs", "kept_datasets"])
def test_each_limit_is_a_setting_and_none_is_set_at_first(monkeypatch, name):
    field = f"max_{name}"
    assert getattr(Settings(), field) is None
    monkeypatch.setenv(f"CNN_STUDIO_MAX_{name.upper()}", "3")
    assert getattr(Settings(), field) == 3


def test_where_nothing_is_limited_nothing_is_said():
    assert "At most on this server" not in shown(opened(pages.LIVE))
    assert rules.within(Recipe(epochs=1000)).epochs == 1000


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"max_epochs": 1}, "at most 1 epochs. Received 2"),
        ({"max_parameters": 7_849}, "at most 7,849 parameters. Received 7,850"),
    ],
)
def test_the_training_page_says_what_is_too_much_and_does_not_train_it(server, limits, words):
    server(**limits)
    app, before = opened(pages.LIVE), count()
    assert words in shown(app)
    assert "At most on this server: " in shown(app)
    assert app.button(key="train").disabled
    forged(app, "train")
    assert words in shown(app)
    assert count() == before


def test_one_click_makes_a_recipe_short_enough(server):
    server(max_epochs=1)
    app = opened(pages.LIVE)
    app.button(key="setup-fewer").click().run()
    assert not app.error
    assert app.session_state["studio.recipe"].epochs == 1
    assert not app.button(key="train").disabled
    app = small(support.opened(pages.DUEL))
    app.button(key="duel-fewer").click().run()
    assert not app.error
    assert not app.button(key="duel-start").disabled


def test_a_second_phase_is_not_cut_off(server):
    server(max_epochs=3)
    start = Start(base="keras-log", layers=2, frozen=2, then=FineTuning(after=3, frozen=1, learning_rate=0.001))
    late = Recipe(epochs=5, start=start)
    assert rules.within(late) == late
    soon = late.model_copy(
        update={"start": start.model_copy(update={"then": start.then.model_copy(update={"after": 2})})}
    )
    assert Recipe.model_validate(rules.within(soon).model_dump()).epochs == 3


@pytest.mark.parametrize("most", [1, 4, None])
def test_transfer_offers_as_many_epochs_as_there_may_be(server, most):
    server(max_epochs=most)
    app = support.opened(pages.TRANSFER, **{"from": "keras-log", "layers": "6"})
    boxes = [box for box in app.number_input if box.label == "Epochs"]
    assert [(box.value, box.max) for box in boxes] == {1: [], 4: [(4, 4)], None: [(10, 100)]}[most]
    assert not app.button(key="transfer-train").disabled


def test_a_run_within_the_limits_is_told_how_long_it_may_train(server, busy):
    server(max_epochs=2, max_parameters=7_850, max_run_minutes=2.5, max_waiting_runs=1)
    app = opened(pages.LIVE)
    assert "At most on this server: 2 epochs · 7,850 parameters · 2.5 min of training · 1 of your runs" in shown(app)
    app.button(key="train").click().run()
    state = services.store().state(app.query_params["run"])
    assert (state.status, state.minutes) == ("queued", 2.5)


def test_a_visitor_may_have_so_many_runs_waiting_and_another_one_as_many(server, busy):
    def trains(app) -> str:
        """The id of the run, or why there is none."""
        app.query_params.clear()
        app.switch_page(pages.LIVE).run().button(key="train").click().run()
        return next((error.value for error in app.error), None) or app.query_params["run"]

    server(max_waiting_runs=2)
    app, other = opened(pages.LIVE), opened(pages.LIVE)
    first, _second, before = trains(app), trains(app), count()
    assert "Too many of your runs wait. Expected at most 2 at a time. Received 3" in trains(app).replace("\\", "")
    assert count() == before
    assert services.store().run(trains(other))
    services.store().append(first, Cancelled())
    assert services.store().run(trains(app))


def test_in_a_class_a_persons_runs_count_wherever_they_began_them(server, busy):
    server(max_waiting_runs=1, teacher_password=SecretStr("owl"))
    secret = secrets.token_hex(16)
    services.store().people.join(secret, f"Anna {secrets.token_hex(3)}")
    for refused in (False, True):  # two visits, as from two tabs
        kept = {"studio.who.secret": secret, "studio.recalled.asked": LONG_AGO}
        app = support.opened(pages.LIVE, kept | {"studio.history": History(present=TINY), "studio.recipe": QUICK})
        app.button(key="train").click().run()
        assert ("Too many of your runs wait" in shown(app)) == refused


def test_who_comes_back_has_the_run_of_before_still_counted(server, busy):
    server(max_waiting_runs=1)
    app = opened(pages.LIVE)
    app.button(key="train").click().run()
    again = support.opened(pages.LIVE, {"studio.own.run": app.session_state["studio.own.run"]})
    again.button(key="train").click().run()
    assert "Too many of your runs wait" in shown(again)


@pytest.mark.parametrize(("epochs", "refused"), [(1, True), (2, False)])
def test_resume_asks_too(server, busy, monkeypatch, epochs, refused):
    run = services.store().create("broken off", TINY, QUICK, BUNDLED)
    services.store().append(run.id, Submitted(), STARTED, Interrupted())
    server(max_epochs=epochs, max_run_minutes=3)
    told = []
    monkeypatch.setattr(panel.st, "toast", lambda text, **_more: told.append(text))
    panel._resume(run)
    assert any("too long for this server" in text for text in told) == refused
    state = services.store().state(run.id)
    assert (state.status, state.minutes) == (("interrupted", None) if refused else ("queued", 3))


def test_a_run_that_the_server_ended_says_so_and_is_neither_stopped_nor_failed():
    run = services.store().create("long", TINY, QUICK, BUNDLED)
    end = TrainingEnded(reason="server limit"), Scored(loss=1, accuracy=0.5, confusion=((1,),)), Finished()
    services.store().append(run.id, Submitted(minutes=5.0), STARTED, *end)
    app = opened(pages.RUN, run=run.id)
    assert "This run was ended after 5 min of training, the most on this server." in shown(app)
    badges = " ".join(markdown.value for markdown in app.markdown)
    assert "Finished" in badges
    assert "Stopped" not in badges
    assert "Failed" not in badges


def test_a_duel_says_how_many_of_its_trainings_the_server_ended(busy):
    duel = duels.start(plan(), services.store(), services.engine(), services.catalogue())
    for run_id, reason in zip(duel.runs, ("server limit", "completed"), strict=True):
        services.store().append(run_id, STARTED, TrainingEnded(reason=reason))
    assert "1 training was ended by this server's limit" in shown(support.opened(pages.DUEL, duel=duel.id))


def plan(**changes: object) -> Plan:
    asked = {"title": "x", "dataset": BUNDLED, "networks": (TINY, TINY), "recipes": (QUICK, QUICK), "seeds": (1,)}
    return Plan(**asked | changes)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"max_epochs": 4}, "at most 4 epochs"),
        ({"max_parameters": 9_999}, "at most 9,999 parameters"),
        ({"max_waiting_runs": 1}, "Too many of your runs wait. Expected at most 1 at a time. Received 2"),
    ],
)
def test_a_duel_is_refused_as_a_whole(server, busy, limits, words):
    server(**limits)
    app, before = small(support.opened(pages.DUEL)), count()
    forged(app, "duel-start")
    assert words in shown(app)
    assert count() == before
    assert "duel" not in app.query_params


def test_each_training_of_a_duel_has_the_servers_minutes(server, busy):
    server(max_run_minutes=4, max_waiting_runs=2)
    app = small(support.opened(pages.DUEL))
    app.button(key="duel-start").click().run()
    assert not app.error
    duel = duels.load(services.store(), app.query_params["duel"])
    states = services.store().states(duel.runs)
    assert [state.minutes for state in states.values()] == [4, 4]


def test_a_duel_that_is_repeated_or_resumed_asks_too(server, busy, monkeypatch):
    from cnn_core.ui.compare import panel as duel_panel
    from cnn_core.ui.compare import start

    duel = duels.start(plan(), services.store(), services.engine(), services.catalogue())
    for run_id in duel.runs:
        services.store().append(run_id, STARTED, Interrupted())
    server(max_waiting_runs=1)
    told, before = [], count()
    monkeypatch.setattr(duel_panel.st, "toast", lambda text, **_more: told.append(text))
    duel_panel._resume(duel)
    assert any("Too many of your runs wait" in text for text in told)
    assert {state.status for state in services.store().states(duel.runs).values()} == {"interrupted"}
    with pytest.raises(RunError, match="Too many of your runs wait"):
        start._begin(plan())
    assert count() == before
    server(max_waiting_runs=2, max_run_minutes=6)
    duel_panel._resume(duel)
    assert [state.minutes for state in services.store().states(duel.runs).values()] == [6, 6]


def test_to_learn_from_less_counts_as_the_rest_of_a_duel(server):
    """Of 100 images, 300 steps are 150 epochs, and no more work."""
    server(max_epochs=2)
    less = plan(sizes=(100,), recipes=(Recipe(epochs=2), Recipe(epochs=2)))
    made = duels.trainings(less, 4_000)
    assert max(duels.recipe_of(less, training).epochs for training in made) == 150
    rules.check_runs(duels.asked(less, made))


def test_where_epochs_are_limited_the_clock_cannot_decide_a_duel(server):
    assert "Seconds" in support.opened(pages.DUEL).segmented_control(key="duel-match").options
    server(max_epochs=20)
    assert "Seconds" not in support.opened(pages.DUEL).segmented_control(key="duel-match").options


def test_the_button_of_home_trains_no_longer_than_it_may(server, busy):
    server(max_epochs=3)
    app = support.opened(pages.HOME)
    app.button(key="home-train").click().run()
    assert not app.error
    assert services.store().run(app.query_params["run"]).recipe.epochs == 3


def test_teaching_keeps_no_pictures_that_it_may_not_train_on(server, busy):
    server(max_parameters=100)
    app, before = teach_page(things(Red=5, Blue=5)), services.catalogue().entries()
    app.button(key="teach").click().run()
    assert "The network is too large for this server" in shown(app)
    assert services.catalogue().entries() == before


def test_teaching_takes_as_many_epochs_as_it_may(server, busy):
    server(max_epochs=4, max_run_minutes=1)
    app = teach_page(things(Red=5, Blue=5))
    app.button(key="teach").click().run()
    run_id = app.session_state["studio.teach.run"]
    assert (services.store().run(run_id).recipe.epochs, services.store().state(run_id).minutes) == (4, 1)
    services.catalogue().delete(services.store().run(run_id).dataset)


def test_transfer_asks_for_its_run_and_for_all_three(server, busy):
    server(max_parameters=100)
    app, before = support.opened(pages.TRANSFER, **{"from": "keras-log", "layers": "6"}), count()
    assert app.button(key="transfer-train").disabled
    forged(app, "transfer-train")
    assert "The network is too large for this server" in shown(app)
    next(one for one in app.button if one.label == "Train all three").click().run()
    assert shown(app).count("The network is too large for this server") >= 2
    assert not support.under_way(app)
    assert count() == before


def test_what_takes_a_trainer_and_is_no_run_counts_as_one(server, monkeypatch):
    """One experiment at a time, and no run beside it; another visitor may have one, too."""
    go = threading.Event()
    monkeypatch.setattr(SplitLesson, "run", lambda self, context: until(lambda: go.is_set() or context.stopped()))
    server(max_waiting_runs=1)
    app, other = opened(pages.AUGMENTATION), opened(pages.AUGMENTATION)
    app.button(key="split-lesson").click().run()
    assert support.under_way(app) == ["Waiting for a free trainer…"]
    app.switch_page(pages.LIVE).run().button(key="train").click().run()
    assert "Too many of your runs wait. Expected at most 1 at a time. Received 2" in shown(app)
    other.button(key="split-lesson").click().run()
    assert support.under_way(other)
    app.switch_page(pages.AUGMENTATION).run().button(key="split-lesson-stop").click().run()
    app.switch_page(pages.TRANSFER).run()
    next(one for one in app.button if one.label == "Train all three").click().run()
    assert support.under_way(app)
    next(one for one in app.button if one.label == "Stop").click().run()
    assert not support.under_way(app)
    go.set()


def test_all_three_are_trained_within_the_epochs_and_the_minutes(server):
    server(max_epochs=1, max_run_minutes=7)
    base, entry = Base(DIGITS, "", CLASSIC.network, "scaled"), services.entry(BUNDLED)
    recipe = rules.within(RECIPE).model_copy(update={"start": Start(base="digits", layers=2, frozen=2)})
    work = ways._work(base, CLASSIC.network, recipe, Target(entry, LAST_DIGITS, (), 100), (10,), 1)
    assert (work.recipe.epochs, work.base[1].epochs, work.minutes) == (1, 1, 7)
