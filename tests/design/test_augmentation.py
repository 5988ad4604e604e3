"""Augmentation as data: bounds, words, warnings, and the code that is shown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.augmentation import DIGIT_NAMES, PRESETS, RANGES, Augmentation, layers, warnings
from cnn_core.design.fields import checked
from cnn_core.design.formats.code.augmentation import keras_code, old_code
from cnn_core.design.recipe import Recipe
from cnn_core.errors import DesignError

PETS = ("cat", "dog")
LETTERS = tuple("abdp")


def bounds(name: str) -> tuple[int, int]:
    schema = Augmentation.model_json_schema()["properties"][name]
    return schema["minimum"], schema["maximum"]


augmentations = st.builds(
    Augmentation,
    **{name: st.integers(*bounds(name)) for name in RANGES},
    horizontal_flip=st.booleans(),
    vertical_flip=st.booleans(),
    fill_mode=st.sampled_from(["constant", "nearest", "reflect"]),
)


def test_every_field_has_help_and_every_amount_a_unit_and_bounds_and_starts_at_nothing():
    fields = Augmentation.model_fields
    assert all(field.description for field in fields.values())
    assert [fields[name].json_schema_extra["unit"] for name in RANGES] == ["°"] + ["%"] * 7
    assert all(bounds(name)[0] == 0 for name in RANGES)
    assert not Augmentation().active
    assert str(Augmentation()) == "none"


def test_a_stored_recipe_from_before_there_was_augmentation_is_read():
    old = json.loads(Recipe().model_dump_json())
    del old["augmentation"]
    assert Recipe.model_validate(old) == Recipe()
    new = Recipe(augmentation=PRESETS["photos"])
    assert Recipe.model_validate_json(new.model_dump_json()) == new


@pytest.mark.parametrize("value", [-1, 181, 1.5, "15", True, None])
def test_what_is_out_of_bounds_is_named_with_what_would_be_right(value):
    with pytest.raises(DesignError, match=r"rotation must be a whole number from 0 to 180"):
        checked(Augmentation, {"rotation": value}, "The augmentation")


@given(augmentations)
def test_only_what_is_switched_on_is_in_the_words_and_gives_layers(augmentation):
    text = str(augmentation)
    assert all((name.replace("_", " ") in text) == bool(getattr(augmentation, name)) for name in RANGES)
    assert bool(layers(augmentation, 1)) == augmentation.active
    for control in augmentation.controls:
        assert augmentation.only(control).controls == (control,)


@given(augmentations, st.sampled_from(RANGES))
def test_switching_one_thing_off_leaves_the_seeds_of_the_others(augmentation, name):
    rest = augmentation.model_copy(update={name: 0})
    changed = [spec for spec in layers(rest, 7) if spec not in layers(augmentation, 7)]
    assert {kind for kind, _ in changed} <= {"RandomTranslation"}, "only the other shift's layer has other bounds"
    drawn = [arguments["seed"] for _, arguments in layers(augmentation, 7) if "seed" in arguments]
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize(
    ("choice", "names", "words"),
    [
        ({"horizontal_flip": True}, DIGIT_NAMES, "mirrored"),
        ({"vertical_flip": True}, DIGIT_NAMES, "a 6 takes the shape of a 9"),
        ({"rotation": 46}, DIGIT_NAMES, "at 180° a 6 is a 9"),
        ({"erasing": 30}, DIGIT_NAMES, "is a 3"),
        ({"horizontal_flip": True}, LETTERS, "b becomes d"),
        ({"vertical_flip": True}, PETS, "upside down"),
        ({"rotation": 90}, PETS, "upright"),
    ],
)
def test_a_choice_that_changes_the_label_is_warned_of_with_the_reason(choice, names, words):
    (sentence,) = warnings(Augmentation(**choice), names)
    assert words in sentence


def test_harmless_choices_and_the_presets_on_their_own_kind_of_data_bring_no_warning():
    assert warnings(PRESETS["digits"], DIGIT_NAMES) == ()
    assert warnings(PRESETS["photos"], PETS) == ()
    assert warnings(Augmentation(horizontal_flip=True), PETS) == ()
    assert len(warnings(PRESETS["photos"], DIGIT_NAMES)) == 1
    assert len(warnings(Augmentation(horizontal_flip=True, vertical_flip=True), DIGIT_NAMES)) == 3


@given(augmentations)
def test_the_old_call_takes_what_there_is_an_argument_for_and_names_the_rest(augmentation):
    received = {}
    code = old_code(augmentation)
    body = code.split("\n\n", 1)[1]
    exec(body, {"ImageDataGenerator": lambda **arguments: received.update(arguments)})
    assert received.get("rotation_range", 0) == augmentation.rotation
    assert received.get("width_shift_range", 0) == augmentation.horizontal_shift / 100
    assert received.get("vertical_flip", False) == augmentation.vertical_flip
    for name in ("contrast", "noise", "erasing"):
        assert (name in code) == bool(getattr(augmentation, name))


def test_the_code_of_nothing_is_code_too():
    compile(keras_code(Augmentation(), 1), "code", "exec")
    compile(old_code(Augmentation()), "code", "exec")
