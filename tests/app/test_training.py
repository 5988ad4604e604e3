"""Home, training and runs, by AppTest from app.py, with an engine without a cluster behind them."""

import json
import re
import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_core.data.watched import watched
from cnn_core.design.layers import Dense, Flatten, MaxPooling2D
from cnn_core.design.network import History, Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.runs.events import Failed, Finished, Interrupted, Progress, Started, Submitted, TrainingEnded
from cnn_core.runs.events import Tested as Scored  # pytest would collect a class whose name begins with Test
from cnn_core.runs.predictions import PREDICTIONS_FILE
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.kit.wording import literal
from cnn_core.ui.train.raw_pixels import MEASURED
from tests.support import pages as support

ROOT = Path(__file__).parents[2]
SMALL = Network(name="tiny", layers=(Flatten(), Dense(units=10, activation="softmax")))
QUICK = Recipe(epochs=1, train_images=300)
STARTED = Started(device="CPU", choices="", epochs=1, steps_per_epoch=5, train_images=270, validation_images=30)
LIVE, RUN, RUNS = pages.LIVE, pages.RUN, pages.RUNS


def opened(page: str, design: Network = SMALL, recipe: Recipe = QUICK, **query: str) -> AppTest:
    """The app at `page`, with a design and a recipe of the visitor's own."""
    return support.opened(page, {"studio.history": History(present=design), "studio.recipe": recipe}, **query)


def ended(run_id: str, seconds: float = 60):
    """The state of a run once it has ended."""
    for _ in range(int(seconds * 10)):
        state = services.store().state(run_id)
        if not state.active:
            return state
        time.sleep(0.1)
    raise AssertionError(f"the run has not ended after {seconds} s: {state.status}")


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.fixture(scope="module")
def finished() -> str:
    """A run that was trained from the page."""
    app = opened(LIVE)
    assert not app.exception
    app.button(key="train").click().run()
    assert not app.exception
    run_id = app.query_params["run"]
    assert ended(run_id).status == "finished"
    return run_id


def test_a_run_is_shown_by_its_link_with_its_results(finished):
    app = opened(RUN, run=finished)
    assert not app.exception
    assert app.title[0].value == "tiny"
    state = services.store().state(finished)
    assert metrics(app)["Test accuracy"] == f"{state.tested.accuracy:.2%}"
    wrong = round((1 - state.tested.accuracy) * 1000)
    assert metrics(app)["Mistakes"] == f"{wrong:,} of 1,000"


def learned(app) -> dict | None:
    """What the page tells of the watched images and the first filters."""
    told = [json.loads(component.proto.json) for component in app.get("bidi_component") if component.proto.json]
    return next((one for one in told if "tiles" in one), None)


def test_a_run_shows_the_watched_images_as_its_network_reads_them_now_and_its_first_filters(finished):
    app = opened(RUN, run=finished)
    read = services.store().state(finished).epochs_done[-1].watched
    data = services.dataset(services.store().run(finished).dataset)
    true = data.y_train[watched(data.y_train, services.store().run(finished).recipe)]
    told = learned(app)
    assert [tile["right"] for tile in told["tiles"]["tiles"]] == (true == np.array(read)).tolist()
    assert [tile["read"][-1] for tile in told["tiles"]["tiles"]] == list(map(str, read))
    assert told["tiles"]["summary"] == f"{(true == np.array(read)).sum()} of 20 right"
    assert [told["filters"][name] for name in ("rows", "columns", "channels", "count")] == [28, 28, 1, 10]
    assert len(told["filters"]["values"]) == 28 * 28 * 10


def test_a_run_of_an_earlier_version_has_no_watched_images_and_shows_the_rest(finished):
    store = services.store()
    state = store.state(finished)
    run = store.create("earlier", SMALL, QUICK, store.run(finished).dataset)
    before = state.epochs_done[-1].model_copy(update={"watched": ()})
    store.append(run.id, Submitted(), STARTED, before, Interrupted())
    app = opened(RUN, run=run.id)
    assert not app.exception
    assert learned(app) is None


