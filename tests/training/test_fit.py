"""fit: real trainings of a small network, watched from outside."""

import re
from dataclasses import replace
from itertools import count

import keras
import numpy as np
import pytest

from cnn_core.data.changes import shuffle_pixels
from cnn_core.data.datasets import Dataset, stratified_split
from cnn_core.data.watched import WATCHED, watched
from cnn_core.design.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.errors import RunError
from cnn_core.runs.events import EVENT, Event, Progress, Submitted
from cnn_core.runs.state import reduce
from cnn_core.training import live
from cnn_core.training.build import checkpoint, from_bytes
from cnn_core.training.device import Choices
from cnn_core.training.fit import Outcome, fit

NETWORK = Network(
    layers=(
        Conv2D(filters=4, kernel_size=5, activation="relu"),
        MaxPooling2D(pool_size=4),
        Flatten(),
        Dropout(rate=0.1),
        Dense(units=10, activation="softmax"),
    )
)
DENSE = Network(layers=(Flatten(), Dense(units=32), Dense(units=10, activation="softmax")))
RECIPE = Recipe(optimizer="adam", learning_rate=0.01, batch_size=32, epochs=3, validation_share=0.2)
STEP_BY_STEP = Choices(1, False, "float32")


def train(dataset: Dataset, recipe: Recipe = RECIPE, network: Network = NETWORK, **options) -> tuple[list, Outcome]:
    """The events and the outcome."""
    events: list[Event] = []
    outcome = fit(network, recipe, dataset, events.append, **{"choices": STEP_BY_STEP, **options})
    return events, outcome


def kinds(events: list[Event]) -> str:
    """One letter an event: Started, Progress, Epoch ended, tRaining ended, Tested."""
    letters = {"started": "S", "progress": "P", "epoch_ended": "E", "training_ended": "R", "tested": "T"}
    return "".join(letters[event.kind] for event in events)


def of_kind(events: list[Event], kind: str) -> list:
    return [event for event in events if event.kind == kind]


def curve(events: list[Event]) -> list[tuple]:
    return [
        (event.loss, event.accuracy, event.val_loss, event.val_accuracy) for event in of_kind(events, "epoch_ended")
    ]


def cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    return float(-np.log(np.clip(probabilities[np.arange(len(labels)), labels], 1e-7, 1)).mean())


@pytest.fixture(scope="module")
def trained(small) -> tuple[list, Outcome]:
    """One training with an event at every step; 240 images train: 8 steps, the last with 16 images."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "INTERVAL", 0)
        return train(small)


def test_events_come_in_order(trained):
    events, _ = trained
    assert kinds(events) == "S" + ("P" * 8 + "E") * 3 + "RT"
    started = events[0]
    assert (started.epochs, started.first_epoch, started.steps_per_epoch) == (3, 0, 8)
    assert (started.train_images, started.validation_images) == (240, 60)
    assert started.choices == STEP_BY_STEP.words
    assert events[-2].reason == "completed"
    assert [event.epoch for event in of_kind(events, "epoch_ended")] == [0, 1, 2]
    assert [event.step for event in of_kind(events, "progress")] == [*range(1, 9)] * 3
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert all(EVENT.validate_json(event.model_dump_json()) == event for event in events)


def test_progress_of_all_steps_is_the_mean_of_the_epoch(trained):
    """Keras's own mean over the epoch is the oracle; the last batch is half as large."""
    events, _ = trained
    sizes = [32] * 7 + [16]
    for epoch in of_kind(events, "epoch_ended"):
        steps = [event for event in of_kind(events, "progress") if event.epoch == epoch.epoch]
        for place, name in enumerate(("loss", "accuracy"), start=1):
            values = [point[place] for event in steps for point in event.points]
            assert np.average(values, weights=sizes) == pytest.approx(getattr(epoch, name), abs=1e-5)


def test_it_learns_and_the_test_is_what_numpy_says(trained, small):
    events, outcome = trained
    first, *_, last = of_kind(events, "epoch_ended")
    assert last.loss < first.loss
    assert last.accuracy > first.accuracy
    probabilities = from_bytes(outcome.model).predict_on_batch(small.x_test)
    np.testing.assert_array_equal(outcome.predicted, probabilities.argmax(axis=1))
    np.testing.assert_allclose(outcome.confidence, probabilities.max(axis=1), rtol=1e-5)
    tested = events[-1]
    assert tested.loss == pytest.approx(cross_entropy(probabilities, small.y_test), rel=1e-4)
    assert tested.accuracy == pytest.approx((outcome.predicted == small.y_test).mean())
    counted = [[int(((small.y_test == t) & (outcome.predicted == p)).sum()) for p in range(10)] for t in range(10)]
    assert tested.confusion == tuple(map(tuple, counted))


