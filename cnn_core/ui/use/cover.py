"""Cover it: what of the image may be hidden before the network reads something else."""

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from cnn_core.data.changes import covered
from cnn_core.engine.work.predict import Predict
from cnn_core.figures.classes import class_figure, describe_classes
from cnn_core.figures.images import enlarged
from cnn_core.figures.template import STILL, percent
from cnn_core.language import N_, _
from cnn_core.ui.kit import services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry, leave_out
from cnn_core.ui.kit.wording import literal
from cnn_core.ui.use.subject import Subject

SIDE = 280  # px
COVER = (255, 0, 255)
"""The colour of a cover on the canvas: no digit has it, and hardly a photo."""
NEAR = 60
"""How far from that colour a pixel of the canvas may be."""
BRUSH = 24  # px
TOOLS = {"rect": N_("Rectangle"), "freedraw": N_("Freehand")}
_CLEARED: Slot[int] = Slot("inside.cleared", 0)
"""How often the canvas was cleared: a new key makes a new one."""


def cover_board(subject: Subject) -> None:
    """The image to cover, and each class's probability with and without the covers."""
    give, answer = st.columns([4, 5], gap="large")
    with give:
        where = _covers(subject)
    image = covered(subject.image, where)
    rows = None
    with errors_told(), answer:
        both = np.stack([subject.image, image])
        rows = services.ask(Predict((subject.model.key,), both))[subject.model.key]
    if rows is None:
        return
    if where.any():
        leave_out(_("what is covered"))
    with answer:
        _show(subject, rows, float(where.mean()))


def _covers(subject: Subject) -> np.ndarray:
    """(H, W) what is covered."""
    height, width, _channels = subject.image.shape
    times = max(1, SIDE // max(height, width))
    tools = list(TOOLS)
    tool = st.segmented_control(
        _("Cover with"),
        tools,
        default=asked("tool", tools[0], tools),
        format_func=lambda tool: _(TOOLS[tool]),
        required=True,
        key="inside-tool",
    )
    carry(tool=tool)
    st.space("medium")  # the canvas shows its own bar there
    colour = "#{:02x}{:02x}{:02x}".format(*COVER)
    canvas = st_canvas(
        fill_color=colour,
        stroke_color=colour,
        stroke_width=BRUSH if tool == "freedraw" else 1,
        background_image=enlarged(subject.image, times).convert("RGB"),
        width=times * width,
        height=times * height,
        drawing_mode=tool,
        return_image_data=True,
        key=f"inside-cover-{subject.model.key}-{hash(subject.image.tobytes())}-{_CLEARED.get()}",
    )
    st.button(_("Uncover all"), icon=":material/ink_eraser:", on_click=_clear, key="inside-uncover")
    if canvas.image_data is None:
        return np.zeros((height, width), bool)
    return below(canvas.image_data, height, width)


def below(canvas: np.ndarray, height: int, width: int) -> np.ndarray:
    """(H, W) which pixels of the image are under a cover for the most part; `canvas` is (h, w, 4), larger or not."""
    painted = (np.abs(canvas[..., :3].astype(int) - COVER).max(axis=2) < NEAR) & (canvas[..., 3] > 0)
    rows = np.linspace(0, len(painted), height + 1).astype(int)
    columns = np.linspace(0, painted.shape[1], width + 1).astype(int)
    totals = np.pad(painted.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    inside = totals[np.ix_(rows[1:], columns[1:])] - totals[np.ix_(rows[:-1], columns[1:])]
    inside += totals[np.ix_(rows[:-1], columns[:-1])] - totals[np.ix_(rows[1:], columns[:-1])]
    return inside > np.outer(np.diff(rows), np.diff(columns)) / 2


def _clear() -> None:
    _CLEARED.put(_CLEARED.get() + 1)


def _show(subject: Subject, rows: np.ndarray, share: float) -> None:
    names = subject.data.class_names
    with st.grid(3, min_column_width=130):
        for title, row in zip((_("All of it"), _("With the covers")), rows, strict=True):
            st.metric(title, f"{literal(names[int(row.argmax())])} ({percent(float(row.max()))})")
        st.metric(_("Covered"), percent(share))
    change, title = rows[1] - rows[0], _("How far each class's probability moved")
    alt = describe_classes(change, names, title)
    st.plotly_chart(class_figure(change, names, title), key="inside-cover-chart", config=STILL, alt=alt)
