"""The duel's page, by AppTest from app.py, with an engine without a cluster behind it."""

import base64
import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from cnn_core import language
from cnn_core.compare import duel as duels
from cnn_core.compare import sentences
from cnn_core.compare.charts import SWEEPS
from cnn_core.compare.export import made_in, to_config
from cnn_core.compare.html_report import to_html
from cnn_core.compare.plan import Duel, Plan
from cnn_core.compare.words import verdict
from cnn_core.data.changes import shift
from cnn_core.data.datasets import Entry
from cnn_core.data.digits import stages
from cnn_core.design.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnn_core.design.network import History, Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.engine.work.predict import Predict
from cnn_core.figures.heat import overlay
from cnn_core.insight.decided import grad_cam
from cnn_core.training.build import from_bytes
from cnn_core.ui import pages
from cnn_core.ui.compare.drag import PLACES
from cnn_core.ui.components.duel.component import Dragged, Side
from cnn_core.ui.components.network.component import Drawing
from cnn_core.ui.kit import services
from tests.compare.example import report as example
from tests.compare.made_up import CODE, SENTENCES
from tests.support import pages as support
from tests.support.pages import settled

ROOT = Path(__file__).parents[2]
PAGE = pages.DUEL
DENSE = Network(name="tiny dense", layers=(Flatten(), Dense(units=10, activation="softmax")))
CONVOLUTION = Conv2D(filters=2, kernel_size=3, activation="relu")
CNN = Network(name="tiny cnn", layers=(CONVOLUTION, MaxPooling2D(pool_size=4), *DENSE.layers))
QUICK = Recipe(epochs=2, train_images=200, batch_size=50)
BOARD = "cnn_core.ui.compare.board"  # by its name: the canvas in it can only be imported while an app runs
TITLES = "Dense network, 3 × 500 against Small CNN, 25-50"
PLAN = Plan(title="tiny duel", dataset="bundled", networks=(DENSE, CNN), recipes=(QUICK, QUICK), seeds=(1, 2))


def opened(design: Network | None = None, tab: str | None = None, **query: str) -> AppTest:
    """The app at the duel's page, with a design of the visitor's own and one of the report's tabs open."""
    own = {"studio.history": History(present=design)} if design else {}
    shown = {"studio.duel.tab": tab} if tab else {}
    return support.opened(PAGE, own | shown, **query)


def texts(app: AppTest) -> str:
    """All that is to be read, without the backslashes that keep names from being formatted."""
    boxes = [*app.markdown, *app.caption, *app.info, *app.error, *app.warning]
    return " ".join(box.value for box in boxes).replace("\\", "")


def started(plan: Plan = PLAN) -> Duel:
    return duels.start(plan, services.store(), services.engine(), services.catalogue())


