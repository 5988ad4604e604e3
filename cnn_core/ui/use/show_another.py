"""Another picture for a network that has learned a visitor's own things: what it reads, and what if it is wrong."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn_core.engine.work.predict import Predict
from cnn_core.figures.template import COLOURS, percent
from cnn_core.language import _
from cnn_core.lessons.facts import Recognized
from cnn_core.ui.components.answers.component import Answer, show_answers
from cnn_core.ui.components.camera.component import Added, Shown, Thing, shot_box, told_shot
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.upload_box import files_taken
from cnn_core.ui.kit.wording import literal
from cnn_core.ui.use.models import class_names
from cnn_core.ui.use.taken import add, pixels

BOX = "teach-shot"
"""The key of the component."""
CORRECTED: Slot[dict[str, str]] = Slot("teach.corrected", {})
"""By the key of a picture that a network was wrong about, the name of the thing that it is."""
NAMES: Slot[tuple[str, ...]] = Slot("teach.names", ())
"""Of a run by its id, what it tells apart."""
_SHOWN: Slot[Shown | None] = Slot("teach.shown", None)
_ANSWER: Slot[tuple[str, str, np.ndarray] | None] = Slot("teach.answer", None)
"""The model, the picture's key and the probabilities: a question is asked once."""
_SUREST: Slot[float] = Slot("teach.surest", 0.0)


def show_another(model: str, things: Sequence[Thing]) -> None:
    """Have a picture shown to the model of this key, and answer.

    Args:
        model: empty while there is none.
        things: what a wrong answer can be put right with.
    """
    if not model:
        st.info(_("Once it has learned, show it another picture here."), icon=":material/photo_camera:")
        return
    shown, row, place = _SHOWN.get(), None, st.container()
    answer = st.container()
    if shown:
        with errors_told(tell=answer.error):
            row = _probabilities(model, shown)
    with place:
        shot_box(_answered(), shown, key=BOX, on_told=_receive)
    if shown and row is not None:
        with answer:
            _answer(model, shown, row, things)


def _receive() -> None:
    if files_taken() and (shown := told_shot(BOX)):
        _SHOWN.put(shown)


def _answered() -> str:
    answer, shown = _ANSWER.get(), _SHOWN.get()
    return answer[1] if answer else shown.key if shown else ""


def _answer(model: str, shown: Shown, row: np.ndarray, things: Sequence[Thing]) -> None:
    names = NAMES.of(model).get() or class_names(services.library().model(model))
    best = int(row.argmax())
    verdict = _("It reads {name} ({probability}).", name=names[best], probability=percent(float(row[best])))
    title = _("Your network")
    show_answers([Answer(title, COLOURS["CNN"], row[np.newaxis], verdict)], (), names, key="teach-answers")
    _correct(shown, names[best], things)
    if (sure := round(float(row[best]), 2)) > _SUREST.get():  # a live camera would tell of it several times a second
        _SUREST.put(sure)
        record(Recognized(sure))


def _probabilities(model: str, shown: Shown) -> np.ndarray:
    """(classes,) float32; raises StudioError when there is no answer."""
    kept = _ANSWER.get()
    if kept and kept[:2] == (model, shown.key):
        return kept[2]
    row = services.ask(Predict((model,), pixels(shown.jpeg)[np.newaxis]))[model][0]
    _ANSWER.put((model, shown.key, row))
    return row


def _correct(shown: Shown, read: str, things: Sequence[Thing]) -> None:
    """A button for each thing that it may be instead."""
    if name := CORRECTED.get().get(shown.key):
        st.success(_("Added to {name}. Teach again to have it learned.", name=literal(name)), icon=":material/check:")
        return
    others = [thing for thing in things if thing.name.strip() and thing.name.strip() != read]
    if not others:
        return
    st.markdown(_("Wrong? Say what it is:"))
    with st.container(horizontal=True, gap="small"):
        for thing in others:
            st.button(
                _("It is {name}", name=literal(thing.name)),
                icon=":material/add_photo_alternate:",
                key=f"teach-is-{thing.key}",
                on_click=_put_right,
                args=(shown, thing),
            )


def _put_right(shown: Shown, thing: Thing) -> None:
    add(Added(shown.key, thing.key, shown.jpeg))
    CORRECTED.put(CORRECTED.get() | {shown.key: thing.name})
