"""DeepDream: whatever layers see in an image becomes stronger in it, at several sizes; before and after."""

import numpy as np
import streamlit as st

from cnn_core.data.photos import fitted
from cnn_core.engine.work.insight import DeepDream
from cnn_core.figures.images import enlarged, png
from cnn_core.language import N_, _
from cnn_core.ui.kit import jobs, services
from cnn_core.ui.kit.pictures import sheet
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, asked_all, carry
from cnn_core.ui.learn.images import photo_or_picture
from cnn_core.ui.use.subject import Subject, convolutions, layer_title

ABOVE, PHOTO = "above", "photo"
OF = {ABOVE: N_("The image above"), PHOTO: N_("A photo")}
SIDE = 224
"""Pixels of a side of what is dreamt."""
SHOWN = 336  # px
STRENGTHS, OCTAVES, STEPS = range(1, 9), range(1, 5), tuple(range(5, 41, 5))
_DREAMT: Slot[np.ndarray | None] = Slot("inside.dreamt", None)
"""Of each wish, what came of it."""


def dream_board(subject: Subject) -> None:
    """Of what, of which layers, how; the image before and after."""
    places, how = _choose(subject)
    image = _image(subject)
    wish = "-".join(map(str, (subject.model.key, *places, *how.values(), hash(image.tobytes()))))
    slot = _DREAMT.of(wish)
    about = *subject.about[:2], tuple(places)
    found = jobs.offer(
        f"inside-dream-{wish}",
        _("Dream"),
        lambda: services.engine().begin(DeepDream(*about, image, how)),
        _dreaming,
        partial=lambda dreamt: _pair(image, dreamt),
        icon=":material/bedtime:",
        type="primary",
        disabled=not places,
    )
    if found is not None:
        slot.put(found)
    dreamt = slot.get()
    if dreamt is not None:
        _pair(image, dreamt)
        st.download_button(
            _("Download the dream"),
            png(enlarged(dreamt, 1)),
            "dream.png",
            icon=":material/download:",
            on_click="ignore",
            key="inside-dream-file",
        )
    else:
        _pair(image, None)


def _dreaming(fraction: float) -> str:
    return _("Dreaming: {fraction:.0%}", fraction=fraction)


def _choose(subject: Subject) -> tuple[list[int], dict[str, int]]:
    reports = {report.index: report for report in convolutions(subject.model.network)}
    key = f"inside-dream-layers-{subject.model.key}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        places = st.multiselect(
            _("Layers"),
            list(reports),
            asked_all("layers", [subject.report.index], list(reports), key),
            format_func=lambda place: layer_title(reports[place]),
            key=key,
            placeholder=_("Choose layers"),
            width=380,
        )
        strength = st.slider(
            _("Strength"), 1, STRENGTHS[-1], asked("strength", 2, STRENGTHS), key="inside-strength", width=160
        )
        octaves = st.slider(
            _("Sizes (octaves)"), 1, OCTAVES[-1], asked("octaves", 3, OCTAVES), key="inside-octaves", width=160
        )
        steps = st.slider(
            _("Steps at each size"), 5, STEPS[-1], asked("each", 20, STEPS), 5, key="inside-dream-steps", width=180
        )
    carry(layers=places, strength=strength, octaves=octaves, each=steps)
    return places, {"strength": strength, "octaves": octaves, "steps": steps}


def _image(subject: Subject) -> np.ndarray:
    """(SIDE, SIDE, C) uint8."""
    shape = (SIDE, SIDE, subject.model.input_shape[2])
    kinds = list(OF)
    kind = st.segmented_control(
        _("Of what"),
        kinds,
        default=asked("dreamof", ABOVE, kinds),
        format_func=lambda kind: _(OF[kind]),
        required=True,
        key="inside-dream-of",
    )
    carry(dreamof=kind)
    return fitted(subject.image, shape) if kind == ABOVE else photo_or_picture(shape, "inside-photo")


def _pair(before: np.ndarray, after: np.ndarray | None) -> None:
    named = [(_("Before"), before)] + ([] if after is None else [(_("After"), after)])
    names = [name for name, _image in named]
    sheet([enlarged(image, 1) for _name, image in named], names, names, SHOWN)
