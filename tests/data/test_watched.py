"""Which validation images are watched."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.data.datasets import stratified_split
from cnn_core.data.watched import WATCHED, watched
from cnn_core.design.recipe import Recipe


@given(
    count=st.integers(2, 300),
    classes=st.integers(1, 10),
    share=st.floats(0, 0.5),
    seed=st.integers(0, 5),
    taken=st.none() | st.integers(10, 400),
)
def test_they_are_validation_images_and_as_many_as_there_are(count, classes, share, seed, taken):
    labels = np.arange(count) % classes
    recipe = Recipe(validation_share=share, seed=seed, train_images=taken)
    _, validation = stratified_split(labels[:taken], share, seed)
    places = watched(labels, recipe)
    assert len(places) == min(WATCHED, len(validation))
    assert list(places) == sorted(set(places))
    assert set(places) <= set(validation)


def test_of_images_sorted_by_class_each_class_has_some():
    labels = np.repeat(np.arange(10), 50)
    assert set(labels[watched(labels, Recipe(validation_share=0.2))]) == set(range(10))