def ended(duel: Duel, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while duels.progress(duel, services.store()).active:
        assert time.monotonic() < end, "the duel does not end"
        time.sleep(0.1)


def small(app: AppTest, images: int = 100) -> AppTest:
    """Choose a duel of two trainings on few images."""
    app.checkbox(key="duel-less").uncheck()
    app.checkbox(key="duel-shuffled").uncheck()
    return app.number_input(key="duel-count-bundled").set_value(images).run()


@pytest.fixture(scope="module")
def finished() -> Duel:
    """A duel of two tiny networks with two seeds that has come to its end."""
    duel = started()
    ended(duel)
    return duel


def test_at_first_the_experiment_of_the_notes_is_one_click_away():
    app = opened()
    assert app.title[0].value == "Duel"
    assert app.selectbox(key="duel-first-network").value == "dnn-500x3"
    assert app.selectbox(key="duel-second-network").value == "cnn-25-50"
    assert not app.button(key="duel-start").disabled
    shown = texts(app)
    for name in ("dnn-500x3", "cnn-25-50"):
        assert f"{trace(PRESETS[name].network).totals.parameters:,} parameters" in shown
    assert "Both train for 20 epochs." in shown


def test_mnist_is_chosen_when_it_is_here(monkeypatch):
    entries = services.catalogue().entries()
    here = Entry("mnist", "MNIST", (28, 28, 1), 10, 60_000, 10_000, "file")
    monkeypatch.setattr("cnn_core.data.datasets.Catalogue.entries", lambda self: [entries[0], here])
    app = opened()
    assert app.selectbox(key="duel-data").value == "mnist"
    assert app.number_input(key="duel-count-mnist").value == 10_000


def test_it_says_how_many_trainings_the_choices_make():
    app = opened()
    assert "12 trainings, one after another" in texts(app)  # 2 of the duel, 2 shuffled, 8 with 100 to 3,000 images
    app.segmented_control(key="duel-seeds").set_value(3).run()
    assert "36 trainings" in texts(app)
    small(app)
    assert "6 trainings" in texts(app)


def test_matched_by_parameters_it_shows_what_becomes_of_the_larger_one():
    app = opened()
    app.segmented_control(key="duel-match").set_value("parameters").run()
    assert not app.exception
    told = next(caption.value for caption in app.caption if "898,510 to" in caption.value)
    after = int(told.split(" to ")[1].split(" ")[0].replace(",", ""))
    assert abs(after / trace(PRESETS["cnn-25-50"].network).totals.parameters - 1) < 0.02


def test_matched_by_time_it_asks_for_seconds_and_not_for_epochs():
    app = opened()
    assert any("(epochs)" in box.label for box in app.number_input)
    app.segmented_control(key="duel-match").set_value("time").run()
    assert not any("(epochs)" in box.label for box in app.number_input)
    app.number_input(key="duel-seconds").set_value(7).run()
    assert "Both train for 7 seconds" in texts(app)


def test_an_own_design_can_compete_and_an_impossible_one_is_named_before_the_start():
    app = opened(DENSE)
    app.selectbox(key="duel-first-network").set_value("own").run()
    assert "DNN · 2 layers · 7,850 parameters" in texts(app)
    assert not app.button(key="duel-start").disabled
    broken = opened(Network(name="broken", layers=(*[MaxPooling2D()] * 5, *DENSE.layers)))
    broken.selectbox(key="duel-first-network").set_value("own").run()
    assert "broken: Layer 5" in texts(broken)
    assert broken.button(key="duel-start").disabled


def test_two_designs_of_the_same_long_name_are_told_apart():
    app = opened(DENSE.changed(name="n" * 80))
    app.selectbox(key="duel-first-network").set_value("own").run()
    app.selectbox(key="duel-second-network").set_value("own").run()
    assert not app.exception
    assert not app.button(key="duel-start").disabled
    small(app).button(key="duel-start").click().run()
    first, second = duels.load(services.store(), app.query_params["duel"]).plan.networks
    assert (first.name, second.name) == ("n" * 80, "n" * 71 + " (second)")
    assert first.layers == second.layers
    app.button(key="duel-stop").click().run()


def test_designs_are_fitted_to_the_data(monkeypatch):
    colour = Entry("colour", "Colour", (32, 32, 3), 3, 500, 100, "file")
    entries = services.catalogue().entries()
    monkeypatch.setattr("cnn_core.data.datasets.Catalogue.entries", lambda self: [*entries, colour])
    app = opened()
    app.selectbox(key="duel-data").set_value("colour").run()
    assert not app.exception
    assert texts(app).count("input changed to 32×32×3") == 2
    assert not app.button(key="duel-start").disabled


def test_it_starts_both_and_stops_them():
    app = small(opened())
    app.button(key="duel-start").click().run()
    assert not app.exception
    duel = duels.load(services.store(), app.query_params["duel"])
    assert duel.plan.networks == tuple(PRESETS[name].network for name in ("dnn-500x3", "cnn-25-50"))
    assert [recipe.train_images for recipe in duel.plan.recipes] == [100, 100]
    assert len(duel.runs) == 2
    app.button(key="duel-stop").click().run()
    assert not app.exception
    ended(duel)
    assert opened(duel=duel.id).title[0].value.replace("\\", "") == TITLES


def test_the_link_shows_the_report_of_a_finished_duel(finished):
    app = opened(duel=finished.id)
    report = services.duel_report(finished)
    assert "##### " + verdict(report)[0] in texts(app)
    table = app.table[0].value
    assert [name.replace("\\", "") for name in table.columns] == ["tiny dense", "tiny cnn"]
    assert table.loc["Parameters"].tolist() == ["7,850", f"{trace(CNN).totals.parameters:,}"]
    assert "Finished" in texts(app)
    assert not [button for button in app.button if button.key == "duel-stop"]


def test_a_full_stop_in_a_name_does_not_cut_the_first_sentence(monkeypatch):
    made = example()
    sides = tuple(side.model_copy(update={"name": f"Net v. {n}"}) for n, side in enumerate(made.sides, start=1))
    monkeypatch.setattr(services, "ready_duel", lambda: made.model_copy(update={"sides": sides}))
    heading = next(box.value for box in opened().markdown if box.value.startswith("#####")).replace("\\", "")
    assert "Net v. 1" in heading
    assert "Net v. 2" in heading
    assert " test images" in heading


def test_the_report_of_a_finished_duel_is_in_its_tabs(finished):
    report = services.duel_report(finished)
    mistakes = opened(duel=finished.id, tab="mistakes")
    only = {image.read.index(image.true) for image in report.pictures}
    assert {
        side for side in (0, 1) if f"Only {PLAN.networks[side].name} predicts these right" in texts(mistakes)
    } == only
    statistics = opened(duel=finished.id, tab="statistics")
    counts = statistics.table[1].value.iloc[0]
    assert counts["Both right"].replace("\\", "") == f"{report.agreements[0].both:,}"
    assert "over 2 seeds" in texts(statistics)


def test_another_language_says_everything_and_keeps_the_open_tab(finished, monkeypatch):
    monkeypatch.setitem(language.LANGUAGES, CODE, "Made up")
    monkeypatch.setitem(sentences.BY_LANGUAGE, CODE, SENTENCES)
    app = opened(duel=finished.id, tab="statistics")
    app.session_state["studio.language"] = CODE
    app.run()
    assert not app.exception
    assert next(tab.label for tab in app.tabs if tab.markdown) == "Statistics"
    assert "⟦outcome Outcome⟧ ⟦disagreement Disagreement⟧" in texts(app).replace("##### ", "").replace("\n", " ")
    assert "⟦fairness Fairness⟧" in texts(app)
    assert "leads on the" not in texts(app)


def test_a_file_to_take_along_is_made_in_the_readers_language(monkeypatch):
    """In a thread of its own, where nobody can be asked."""
    monkeypatch.setitem(sentences.BY_LANGUAGE, CODE, SENTENCES)
    made = ThreadPoolExecutor(1).submit(made_in, CODE, to_html, example()).result()
    assert "⟦outcome Outcome⟧" in made
    assert "leads on the" in made_in("en", to_html, example())


def test_what_changed_images_do_is_measured_on_request_and_kept(finished):
    app = opened(duel=finished.id, tab="experiments")
    app.button(key=f"duel-measure-{finished.id}").click().run()
    assert not app.exception
    settled(app)
    assert SWEEPS["shift"][0] in texts(app)
    again = opened(duel=finished.id, tab="experiments")
    assert SWEEPS["shift"][0] in texts(again)
    assert not [button for button in again.button if button.label == "Measure it"]


def seven() -> np.ndarray:
    """(280, 280, 4) uint8 of a drawing."""
    drawing = Image.new("RGBA", (280, 280), "black")
    ImageDraw.Draw(drawing).line([(60, 60), (200, 60), (120, 230)], fill="white", width=24, joint="curve")
    return np.asarray(drawing)


def play_the_board(monkeypatch, **place) -> list[tuple[Side, Side]]:
    """A visitor who has drawn a seven and let it go at this place; gives the sides that the board was made for."""
    shown = []
    told = Dragged(Drawing(seven()[..., 0].astype(np.float32) / 255, []), **place)
    monkeypatch.setattr(f"{BOARD}.living_duel", lambda sides, **options: shown.append(sides) or told)
    return shown


def row_of(app: AppTest) -> dict:
    """The figure of both confidences along the row."""
    figures = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    return next(figure for figure in figures if "Moved right" in figure["layout"]["xaxis"]["title"]["text"])


def test_a_digit_is_dragged_across_the_field(finished, monkeypatch):
    shown = play_the_board(monkeypatch, right=4, down=-3, digit=7)
    app = opened(duel=finished.id, tab="drag")
    assert [side.key for side in shown[-1]] == list(finished.runs[:2])
    assert [side.title for side in shown[-1]] == ["tiny dense", "tiny cnn"]
    assert "The further a drawing is moved" in texts(app)
    figure = row_of(app)
    assert figure["layout"]["shapes"][0]["x0"] == 4
    assert figure["layout"]["xaxis"]["title"]["text"] == "Moved right (pixels), 3 up"
    assert figure["layout"]["yaxis"]["title"]["text"] == "Confidence in 7"
    model = services.library().model(finished.runs[1])
    moved = shift(stages(seven()[..., 0] / 255).final[np.newaxis, ..., np.newaxis], 4, -3)
    expected = services.engine().ask(Predict((model.key,), moved))[model.key][0, 7]
    assert figure["data"][1]["y"][PLACES.index(4)] == pytest.approx(expected, abs=1e-4)


def test_both_networks_are_looked_into(finished):
    app = opened(duel=finished.id, tab="inside")
    report = services.duel_report(finished)
    first, second = (services.library().model(run_id) for run_id in finished.runs[:2])
    told = texts(app)
    assert "First filters of tiny dense" in told
    assert "First filters of tiny cnn" in told
    dense, cnn, *looks = [picture.proto.imgs for picture in app.get("image")]
    assert [len(dense), len(cnn)] == [min(16, first.network.layers[1].units), min(16, second.network.layers[0].filters)]
    only = [image for right in (0, 1) for image in report.pictures if image.read[right] == image.true][:3]
    assert len(looks) == sum(
        min(3, sum(image.read[right] == image.true for image in report.pictures)) for right in (0, 1)
    )
    assert [captioned.caption for captioned in looks[0]] == [only[0].true, *only[0].read]

    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(only[0].png))))[..., np.newaxis]
    keras_model = from_bytes(second.load())
    label = report.class_names.index(only[0].read[1])
    place = next(n for n, layer in enumerate(second.network.layers) if layer.type == "Conv2D")
    heat = grad_cam(keras_model, len(second.network.layers), pixels, label, place)
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(looks[0][2].url.partition(",")[2]))))
    expected = np.asarray(overlay(pixels, heat, 76)).astype(int)
    assert np.abs(shown[:, : expected.shape[1], :3] - expected).max() <= 2