def test_the_same_seed_gives_the_same_curves_and_another_does_not(trained, small):
    events, outcome = trained
    again, same = train(small)
    assert curve(again) == curve(events)
    one, other = (reduce([Submitted(), *made]) for made in (events, again))
    assert (one.loss, one.accuracy) == (other.loss, other.accuracy), "though its events came at other times"
    np.testing.assert_array_equal(same.confidence, outcome.confidence)
    other, _ = train(small, RECIPE.model_copy(update={"seed": 7, "epochs": 1}))
    assert curve(other)[0] != curve(events)[0]


def test_several_steps_per_execution_change_nothing_but_the_speed(trained, small, monkeypatch):
    """8 steps, 3 at a time: the last execution is a shorter one."""
    monkeypatch.setattr(live, "INTERVAL", 0)
    events, outcome = trained
    fast, same = train(small, choices=Choices(3, False, "float32"))
    np.testing.assert_allclose(curve(fast), curve(events), rtol=1e-5)
    np.testing.assert_allclose(same.confidence, outcome.confidence, rtol=1e-4)
    assert [event.step for event in of_kind(fast, "progress")] == [3, 6, 8] * 3


def test_bfloat16_learns_as_well_and_what_is_tested_is_the_float32_model_that_is_kept(trained, small):
    events, outcome = train(small, choices=Choices(1, False, "mixed_bfloat16"))
    np.testing.assert_allclose(curve(events), curve(trained[0]), atol=0.1)
    kept = from_bytes(outcome.model)
    assert {layer.compute_dtype for layer in kept.layers} == {"float32"}
    np.testing.assert_allclose(outcome.confidence, kept.predict_on_batch(small.x_test).max(axis=1), rtol=1e-5)


def test_squared_error_is_a_loss_too(small):
    events, outcome = train(small, RECIPE.model_copy(update={"loss": "mse"}))
    losses = [event.loss for event in of_kind(events, "epoch_ended")]
    assert losses == sorted(losses, reverse=True)
    probabilities = from_bytes(outcome.model).predict_on_batch(small.x_test)
    naive = ((probabilities - np.eye(10)[small.y_test]) ** 2).mean()
    assert events[-1].loss == pytest.approx(naive, rel=1e-4)


def test_validation_never_overlaps_training_and_the_test_set_is_neither(small, monkeypatch):
    """What Keras is given, image by image; the images are all different."""
    seen, real = {}, keras.Model.fit

    def spy(model, x, **options):
        for part, batches in (("train", x), ("validation", options["validation_data"])):
            seen[part] = tuple(np.concatenate(arrays) for arrays in zip(*batches.as_numpy_iterator(), strict=True))
        return real(model, x, **options)

    monkeypatch.setattr(keras.Model, "fit", spy)
    train(small, RECIPE.model_copy(update={"epochs": 1, "train_images": 200}), DENSE)
    pictures = {part: [image.tobytes() for image in images] for part, (images, _) in seen.items()}
    assert (len(pictures["train"]), len(pictures["validation"])) == (160, 40)
    assert not set(pictures["train"]) & set(pictures["validation"])
    first = {image.tobytes() for image in small.x_train[:200]}
    assert set(pictures["train"]) | set(pictures["validation"]) == first
    wanted = 0.2 * np.bincount(small.y_train[:200], minlength=10)
    assert np.abs(seen["validation"][1].sum(axis=0) - wanted).max() < 1


def test_the_test_set_is_not_touched_before_the_training_has_ended(small):
    events, touched = [], []

    class Watched(Dataset):
        def __getattribute__(self, name):
            if name in ("x_test", "y_test"):
                touched.append(kinds(events))
            return super().__getattribute__(name)

    watched = Watched(**vars(small))
    touched.clear()  # making it looks at all arrays
    fit(DENSE, RECIPE, watched, events.append, choices=STEP_BY_STEP)
    assert touched
    assert all(before.endswith("R") for before in touched[:1])
    assert all("R" in before for before in touched)


def test_without_validation_there_is_no_validation_curve(small):
    events, _ = train(small, RECIPE.model_copy(update={"epochs": 1, "validation_share": 0.0}), DENSE)
    assert events[0].validation_images == 0
    assert curve(events)[0][2:] == (None, None)


