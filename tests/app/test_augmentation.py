"""The augmentation page, by AppTest from app.py, with an engine without a cluster behind it."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_core.design.augmentation import PRESETS
from cnn_core.figures.template import percent
from cnn_core.ui import pages
from cnn_core.ui.data.augmentation import variant_words
from cnn_core.ui.data.split_lesson import sentence
from tests.support import pages as support
from tests.support.pages import settled

ROOT = Path(__file__).parents[2]
PAGE, LIVE = pages.AUGMENTATION, pages.LIVE


def opened(page: str = PAGE, **kept) -> AppTest:
    return support.opened(page, {f"studio.{name}": value for name, value in kept.items()})


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def captions(app: AppTest) -> list[str]:
    return [caption.value for caption in app.caption]


def images(app: AppTest) -> list[list[str]]:
    """The captions of each list of images."""
    return [[image.caption for image in element.proto.imgs] for element in app.get("image")]


def code(app: AppTest) -> str:
    return "\n".join(block.value for block in app.code)


def test_the_original_stands_beside_a_dozen_variants_with_the_numbers_that_made_them():
    app = opened()
    shown, strip = images(app)
    assert shown[0] == "**original**"
    assert len(shown) == 13
    assert all("°" in caption and "size" in caption for caption in shown[1:])
    assert len(strip) == 10
    assert not app.warning


def test_a_seed_gives_the_same_variants_and_a_new_one_others():
    app = opened(**{"augment.seed": 5})
    first = images(app)
    assert images(opened(**{"augment.seed": 5})) == first
    app.button(key="augment-new-seed").click()
    assert images(run(app)) != first


def test_a_control_that_moves_shows_in_the_variants_the_code_and_a_warning():
    app = opened()
    next(slider for slider in app.slider if slider.label == "rotation").set_value(180)
    run(app)
    assert "factor=180 / 360" in code(app)
    assert "rotation_range=180" in code(app)
    (warning,) = app.warning
    assert "a 6 is a 9" in warning.value
    app.button(key="augment-preset-none").click()
    run(app)
    assert not app.warning
    assert set(images(app)[0][1:]) == {"unchanged"}


def test_what_is_chosen_goes_into_the_recipe_and_the_training_page_says_so():
    app = opened()
    app.button(key="augment-preset-photos").click()
    run(app)
    app.button(key="augment-use").click()
    run(app)
    assert app.session_state["studio.recipe"].augmentation == PRESETS["photos"]
    assert app.button(key="augment-use").disabled
    app.switch_page(LIVE)
    run(app)
    assert any("rotation 15°" in caption and "horizontal flip" in caption for caption in captions(app))
    assert app.session_state["studio.recipe"].augmentation == PRESETS["photos"], "the recipe's form keeps it"


def test_without_a_drawing_the_way_to_the_canvas_is_offered_and_with_one_it_is_varied():
    app = opened()
    app.selectbox(key="augment-way-3").select("drawing")
    run(app)
    assert "no drawing" in app.info[0].value
    ink = np.zeros((280, 280), np.float32)
    ink[40:240, 130:150] = 1
    app = opened(**{"draw.last": {"ink": ink, "strokes": None}})
    app.selectbox(key="augment-way-3").select("drawing")
    run(app)
    assert len(images(app)[0]) == 13


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"rotation": -3.04, "vertical_shift": 2.0}, ["↻ 3.0°", "↓ 2.0 %"]),
        ({"zoom": 25.0, "horizontal_flip": 0.0, "vertical_flip": 1.0}, ["size 80%", "upside down"]),
        ({}, []),
    ],
)
def test_numbers_in_words(numbers, expected):
    assert variant_words(numbers) == expected


def test_the_experiment_shows_the_score_of_each_way_beside_the_true_one(monkeypatch):
    monkeypatch.setattr("cnn_core.ui.data.split_lesson.EPOCHS", 2)
    app = opened()
    app.button(key="split-lesson").click()
    settled(run(app))
    ways = app.session_state["studio.augment.ways"]
    wrong, right = ways
    assert (wrong["trained"] + wrong["tested"], wrong["sisters"] > 0.9 * wrong["tested"]) == (1000, True)
    assert (right["tested"], right["sisters"]) == (60, 0)
    table = app.table[0].value
    assert list(table.index) == ["Augment, then split", "Split, then augment"]
    assert table.iloc[0, 2] == percent(wrong["score"])
    assert any(sentence(wrong) in markdown.value for markdown in app.markdown)


@pytest.mark.parametrize(
    ("score", "true", "expected"), [(0.98, 0.9, "8.0 points too high"), (0.85, 0.9, "5.0 points too low")]
)
def test_the_sentence_says_what_the_numbers_say(score, true, expected):
    text = sentence({"trained": 700, "tested": 100, "sisters": 7, "score": score, "true": true})
    assert expected in text
    assert "±3.0" in text
    assert "7 of its 100 test images" in text