def test_a_look_while_the_results_are_being_saved_does_not_cost_the_pictures(finished):
    """Tested is said before the predictions and the model are written; who looks just then sees them a moment later."""
    store = services.store()
    tested = store.state(finished).tested
    run = store.create("saving", SMALL, QUICK, store.run(finished).dataset)
    store.append(run.id, Submitted(), STARTED, TrainingEnded(reason="completed"), tested)
    app = opened(RUN, run=run.id)
    assert not app.exception
    assert "On the test set" not in [heading.value for heading in app.subheader]
    store.save_file(run.id, PREDICTIONS_FILE, store.load_file(finished, PREDICTIONS_FILE))
    store.append(run.id, Finished())
    app.run()
    assert "On the test set" in [heading.value for heading in app.subheader]
    assert app.selectbox(key="results-which")


def test_the_mistakes_of_one_kind_are_exactly_those(finished):
    app = opened(RUN, run=finished)
    box = app.selectbox(key="results-which")
    true, predicted, count = _first_mistake(finished)
    box.select_index(2).run()
    assert not app.exception
    shown = [text.value for text in app.markdown if "predicted as" in text.value]
    assert shown == [f"**{literal(f'{true} predicted as {predicted}: {count:,}, the least confident first')}**"]


def test_every_test_image_says_what_it_shows(finished):
    app = opened(RUN, run=finished)
    app.selectbox(key="results-which").select_index(2).run()
    images = [image for element in app.get("image") for image in element.proto.imgs]
    true, predicted, _count = _first_mistake(finished)
    labels = services.dataset("bundled").y_test
    for image in images:
        number = re.fullmatch(rf"Test image (\d+): {true}, predicted as {predicted}", image.alt)[1]
        assert labels[int(number)] == true
    assert images


def test_who_opens_the_link_of_a_run_sees_the_same_images(finished):
    app = opened(RUN, run=finished)
    app.selectbox(key="results-which").select_index(2).run()
    link = support.link_of(app)
    other = support.opened(RUN, None, **support.said(link))
    true, predicted, count = _first_mistake(finished)
    assert {"run": finished, "show": f"{true}.{predicted}.{count}"}.items() <= support.said(link).items()
    shown = [[text.value for text in one.markdown if "predicted as" in text.value] for one in (app, other)]
    assert shown[0] == shown[1] != []
    app.selectbox(key="results-which").select_index(0).run()
    next(box for box in app.number_input if "results-page" in box.key).set_value(3).run()
    said = support.said(support.link_of(app))
    assert said["page"] == "3"
    other = support.opened(RUN, None, **said)
    assert [box.value for box in other.number_input if "results-page" in box.key] == [3]


def _first_mistake(run_id: str) -> tuple[int, int, int]:
    matrix = services.store().state(run_id).tested.confusion
    made = [(t, p, matrix[t][p]) for t in range(10) for p in range(10) if t != p and matrix[t][p]]
    return max(made, key=lambda mistake: mistake[2])


def test_a_link_to_a_run_that_is_gone_says_so_and_offers_the_setup():
    app = opened(RUN, run="0123456789")
    assert not app.exception
    assert "There is no such run" in app.error[0].value
    assert app.button(key="train")


@pytest.mark.parametrize(
    ("design", "words", "repair"),
    [
        (Network(layers=(Flatten(), Dense(units=7, activation="softmax"))), "a vector of 10 values", None),
        (Network(input_shape=(2, 2, 1), layers=SMALL.layers), "28×28×1", "Use an input of 28×28×1"),
        (Network(layers=(*[MaxPooling2D()] * 5, *SMALL.layers)), "Layer 5", None),
    ],
)
def test_an_impossible_request_is_refused_before_the_start_with_a_repair(design, words, repair):
    app = opened(LIVE, design)
    assert not app.exception
    assert words in app.error[0].value
    assert app.button(key="train").disabled
    offers = [
        button for button in app.button if button.label == repair or (not repair and "setup-repair-" in str(button.key))
    ]
    offers[0].click().run()
    assert not app.exception
    assert not app.error
    assert not app.button(key="train").disabled


