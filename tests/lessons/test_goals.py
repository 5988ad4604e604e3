"""Goals: each is met by what its words say, and by nothing short of it."""

import doctest

import pytest

from cnn_core.errors import StudioError
from cnn_core.learn import filters
from cnn_core.learn.filters import READY, answers, over_channels
from cnn_core.lessons import goals
from cnn_core.lessons.facts import (
    Climbed,
    Convolved,
    Designed,
    Duelled,
    Laid,
    Looked,
    Moved,
    Placed,
    Pooled,
    Read,
    Reasoned,
    Recognized,
    Separated,
    Shared,
    Split,
    Stored,
    SwitchedOff,
    Taught,
    Thinned,
    Trained,
    Transferred,
    Varied,
)
from cnn_core.lessons.goals import GOALS, goal, newly_met, reach

DIGIT, HALF = (28, 28), (14, 14)
LEVEL, UPRIGHT = (3.0, 0.0, 0.0), (0.0, 3.0, 0.0)
GB, MB = 10**9, 10**6
RUN = Trained(parameters=50_000, test=0.9, training=0.95, learning_rate=0.001, classes=10)
BROKEN, WHOLE = (Designed(("Conv2D",), 19_999, "CNN", problem) for problem in (True, False))


def run(**changed) -> Trained:
    return Trained(**vars(RUN) | changed)


def pooled(way="max", image="picture", moved=False, stays=1.0, pooled=1.0, cells=196) -> Pooled:
    return Pooled(image, way, 2, moved, stays, pooled, cells)


def laid(*differences: str, scores=()) -> Laid:
    return Laid(frozenset(differences), scores)


MET = {
    "same-size": [Convolved("digit", DIGIT, DIGIT, 3, UPRIGHT)],
    "level-edges": [Convolved("grid", (6, 6), (4, 4), 3, LEVEL)],
    "crossing": [Separated(4, 224, 212, 196, 199)],
    "half-stays": [pooled(moved=True, stays=0.3, pooled=0.5)],
    "one-number": [pooled(cells=1)],
    "both-ways": [pooled("average"), pooled("max")],
    "anywhere": [Moved(4, 1.0, 0.24)],
    "shared": [Shared(1600, 15_000_000)],
    "dense-ahead": [Thinned(3, {"keras-log": 0.67, "dnn-500x3": 0.86})],
    "a-five": [Looked("train", "5")],
    "test-image": [Looked("test", "5")],
    "too-large": [Stored(101 * GB, 49 * MB)],
    "warned": [Varied(True, False)],
    "in-recipe": [Varied(False, True)],
    "split-first": [Split(0.1, 0.01)],
    "small": [WHOLE],
    "separable": [Designed(("SeparableConv2D", "Dense"), 50_000, "CNN", False)],
    "repaired": [BROKEN, WHOLE],
    "learned": [RUN],
    "memorized": [run(training=1.0, test=0.82)],
    "too-fast": [run(learning_rate=0.1, test=0.11)],
    "one-thing": [laid("epochs")],
    "luck": [laid("seed")],
    "smaller-wins": [laid("network", scores=((900, 0.95), (90, 0.97)))],
    "sure": [Read((7,), (0.99,), (7,))],
    "saved": [Read((7, 7), (0.5, 0.5), (1, 7))],
    "two-answers": [Read((7, 1), (0.5, 0.5), (7, 1))],
    "fought": [Duelled("epochs", 1, False)],
    "matched": [Duelled("parameters", 1, False)],
    "decided": [Duelled("epochs", 3, True)],
    "agree": [Reasoned(0.36)],
    "half-off": [SwitchedOff(0.5, 0.019)],
    "climbed": [Climbed(0.1, 1.1)],
    "compared": [Transferred((0.0,))],
    "helps": [Transferred((0.02, -0.1))],
    "does-not": [Transferred((0.3, 0.0))],
    "taught": [Taught(2, 10, 0)],
    "recognized": [Recognized(0.9)],
    "placed": [Placed(2, False, False)],
    "on-the-front": [Placed(2, True, False)],
    "smaller-behind": [Placed(2, False, True)],
    "corrected": [Taught(2, 4, 1)],
    reach(97, 50_000): [run(test=0.97, parameters=49_999)],
}
SHORT_OF = {
    "same-size": [Convolved("digit", DIGIT, HALF, 3, LEVEL), Convolved("digit", DIGIT, DIGIT, 1, UPRIGHT)],
    "level-edges": [
        Convolved("digit", DIGIT, DIGIT, 3, (3.0, 0.5, 0.0)),
        Convolved("grid", (6, 6), (4, 4), 3, UPRIGHT),
    ],
    "crossing": [Separated(4, 252, 225, 224, 212), Separated(1, 56, 35, 28, 31)],
    "half-stays": [pooled(moved=True, stays=0.3, pooled=0.49), pooled(pooled=1.0)],
    "one-number": [pooled(cells=2)],
    "both-ways": [pooled("average"), pooled("max", cells=81), pooled("max", image="digit")],
    "anywhere": [Moved(4, 0.9, 0.1), Moved(1, 1.0, 0.8)],
    "shared": [Shared(1600, 16_000_000)],
    "dense-ahead": [Thinned(2, {"keras-log": 0.94, "dnn-500x3": 0.98})],
    "a-five": [Looked("train", "7"), Looked("test", "5")],
    "test-image": [Looked("train", "5")],
    "too-large": [Stored(99 * GB, 1), Stored(200 * GB, 50 * MB)],
    "warned": [Varied(False, True)],
    "in-recipe": [Varied(True, False)],
    "split-first": [Split(0.01, 0.01)],
    "small": [BROKEN, Designed(("Dense",), 100, "DNN", False), Designed(("Conv2D",), 20_000, "CNN", False)],
    "separable": [Designed(("SeparableConv2D",), 1, "CNN", True), WHOLE],
    "repaired": [WHOLE, BROKEN],
    "learned": [run(test=0.899)],
    "memorized": [run(training=0.94, test=0.85)],
    "too-fast": [run(learning_rate=0.1, test=0.9), run(test=0.1)],
    "one-thing": [laid("epochs", "seed"), laid()],
    "luck": [laid("seed", "network"), laid("epochs")],
    "smaller-wins": [laid("network", scores=((900, 0.97), (90, 0.97))), laid("seed", scores=((90, 0.9), (90, 0.97)))],
    "sure": [Read((7,), (0.98,), (7,))],
    "saved": [Read((7,), (0.5,), (7,))],
    "two-answers": [Read((7, 7), (0.5, 0.9), (1, 7))],
    "fought": [],
    "matched": [Duelled("epochs", 5, True)],
    "decided": [Duelled("epochs", 3, False), Duelled("epochs", 2, True)],
    "agree": [Reasoned(0.35)],
    "half-off": [SwitchedOff(0.49, 0.0), SwitchedOff(0.9, 0.02)],
    "climbed": [Climbed(0.1, 0.9), Climbed(-1.0, -0.1), Climbed(0.0, 0.0)],
    "compared": [SwitchedOff(0.5, 0.019)],
    "helps": [Transferred((0.019, -0.1))],
    "does-not": [Transferred((0.3, 0.001))],
    "taught": [Taught(2, 9, 0)],
    "recognized": [Recognized(0.89)],
    "placed": [],
    "on-the-front": [Placed(1, False, True)],
    "smaller-behind": [Placed(1, True, False)],
    "corrected": [Taught(2, 10, 0)],
    reach(97, 50_000): [run(test=0.97), run(test=0.969, parameters=1)],
}


