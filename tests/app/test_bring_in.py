"""Bring a model in: from the box on Runs to every page that shows a run."""

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from cnn_core.data.datasets import BUNDLED
from cnn_core.design.layers import Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.runs.models import ready_made
from cnn_core.runs.state import RunState
from cnn_core.training.build import build, from_bytes, to_bytes
from cnn_core.ui import pages
from cnn_core.ui.kit import services, session
from cnn_core.ui.kit.session import Slot
from tests.support.hostile import HOSTILE
from tests.support.models import TINY, keras_file, weights
from tests.support.pages import elements, opened, settled
from tests.support.people import LONG_AGO, Visitor, begin_class, end_class

BOX, COUNT = Slot("bring-in.files", 0).of(0).key, Slot("bring-in.count", 0)
CLASSIC = ready_made("keras-log")


def sending(*files: tuple[str, bytes], app: AppTest | None = None, images: str = BUNDLED, name: str = "") -> AppTest:
    """Runs, after these files were sent and the button was pressed."""
    app = app or opened(pages.RUNS)
    app.file_uploader(key=BOX).set_value([(called, content, "") for called, content in files]).run()
    assert not app.exception
    app.selectbox(key="bring-in-images-0").set_value(images).run()
    if name:
        next(box for box in app.text_input if box.key.startswith("bring-in-name")).set_value(name).run()
    app.button(key="bring-in").click().run()
    return settled(app)


def newest() -> tuple[str, RunState]:
    (run, *_rest) = services.store().lists.lines(0, 1)
    return run.id, services.store().state(run.id)


@pytest.fixture(scope="module")
def brought(_without_a_cluster) -> str:
    """The classic network without its Rescaling, as programs save it that divide the pixels by themselves."""
    bare = build(CLASSIC.network, pixels="raw")
    bare.set_weights(from_bytes(CLASSIC.load()).get_weights())
    sending(("digits.keras", to_bytes(bare)), name="From *elsewhere*")
    return newest()[0]


def test_the_file_becomes_a_run_with_keras_own_number(brought, bundled):
    run, state = services.store().run(brought), services.store().state(brought)
    assert (state.status, state.saved, state.brought_in.file) == ("finished", True, "digits.keras")
    assert run.name == "From *elsewhere*"
    assert run.recipe.pixels == "scaled", "found out: the file does not say it"
    right = from_bytes(CLASSIC.load()).predict(bundled.x_test, verbose=0).argmax(axis=1) == bundled.y_test
    assert state.tested.accuracy == pytest.approx(float(np.mean(right)), abs=1e-9)
    assert services.predictions(brought, BUNDLED) is not None