@pytest.mark.parametrize(("looks", "epochs"), [(3, 0), (9, 0), (12, 1)], ids=["in training", "in validation", "later"])
def test_stop_within_an_epoch_keeps_what_was_learned(small, looks, epochs):
    """An epoch has 8 looks in training, and one in validation."""
    calls, whole = count(1), []
    events, outcome = train(
        small, should_stop=lambda: next(calls) >= looks, on_epoch=lambda attempt, n: whole.append(n)
    )
    assert re.fullmatch("SP*" + "EP*" * epochs + "RT", kinds(events))
    assert events[-2].reason == "stopped"
    assert whole == list(range(epochs + 1))
    probabilities = from_bytes(outcome.model).predict_on_batch(small.x_test)
    np.testing.assert_array_equal(outcome.predicted, probabilities.argmax(axis=1))


WILD = Recipe(
    optimizer="sgd", learning_rate=10.0, momentum=0.99, loss="mse", batch_size=300, epochs=50, validation_share=0.0
)
LINEAR = Network(layers=(Flatten(), Dense(units=32), Dense(units=10)))


def test_divergence_is_said_in_words_even_when_only_the_test_sees_it(small):
    """One step an epoch. Ending just before the loss is seen to diverge leaves a network that has diverged."""
    with pytest.raises(RunError, match=r"diverged in epoch \d+.*learning rate ten times smaller") as caught:
        train(small, WILD, LINEAR)
    epoch = int(re.search(r"epoch (\d+)", str(caught.value))[1])
    assert 1 < epoch < 50
    with pytest.raises(RunError, match=f"diverged in epoch {epoch - 1}"):
        train(small, WILD.model_copy(update={"epochs": epoch - 1}), LINEAR)


def test_early_stopping_ends_and_keeps_the_best_epoch(small):
    recipe = RECIPE.model_copy(update={"epochs": 40, "early_stopping": 2, "learning_rate": 0.02, "train_images": 100})
    validation = {}
    events, outcome = train(small, recipe, DENSE, on_epoch=lambda at, n: validation.update({n: at.model.get_weights()}))
    epochs = of_kind(events, "epoch_ended")
    assert events[-2].reason == "early stopping"
    assert len(epochs) < 40
    best = min(epochs, key=lambda event: event.val_loss)
    assert best.epoch == len(epochs) - 3
    for kept, then in zip(from_bytes(outcome.model).get_weights(), validation[best.epoch + 1], strict=True):
        np.testing.assert_array_equal(kept, then)


@pytest.fixture(scope="module")
def whole(small) -> tuple[Recipe, dict[int, bytes], list, Outcome]:
    """A training that nobody stopped, and its checkpoints after 0, 1, 2, ... epochs."""
    recipe = RECIPE.model_copy(update={"epochs": 4})
    saved = {}
    events, outcome = train(
        small, recipe, STATEFUL, on_epoch=lambda attempt, n: saved.update({n: checkpoint(attempt, n)})
    )
    return recipe, saved, events, outcome


STATEFUL = Network(
    layers=(
        Conv2D(filters=3, kernel_size=5, strides=3),
        BatchNormalization(),
        Flatten(),
        Dropout(rate=0.3),
        Dense(units=10, activation="softmax"),
    )
)


def test_resuming_goes_on_at_the_right_epoch_as_if_never_stopped(small, whole):
    recipe, saved, events, outcome = whole
    assert list(saved) == [0, 1, 2, 3, 4]
    resumed, same = train(small, recipe, STATEFUL, resume=saved[2])
    assert resumed[0].first_epoch == 2
    assert [event.epoch for event in of_kind(resumed, "epoch_ended")] == [2, 3]
    assert resumed[-2].reason == "completed"
    np.testing.assert_allclose(curve(resumed), curve(events)[2:], rtol=1e-4)
    np.testing.assert_allclose(same.confidence, outcome.confidence, rtol=1e-3)


def test_after_each_epoch_it_says_how_it_reads_the_watched_images(small):
    places = watched(small.y_train, RECIPE)
    _, validation = stratified_split(small.y_train, RECIPE.validation_share, RECIPE.seed)
    assert len(set(places)) == WATCHED
    assert set(places) < set(validation)
    predicted = {}

    def look(attempt, epochs: int) -> None:
        predicted[epochs] = tuple(attempt.model.predict_on_batch(small.x_train[places]).argmax(axis=1))

    events, _ = train(small, on_epoch=look)
    assert [event.watched for event in of_kind(events, "epoch_ended")] == [predicted[1], predicted[2], predicted[3]]


def test_resuming_after_the_last_epoch_only_tests(small, whole):
    recipe, saved, events, outcome = whole
    resumed, same = train(small, recipe, STATEFUL, resume=saved[4])
    assert kinds(resumed) == "SRT"
    assert resumed[1].reason == "completed"
    np.testing.assert_array_equal(same.predicted, outcome.predicted)
    assert resumed[-1].loss == pytest.approx(events[-1].loss)


