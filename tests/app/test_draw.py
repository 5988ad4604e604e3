"""The drawing page with the real networks; only the canvas, which lives in the browser, is played."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from cnn_core.design.presets import PRESETS
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.kit.wording import literal

ROOT = Path(__file__).parents[2]


def canvas_with(*strokes, width=20):
    """What streamlit-drawable-canvas gives once these lines are drawn; None: nothing was drawn yet."""
    picture = Image.new("RGBA", (280, 280), "black")
    for stroke in strokes:
        ImageDraw.Draw(picture).line(stroke, fill="white", width=width, joint="curve")
    return SimpleNamespace(image_data=np.asarray(picture) if strokes else None, json_data={"objects": list(strokes)})


SMALL_SEVEN = [(12, 14), (60, 14), (30, 80)]


@pytest.fixture
def page(monkeypatch):
    """The app, opened at the drawing page; `page.canvas(...)` draws."""
    shown = canvas_with()
    seen = []

    def st_canvas(**options):
        seen.append(options)
        return shown

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.switch_page(pages.DRAW).run()  # the component can only be imported while an app runs
    monkeypatch.setattr("cnn_core.ui.use.canvas.st_canvas", st_canvas)
    ready_made = [model for model in services.models() if model.key in PRESETS]  # whatever other tests have trained
    monkeypatch.setattr(services, "models", lambda: ready_made)

    def draw(*strokes):
        nonlocal shown
        shown = canvas_with(*strokes)
        return app.run()

    app.draw, app.canvases = draw, seen
    return app.run()


def texts(app):
    return " ".join(element.value for element in [*app.markdown, *app.info, *app.error])


def test_an_empty_canvas_says_what_to_do(page):
    assert not page.exception
    assert page.title[0].value == "Draw a digit"
    assert "Draw a digit, large and in one piece" in page.info[0].value
    assert len(page.multiselect(key="draw-models").value) == 2, "the ready-made CNN and its dense counterpart"


def test_a_seven_in_the_corner_is_read_and_the_treatment_gets_the_credit(page):
    page.draw(SMALL_SEVEN)
    assert not page.exception
    table = page.table[0].value
    assert list(table.index) == ["1. Drawing", "2. Cropped", "3. Scaled to 20 px", "4. Centred", "5. Full contrast"]
    assert len(table.columns) == 2
    assert all(cell.startswith("**7**") for cell in table.loc["5. Full contrast"])
    assert "without the treatment" in texts(page)


def test_a_dot_is_called_one(page):
    app = page.draw([(140, 140), (155, 140)])
    assert not app.exception
    assert "solid dot" in app.warning[0].value
    app = page.draw(SMALL_SEVEN)
    assert not app.warning


def test_the_sentence_says_what_the_table_says(page):
    app = page.draw(SMALL_SEVEN)
    lines = next(text.value for text in app.markdown if "turns it into" in text.value).splitlines()
    for line, (_, column) in zip(lines, app.table[0].value.items(), strict=True):
        assert line.rstrip().endswith(f"{_told(column.iloc[-1])}{' with it' if 'with it' in line else ''}.")
        if not (step := re.search(r"step (\d)", line)):
            continue
        stage = int(step[1])
        assert f"predicts {_told(column.iloc[0])} without the treatment" in line
        assert f"turns it into {_told(column.iloc[stage - 1])}" in line


def _told(cell: str) -> str:
    """**7** 41.6% as 7 (41.6%)."""
    digit, share = cell.split()
    return f"{digit.strip('*')} ({share})"


def test_clear_gives_a_new_canvas_and_forgets_the_drawing(page):
    page.draw(SMALL_SEVEN)
    before = page.canvases[-1]["key"]
    page.draw()
    assert page.table, "a canvas that was just put back on the page says nothing, the drawing is still there"
    page.button(key="draw-clear").click().run()
    assert page.canvases[-1]["key"] != before
    assert page.canvases[-1]["initial_drawing"] is None
    assert page.info


def test_the_drawing_is_back_after_another_page(page):
    page.draw(SMALL_SEVEN)
    page.switch_page(pages.HOME).run()
    page.switch_page(pages.DRAW)
    page.draw()
    assert page.canvases[-1]["initial_drawing"] == {"objects": [SMALL_SEVEN]}
    assert page.table


def test_an_undone_drawing_is_an_empty_canvas(page):
    page.draw([(0, 0), (0, 0)])
    page.draw([(400, 400), (500, 500)])
    assert "empty" in page.info[0].value
    assert not page.table


def test_without_a_network_it_asks_for_one(page):
    page.draw(SMALL_SEVEN)
    page.multiselect(key="draw-models").set_value([]).run()
    assert "Choose at least one network" in page.info[0].value


def test_a_link_chooses_the_network(page):
    key = services.models()[0].key
    page.query_params["model"] = key
    page.run()
    assert page.multiselect(key="draw-models").value == [key]
    page.query_params["model"] = "long-gone"
    assert not page.run().exception
    assert len(page.multiselect(key="draw-models").value) == 2


@pytest.mark.parametrize("paper", ["white", "black"])
def test_a_picture_of_a_digit_is_read(page, paper):
    picture = Image.new("RGB", (300, 400), paper)
    ink = "black" if paper == "white" else "white"
    ImageDraw.Draw(picture).line([(60, 80), (230, 80), (120, 340)], fill=ink, width=26, joint="curve")
    file = BytesIO()
    picture.save(file, "JPEG")
    send(page, file.getvalue())
    assert not page.exception
    assert all(cell.startswith("**7**") for cell in page.table[0].value.loc["5. Full contrast"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "not an image"),
        (b"\x89PNG\r\n\x1a\n", "not an image"),
    ],
)
def test_what_is_no_picture_is_one_clear_sentence(page, content, message):
    send(page, content)
    assert message in page.error[0].value
    assert not page.exception
    assert not page.table


def send(page, content):
    page.segmented_control(key="draw-way").set_value("image").run()
    page.file_uploader(key="draw-picture").set_value(("digit.png", content, "image/png")).run()


def test_a_chosen_network_that_was_deleted_is_gone_without_a_fuss(page, monkeypatch):
    models = services.models()
    page.multiselect(key="draw-models").set_value([model.key for model in models]).run()
    monkeypatch.setattr(services, "models", lambda: models[:1])
    page.draw(SMALL_SEVEN)
    assert not page.exception
    assert page.multiselect(key="draw-models").value == [models[0].key]
    assert len(page.table[0].value.columns) == 1


def test_networks_of_the_same_name_are_told_apart(page, monkeypatch):
    model = services.models()[0]
    twins = [replace(model, key=key) for key in (model.key, "1234567890")]
    monkeypatch.setattr(services, "models", lambda: twins)
    page.run()
    assert page.multiselect(key="draw-models").options == [f"{model.title} ({twin.key[:6]})" for twin in twins]


def test_a_runs_name_is_text_and_not_markdown(page, monkeypatch):
    model = replace(services.models()[0], title="**A** [b](http://c.d) $e$")
    monkeypatch.setattr(services, "models", lambda: [model])
    page.draw(SMALL_SEVEN)
    assert not page.exception
    assert literal(model.title) in texts(page)


def test_without_any_network_it_shows_the_way_to_one(page, monkeypatch):
    monkeypatch.setattr(services, "models", list)
    page.run()
    assert not page.exception
    assert "Train one first" in page.info[0].value


@pytest.mark.parametrize(
    ("answers", "stage"), [([7, 7, 7], 0), ([1, 7, 7], 1), ([1, 7, 2], 2), ([7, 1, 7], 0), ([1, 1, 7], 2), ([3], 0)]
)
def test_the_deciding_stage(page, answers, stage):
    from cnn_core.ui.use.digit import deciding_stage  # once an app runs, see above

    assert deciding_stage(answers) == stage
