"""Pictures of a visitor's own things become a data set, or it is said in words why not."""

import doctest
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.data import taught
from cnn_core.data.datasets import Catalogue
from cnn_core.data.taught import LEAST, Taught, arrays, check, held_out, spelled
from cnn_core.errors import DataError

SIDE = 3  # px: the treatment is the same for all sizes
a_name = st.text(min_size=1, max_size=12).filter(spelled)
some_names = st.lists(a_name, min_size=2, max_size=6, unique_by=lambda name: spelled(name).casefold())


def thing(name: str, count: int, value: int = 0) -> Taught:
    """Each of its pictures says whose it is, and which."""
    return Taught(name, [np.full((SIDE, SIDE, 3), [value, number, 0], np.uint8) for number in range(count)])


def test_examples():
    assert doctest.testmod(taught).failed == 0


@given(some_names, st.lists(st.integers(LEAST, 100), min_size=6, max_size=6))
def test_no_picture_is_lost_or_twice_and_each_thing_is_in_both_parts(names, counts):
    counts = counts[: len(names)]
    made = arrays([thing(name, count, value) for value, (name, count) in enumerate(zip(names, counts, strict=True))])
    for label, count in enumerate(counts):
        parts = {}
        for part in ("train", "test"):
            images = made[f"x_{part}"][made[f"y_{part}"] == label]
            assert (images[:, :, :, 0] == label).all(), "each has its own label"
            parts[part] = images[:, 0, 0, 1].tolist()
        assert parts["test"] + parts["train"] == list(range(count)), "the first are kept for the test"
        assert 1 <= len(parts["test"]) <= count // 2
    assert made["class_names"].tolist() == [spelled(name) for name in names]


@given(st.integers(2, 1000))
def test_about_a_fifth_is_kept_never_none_and_never_all(count):
    assert 1 <= held_out(count) < count
    assert abs(held_out(count) - count / 5) <= 1


@given(some_names)
def test_what_can_be_taught_can_be_kept_and_is_found_again(names):
    with tempfile.TemporaryDirectory() as folder:
        catalogue = Catalogue(Path(folder))
        catalogue.save("own-taught-0123", arrays([thing(name, LEAST) for name in names]))
        (entry,) = [entry for entry in catalogue.entries() if entry.source == "own"]
        assert entry.class_names == tuple(map(spelled, names)) == catalogue.load(entry.name).class_names
        assert (entry.test, entry.train) == (len(names), (LEAST - 1) * len(names))
        assert entry.ready
        assert not entry.listed, "it is nobody else's"


def test_things_without_pictures_do_not_count():
    made = arrays([thing("cup", 4), thing("", 0), thing("cup", 0), thing("pen", 5)])
    assert made["class_names"].tolist() == ["cup", "pen"]
    assert np.bincount(made["y_train"]).tolist() == [3, 4]


REFUSED = {
    "nothing": ([], "Expected pictures of at least 2 things. Received pictures of 0 things"),
    "one thing": ([("cup", 9), ("pen", 0)], "Received pictures of 1 thing. Take pictures of another thing"),
    "three pictures": (
        [("cup", 9), ("pen", 3)],
        "“pen” has too few pictures. Expected at least 4. Received 3 pictures",
    ),
    "one picture": ([("cup", 1), ("pen", 9)], "Received 1 picture. Take 3 more"),
    "one name": ([("cup", 9), (" Cup", 9)], "Two things have one name. Expected a different name for each thing"),
    "no name": ([("cup", 9), (" \u200b", 9)], "Thing 2 has no name. Write one"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_told_apart_is_refused_in_words(case):
    counts, words = REFUSED[case]
    with pytest.raises(DataError) as problem:
        check(counts)
    assert words in str(problem.value)
    with pytest.raises(DataError):
        arrays([thing(name, count) for name, count in counts])


def test_a_name_is_one_line_that_can_be_printed():
    assert spelled(" my\n\tred \x00 cup ") == "my red cup"
    assert len(spelled("x" * 500)) <= 80