def test_the_first_event_of_a_long_epoch_comes_before_its_end(small):
    """With the real interval: what Keras takes per step is more than the time between two events allows."""
    slow = Network(layers=(*[Conv2D(filters=24, kernel_size=5, padding="same")] * 2, *DENSE.layers))
    events, _ = train(small, RECIPE.model_copy(update={"epochs": 1, "batch_size": 8}), slow)
    points = [event for event in events if isinstance(event, Progress)]
    assert 1 < len(points) <= 30
    assert points[0].step < 30


def test_a_time_limit_ends_within_an_epoch_and_tests_what_was_learned(small):
    recipe = RECIPE.model_copy(update={"epochs": 1000, "time_limit": 0.5})
    events, _ = train(small, recipe)
    assert events[0].time_limit == 0.5
    first = of_kind(events, "progress")[0].at
    ended = of_kind(events, "training_ended")[0]
    assert ended.reason == "time limit"
    assert 0.5 <= ended.at - first < 3  # the clock starts when TensorFlow has compiled
    state = reduce([Submitted(), *events])
    assert 0 < state.epoch < 1000
    assert len(state.epochs_done) == len(of_kind(events, "epoch_ended"))
    assert state.tested


@pytest.mark.parametrize(
    ("own", "servers", "reason"),
    [(None, 0.3, "server limit"), (60.0, 0.3, "server limit"), (0.3, 60.0, "time limit"), (0.3, 0.3, "time limit")],
)
def test_of_the_recipes_limit_and_the_servers_the_first_one_ends_it_and_is_its_reason(small, own, servers, reason):
    recipe = RECIPE.model_copy(update={"epochs": 1000, "time_limit": own})
    events, outcome = train(small, recipe, most_seconds=servers)
    state = reduce([Submitted(minutes=servers / 60), *events])
    assert (state.reason, state.started_now.time_limit) == (reason, 0.3)
    assert 0 < state.epoch < 1000
    assert state.tested
    assert from_bytes(outcome.model)


def test_a_server_with_time_to_spare_changes_nothing(small):
    events, outcome = train(small, most_seconds=3600.0)
    plain, same = train(small)
    assert curve(events) == curve(plain)
    assert of_kind(events, "training_ended")[0].reason == "completed"
    np.testing.assert_array_equal(outcome.confidence, same.confidence)


def test_shuffled_pixels_are_those_of_a_data_set_that_was_shuffled_before(small):
    recipe = RECIPE.model_copy(update={"epochs": 1})
    by_recipe, outcome = train(small, recipe.model_copy(update={"pixel_order": 5}), DENSE)
    pictures = {name: shuffle_pixels(getattr(small, name), 5) for name in ("x_train", "x_test")}
    before, same = train(replace(small, **pictures), recipe, DENSE)
    assert of_kind(by_recipe, "tested")[0].loss == of_kind(before, "tested")[0].loss
    np.testing.assert_array_equal(outcome.confidence, same.confidence)
    plain, _ = train(small, recipe, DENSE)
    assert of_kind(plain, "tested")[0].loss != of_kind(by_recipe, "tested")[0].loss


def test_how_pixels_enter_is_the_recipes_choice_and_what_is_kept_takes_them_raw(small):
    """Against the layers in NumPy, on the pixels as they are."""
    recipe = RECIPE.model_copy(update={"epochs": 1, "learning_rate": 1e-4, "pixels": "raw"})
    events, outcome = train(small, recipe, DENSE)
    kept = from_bytes(outcome.model)
    assert [type(layer).__name__ for layer in kept.layers] == ["Flatten", "Dense", "Dense"]
    first, bias, second, last = kept.get_weights()
    logits = (small.x_test.reshape(len(small.x_test), -1).astype(np.float64) @ first + bias) @ second + last
    np.testing.assert_array_equal(outcome.predicted, logits.argmax(axis=1))
    scaled, _ = train(small, recipe.model_copy(update={"pixels": "scaled"}), DENSE)
    assert curve(scaled) != curve(events)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_preset_with_raw_pixels_learns_mnist_as_its_note_does(mnist, precision):
    """The note: 0.9862 on the test set."""
    preset = PRESETS["same-32-64-128"]
    events, _ = train(mnist, preset.recipe, preset.network, choices=Choices(8, False, precision))
    assert of_kind(events, "tested")[0].accuracy >= 0.98


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_preset_with_raw_pixels_learns_from_the_bundled_digits_too(bundled, precision):
    preset = PRESETS["same-32-64-128"]
    events, _ = train(bundled, preset.recipe, preset.network, choices=Choices(8, False, precision))
    assert of_kind(events, "tested")[0].accuracy >= 0.8
