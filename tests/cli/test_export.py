"""`export`: what it asks a worker for, and what it writes. That the forms are right, tests of exchange say."""

import pytest

from cnn_core.engine.work.export import Export, Exported
from cnn_core.exchange.forms import FORMS, Form


@pytest.fixture
def asked(monkeypatch) -> list[Export]:
    """The work that was asked for; a worker answers it at once."""
    asked: list[Export] = []

    def run(work: Export, context) -> Exported:
        asked.append(work)
        return Exported("a file.zip", b"zipped", 2.5e-7)

    monkeypatch.setattr(Export, "run", run)
    return asked


def test_a_ready_made_model_is_written_with_its_classes(typed, asked, tmp_path):
    said = typed("export", "keras-log", "--to", "tflite", "--json")
    assert said.code == 0, said.err
    assert said.json == {"file": "a file.zip", "bytes": 6, "form": "tflite", "difference": 2.5e-7}
    assert (tmp_path / "here" / "a file.zip").read_bytes() == b"zipped"
    (work,) = asked
    assert (work.model, work.form, work.classes) == ("keras-log", "tflite", tuple("0123456789"))


def test_people_read_how_near_it_is_and_choose_the_file(typed, asked, tmp_path):
    said = typed("export", "keras-log", "--out", str(tmp_path / "mine.zip"))
    assert said.code == 0
    assert "by 2e-07 at most" in said.out
    assert (tmp_path / "mine.zip").read_bytes() == b"zipped"


@pytest.mark.parametrize(
    ("words", "told"),
    [(("keras-log", "--to", "nope"), ", ".join(FORMS)), (("nobody", "--to", "keras"), "no such run")],
    ids=["form", "run"],
)
def test_what_there_is_not(typed, asked, words, told):
    said = typed("export", *words)
    assert (said.code, said.out, asked) == (1, "", [])
    assert told in said.err


def test_a_form_whose_packages_are_missing_says_how_to_install_them(typed, asked, monkeypatch):
    monkeypatch.setattr(Form, "missing", property(lambda form: tuple(form.packages)))
    said = typed("export", "keras-log", "--to", "onnx")
    assert (said.code, asked) == (1, [])
    assert FORMS["onnx"].install in said.err
