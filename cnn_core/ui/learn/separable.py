"""SeparableConv2D beside Conv2D: the same window in two stages, and the parameters of both as filters grow."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn_core.design.layers import Conv2D, SeparableConv2D
from cnn_core.design.layers.base import BaseLayer
from cnn_core.figures.parameters import describe_parameters, parameter_figure
from cnn_core.figures.template import STILL
from cnn_core.language import N_, _
from cnn_core.learn.filters import READY, centred, over_channels
from cnn_core.learn.slide import Slide
from cnn_core.lessons.facts import Separated
from cnn_core.ui.components.window.component import Separable, window_stepper
from cnn_core.ui.kit.goals import record, shows
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.learn.images import COLOURS, studio_picture

MOST = 128
KERNELS, MULTIPLIERS = (1, 3, 5, 7), (1, 2, 4)
FILTERS = ("vertical", "horizontal", "laplace", "blur")
"""Of each channel, the ready filters of the first stage, in this order."""
MIXES = (
    (N_("All channels alike"), (1, 1, 1)),
    (N_("Red alone"), (1, 0, 0)),
    (N_("Red against green"), (1, -1, 0)),
    (N_("Blue against yellow"), (-0.5, -0.5, 1)),
)
"""What the second stage does with the three channels."""


@st.fragment
def separable_board() -> None:
    """Closed at first; two rows of numbers and a chart."""
    title = _("The same with fewer parameters: SeparableConv2D")
    if not shows("separable", title):
        return
    box = st.expander(title, icon=":material/call_split:", key="separable", on_change="rerun")
    with box:
        st.markdown(
            _(
                "A *Conv2D* filter spans all channels at once. *SeparableConv2D* works in two stages: first each "
                "channel is filtered on its own (depthwise), then 1×1 filters mix the results (pointwise)."
            )
        )
        _compare(by_hand=bool(box.open))


def _compare(*, by_hand: bool) -> None:
    kernel, multiplier = _window()
    if by_hand:
        _by_hand(kernel, multiplier)
    with st.grid(2, min_column_width=150):
        channels = _number(_("Channels that come in"), "in", 3)
        filters = _number(_("Filters"), "out", 16)
    _count(channels, filters, kernel, multiplier)


def _window() -> tuple[int, int]:
    with st.grid(2, min_column_width=150):
        kernel = st.selectbox(
            _("Window (kernel_size)"), KERNELS, KERNELS.index(asked("kernel", 3, KERNELS)), key="separable-kernel"
        )
        multiplier = st.selectbox(
            _("Filters a channel (depth_multiplier)"),
            MULTIPLIERS,
            MULTIPLIERS.index(asked("multiplier", 1, MULTIPLIERS)),
            key="separable-multiplier",
        )
    carry(kernel=kernel, multiplier=multiplier)
    return kernel, multiplier


def _by_hand(kernel: int, multiplier: int) -> None:
    """Both stages on the studio's picture: the same filters for each channel, mixed in several ways."""
    depthwise = np.zeros((kernel, kernel, 3, multiplier), np.float32)
    for number, name in enumerate(FILTERS[:multiplier]):
        depthwise[..., number] = centred(over_channels(READY[name][1], 3), kernel)
    mixed = [
        Separable(_(title), depthwise, np.repeat(np.array(weights, np.float32), multiplier)) for title, weights in MIXES
    ]
    window_stepper(studio_picture(COLOURS).astype(np.float32) / 255, mixed, Slide(1), key="separable-window")


def _count(channels: int, filters: int, kernel: int, multiplier: int) -> None:
    """The parameters of both, for so many filters and for all others."""
    shape, numbers = (28, 28, channels), range(1, MOST + 1)
    lines: dict[str, Sequence[BaseLayer]] = {
        "Conv2D": [Conv2D(filters=n, kernel_size=kernel) for n in numbers],
        "SeparableConv2D": [
            SeparableConv2D(filters=n, kernel_size=kernel, depth_multiplier=multiplier) for n in numbers
        ],
    }
    counts = {name: [layer.parameters(shape)[0] for layer in layers] for name, layers in lines.items()}
    for name, layers in lines.items():
        st.markdown(f"{name} :gray[·] {layers[filters - 1].parameter_formula(shape)}")
    now = {name: of_layer[filters - 1] for name, of_layer in counts.items()}
    before = [of_layer[filters - 2] if filters > 1 else 0 for of_layer in counts.values()]
    st.plotly_chart(
        parameter_figure(numbers, counts, filters), key="separable-chart", config=STILL, alt=describe_parameters(now)
    )
    st.caption(_("From how many filters on is SeparableConv2D the smaller one? Move the number of filters to find it."))
    record(Separated(multiplier, *now.values(), *before))


def _number(label: str, name: str, first: int) -> int:
    value = st.number_input(label, 1, MOST, asked(name, first, range(1, MOST + 1)), key=f"separable-{name}")
    carry(**{name: value})
    return value
