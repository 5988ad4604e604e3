"""Augmentation by Keras: against NumPy, against its own code as shown, and what training and testing get to see."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.augmentation import PRESETS, RANGES, Augmentation
from cnn_core.design.formats.code.augmentation import keras_code
from cnn_core.design.layers import Dense, Dropout, Flatten
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.training import augment
from cnn_core.training.augment import in_front, sweep, variants
from cnn_core.training.build import checkpoint, from_bytes
from cnn_core.training.device import Choices
from cnn_core.training.fit import fit

EVERYTHING = Augmentation(
    rotation=20, horizontal_shift=10, vertical_shift=5, zoom=10, brightness=20, contrast=30, noise=5, erasing=20,
    horizontal_flip=True, vertical_flip=True, fill_mode="reflect",
)  # fmt: skip
SMALL = Network(layers=(Flatten(), Dropout(rate=0.1), Dense(units=10, activation="softmax")))
PLAIN = Choices(1, False, "float32")


@keras.saving.register_keras_serializable("tests")
class Recorder(keras.layers.Layer):
    """Keeps the pixels that the network was last given, in training and outside of it."""

    def build(self, shape):
        self.trained = self.add_weight(shape=shape, initializer="zeros", trainable=False)
        self.evaluated = self.add_weight(shape=shape, initializer="zeros", trainable=False)

    def call(self, pixels, training=False):
        (self.trained if training else self.evaluated).assign(pixels)
        return pixels


def recorded(augmentation: Augmentation, digits: np.ndarray, seed: int) -> keras.Model:
    """A network that was trained one step and evaluated on `digits`, one batch, and remembers the pixels it got."""
    model = keras.Sequential(
        [keras.Input(batch_shape=digits.shape), Recorder(), keras.layers.Flatten(), keras.layers.Dense(2)]
    )
    whole = in_front(model, augmentation, seed)
    whole.compile("sgd", "mse")
    labels = np.zeros((len(digits), 2), np.float32)
    whole.fit(digits, labels, batch_size=len(digits), validation_data=(digits, labels), verbose=0)
    return model


@pytest.fixture
def digits(bundled) -> np.ndarray:
    """Six copies of one digit: shuffling them changes nothing."""
    return np.repeat(bundled.x_train[:1], 6, axis=0)


def single(**choice) -> Augmentation:
    return Augmentation(**choice)


@pytest.mark.parametrize("augmentation", [PRESETS["digits"], PRESETS["photos"], EVERYTHING], ids=["d", "p", "all"])
def test_what_training_feeds_the_network_is_what_the_preview_shows(augmentation, digits):
    """The same seed, the very same pixels: in the compiled training step of Keras, and in the preview."""
    network = recorded(augmentation, digits, seed=11)
    shown = variants(augmentation, digits, seed=11)
    np.testing.assert_allclose(np.asarray(network.layers[0].trained), shown.images, atol=1e-3)
    other = variants(augmentation, digits, seed=12)
    assert np.abs(other.images - shown.images).max() > 10


def test_validation_is_never_augmented(digits):
    network = recorded(EVERYTHING, digits, seed=11)
    # Noise's layers divide by 255 and multiply again, which float32 does not forget.
    np.testing.assert_allclose(np.asarray(network.layers[0].evaluated), digits, atol=1e-4)


@given(st.sampled_from(["none", *RANGES]), st.integers(0, 2**31 - 1))
def test_the_code_that_is_shown_makes_the_same_pixels(control, seed):
    augmentation = EVERYTHING if control == "none" else EVERYTHING.only(control)
    images = np.random.default_rng(0).integers(0, 256, (3, 12, 10, 3), np.uint8)
    names = {"images": images.astype(np.float32)}
    exec(keras_code(augmentation, seed), names)
    np.testing.assert_allclose(np.asarray(names["varied"]), variants(augmentation, images, seed).images, atol=1e-3)


def test_flips_are_those_of_numpy_where_the_numbers_say_so(bundled):
    images = bundled.x_train[:40]
    made = variants(single(horizontal_flip=True, vertical_flip=True), images, 3)
    for before, after, numbers in zip(images, made.images, made.numbers, strict=True):
        expected = before[:, ::-1] if numbers["horizontal_flip"] else before
        expected = expected[::-1] if numbers["vertical_flip"] else expected
        np.testing.assert_array_equal(after, expected)
    pairs = {(numbers["horizontal_flip"], numbers["vertical_flip"]) for numbers in made.numbers}
    assert len(pairs) == 4, "the two flips are drawn apart"


def centre(picture: np.ndarray) -> np.ndarray:
    """(row, column) of the centre of mass of (H, W, 1)."""
    weight = picture[..., 0] / picture.sum()
    return np.array([(weight.sum(axis=1 - axis) * np.arange(len(weight))).sum() for axis in (0, 1)])


def test_a_shift_moves_by_its_numbers_and_lays_bare_black():
    image = np.zeros((1, 40, 40, 1), np.uint8)
    image[:, 18:22, 18:22] = 200
    made = variants(single(horizontal_shift=20, vertical_shift=30), np.repeat(image, 20, axis=0), 5)
    for picture, numbers in zip(made.images, made.numbers, strict=True):
        moved = 0.4 * np.array([numbers["vertical_shift"], numbers["horizontal_shift"]])
        np.testing.assert_allclose(centre(picture) - centre(image[0]), moved, atol=0.05)
        assert picture.sum() == pytest.approx(image.sum(), rel=1e-4)


def test_a_shift_by_whole_pixels_is_numpy_s(monkeypatch):
    """5 pixels of 20 to the right and 2 down, with Keras's bounds closed around them."""
    spec = ("RandomTranslation", {"height_factor": (0.1, 0.1), "width_factor": (0.25, 0.25), "fill_mode": "constant"})
    monkeypatch.setattr(augment, "layers", lambda augmentation, seed: (spec,))
    image = np.random.default_rng(1).integers(0, 256, (1, 20, 20, 1), np.uint8)
    made = variants(single(horizontal_shift=25, vertical_shift=10), image, 1)
    expected = np.zeros_like(image)
    expected[:, 2:, 5:] = image[:, :-2, :-5]
    np.testing.assert_allclose(made.images, expected, atol=1e-2)
    assert made.numbers == [pytest.approx({"horizontal_shift": 25, "vertical_shift": 10})]


