"""classroom: what a teacher sets is kept, and what is tested is ranked."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.runs.classroom import Plan, Step
from cnn_core.runs.database import CLASSROOM
from cnn_core.runs.limits import Limits
from cnn_core.runs.ranking import Reach
from cnn_core.runs.store import RunStore
from tests.support.runs import life

PLAN = Plan(
    dataset="bundled",
    goals=(Reach(percent=97, parameters=50_000),),
    hidden=("recipe",),
    limits=Limits(epochs=10),
    steps=(Step(page="designer", words="Build it"), Step(page="live")),
)


def test_a_plan_is_kept_for_every_server_of_the_database(store, urls):
    assert store.classroom.plan() == Plan()
    store.classroom.put(Plan(names_hidden=True))
    store.classroom.put(PLAN)
    other = RunStore(*urls)
    assert other.classroom.plan() == PLAN
    other.close()


def test_a_plan_of_another_version_is_none(store):
    store.classroom.put(PLAN)
    with store._db.begin() as db:
        db.execute(sa.update(CLASSROOM).values(content='{"of": "tomorrow"}'))
    assert store.classroom.plan() == Plan()


@given(st.lists(st.integers(-3, 3), max_size=10), st.integers(0, 4))
def test_a_class_is_led_within_its_steps(moves, count):
    plan = Plan(steps=(Step(page="live"),) * count)
    for by in moves:
        before = -1 if plan.at is None else plan.at
        plan = Plan.model_validate(plan.moved(by).model_dump())
        after = -1 if plan.at is None else plan.at
        assert after == max(-1, min(before + by, count - 1))
        assert (plan.step is None) == (plan.at is None)


@pytest.mark.parametrize("wrong", [{"page": "../x"}, {"page": "live", "words": "x" * 201}])
def test_a_step_is_a_page_and_a_sentence(wrong):
    with pytest.raises(ValidationError):
        Step(**wrong)


def test_only_what_was_tested_is_ranked_and_says_whose_it_is(store):
    anna = store.people.join("a" * 32, "Anna")
    network = PRESETS["keras-log"].network
    runs = [
        store.create(name, network, Recipe(epochs=1), data, duel)
        for name, data, duel in (("own", "bundled", None), ("of a duel", "bundled", "d1"), ("other", "mnist", None))
    ]
    store.create("waits", network, Recipe(epochs=1), "bundled")
    for run in runs:
        store.append(run.id, *life(accuracy=0.5))
    store.people.own("run", runs[0].id, anna)
    assert {(one.run, one.person, one.parameters, one.accuracy) for one in store.classroom.results()} == {
        (runs[0].id, anna.id, 93_322, 0.5),
        (runs[2].id, None, 93_322, 0.5),
    }
    assert [one.run for one in store.classroom.results("bundled")] == [runs[0].id]
