"""start: what is taken over is there, what is frozen stays, and the rest learns."""

import os

import numpy as np
import pytest

from cnn_core.design.augmentation import PRESETS as AUGMENTATIONS
from cnn_core.design.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import FineTuning, Start
from cnn_core.errors import RunError
from cnn_core.training import features
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


def trained(small, base, layers: int, frozen: int, then: FineTuning | None = None, **more):
    start = Start(base="base", layers=layers, frozen=frozen, then=then)
    recipe = RECIPE.model_copy(update={"start": start})
    arrays = first_arrays(base, len(BASE.layers), layers)
    emit = more.pop("emit", lambda event: None)
    return from_bytes(fit(NETWORK, recipe, small, emit, base=arrays, choices=PLAIN, **more).model)


@pytest.mark.parametrize("frozen", [0, 1, 3, TAKEN])
def test_what_is_frozen_stays_and_all_else_learns(small, base, frozen):
    before, after = base.get_weights(), trained(small, base, TAKEN, frozen).get_weights()
    stay = {0: 0, 1: 2, 3: 8, TAKEN: 8}[frozen]
    for place, (one, other) in enumerate(zip(before[:ARRAYS], after, strict=False)):
        assert np.array_equal(one, other) == (place < stay), place
    assert after[-1].shape == (10,)
    assert np.abs(after[-1]).max() > 0, "the new head has learned"


PHASES = {
    "one": (4, 1, None),
    "two": (TAKEN, 3, FineTuning(after=1, frozen=1, learning_rate=0.001)),
    "from kept features to none": (TAKEN, 3, FineTuning(after=2, frozen=0, learning_rate=0.001)),
}


@pytest.mark.parametrize("name", PHASES)
def test_a_broken_off_transfer_goes_on_as_if_nothing_had_happened(small, base, name):
    kept = {}

    def keep(attempt, epochs: int) -> None:
        kept.setdefault(epochs, []).append(checkpoint(attempt, epochs))  # where a phase ends, the next one begins

    whole = trained(small, base, *PHASES[name], on_epoch=keep).get_weights()
    assert [len(kept[epochs]) for epochs in sorted(kept)].count(2) == (PHASES[name][2] is not None)
    for content in [one for made in kept.values() for one in made]:
        again = trained(small, base, *PHASES[name], resume=content).get_weights()
        assert all(map(np.array_equal, whole, again))


def test_a_second_phase_lets_more_learn_in_smaller_steps(small, base):
    seen = []

    def look(attempt, epochs: int) -> None:
        rate = float(attempt.compiled.optimizer.learning_rate)
        seen.append((epochs, len(attempt.compiled.trainable_variables), rate, attempt.model.get_weights()))

    then = FineTuning(after=2, frozen=1, learning_rate=0.001)
    after = trained(small, base, TAKEN, TAKEN, then, on_epoch=look).get_weights()
    assert [(epochs, count, pytest.approx(rate)) for epochs, count, rate, _weights in seen] == [
        *((0, 2, 0.01), (1, 2, 0.01), (2, 2, 0.01)),
        *((2, 6, 0.001), (3, 6, 0.001)),
    ]
    first, second = seen[2][3], seen[3][3]
    assert all(map(np.array_equal, first, second)), "the second phase goes on from the first"
    assert all(map(np.array_equal, after[:2], base.get_weights()[:2]))
    assert not np.array_equal(after[2], base.get_weights()[2])


@pytest.mark.parametrize("then", [None, FineTuning(after=2, frozen=1, learning_rate=0.001)])
def test_kept_features_make_no_difference(small, base, then, tmp_path):
    told = []
    plain = trained(small, base, TAKEN, 3, then, shelf=None).get_weights()
    shelf = features.Shelf(tmp_path)
    for _time in range(2):
        fast = trained(small, base, TAKEN, 3, then, shelf=shelf, emit=told.append).get_weights()
        for one, other in zip(plain, fast, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)
    computed = [event.done for event in told if event.kind == "prepared"]
    assert computed, "a page can show how far it is"
    looked, began = told[0], next(event for event in told if event.kind == "started")
    assert looked.kind == "prepared"
    assert began.taken <= looked.at <= began.at
    assert len(computed) == len(set(computed)) * (1 if then is None else 2), "the second time nothing is computed"
    assert len(list(tmp_path.glob("*.npy"))) == 1 + (then is not None)


def test_the_shelf_lets_the_oldest_go(tmp_path):
    shelf, numbers = features.Shelf(tmp_path, limit=1200), np.zeros(60, np.float32)
    for number, key in enumerate("abc"):
        shelf.get(key, lambda: numbers)
        os.utime(tmp_path / f"{key}.npy", (number, number))
    shelf.get("a", lambda: pytest.fail("it is there"))
    shelf.get("d", lambda: numbers)
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["a", "c", "d"]
    (tmp_path / "a.npy").write_bytes(b"half of it")
    assert np.array_equal(shelf.get("a", lambda: numbers + 1), numbers + 1)
    assert len(shelf.get("large", lambda: np.zeros(1000, np.float32))) == 1000
    assert not (tmp_path / "large.npy").exists()


def test_augmentation_and_kept_features_exclude_each_other(small, base):
    told = []
    start = Start(base="base", layers=TAKEN, frozen=3)
    recipe = RECIPE.model_copy(update={"start": start, "augmentation": AUGMENTATIONS["digits"], "epochs": 1})
    arrays = first_arrays(base, len(BASE.layers), TAKEN)
    fit(NETWORK, recipe, small, told.append, base=arrays, choices=PLAIN)
    assert "prepared" not in {event.kind for event in told}


def test_stop_while_features_are_computed_again_loses_nothing(small, base):
    kept = {}
    trained(small, base, TAKEN, 3, on_epoch=lambda attempt, epochs: kept.update({epochs: attempt.model.get_weights()}))
    saved = {}
    trained(small, base, TAKEN, 3, on_epoch=lambda attempt, epochs: saved.update({epochs: checkpoint(attempt, epochs)}))
    after = trained(small, base, TAKEN, 3, resume=saved[2], should_stop=lambda: True).get_weights()
    assert all(map(np.array_equal, after, kept[2]))


def test_stop_is_heard_while_features_are_computed(small, base):
    told = []
    trained(small, base, TAKEN, 3, emit=told.append, should_stop=lambda: True)
    assert [event.kind for event in told] == ["training_ended", "tested"]
    assert told[-2].reason == "stopped"


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
    with pytest.raises(ValueError, match="in the second phase"):
        Start(base="base", layers=2, frozen=1, then=FineTuning(after=1, frozen=2, learning_rate=0.1))
    two = Start(base="base", layers=2, frozen=1, then=FineTuning(after=3, frozen=0, learning_rate=0.1))
    with pytest.raises(ValueError, match="before the last epoch"):
        Recipe(epochs=3, start=two)
