"""The board of a class, the teacher's desk, and what is set there on everybody's pages."""

import pytest
from cachetools import TTLCache, cached
from streamlit.testing.v1 import AppTest

from cnn_core.design.effort import Effort
from cnn_core.design.recipe import Recipe
from cnn_core.engine.job import Task
from cnn_core.lessons.goals import reach
from cnn_core.runs.classroom import Plan, Step
from cnn_core.runs.limits import Limits
from cnn_core.runs.ranking import Reach
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.classroom import board as board_page
from cnn_core.ui.classroom import desk
from cnn_core.ui.kit import services, who
from tests.support.pages import elements, opened, sent_to
from tests.support.people import LONG_AGO, Visitor, begin_class, end_class
from tests.support.runs import PRESET, life, waiting

PLAN = Plan(
    dataset="bundled",
    goals=(Reach(percent=95, parameters=100_000),),
    hidden=("recipe",),
    steps=(Step(page="designer", words="Build *it*"), Step(page="live")),
    at=0,
)


@pytest.fixture(autouse=True)
def class_(monkeypatch):
    begin_class(monkeypatch)
    monkeypatch.setattr(board_page, "standing", board_page.standing.__wrapped__)  # not what was seen a moment ago
    services.studio().clear_class(seconds=0)
    yield
    end_class()
    services.studio().clear_class(seconds=0)


@pytest.fixture
def anna():
    return Visitor("Anna")


@pytest.fixture
def teacher():
    return Visitor("Teacher", teaches=True)


def trained(visitor, name: str, accuracy: float, dataset: str = "bundled"):
    run = services.store().create(name, PRESET.network, Recipe(epochs=1), dataset)
    services.store().append(run.id, *life(accuracy=accuracy))
    if visitor:
        services.store().people.own("run", run.id, visitor.person)
    return run


def board(app) -> dict:
    return sent_to(app, "ranking")


def shown(app) -> list[str]:
    """All texts on the page, its dialogs too."""
    return [str(getattr(one, "value", "")) for one in elements(app._tree)]


def test_everybodys_best_run_is_ranked(anna, class_):
    bert = Visitor("Bert")
    trained(anna, "first", 0.9)
    best = trained(anna, "second", 0.96)
    berts = trained(bert, "his", 0.97)
    trained(bert, "elsewhere", 1.0, "mnist")
    services.store().classroom.put(PLAN)
    told = board(anna.opens(pages.BOARD))
    assert [(row["who"], row["run"], row["accuracy"]) for row in told["best"]] == [
        (bert.person.name, berts.id, "97.0%"),
        (anna.person.name, best.id, "96.0%"),
    ]
    assert [row["mine"] for row in told["best"]] == [False, True]
    assert [row["front"] for row in told["best"]] == [True, False]
    assert told["best"][0]["marks"] == [True]
    assert [aim["met"] for aim in told["goals"]] == ["2 have it"]
    assert told["best"][0]["curve"] == [0.485]
    assert {layer["kind"] for layer in told["best"][0]["layers"]} >= {"convolution", "dense"}


def test_where_there_are_too_many_everybody_still_finds_themselves(anna, monkeypatch):
    monkeypatch.setattr(board_page, "MOST_ROWS", 1)
    bert, carla = Visitor("Bert"), Visitor("Carla")
    for visitor, accuracy in ((bert, 0.97), (carla, 0.96), (anna, 0.95)):
        trained(visitor, "best", accuracy)
    for visitor in (bert, carla, anna):
        run = waiting(services.store())
        services.store().people.own("run", run.id, visitor.person)
    app = anna.opens(pages.BOARD)
    told = board(app)
    assert [(row["place"], row["who"]) for row in told["best"]] == [("1", bert.person.name), ("3", anna.person.name)]
    assert told["best"][1]["curve"] == [0.475]
    assert [row["who"] for row in told["active"]] == [bert.person.name, anna.person.name]
    assert any("Only the first 1 are shown, and your own" in text for text in shown(app))


def test_what_all_see_is_found_once(anna, monkeypatch):
    trained(anna, "hers", 0.9)
    asked, results = [], services.store().classroom.results
    monkeypatch.setattr(
        services.store().classroom, "results", lambda dataset: asked.append(dataset) or results(dataset)
    )
    monkeypatch.setattr(board_page, "standing", cached(TTLCache(2, 60))(board_page.standing))
    for visitor, mine in ((anna, True), (Visitor("Bert"), False)):
        assert [row["mine"] for row in board(visitor.opens(pages.BOARD))["best"]] == [mine]
    assert len(asked) == 1