def test_no_link_carries_where_a_hand_has_dragged_the_digit_and_whoever_shares_is_told(finished, monkeypatch):
    play_the_board(monkeypatch, right=4, down=-3, digit=7)
    app = opened(duel=finished.id, tab="drag")
    assert "where the digit was dragged to" in list(app.session_state["studio.share.left_out"])


def test_before_any_duel_the_ready_made_pair_is_tried(monkeypatch):
    shown = play_the_board(monkeypatch, right=0, down=0, digit=None)
    app = opened()
    assert [side.title for side in shown[-1]] == ["Ready-made dense network", "Ready-made CNN"]
    assert row_of(app)["layout"]["yaxis"]["title"]["text"] == "Confidence in 7", "as the surer network predicts it"


def test_before_anything_is_drawn_no_worker_is_asked(monkeypatch):
    monkeypatch.setattr(f"{BOARD}.ask", lambda *given: pytest.fail("nothing to ask about"))
    assert "Draw a digit, then drag it" in texts(opened())


def test_networks_too_large_for_a_browser_are_asked_by_sliders(finished, monkeypatch):
    monkeypatch.setattr("cnn_core.ui.components.network.component.MOST_MACS", 100)
    canvas = SimpleNamespace(image_data=seven(), json_data={"objects": []})
    monkeypatch.setattr("cnn_core.ui.use.canvas.st_canvas", lambda **options: canvas)
    app = opened(duel=finished.id, tab="drag")
    assert "A browser is too slow for these networks" in texts(app)
    before = {metric.label: metric.value for metric in app.metric}
    assert set(before) == {"tiny dense predicts", "tiny cnn predicts"}
    app.slider(key="duel-right").set_value(10).run()
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric} != before
    assert row_of(app)["layout"]["shapes"][0]["x0"] == 10


