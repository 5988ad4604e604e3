"""Limits: what a run may ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.errors import RunError
from cnn_core.runs.limits import Limits
from cnn_core.settings import Settings

CLASSIC = PRESETS["keras-log"].network  # 93,322 parameters
LIMITS = st.builds(
    Limits,
    epochs=st.none() | st.integers(1, 1000),
    parameters=st.none() | st.integers(1, 10**6),
    minutes=st.none() | st.floats(0.1, 1000),
    waiting=st.none() | st.integers(1, 20),
)


def allowed(limits, epochs, waiting):
    try:
        limits.check(CLASSIC, Recipe(epochs=epochs), waiting)
    except RunError:
        return False
    return True


@given(one=LIMITS, other=LIMITS, epochs=st.integers(1, 1000), waiting=st.integers(0, 30))
def test_both_together_allow_what_each_allows(one, other, epochs, waiting):
    both = one.and_also(other)
    assert both == other.and_also(one)
    assert allowed(both, epochs, waiting) == (allowed(one, epochs, waiting) and allowed(other, epochs, waiting))


def test_nothing_is_limited_by_itself():
    assert allowed(Limits(), 1000, 10**6)


@pytest.mark.parametrize(
    ("limits", "waiting", "words"),
    [
        (Limits(epochs=4), 0, "at most 4 epochs.*Received 5"),
        (Limits(parameters=93_321), 0, "at most 93,321.*Received 93,322"),
        (Limits(waiting=2), 2, "at most 2 at a time.*Received 3"),
    ],
)
def test_what_is_too_much_is_said_with_both_numbers(limits, waiting, words):
    with pytest.raises(RunError, match=f"(?s){words}"):
        limits.check(CLASSIC, Recipe(epochs=5), waiting)


def test_the_limit_itself_is_allowed():
    Limits(epochs=5, parameters=93_322, waiting=3).check(CLASSIC, Recipe(epochs=5), waiting=2)


def test_a_server_says_them_in_its_settings():
    own = Settings(max_epochs=3, max_parameters=10, max_run_minutes=0.5, max_waiting_runs=2)
    assert Limits.by(own) == Limits(epochs=3, parameters=10, minutes=0.5, waiting=2)
    assert Limits.by(Settings()) == Limits()