def test_what_the_teacher_sets_is_seen_at_once(anna, monkeypatch):
    trained(anna, "hers", 0.9)
    monkeypatch.setattr(board_page, "standing", cached(TTLCache(2, 60))(board_page.standing))
    for hidden, name in ((False, anna.person.name), (True, "Somebody")):
        services.store().classroom.put(Plan(names_hidden=hidden))
        assert [row["who"] for row in board(Visitor("Bert").opens(pages.BOARD))["best"]] == [name]


def test_names_can_be_hidden(anna, teacher):
    trained(anna, "a run of Anna's", 0.96)
    app = teacher.opens(pages.BOARD)
    assert board(app)["best"][0]["who"] == anna.person.name
    next(one for one in app.toggle if one.label == "Hide names").set_value(True).run()
    app = Visitor("Bert").opens(pages.BOARD)
    assert anna.person.name not in str(board(app))
    assert list(Visitor("Carla").opens(pages.RUNS).dataframe[0].value["who"]) == ["Somebody"]
    assert list(anna.opens(pages.RUNS).dataframe[0].value["who"]) == [anna.person.name]


def test_who_trains_and_who_waits(anna):
    bert = Visitor("Bert")
    for visitor in (anna, anna, bert):
        run = services.store().create("waits", PRESET.network, Recipe(epochs=1), "bundled")
        services.store().people.own("run", run.id, visitor.person)
        services.store().submit(run.id)
    rows = board(anna.opens(pages.BOARD))["active"]
    assert [row["who"] for row in rows] == [anna.person.name, bert.person.name, anna.person.name]
    assert all(row["share"] is None for row in rows)


def test_an_experiment_trains_and_waits_among_the_runs_and_opens_nothing(anna):
    bert, turnstile = Visitor("Bert"), services.engine().queue.beside
    tasks = [Task(lambda task: None) for _ in range(2)]
    with (
        turnstile.place(tasks[0], bert.person.id, Effort(), 1) as place,
        turnstile.place(tasks[1], anna.person.id, Effort(), 1),
    ):
        place.turn.set_result(None)
        rows = board(anna.opens(pages.BOARD))["active"]
        assert [(row["who"], row["state"], row["run"], row["mine"]) for row in rows] == [
            (bert.person.name, "Training an experiment", "", False),
            (anna.person.name, "Waiting: 1 run before this one", "", True),
        ]
        services.store().classroom.put(Plan(names_hidden=True))
        assert {row["who"] for row in board(anna.opens(pages.BOARD))["active"]} == {"Somebody"}
        services.studio().clear_class(seconds=0)
        assert all(task.stopping for task in tasks)


def test_a_row_opens_its_run(anna, monkeypatch):
    run = trained(anna, "mine", 0.96)
    app = anna.opens(pages.BOARD)
    app.session_state["studio.board.open"] = run.id
    app.run()
    assert not app.exception
    assert any(title.value == "mine" for title in app.title)


@pytest.mark.parametrize("forged", [None, 7, "x" * 200, ["a"]])
def test_what_no_run_can_be_called_opens_nothing(forged, anna):
    app = anna.opens(pages.BOARD)
    app.session_state["studio.board.open"] = forged if isinstance(forged, str) else ""
    app.run()
    assert not app.exception


def test_an_empty_board_says_what_to_do(anna):
    app = anna.opens(pages.BOARD)
    assert board(app)["best"] == []
    assert "Train a first network" in {link.proto.label for link in app.get("page_link")}


def test_only_the_teacher_has_a_desk(anna, teacher):
    assert not {"Set the task", "Clear the class"} & {one.label for one in anna.opens(pages.BOARD).button}
    assert {"Set the task", "Clear the class"} <= {one.label for one in teacher.opens(pages.BOARD).button}


def test_what_a_forged_click_sets_is_refused(anna, monkeypatch):
    told = []
    monkeypatch.setattr(who.SECRET, "get", lambda: anna.secret)
    monkeypatch.setattr(desk.st, "toast", lambda text, **_more: told.append(text))
    desk._put(PLAN)
    assert services.store().classroom.plan() == Plan()
    assert "Only the teacher" in told[0]


def dialog(visitor, content: str) -> AppTest:
    """What a dialog of the desk shows: AppTest closes dialogs with the next click."""

    def script():
        import streamlit as st

        from cnn_core.ui.classroom import desk

        getattr(desk, st.session_state["content"])()

    app = AppTest.from_function(script, default_timeout=60)
    app.session_state["content"] = content
    app.session_state["studio.who.secret"] = visitor.secret
    return app.run()