def test_a_network_of_shuffled_pixels_reads_no_drawing(finished, monkeypatch):
    report = services.duel_report(finished)
    recipes = (QUICK, QUICK.model_copy(update={"pixel_order": 1}))
    shuffled = report.model_copy(update={"plan": PLAN.model_copy(update={"recipes": recipes})})
    monkeypatch.setattr(services, "duel_report", lambda duel: shuffled)
    app = opened(duel=finished.id, tab="drag")
    assert "learned from shuffled pixels" in texts(app)
    assert not app.get("plotly_chart")


def test_who_opens_the_link_of_a_duel_sees_the_same_tab(finished):
    app = opened(duel=finished.id, tab="statistics")
    link = support.said(support.link_of(app))
    assert link == {"duel": finished.id, "tab": "statistics"}
    assert "McNemar" in texts(support.opened(PAGE, None, **link))
    wrong = support.opened(PAGE, None, duel=finished.id, tab="nonsense")
    assert "The link asks for a tab that is not here" in texts(wrong)


def test_a_digit_moved_by_sliders_is_shared_where_it_is(finished, monkeypatch):
    monkeypatch.setattr("cnn_core.ui.components.network.component.MOST_MACS", 100)
    opened(duel=finished.id)
    ink = np.zeros((280, 280, 4), np.uint8)
    ink[60:220, 130:150] = 255
    line = {"type": "path", "strokeWidth": 20, "path": [["M", 140, 60], ["L", 140, 220]]}
    canvas = SimpleNamespace(image_data=ink, json_data={"objects": [line]})
    monkeypatch.setattr("cnn_core.ui.use.canvas.st_canvas", lambda **options: canvas)
    app = opened(duel=finished.id, tab="drag")
    app.slider(key="duel-right").set_value(4).run()
    app.slider(key="duel-down").set_value(-3).run()
    link = support.said(support.link_of(app))
    assert {name: link[name] for name in ("tab", "right", "down")} == {"tab": "drag", "right": "4", "down": "-3"}
    other = support.opened(PAGE, None, **link)
    assert [other.slider(key=f"duel-{way}").value for way in ("right", "down")] == [4, -3]
    assert other.session_state["studio.draw.last"]["strokes"][0]["points"] == [[140, 60, 1], [140, 220, 1]]


