"""A trained model in other forms: each is written and proved on a worker, and offered with what the proof came to."""

from functools import partial

import numpy as np
import streamlit as st

from cnn_core.engine.job import Job
from cnn_core.engine.work.export import Export, Exported
from cnn_core.exchange.forms import FORMS, Form
from cnn_core.language import _
from cnn_core.runs.run import Run
from cnn_core.ui.kit import jobs, services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.session import Slot

FORMS_ICON = ":material/deployed_code:"
WRITTEN = 0.5  # the fraction that is done when the files are written, and the proof begins
_OPEN: Slot[str] = Slot("exports.open", "")
"""The id of the run whose forms are looked at: the end of a job runs the page anew, which would close them."""
_MADE: Slot[tuple[str, dict[str, Exported]]] = Slot("exports.made", ("", {}))
"""Which run they are of, and by form what was made; of one run only, for they can be large."""


def show_forms(run: Run) -> None:
    """Have the forms of a run's model looked at from the next script run on."""
    _OPEN.put(run.id)


def forms_dialog(run: Run) -> None:
    """All forms, when they are looked at."""
    if _OPEN.get() == run.id:
        title = _("Model for other programs")
        st.dialog(title, width="medium", icon=FORMS_ICON, on_dismiss=_close)(_forms)(run)


def _close() -> None:
    _OPEN.put("")


def _forms(run: Run) -> None:
    st.caption(
        _(
            "Each comes with the names of the classes and an example that runs it. Before you get it, a new process "
            "loads it and predicts a few images; beside it stands how far it is from this network’s own predictions."
        )
    )
    for form in FORMS.values():
        with errors_told(tell=st.info):
            _row(form, run.id)


def _row(form: Form, run_id: str) -> None:
    """One form of the model of a run."""
    what, button = st.columns([3, 2], vertical_alignment="center")
    title = _(form.title)
    what.markdown(_("**{title}**: {purpose}", title=title, purpose=_(form.purpose)))
    if form.missing:
        button.caption(_("Not installed on this server"))
        st.code(form.install, language="sh")
        return
    if (made := _made(run_id).get(form.key)) is None:
        with button:
            begin = partial(_begin, form, run_id)
            key = f"export-{run_id}-{form.key}"
            made = jobs.offer(key, _("Prepare {title}", title=title), begin, _progress, width="stretch")
        if made is None:
            return
        _MADE.put((run_id, {**_made(run_id), form.key: made}))
        st.rerun()
    what.caption(_proof(form, made.difference))
    button.download_button(
        _("Download {title}", title=title),
        made.content,
        made.file,
        icon=":material/download:",
        key=f"export-{form.key}-download",
        type="primary",
        width="stretch",
        on_click="ignore",
    )


def _made(run_id: str) -> dict[str, Exported]:
    of, made = _MADE.get()
    return made if of == run_id else {}


def _begin(form: Form, run_id: str) -> Job:
    """Raises RunError when the run is gone meanwhile."""
    model = services.library().model(run_id)
    entry = services.entry(model.dataset)
    return services.engine().begin(Export.of(model, form.key, entry.class_names if entry else ()))


def _progress(fraction: float) -> str:
    return _("Writing the files…") if fraction < WRITTEN else _("Loading them in a new process…")


def _proof(form: Form, difference: float) -> str:
    if form.key == "tfjs":
        return _(
            "Read again and computed by Keras in a new process: largest difference {difference}. The example shows "
            "that of TensorFlow.js in your own browser.",
            difference=_plainly(difference),
        )
    return _("Loaded again in a new process: largest difference {difference}.", difference=_plainly(difference))


def _plainly(difference: float) -> str:
    """0.0000003 rather than 3e-07."""
    return np.format_float_positional(difference, precision=1, unique=False, fractional=False, trim="-")