def test_a_task_is_set(teacher):
    app = dialog(teacher, "_set")
    app.button(key="task-add-goals").click().run()
    app.button(key="task-add-steps").click().run()
    app.number_input(key="task-percent-0").set_value(97)
    app.number_input(key="task-parameters-0").set_value(50_000)
    app.selectbox(key="task-page-0").set_value("designer")
    app.text_input(key="task-words-0").set_value("Build it")
    app.number_input(key="task-epochs").set_value(10)
    app.multiselect(key="task-hidden").set_value(["recipe"])
    app.selectbox(key="task-data").set_value("bundled").run()
    app.button(key="desk-save").click().run()
    assert not app.exception
    assert services.store().classroom.plan() == Plan(
        dataset="bundled",
        goals=(Reach(percent=97, parameters=50_000),),
        hidden=("recipe",),
        limits=Limits(epochs=10),
        steps=(Step(page="designer", words="Build it"),),
    )


def test_what_is_set_is_there_to_be_changed(teacher):
    services.store().classroom.put(PLAN)
    app = dialog(teacher, "_set")
    app.number_input(key="task-percent-0").set_value(96).run()
    app.button(key="desk-save").click().run()
    assert services.store().classroom.plan() == PLAN.model_copy(
        update={"goals": (Reach(percent=96, parameters=100_000),)}
    )


def test_the_form_is_refused_to_everybody_else(anna):
    app = dialog(anna, "_set")
    app.number_input(key="task-epochs").set_value(1).run()
    app.button(key="desk-save").click().run()
    assert any("Only the teacher" in error.value for error in app.error)
    assert services.store().classroom.plan() == Plan()


def test_everybody_is_led_step_by_step(anna, teacher):
    services.store().classroom.put(PLAN.model_copy(update={"at": None}))
    app = teacher.opens(pages.BOARD)
    app.button(key="desk-next").click().run()
    page = anna.opens(pages.HOME)
    assert any("Step 1 of 2" in text and r"Build \*it\*" in text for text in shown(page))
    app.button(key="desk-next").click().run()
    assert app.button(key="desk-next").disabled
    assert any("Step 2 of 2" in text for text in shown(page.run()))
    assert not any("Go there" in text for text in shown(anna.opens(pages.LIVE)))


def test_what_is_set_holds_on_everybodys_pages(anna, teacher):
    services.store().classroom.put(PLAN)
    app = anna.opens(pages.LIVE)
    assert not any(one.label == "More" for one in app.expander)
    assert any("Your goal: Reach 95 %" in text for text in shown(app))
    assert any(one.label == "More" for one in teacher.opens(pages.LIVE).expander)


def test_the_teachers_limits_hold_for_everybody_else(anna, teacher):
    services.store().classroom.put(Plan(limits=Limits(parameters=1000)))
    app = anna.opens(pages.LIVE)
    assert any("At most on this server: 1,000 parameters" in text for text in shown(app))
    assert app.button(key="train").disabled
    assert not teacher.opens(pages.LIVE).button(key="train").disabled


def test_a_goal_of_the_class_is_ticked_off(anna):
    services.store().classroom.put(PLAN)
    run = trained(anna, "mine", 0.96)
    app = opened(
        pages.HOME,
        {"studio.who.secret": anna.secret, "studio.recalled.asked": LONG_AGO, "studio.own.run": run.id},
    )
    assert reach(95, 100_000) in app.session_state["studio.goals.met"]


def test_the_class_is_cleared(anna, teacher):
    trained(anna, "mine", 0.96)
    waits = services.store().create("waits", PRESET.network, Recipe(epochs=1), "bundled", "d1")
    services.store().duels.save("d1", 1.0, "{}")
    services.store().people.own("duel", "d1", anna.person)
    assert waits
    assert not dialog(anna, "_clear").button, "nothing is offered to anybody else"
    app = dialog(teacher, "_clear")
    assert any("**2 runs**" in text and "**2 people**" in text for text in shown(app))
    app.button(key="desk-clear-now").click().run()
    assert not app.exception
    assert services.store().lists.ids() == services.store().lists.duel_ids() == []
    assert services.store().people.names() == {}


def test_the_class_link_opens_the_first_step():
    plan = PLAN
    for address, link in (
        ("https://lab.example.org/board", "https://lab.example.org/designer"),
        ("https://example.org/lab/board?x=1", "https://example.org/lab/designer"),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(desk.session, "address", lambda address=address: address)
            assert desk.class_link(plan) == link
            assert desk.class_link(Plan()) == link.removesuffix("designer")


def test_in_an_open_lab_each_run_stands_for_itself(monkeypatch):
    monkeypatch.setattr(who, "settings", settings)
    for name, accuracy in (("a", 0.9), ("b", 0.95)):
        trained(None, name, accuracy)
    app = opened(pages.BOARD)
    assert [row["who"] for row in board(app)["best"]] == ["b", "a"]
    assert "Set the task" in {one.label for one in app.button}
    assert not {"Clear the class", "Class link"} & {one.label for one in app.button}
    form = dialog(Visitor("Anna"), "_set")
    assert form.selectbox(key="task-data").options
    assert not form.multiselect, "there is nobody else to hide anything from"