def test_two_finished_runs_duel_and_what_is_unfair_is_said(finished):
    first, second = trained(DENSE, QUICK), trained(CNN, QUICK.model_copy(update={"epochs": 3}))
    app = opened()
    app.segmented_control(key="duel-way").set_value("runs").run()
    assert not any("seed" in option for option in app.selectbox(key="duel-first-run").options), "no trainings of duels"
    app.selectbox(key="duel-first-run").set_value(first).run()
    app.selectbox(key="duel-second-run").set_value(second).run()
    app.button(key="duel-compare").click().run()
    assert not app.exception
    assert "epochs: 2 against 3" in texts(app)
    assert app.table[0].value.loc["Layers"].tolist() == ["2", "4"]


def trained(network: Network, recipe: Recipe) -> str:
    run = services.store().create(network.name, network, recipe, "bundled")
    services.engine().queue.put(run)
    while services.store().state(run.id).active:
        time.sleep(0.1)
    return run.id


def test_a_saved_configuration_is_repeated_exactly(finished):
    app = opened()
    app.file_uploader(key="duel-config").set_value(
        ("duel.json", to_config(services.duel_report(finished)), "application/json")
    ).run()
    assert not app.exception
    app.button(key="duel-repeat").click().run()
    assert not app.exception
    again = duels.load(services.store(), app.query_params["duel"])
    assert again.id != finished.id
    assert again.plan == finished.plan
    ended(again)


def test_a_file_that_is_no_configuration_is_one_clear_sentence():
    app = opened()
    app.file_uploader(key="duel-config").set_value(("x.json", json.dumps([1]).encode(), "application/json")).run()
    assert not app.exception
    assert "This is not a duel's configuration" in texts(app)


def test_a_link_to_a_duel_that_is_gone_says_so_and_offers_the_setup():
    app = opened(duel="0123456789")
    assert "There is no such duel" in app.error[0].value
    assert app.button(key="duel-start")


def test_a_deleted_duel_is_gone_and_its_runs_stay(finished):
    first, second = (services.store().run(run_id) for run_id in finished.runs[:2])
    duel = duels.of_runs(first, second, services.store())
    app = opened(duel=duel.id)
    app.button(key="duel-delete").click().run()
    assert not app.exception
    assert duel.id not in [other.id for other in duels.recent(services.store(), 50)]
    assert services.store().run(first.id) == first


def test_a_newcomer_sees_a_whole_report_with_when_and_on_what(monkeypatch):
    monkeypatch.setattr(services, "ready_duel", example)
    shown = opened()
    assert "Measured on 18 November 2026" in texts(shown)
    assert "CPU: made up, 2 cores" in texts(shown)
    assert shown.table[0].value.loc["Layers"].tolist() == ["5", "7"]
    experiments = opened(tab="experiments")
    assert not experiments.exception
    for title in ("Learn from less", SWEEPS["shift"][0], "Shuffle the pixels"):
        assert f"**{title}**" in texts(experiments)
    assert "Drag your digit" not in [tab.label for tab in experiments.tabs]
