"""`export`: a trained model in another form."""

from pathlib import Path

from cnn_core.cli import OK, asked
from cnn_core.cli.follow import result
from cnn_core.cli.out import Out
from cnn_core.engine.work.export import Export, Exported
from cnn_core.errors import RunError
from cnn_core.exchange.forms import FORMS, Form
from cnn_core.language import Text, _
from cnn_core.studio import Studio


def export(key: str, to: str, path: Path | None, *, as_json: bool) -> int:
    """Write it. Raises StudioError when there is no such form or model, or the form cannot hold it."""
    out, form = Out(as_json), _form(to)
    with asked.studio() as studio:
        made = _made(studio, key, form, out)
    proof = _("Loaded again, it differs from the original by {difference:.1g} at most.", difference=made.difference)
    out.written(path or Path(made.file), made.content, proof, form=form.key, difference=made.difference)
    return OK


def _form(to: str) -> Form:
    """Raises RunError for a form that is not known, or not installed."""
    if to not in FORMS:
        what, expected = Text("There is no such form"), Text("one of {names}", names=", ".join(FORMS))
        raise RunError(what, expected=expected, received=repr(to[:80]))
    if missing := FORMS[to].missing:
        raise RunError(
            Text("This form needs packages that are not installed"),
            expected=Text("{packages}", packages=", ".join(missing)),
            todo=Text("Install them: {command}", command=FORMS[to].install),
        )
    return FORMS[to]


def _made(studio: Studio, key: str, form: Form, out: Out) -> Exported:
    model = studio.library.model(key)
    names = next((entry.class_names for entry in studio.catalogue.entries() if entry.name == model.dataset), ())
    job = studio.engine.begin(Export.of(model, form.key, names))
    made: Exported = result(job, _("Writing the model, and reading it again to compare"), out)
    return made
