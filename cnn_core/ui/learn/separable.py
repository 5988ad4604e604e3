"""SeparableConv2D beside Conv2D: the same window in two stages, and the parameters of both as filters grow."""

from collections.abc import Sequence

import streamlit as st

from cnn_core.design.layers import Conv2D, SeparableConv2D
from cnn_core.design.layers.base import BaseLayer
from cnn_core.figures.parameters import describe_parameters, parameter_figure
from cnn_core.figures.template import STILL
from cnn_core.language import _
from cnn_core.lessons.facts import Separated
from cnn_core.ui.kit.goals import record, shows
from cnn_core.ui.kit.sharing import asked, carry

MOST = 128
KERNELS, MULTIPLIERS = (1, 3, 5, 7), (1, 2, 4)


@st.fragment
def separable_board() -> None:
    """Closed at first; two rows of numbers and a chart."""
    title = _("The same with fewer parameters: SeparableConv2D")
    if not shows("separable", title):
        return
    with st.expander(title, icon=":material/call_split:", key="separable"):
        st.markdown(
            _(
                "A *Conv2D* filter spans all channels at once. *SeparableConv2D* works in two stages: first each "
                "channel is filtered on its own (depthwise), then 1×1 filters mix the results (pointwise)."
            )
        )
        _compare()


def _compare() -> None:
    with st.grid(4, min_column_width=150):
        channels = _number(_("Channels that come in"), "in", 3)
        filters = _number(_("Filters"), "out", 16)
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
