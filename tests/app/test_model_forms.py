"""Model for other programs: the forms that a run's page offers, what the proof of each came to, and what went wrong."""

import threading
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from cnn_core.design.recipe import Recipe
from cnn_core.engine.work.export import Export, Exported
from cnn_core.errors import EngineError
from cnn_core.exchange import forms
from cnn_core.exchange.forms import FORMS
from cnn_core.runs.models import MODEL_FILE, READY_MADE
from cnn_core.runs.run import Run
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from tests.support.pages import elements, opened, settled, under_way
from tests.support.runs import PRESET, life

DIFFERENCE = 3.2e-07


@pytest.fixture(autouse=True)
def _everything_installed(monkeypatch) -> None:
    monkeypatch.setattr(forms, "find_spec", lambda name: name)


@pytest.fixture
def asked(monkeypatch) -> Iterator[list[Export]]:
    """The exports that were begun: they end when `go` is set, which it is at first."""

    class Asked(list):
        go = threading.Event()

    begun = Asked()
    begun.go.set()

    def run(self, context) -> Exported:
        begun.append(self)
        context.report(0.6)
        begun.go.wait()
        if self.form == "onnx":
            raise EngineError("As ONNX this network does not predict the same")
        return Exported(f"mine-{self.form}.zip", b"a zip file", DIFFERENCE)

    monkeypatch.setattr(Export, "run", run)
    yield begun
    begun.go.set()


def trained(**recipe: int) -> Run:
    run = services.store().create("Mine / 1", PRESET.network, Recipe(epochs=1, **recipe), "bundled")
    services.store().append(run.id, *life())
    services.store().save_file(run.id, MODEL_FILE, (READY_MADE / "keras-log.keras").read_bytes())
    return run


def looked_at(run: Run) -> AppTest:
    app = opened(pages.RUN, run=run.id)
    return clicked(app, "Model for other programs")


def clicked(app: AppTest, label: str) -> AppTest:
    (button,) = [one for one in elements(app._tree) if one.type == "button" and one.label == label]
    button.click().run()
    assert not app.exception
    return app


def labels(app: AppTest, kind: str) -> list[str]:
    return [one.label for one in elements(app._tree) if one.type == kind]


def told(app: AppTest) -> str:
    return " ".join(str(getattr(one, "value", "")) for one in elements(app._tree))


def test_all_forms_are_offered_once_they_are_asked_for(asked):
    run = trained()
    app = opened(pages.RUN, run=run.id)
    assert not [label for label in labels(app, "button") if label.startswith("Prepare")]
    app = clicked(app, "Model for other programs")
    wanted = [f"Prepare {form.title}" for form in FORMS.values()]
    assert [label for label in labels(app, "button") if label.startswith("Prepare")] == wanted
    assert "TensorFlow Lite**: for phones" in told(app)
    assert not asked, "nothing is written before it is wanted"


def test_what_was_prepared_can_be_downloaded_and_says_what_the_proof_came_to(asked):
    run = trained()
    app = settled(clicked(looked_at(run), "Prepare TensorFlow Lite"))
    (work,) = asked
    assert work == Export.of(services.library().model(run.id), "tflite", tuple("0123456789"))
    assert work.digits
    for _time in range(2):  # it is still there when the page runs again
        assert "Download TensorFlow Lite" in labels(app, "download_button")
        assert "Loaded again in a new process: largest difference 0.0000003." in told(app)
        assert "Prepare TensorFlow Lite" not in labels(app, "button")
        app.run()
    app = settled(clicked(app, "Prepare TensorFlow.js"))
    assert {"Download TensorFlow Lite", "Download TensorFlow.js"} <= set(labels(app, "download_button"))
    assert "computed by Keras in a new process" in told(app)


def test_the_model_of_another_run_is_prepared_anew(asked):
    settled(clicked(looked_at(trained()), "Prepare Keras file"))
    app = looked_at(trained())
    assert "Prepare Keras file" in labels(app, "button")
    assert "Download Keras file" not in labels(app, "download_button")


def test_it_says_how_far_it_is_and_can_be_stopped(asked):
    asked.go.clear()
    app = clicked(looked_at(trained()), "Prepare SavedModel")
    assert under_way(app) == ["Loading them in a new process…"]
    app = settled(clicked(app, "Stop"))
    assert "Prepare SavedModel" in labels(app, "button")


def test_what_is_no_proof_is_no_download(asked):
    app = settled(clicked(looked_at(trained()), "Prepare ONNX"))
    assert "does not predict the same" in told(app)
    assert "Download ONNX" not in labels(app, "download_button")
    assert "Prepare ONNX" in labels(app, "button")


def test_a_form_that_needs_more_packages_says_how_to_get_them(monkeypatch, asked):
    monkeypatch.setattr(forms, "find_spec", lambda name: None)
    app = looked_at(trained())
    assert FORMS["onnx"].install in told(app)
    assert "Prepare ONNX" not in labels(app, "button")
    assert "Prepare TensorFlow.js" in labels(app, "button")


def test_a_network_that_learned_shuffled_pixels_is_not_offered():
    """It cannot predict a picture."""
    app = opened(pages.RUN, run=trained(pixel_order=3).id)
    assert "Model for other programs" not in labels(app, "button")
    assert "Trained model (.keras)" in labels(app, "download_button")