def test_examples():
    assert doctest.testmod(goals).failed == doctest.testmod(filters).failed == 0


def test_every_goal_is_tried():
    keys = [one.key for of_page in GOALS.values() for one in of_page]
    assert len(set(keys)) == len(keys) == 42
    assert MET.keys() == SHORT_OF.keys() == {*keys, reach(97, 50_000)}


@pytest.mark.parametrize("key", MET)
def test_a_goal_is_met_by_what_it_says(key):
    assert goal(key).met(MET[key])
    assert goal(key).met([*SHORT_OF[key], *MET[key]]), "whatever else was done"
    assert not goal(key).met(SHORT_OF[key])
    assert not goal(key).met([])


def test_only_level_edges_is_what_its_filter_says():
    found = [key for key, (_title, rows) in READY.items() if goal("level-edges").met([convolved(rows)])]
    assert found == ["horizontal"]
    assert goal("level-edges").met([convolved(((2, 2, 2, 2), (-2, -2, -2, -2)))])


def convolved(rows) -> Convolved:
    return Convolved("digit", DIGIT, DIGIT, 1, answers(over_channels(rows, 3)))


def test_what_was_met_is_not_new():
    facts = [RUN, WHOLE]
    assert [one.key for one in newly_met(facts, [])] == ["small", "learned"]
    assert [one.key for one in newly_met(facts, ["small"], [goal(reach(90, 60_000))])] == ["learned", "reach-90-60000"]
    assert [one.key for one in newly_met(facts, ["small"], [goal("learned")])] == ["learned"], "told once"


@pytest.mark.parametrize("key", ["", "reach-101-5", "reach-97-0", "reach-97-99999999999", "reach-x-5", "gone", "<b>"])
def test_a_goal_that_is_not_there_is_said(key):
    with pytest.raises(StudioError, match=r"There is no such goal\. Expected one of same-size"):
        goal(key)