def test_a_setting_out_of_range_says_so_and_training_waits_for_it():
    app = opened(LIVE)
    epochs = next(widget for widget in app.number_input if widget.label.endswith("(epochs)"))
    epochs.set_value(10**6).run()
    assert "Training waits for the recipe: epochs must be a whole number from 1 to 1,000" in app.error[0].value.replace(
        "\\", ""
    )
    assert [caption for caption in app.caption if "Not taken" in caption.value]
    assert app.button(key="train").disabled
    epochs.set_value(3).run()
    assert not app.error
    assert not app.button(key="train").disabled


def code_name(label: str) -> str:
    """ "batch_size" of "Images at a time (batch_size)"."""
    return label.rpartition("(")[2].rstrip(")")


def test_a_preset_brings_its_recipe():
    app = opened(LIVE)
    box = next(box for box in app.selectbox if box.label == "Network")
    box.select("same-32-64-128").run()
    values = {code_name(widget.label): widget.value for widget in [*app.number_input, *app.selectbox]}
    assert (values["optimizer"], values["loss"], values["batch_size"], values["epochs"]) == ("sgd", "mse", 100, 12)
    assert values["pixels"] == "raw"
    assert values["learning_rate"] == 0.05


RAW = QUICK.model_copy(update={"pixels": "raw", "seed": 8})


def test_raw_pixels_are_explained_before_a_training_and_left_with_one_click():
    app = opened(LIVE, recipe=RAW)
    assert not app.exception
    assert next(box for box in app.selectbox if code_name(box.label) == "pixels").value == "raw"
    assert any("never learn" in caption.value for caption in app.caption)
    app.button(key="setup-other-seed").click().run()
    assert app.session_state["studio.recipe"] == RAW.model_copy(update={"seed": 9})
    app.button(key="setup-other-scaled").click().run()
    assert app.session_state["studio.recipe"] == QUICK.model_copy(update={"seed": 9})
    assert not any("never learn" in caption.value for caption in app.caption)
    assert next(box for box in app.selectbox if code_name(box.label) == "pixels").value == "scaled"


@pytest.mark.parametrize(
    ("other", "changed"), [("scaled", {"pixels": "scaled"}), ("seed", {"seed": 9})], ids=["scaled", "seed"]
)
def test_a_run_with_raw_pixels_is_trained_the_other_way_with_one_click(other, changed):
    store, confusion = services.store(), tuple(tuple(100 * (p == 3) for p in range(10)) for _ in range(10))
    run = store.create("raw", SMALL, RAW, "bundled")
    tested = Scored(loss=0.2, accuracy=0.1, confusion=confusion)
    store.append(run.id, Submitted(), STARTED, TrainingEnded(reason="completed"), tested, Finished())
    app = opened(RUN, run=run.id)
    assert not app.exception
    assert any("raw pixels" in caption.value for caption in app.caption)
    assert any("never learn" in caption.value for caption in app.caption)
    assert "another seed or scaled pixels" in app.warning[0].value
    app.button(key=f"results-other-{other}").click().run()
    assert not app.exception
    again = app.query_params["run"]
    assert again != run.id
    assert store.run(again).recipe == RAW.model_copy(update=changed)
    services.engine().queue.stop(again)


def test_what_is_said_of_raw_pixels_was_measured():
    table = (ROOT / "benchmarks" / "tables" / "raw_pixels.md").read_text(encoding="utf-8")
    rows = [list(map(float, row)) for row in re.findall(r"^\| (\d+) \| ([\d.]+) \| ([\d.]+) \|$", table, re.M)]
    for column, pixels in enumerate(("raw", "scaled"), start=1):
        assert MEASURED[pixels] == (sum(row[column] < 0.12 for row in rows), len(rows))


