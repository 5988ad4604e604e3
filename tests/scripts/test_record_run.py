"""The recording that ships is made by this script: here of a small run."""

import numpy as np

from cnn_core.design.layers import Conv2D, Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.runs.recorded import Recording
from scripts.record_run import recorded

NETWORK = Network(layers=(Conv2D(filters=2, kernel_size=5), Flatten(), Dense(units=10, activation="softmax")))


def test_what_is_recorded_is_the_run_with_its_times_and_filters(small):
    made = recorded(NETWORK, Recipe(epochs=2, batch_size=50, learning_rate=0.1), small)
    assert [event.at for event in made.events] == sorted(event.at for event in made.events)
    assert (made.events[0].kind, made.events[0].at) == ("submitted", 0)
    assert (made.events[-1].kind, made.state_at(made.seconds).status) == ("finished", "finished")
    assert (made.shape, len(made.filters)) == ((5, 5, 1, 2), 3)
    assert not np.array_equal(made.filters[0], made.filters[2])
    assert Recording.read(made.to_bytes()) == made
