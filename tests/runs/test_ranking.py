"""ranking: the best run of each, and the runs that no other one beats, against their definitions."""

from hypothesis import given
from hypothesis import strategies as st

from cnn_core.runs.ranking import Reach, Result, front, ranked

RESULTS = st.lists(
    st.builds(
        Result,
        run=st.uuids().map(str),
        person=st.none() | st.sampled_from("ABC"),
        parameters=st.integers(1, 8),
        accuracy=st.sampled_from([0.1, 0.5, 0.9, 0.97, 1.0]),
        ended=st.floats(0, 10),
    ),
    max_size=12,
    unique_by=lambda one: one.run,
)
GOALS = st.lists(st.builds(Reach, percent=st.sampled_from([50, 90, 97]), parameters=st.integers(1, 9)), max_size=3)


@given(RESULTS, GOALS)
def test_everybody_has_one_row_and_no_better_run(results, goals):
    rows = ranked(results, goals)
    people = {one.person for one in results} - {None}
    assert [one.person for one in rows if one.person] == list(dict.fromkeys(one.person for one in rows if one.person))
    assert {one.person for one in rows} - {None} == people
    assert {one.run for one in rows if one.person is None} == {one.run for one in results if one.person is None}

    def worth(one):
        return sum(one.accuracy >= goal.percent / 100 and one.parameters < goal.parameters for goal in goals)

    for row in rows:
        for other in results:
            if other.person == row.person is not None:
                assert (worth(row), row.accuracy) >= (worth(other), other.accuracy)
    assert [worth(one) for one in rows] == sorted(map(worth, rows), reverse=True)


@given(RESULTS)
def test_what_is_not_on_the_front_is_beaten_by_something_on_it(results):
    best = front(results)
    assert [one.parameters for one in best] == sorted({one.parameters for one in best})
    for one in results:
        beaten = any(
            other.parameters <= one.parameters
            and other.accuracy >= one.accuracy
            and (other.parameters, other.accuracy) != (one.parameters, one.accuracy)
            for other in results
        )
        same = any((other.parameters, other.accuracy) == (one.parameters, one.accuracy) for other in best)
        assert same != beaten
