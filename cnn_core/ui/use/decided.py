"""What decided: three maps over the image that say what counts for a class, and how far they agree."""

import numpy as np
import streamlit as st

from cnn_core.engine.work.insight import Decided, Reasons
from cnn_core.engine.work.predict import Predict
from cnn_core.figures.heat import overlay
from cnn_core.figures.images import data_url
from cnn_core.figures.template import percent
from cnn_core.language import N_, _
from cnn_core.lessons.facts import Reasoned
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.kit.wording import literal
from cnn_core.ui.use.subject import Subject

SIDE = 196  # px of each image, at least
WAYS = {
    "saliency": (
        N_("Saliency"),
        N_("Pixels whose change would change the score most: what the network is sensitive to, not what it saw."),
    ),
    "cam": (
        N_("Grad-CAM"),
        N_("Where the maps of the layer speak for the class. It is as coarse as these maps, and tells no details."),
    ),
    "occlusion": (
        N_("Occlusion"),
        N_("How far the probability falls when a pixel is covered; blue: it rises. A cover is an image, too."),
    ),
}
COVERS = 14
"""Places of the cover along the shorter side of the image."""


def decided_board(subject: Subject) -> None:
    """The class, the three maps, and their agreement as numbers."""
    names, label, found = subject.data.class_names, 0, None
    with errors_told():
        label = _choose_class(subject)
        found = services.ask(_work(subject, label))
    if found is None:
        return
    with st.grid(3, min_column_width=200):
        for name, heat in found.maps.items():
            with st.container():
                title, what = WAYS[name]
                alt = _("{way} over the image, for {name}", way=_(title), name=names[label])
                st.image(data_url(overlay(subject.image, heat, SIDE)), width=SIDE, alt=alt)
                st.markdown(f"**{_(title)}**  \n{_(what)}")
    _agree(found)
    record(Reasoned(found.agreements["cam", "occlusion"]))


def _choose_class(subject: Subject) -> int:
    """With what the network gives to each; at first the one that it predicts."""
    key, names = subject.model.key, subject.data.class_names
    probabilities = services.ask(Predict((key,), subject.image[np.newaxis]))[key][0]
    classes, place = list(range(len(names))), f"inside-label-{subject.key}"
    label: int = st.selectbox(
        _("What speaks for"),
        classes,
        asked("label", int(probabilities.argmax()), classes, place),
        format_func=lambda label: f"{literal(names[label])} ({percent(float(probabilities[label]))})",
        key=place,
        width=220,
    )
    carry(label=label)
    return label


def _work(subject: Subject, label: int) -> Decided:
    shorter = min(subject.image.shape[:2])
    side, step = max(2, shorter // 5), max(1, shorter // COVERS)
    return Decided(*subject.about, subject.image, label, side, step)


def _agree(found: Reasons) -> None:
    st.markdown(_("How far do they agree? 1: they order all pixels alike. 0: they have nothing to do with each other."))
    with st.grid(3, min_column_width=200):
        for (one, other), number in found.agreements.items():
            pair = _("{one} and {other}", one=_(WAYS[one][0]), other=_(WAYS[other][0]))
            st.metric(pair, f"{number:.2f}".replace("-", "−"))
