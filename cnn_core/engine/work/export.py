"""Export: a trained model in another form, loaded again in a process of its own to see that it predicts the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cnn_core.data.datasets import BUNDLED, MNIST
from cnn_core.design.network import Network
from cnn_core.engine.work.base import BACKGROUND, Key, Work, brief
from cnn_core.engine.work.context import Context
from cnn_core.errors import EngineError
from cnn_core.exchange.forms import FORMS
from cnn_core.language import Text
from cnn_core.runs.models import Model


class Exported(NamedTuple):
    """A model to take away.

    Attributes:
        file: its name, `content` its bytes: a zip file with the model, what is known of it, and an example.
        difference: the largest one between a probability of the app's own model and of the file, loaded again.
    """

    file: str
    content: bytes
    difference: float


@dataclass(frozen=True)
class Export(Work):
    """A model in one of `exchange.forms.FORMS`.

    Args:
        model: its key in the library.
        form: the key of the form.
        network: its design.
        title: what it is called; the file is named after it.
        classes: their names; of another number than the model's answers, they are left out.
        digits: whether its images are digits, treated as MNIST was made.
    """

    model: str
    form: str
    network: Network
    title: str
    classes: tuple[str, ...] = ()
    digits: bool = False

    place = BACKGROUND
    shared = True

    @classmethod
    def of(cls, model: Model, form: str, classes: tuple[str, ...] = ()) -> Export:
        """Of a model of the library; `classes` as its data set names them."""
        digits = model.dataset in (BUNDLED, MNIST) and model.input_shape == (28, 28, 1)
        return cls(model.key, form, model.network, model.title, classes, digits)

    def needs(self) -> tuple[Key, ...]:
        return (Key("model", self.model),)

    def run(self, context: Context) -> Exported:
        """Raises EngineError where the form cannot hold this network, lacks its packages, or predicts otherwise."""
        from cnn_core.exchange.exports.package import Subject, packed_with_proof

        model = context.model(self.model)
        context.report(0.05)
        subject = Subject(model, self.network, self.title, self.classes, self.digits)
        with TemporaryDirectory() as folder:
            packed = packed_with_proof(subject, self.form, Path(folder), context.report, context.stopped)
        return Exported(FORMS[self.form].file(self.title), *packed)

    def in_words(self, error: Exception) -> EngineError:
        what = Text("The model could not be written as {form}", form=Text(FORMS[self.form].title))
        return EngineError(what, received=brief(error), todo=Text("Take another form"))