def test_a_positive_rotation_turns_to_the_left():
    image = np.zeros((1, 41, 41, 1), np.uint8)
    image[:, 4:9, 18:23] = 255  # at the top
    made = variants(single(rotation=90), np.repeat(image, 30, axis=0), 2)
    for picture, numbers in zip(made.images, made.numbers, strict=True):
        row, column = centre(picture) - 20
        angle = np.degrees(np.arctan2(-column, -row))
        assert angle == pytest.approx(numbers["rotation"], abs=1.5)
        assert abs(numbers["rotation"]) <= 90


def test_zoom_brightness_contrast_erasing_and_noise_do_what_their_numbers_say():
    image = np.full((30, 40, 40, 1), 100, np.uint8)
    image[:, 10:30, 10:30] = 120
    for made, control in ((variants(single(**{name: 30}), image, 4), name) for name in RANGES[3:]):
        for picture, numbers in zip(made.images, made.numbers, strict=True):
            value = numbers[control]
            assert abs(value) <= 30.01
            bright = (picture > 110).sum()
            naive = {
                "zoom": bright == pytest.approx(400 / (1 + value / 100) ** 2, rel=0.25),
                "brightness": picture.mean() == pytest.approx(105 + 2.55 * value, abs=0.01),
                "contrast": np.ptp(picture) == pytest.approx(20 * (1 + value / 100), abs=0.01),
                "noise": picture.std() == pytest.approx(0.3 * 255, rel=0.15),
                "erasing": 100 * (picture == 0).mean() == pytest.approx(value, abs=0.01),
            }
            assert naive[control], control


@pytest.mark.parametrize("control", RANGES)
def test_a_sweep_goes_from_one_end_of_a_control_to_the_other(control, bundled):
    made = sweep(EVERYTHING, control, bundled.x_train[0], 7, seed=1)
    values = [row[control] for row in made.numbers]
    assert values == sorted(values)
    most = getattr(EVERYTHING, control)
    assert values[-1] == pytest.approx(most, rel=0.25)
    assert values[0] == pytest.approx(0 if control in ("noise", "erasing") else -most, abs=0.15 * most)
    assert made.images.shape == (7, 28, 28, 1)


RECIPE = Recipe(
    optimizer="adam", epochs=3, batch_size=32, train_images=120, validation_share=0.2, augmentation=PRESETS["digits"]
)


def trained(dataset, recipe: Recipe = RECIPE, **options):
    events, kept = [], []
    outcome = fit(
        SMALL, recipe, dataset, events.append, choices=PLAIN,
        **{"on_epoch": lambda attempt, epochs: kept.append(checkpoint(attempt, epochs)), **options},
    )  # fmt: skip
    curve = [(event.loss, event.val_loss) for event in events if event.kind == "epoch_ended"]
    return curve, outcome, kept


def test_a_seed_fixes_an_augmented_training_and_a_checkpoint_goes_on_with_the_same_draws(small):
    curve, outcome, kept = trained(small)
    again, same, _ = trained(small)
    assert again == curve
    np.testing.assert_array_equal(same.confidence, outcome.confidence)
    resumed, _, _ = trained(small, resume=kept[2])
    assert len(resumed) == 1
    other, _, _ = trained(small, RECIPE.model_copy(update={"augmentation": Augmentation()}))
    assert other[0] != curve[0]


def test_the_model_that_is_kept_does_not_augment_and_has_none_of_it_inside(small):
    _, outcome, _ = trained(small)
    model = from_bytes(outcome.model)
    assert [type(layer).__name__ for layer in model.layers] == ["Rescaling", "Flatten", "Dropout", "Dense"]
    probabilities = model.predict_on_batch(small.x_test)
    np.testing.assert_allclose(outcome.confidence, probabilities.max(axis=1), rtol=1e-5)
    np.testing.assert_array_equal(outcome.predicted, probabilities.argmax(axis=1))
