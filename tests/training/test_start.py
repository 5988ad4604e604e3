"""start: what is taken over is there, what is frozen stays, and the rest learns."""

import numpy as np
import pytest

from cnn_core.design.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import Start
from cnn_core.errors import RunError
from cnn_core.training.build import build, checkpoint, from_bytes
from cnn_core.training.device import Choices
from cnn_core.training.fit import fit
from cnn_core.training.start import first_arrays, take_over

LAYERS = (
    Conv2D(filters=4, kernel_size=5, strides=2, activation="relu"),
    BatchNormalization(),
    Conv2D(filters=6, kernel_size=1, strides=2, activation="relu"),  # it is built otherwise to be trained
    Dropout(rate=0.3),
    MaxPooling2D(pool_size=2),
    Flatten(),
    Dense(units=10, activation="softmax"),
)
BASE = Network(layers=(*LAYERS[:-1], Dense(units=3, activation="softmax")))
NETWORK = Network(layers=LAYERS)
RECIPE = Recipe(optimizer="adam", learning_rate=0.01, batch_size=32, epochs=3)
PLAIN = Choices(steps_per_execution=1, jit_compile=False, precision="float32")
TAKEN = 6  # arrays of the first six layers but for BatchNormalization's moving ones: 2 + 4 + 2
ARRAYS = 8


@pytest.fixture(scope="module")
def base():
    made = build(BASE, seed=7)
    draw = np.random.default_rng(1)
    made.set_weights([np.abs(draw.normal(0.5, 0.2, array.shape)) for array in made.get_weights()])
    return made


def trained(small, base, layers: int, frozen: int, **more):
    start = Start(base="base", layers=layers, frozen=frozen)
    recipe = RECIPE.model_copy(update={"start": start})
    arrays = first_arrays(base, len(BASE.layers), layers)
    return from_bytes(fit(NETWORK, recipe, small, lambda event: None, base=arrays, choices=PLAIN, **more).model)


@pytest.mark.parametrize("frozen", [0, 1, 3, TAKEN])
def test_what_is_frozen_stays_and_all_else_learns(small, base, frozen):
    before, after = base.get_weights(), trained(small, base, TAKEN, frozen).get_weights()
    stay = {0: 0, 1: 2, 3: 8, TAKEN: 8}[frozen]
    for place, (one, other) in enumerate(zip(before[:ARRAYS], after, strict=False)):
        assert np.array_equal(one, other) == (place < stay), place
    assert after[-1].shape == (10,)
    assert np.abs(after[-1]).max() > 0, "the new head has learned"


def test_a_broken_off_transfer_goes_on_as_if_nothing_had_happened(small, base):
    kept = {}

    def keep(attempt, epochs: int) -> None:
        kept[epochs] = checkpoint(attempt, epochs)

    whole = trained(small, base, 4, 1, on_epoch=keep).get_weights()
    again = trained(small, base, 4, 1, resume=kept[1]).get_weights()
    assert all(map(np.array_equal, whole, again))


def test_without_training_the_weights_are_those_of_the_base(base):
    start = Start(base="base", layers=3, frozen=2)
    model = build(NETWORK, seed=3, to_train=True, frozen=2)
    fresh = build(NETWORK, seed=3).get_weights()
    take_over(model, first_arrays(base, len(BASE.layers), 3), start)
    own = model.get_weights()
    assert all(map(np.array_equal, own[:8], base.get_weights()[:8]))
    assert all(map(np.array_equal, own[8:], fresh[8:])), "the rest is drawn from the seed"
    assert len(model.trainable_variables) == 4


def test_weights_that_do_not_fit_are_refused_in_words(base):
    other = build(Network(layers=(Conv2D(filters=5, kernel_size=5), *LAYERS[3:])))
    with pytest.raises(RunError, match=r"(?s)cannot begin with.*Expected.*5, 5, 1, 5.*Received.*5, 5, 1, 4"):
        take_over(other, first_arrays(base, len(BASE.layers), 1), Start(base="x", layers=1, frozen=0))


def test_a_start_fits_only_a_network_that_begins_as_its_base_does():
    start = Start(base="base", layers=6, frozen=6)
    assert start.fits(BASE, NETWORK)
    assert not start.fits(BASE, NETWORK.replace(0, Conv2D(filters=4, kernel_size=3)))
    assert not start.fits(BASE, NETWORK.changed(input_shape=(32, 32, 1)))
    assert not Start(base="base", layers=7, frozen=0).fits(BASE, BASE), "something is to be learned anew"
    for key in ("", "![x](http://there/f)", "keras-log\n", "a" * 81):  # it comes with links, and is shown
        with pytest.raises(ValueError, match="base"):
            Start(base=key, layers=1, frozen=0)
    with pytest.raises(ValueError, match="no more layers can be frozen"):
        Start(base="base", layers=2, frozen=3)