def test_the_file_that_is_kept_is_our_own_with_the_same_weights(brought):
    mine, theirs = from_bytes(services.store().load_file(brought, "model.keras")), from_bytes(CLASSIC.load())
    for one, other in zip(mine.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_its_page_says_where_it_is_from_and_shows_no_training(brought):
    app = opened(pages.RUN, run=brought)
    told = [one.value.replace("\\", "") for one in (*app.markdown, *app.info)]
    assert any("Brought in from **digits.keras**" in one for one in told)
    assert any("Divided by 255, they give it the smaller loss" in one for one in told)
    assert any(one.value == "On the test set" for one in app.subheader)
    assert "Training loss" not in [one.label for one in app.metric]
    assert any("no code for it" in one.value for one in app.info), "take it with you"
    assert "Trained model (.keras)" in [one.label for one in elements(app._tree) if one.type == "download_button"]
    assert not [one for one in app.button if one.key == "run-resume"]


def test_the_list_says_brought_in(brought):
    app = opened(pages.RUNS, runs=brought)
    row = app.dataframe[0].value.iloc[0]
    assert row["status"] == "Brought in"
    assert pd.isna(row["recipe"])
    assert not app.get("plotly_chart"), "it has no curves"


def test_it_reads_what_is_drawn_is_looked_inside_and_begun_with(brought):
    assert brought in opened(pages.DRAW, model=brought).multiselect(key="draw-models").value
    assert opened(pages.INSIDE, model=brought).selectbox(key="inside-model").value == brought
    assert opened(pages.TRANSFER, **{"from": brought}).selectbox(key="transfer-base").value == brought


def test_it_stands_on_the_board_of_a_duel_but_is_no_finished_training(brought):
    app = opened(pages.DUEL, left=brought)
    assert app.selectbox(key="duel-board-left").value == brought
    assert f"duel-board-{brought}-keras-log" in [getattr(one, "key", "") for one in elements(app._tree)]
    app.segmented_control(key="duel-way").set_value("runs").run()
    assert not app.exception
    assert not any("From *elsewhere*" in option for box in app.selectbox if "-run" in box.key for option in box.options)


def test_it_is_not_ranked(brought):
    assert brought not in [one.run for one in services.store().classroom.results()]


def test_a_design_and_its_weights_are_two_files():
    sending(("tiny.json", TINY.to_json().encode()), ("tiny.weights.h5", weights()), images="")
    run, state = newest()
    assert (state.saved, state.tested) == (True, None)
    app = opened(pages.RUN, run=run)
    assert any("It was not tested" in one.value for one in app.markdown)
    assert any("divided by 255, as most" in one.value.replace("\\", "") for one in app.info)
    kind = next(box for box in opened(pages.DRAW, model=run).selectbox if box.key == "draw-kind")
    assert "other images of 6×6×1, 3 classes" in kind.options


def test_weights_alone_are_for_the_design_that_is_open():
    small = Network(input_shape=(28, 28, 1), layers=(Flatten(), Dense(units=10, activation="softmax")))
    app = opened(pages.RUNS)
    app.session_state[session.HISTORY.key] = session.History(present=small)
    sending(("small.weights.h5", weights(small)), app=app.run())
    assert services.store().run(newest()[0]).network == small


@pytest.mark.parametrize("name", ["lambda", "external link", "no numbers"])
def test_what_is_refused_is_told_beside_the_box_and_nothing_is_lost(name):
    make, words = HOSTILE[name]
    before = services.store().lists.count(duels=True)
    app = sending(("evil.keras", make()[0]))
    assert [error for error in app.error if words in error.value.replace("\\", "")]
    assert app.file_uploader(key=BOX).value, "the files are still in the box"
    assert services.store().lists.count(duels=True) == before


def test_a_model_for_other_images_says_for_which():
    app = sending(("tiny.keras", keras_file()))
    told = app.error[0].value.replace("\\", "")
    assert "images of 28×28×1 and 10 classes" in told
    assert "images of 6×6×1 and 3 classes" in told


def test_what_was_wrong_with_one_file_is_not_said_of_another():
    app = sending(("evil.keras", HOSTILE["no numbers"][0]()[0]))
    assert app.error
    app.file_uploader(key=BOX).set_value([("tiny.keras", keras_file(), "")]).run()
    assert not app.error


def test_it_comes_in_though_its_visitor_is_on_another_page():
    app, before = opened(pages.RUNS), services.store().lists.count(duels=True)
    app.file_uploader(key=BOX).set_value([("tiny.keras", keras_file(), "")]).run()
    app.selectbox(key="bring-in-images-0").set_value("").run()
    app.button(key="bring-in").click().run()
    app.switch_page(pages.HOME).run()
    settled(app.switch_page(pages.RUNS).run())
    assert [one.value for one in app.toast] == ["The model was brought in: it is in the list."]
    assert services.store().lists.count(duels=True) == before + 1
    app.file_uploader(key=BOX).set_value([("tiny.keras", keras_file(), "")]).run()
    assert app.button(key="bring-in"), "the page stays, with a new question"


def test_in_a_class_it_belongs_to_who_has_brought_it(monkeypatch):
    begin_class(monkeypatch)
    try:
        anna = Visitor("Anna")
        sending(("tiny.keras", keras_file()), app=anna.opens(pages.RUNS), images="")
        run = newest()[0]
        assert services.store().people.owners("run", [run]) == {run: anna.person}
        stranger = opened(pages.RUNS, {"studio.who.secret": "0" * 32, "studio.recalled.asked": LONG_AGO})
        sending(("tiny.keras", keras_file()), app=stranger, images="")
        assert any("does not know you yet" in error.value for error in stranger.error)
        assert newest()[0] == run, "nothing new"
    finally:
        end_class()