def test_early_stopping_without_validation_is_named():
    app = opened(LIVE, recipe=Recipe(early_stopping=2, validation_share=0.0))
    assert literal("validation_share") in app.error[0].value


def test_mnist_that_is_not_here_can_be_downloaded_and_says_what_to_do_without_internet():
    app = opened(LIVE)
    box = next(box for box in app.selectbox if box.label == "Data set")
    box.select("mnist").run()
    assert app.button(key="train").disabled
    assert any("mnist.npz" in caption.value for caption in app.caption)


@pytest.mark.parametrize(
    ("end", "words"), [(Interrupted(), "The server ended"), (Failed(message="It went wrong. Do this."), "Do this")]
)
def test_what_ended_badly_says_so_and_can_be_resumed(end, words):
    run = services.store().create("broken", SMALL, QUICK, "bundled")
    services.store().append(run.id, Submitted(), STARTED, end)
    app = opened(RUN, run=run.id)
    assert words in " ".join(box.value for box in [*app.error, *app.warning])
    app.button(key="run-resume").click().run()
    assert not app.exception
    assert ended(run.id).status == "finished"


def test_the_address_of_the_choices_restores_them():
    """As when the page is loaded again, or a teacher sends the link to a class."""
    mine = Recipe(optimizer="adam", epochs=7, train_images=300)
    address = opened(LIVE, recipe=mine).query_params
    assert address["data"] in ("bundled", ["bundled"])
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(LIVE)
    app.run()
    assert not app.exception
    assert (app.session_state["studio.history"].present, app.session_state["studio.recipe"]) == (SMALL, mine)
    app.button(key="train").click().run()
    assert list(app.query_params) == ["run"], "a run's address is the run's alone"
    assert ended(app.query_params["run"]).status == "finished"


def test_a_link_that_was_cut_says_so_and_loses_nothing():
    app = opened(LIVE, recipe=Recipe(epochs=7))
    app.query_params["recipe"] = "nonsense"
    app.run()
    assert "link cannot be read" in app.error[0].value
    assert app.session_state["studio.recipe"].epochs == 7


def test_a_run_can_be_trained_again_with_a_change(finished):
    app = opened(RUN, design=PRESETS["keras-log"].network, recipe=Recipe(epochs=7), run=finished)
    app.button(key="run-again").click().run()
    assert not app.exception
    assert "run" not in app.query_params
    assert services.store().run(finished).network == app.session_state["studio.history"].present
    assert services.store().run(finished).recipe == app.session_state["studio.recipe"]
    assert app.button(key="train")


@pytest.mark.parametrize("reached", [(), (Progress(epoch=0, step=2, points=((2, 2.0, 0.2),), images_per_second=9),)])
def test_a_run_that_ended_within_its_first_epoch_is_shown(reached):
    run = services.store().create("short", SMALL, QUICK, "bundled")
    services.store().append(run.id, Submitted(), STARTED, *reached, Interrupted())
    for app in (opened(RUN, run=run.id), opened(RUNS)):
        assert not app.exception
    app.session_state["studio.runs.ticked"] = (run.id,)
    assert not app.run().exception


def test_the_list_shows_every_run_and_home_starts_one(finished):
    app = opened(RUNS)
    assert not app.exception
    listed = [run.id for run in services.store().lists.page()[0]]
    row = app.dataframe[0].value.iloc[listed.index(finished)]
    assert (row["status"], row["parameters"]) == ("Finished", 7850)
    assert row["test_accuracy"] == 100 * services.store().state(finished).tested.accuracy
    assert "learning rate 0.001" in row["recipe"]
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not home.exception
    before = {run.id for run in services.store().lists.page()[0]}
    home.button(key="home-train").click().run()
    assert not home.exception
    (new,) = {run.id for run in services.store().lists.page()[0]} - before
    services.engine().queue.stop(new)
    assert ended(new).status == "stopped"
