"""Lessons on their pages: what was done is ticked off, and a teacher's link brings a goal and hides controls."""

import re

import pytest

from cnn_core import language
from cnn_core.lessons.goals import GOALS, goal, reach
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.kit.goals import DONE, OPEN
from cnn_core.ui.kit.lesson import parts
from tests.app.test_frame import VISITOR, browser  # noqa: F401 - a fixture
from tests.support.pages import opened
from tests.support.runs import ended

CHANGES = {
    "same-size": (pages.CONVOLUTION, lambda app: app.selectbox(key="learn-padding").set_value("same")),
    "crossing": (pages.CONVOLUTION, lambda app: crossing(app)),
    "half-stays": (pages.POOLING, lambda app: half_stays(app)),
    "one-number": (pages.POOLING, lambda app: app.selectbox(key="pooling-size").set_value("all")),
    "anywhere": (pages.WHY, lambda app: app.slider(key="why-right").set_value(4)),
    "shared": (pages.WHY, lambda app: app.slider(key="why-side").set_value(7)),
    "dense-ahead": (pages.WHY, lambda app: app.slider(key="why-every").set_value(3)),
    "in-recipe": (pages.AUGMENTATION, lambda app: app.button(key="augment-use").click()),
}


def crossing(app):
    app.selectbox(key="separable-multiplier").set_value(4)
    return app.number_input(key="separable-out").set_value(8)


def half_stays(app):
    app.selectbox(key="pooling-size").set_value("3")
    return app.segmented_control(key="pooling-right").set_value(1)


def ticks(app) -> list[bool]:
    """Of the lesson's three, which are ticked."""
    return [one.value.startswith(DONE) for one in app.markdown if one.value.startswith((DONE, OPEN))]


def met(app) -> set[str]:
    return set(app.session_state["studio.goals.met"]) if "studio.goals.met" in app.session_state else set()


@pytest.mark.parametrize("name", GOALS)
def test_each_lesson_says_three_things_to_try_each_with_a_number(name):
    text, tries = parts(language.lesson(name))
    assert len(tries) == len(GOALS[name]) == 3
    assert "Try this" in text
    assert all(re.search(r"\d|how many|how large|how high|how much|percent|points|contrast", one) for one in tries)


@pytest.mark.parametrize("key", CHANGES)
def test_what_was_done_is_ticked_off(key):
    page, change = CHANGES[key]
    app = opened(page)
    assert key not in met(app)
    before = ticks(app)
    assert len(before) == 3
    change(app).run()
    assert not app.exception
    assert key in met(app)
    assert sum(ticks(app)) > sum(before)
    assert [toast.value for toast in app.toast] == [f"Done: {goal(key).words}"]


def test_nothing_is_done_on_arrival():
    for page in (pages.CONVOLUTION, pages.POOLING, pages.WHY, pages.BROWSE, pages.AUGMENTATION, pages.DESIGNER):
        assert met(opened(page)) == set(), page


def test_a_teachers_goal_stands_on_every_page_until_it_is_met():
    key = reach(80, 100_000)
    app = opened(pages.CONVOLUTION, goal=key)
    assert f"{OPEN} **Your goal: {goal(key).words}**" in [one.value for one in app.markdown]
    app.session_state["studio.own.run"] = ended(services.store(), accuracy=0.7).id
    app.switch_page(pages.POOLING).run()
    assert f"{OPEN} **Your goal: {goal(key).words}**" in [one.value for one in app.markdown]
    app.session_state["studio.own.run"] = ended(services.store(), accuracy=0.9).id
    app.run()
    assert f"{DONE} **Your goal: {goal(key).words}**" in [one.value for one in app.markdown]
    app.button(key="goal-leave").click().run()
    assert not [one for one in app.markdown if "Your goal" in one.value]


def test_a_teachers_link_hides_controls_and_keeps_what_it_has_set():
    app = opened(pages.CONVOLUTION, hide="step.relu.separable", step="2")
    keys = {element.key for element in [*app.selectbox, *app.toggle, *app.number_input]}
    assert "learn-padding" in keys
    assert not keys & {"learn-step", "learn-relu", "separable-in"}
    assert any("/:blue[**2**]" in one.value for one in app.markdown), "the step of the link"
    assert "Your teacher has hidden some of the controls." in [one.value for one in app.markdown]
    app.button(key="goal-leave").click().run()
    assert "learn-step" in {element.key for element in app.selectbox}


@pytest.mark.parametrize(
    ("page", "names", "gone"),
    [
        (pages.POOLING, "size.step.padding.right.down", {"pooling-size", "pooling-step", "pooling-right"}),
        (pages.LIVE, "recipe.network", {"recipe-all"}),
        (pages.DESIGNER, "presets.files", {"studio.designer.preset"}),
    ],
)
def test_other_pages_hide_theirs(page, names, gone):
    app = opened(page, hide=names)
    assert not app.exception
    assert not gone & {element.key for element in [*app.selectbox, *app.segmented_control]}


def test_a_goal_that_is_none_is_said_and_changes_nothing():
    app = opened(pages.CONVOLUTION, goal="gone")
    assert "There is no such goal" in " ".join(one.value for one in app.error)
    assert not [one for one in app.markdown if "Your goal" in one.value]


def test_the_browser_keeps_goals_and_brings_them_back(browser):  # noqa: F811
    browser.kept = browser.kept.model_copy(update={"met": ["luck"], "goal": "small", "hidden": ["relu"]})
    app = opened(pages.CONVOLUTION)
    assert f"{OPEN} **Your goal: {goal('small').words}**" in [one.value for one in app.markdown]
    app.run()
    assert browser.asked["met"] == ["luck"]
    assert (browser.asked["goal"], browser.asked["hidden"]) == ("small", ["relu"])
    assert browser.kept.visitor == VISITOR
