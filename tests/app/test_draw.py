"""The drawing page with the real networks; only the pad, which lives in the browser, is played."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from cnn_core.design.presets import PRESETS
from cnn_core.ui import pages
from cnn_core.ui.components.network.component import Drawing
from cnn_core.ui.kit import services
from tests.support.pages import sent_to

ROOT = Path(__file__).parents[2]


def pad_with(*strokes, width=20) -> Drawing | None:
    """What the pad gives once these lines are drawn; None: it has said nothing yet."""
    if not strokes:
        return None
    image = Image.new("L", (280, 280))
    for stroke in strokes:
        ImageDraw.Draw(image).line(stroke, fill="white", width=width, joint="curve")
    points = [{"width": width, "points": [[*point, 1] for point in stroke]} for stroke in strokes]
    return Drawing(np.asarray(image, np.float32) / 255, points)


CLEARED = Drawing(None, [])
SMALL_SEVEN = [(12, 14), (60, 14), (30, 80)]


@pytest.fixture
def page(monkeypatch):
    """The app, opened at the drawing page; `page.draw(...)` draws, `page.networks` are those that were shown."""
    shown, seen = None, []

    def living_network(network, **options):
        seen.append(options | {"network": network})
        return shown

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.switch_page(pages.DRAW).run()  # the component can only be imported while an app runs
    monkeypatch.setattr("cnn_core.ui.kit.at_work.living_network", living_network)
    ready_made = [model for model in services.models() if model.key in PRESETS]  # whatever other tests have trained
    monkeypatch.setattr(services, "models", lambda: ready_made)

    def draw(*strokes, drawing=None):
        nonlocal shown
        shown = drawing or pad_with(*strokes)
        return app.run()

    app.draw, app.networks = draw, seen
    return app.run()


def stages(app) -> dict[str, list[str]]:
    """By its title, what each network answers after a stage of the treatment, as "7 41.6%"."""
    sent = sent_to(app, "draw-answers")
    return {stage["title"]: [" ".join(one.values()) for one in stage["answers"]] for stage in sent.get("stages", [])}


def verdicts(app) -> list[str]:
    return [network["verdict"] for network in sent_to(app, "draw-answers")["networks"]]


def test_an_empty_canvas_says_what_to_do(page):
    assert not page.exception
    assert page.title[0].value == "Draw a digit"
    assert "Draw a digit, large and in one piece" in page.info[0].value
    assert len(page.multiselect(key="draw-models").value) == 2, "the ready-made CNN and its dense counterpart"


def test_a_seven_in_the_corner_is_read_and_the_treatment_gets_the_credit(page):
    page.draw(SMALL_SEVEN)
    assert not page.exception
    told = stages(page)
    assert list(told) == ["1. Drawing", "2. Cropped", "3. Scaled to 20 px", "4. Centred", "5. Full contrast"]
    assert [answer[:2] for answer in told["5. Full contrast"]] == ["7 ", "7 "]
    assert all("without the treatment" in verdict for verdict in verdicts(page))


def test_a_dot_is_called_one(page):
    app = page.draw([(140, 140), (155, 140)])
    assert not app.exception
    assert "solid dot" in app.warning[0].value
    app = page.draw(SMALL_SEVEN)
    assert not app.warning


def test_the_sentence_says_what_the_stages_say(page):
    app = page.draw(SMALL_SEVEN)
    for verdict, answers in zip(verdicts(app), zip(*stages(app).values(), strict=True), strict=True):
        told = [re.sub(r"(\d) (.*)", r"\1 (\2)", answer) for answer in answers]
        assert verdict.endswith(f"{told[-1]}{' with it' if 'with it' in verdict else ''}.")
        if step := re.search(r"step (\d)", verdict):
            assert f"predicts {told[0]} without the treatment" in verdict
            assert f"turns it into {told[int(step[1]) - 1]}" in verdict


def test_the_bars_are_the_probabilities_of_the_treated_digit(page):
    first, _second = sent_to(page.draw(SMALL_SEVEN), "draw-answers")["networks"]
    assert sum(bar["share"] for bar in first["bars"]) == pytest.approx(1, abs=1e-3)
    (top,) = (bar for bar in first["bars"] if bar["top"])
    assert f"{top['name']} {top['told']}" == stages(page)["5. Full contrast"][0]
    assert first["told"].startswith(f"{first['title']} predicts 7 ({top['told']})")


def test_what_was_cleared_is_forgotten(page):
    page.draw(SMALL_SEVEN)
    page.draw()
    assert stages(page), "a pad that was just put back on the page says nothing, the drawing is still there"
    page.draw(drawing=CLEARED)
    assert not stages(page)
    assert "Nothing to predict yet" in page.info[0].value


def test_the_drawing_is_back_after_another_page(page):
    page.draw(SMALL_SEVEN)
    strokes = pad_with(SMALL_SEVEN).strokes
    page.switch_page(pages.HOME).run()
    page.switch_page(pages.DRAW)
    page.draw()
    assert page.networks[-1]["pad"].strokes == strokes
    assert stages(page)


def test_the_first_of_the_chosen_networks_is_the_one_that_lives(page):
    assert page.networks[-1]["network"] == PRESETS["keras-log"].network
    page.multiselect(key="draw-models").set_value(["dnn-500x3"]).run()
    assert page.networks[-1]["network"] == PRESETS["dnn-500x3"].network


def test_ink_too_faint_to_count_is_nothing_drawn(page):
    page.draw(drawing=Drawing(np.full((280, 280), 0.05, np.float32), []))
    assert "empty" in page.info[0].value
    assert not stages(page)


def test_without_a_network_it_asks_for_one(page):
    page.draw(SMALL_SEVEN)
    page.multiselect(key="draw-models").set_value([]).run()
    assert "Choose at least one network" in page.info[0].value


def test_how_well_the_ready_made_networks_read_is_said_where_they_are_chosen(page):
    told = page.multiselect(key="draw-models").help
    for model in services.models():
        assert f"{model.title}: {model.accuracy:.1%}" in told
    assert "10,000 test digits" in told


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
    told = stages(page)
    assert list(told)[:3] == ["1. Photo", "2. Paper removed", "3. Cropped"]
    assert all(answer.startswith("7 ") for answer in told["6. Full contrast"])


def test_lines_and_marks_are_removed_from_a_picture_in_stages_of_their_own(page):
    picture = Image.new("L", (300, 400), 240)
    brush = ImageDraw.Draw(picture)
    for row in range(20, 400, 40):
        brush.line([(0, row), (300, row + 4)], fill=130, width=2)
    brush.line([(60, 80), (230, 80), (120, 340)], fill=30, width=20, joint="curve")
    brush.ellipse((270, 370, 278, 378), fill=30)
    file = BytesIO()
    picture.save(file, "PNG")
    send(page, file.getvalue())
    assert not page.exception
    told = stages(page)
    assert list(told)[:4] == ["1. Photo", "2. Paper removed", "3. Lines removed", "4. Main part"]
    assert all(answer.startswith("7 ") for answer in list(told.values())[-1])


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
    assert not stages(page)


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
    assert len(verdicts(page)) == 1


def test_networks_of_the_same_name_are_told_apart(page, monkeypatch):
    model = services.models()[0]
    twins = [replace(model, key=key) for key in (model.key, "1234567890")]
    monkeypatch.setattr(services, "models", lambda: twins)
    page.run()
    assert page.multiselect(key="draw-models").options == [f"{model.title} ({twin.key[:6]})" for twin in twins]


def test_a_runs_name_is_as_it_was_given(page, monkeypatch):
    model = replace(services.models()[0], title="**A** [b](http://c.d) $e$")
    monkeypatch.setattr("cnn_core.ui.use.models.READY_MADE", {})  # as if a run had trained it
    monkeypatch.setattr(services, "models", lambda: [model])
    page.draw(SMALL_SEVEN)
    assert not page.exception
    assert verdicts(page)[0].startswith(f"{model.title} predicts ")


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
