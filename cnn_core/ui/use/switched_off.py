"""Switch it off: filters of a layer without their maps, and what becomes of the test accuracy and of the prediction."""

import numpy as np
import streamlit as st

from cnn_core.engine.work.insight import Off, SwitchOff, WeightNoise
from cnn_core.figures.switched_off import describe_off, off_figure
from cnn_core.figures.template import STILL, percent
from cnn_core.language import N_, _
from cnn_core.lessons.facts import SwitchedOff
from cnn_core.ui.kit import jobs, services
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.kit.wording import literal
from cnn_core.ui.use.excited import answers_of
from cnn_core.ui.use.subject import Subject

MANY = 1000
"""Test images that are read, at most."""
NOISES = tuple(range(0, 301, 10))
POINTS = 9
"""Numbers of filters that are tried in a row, for each order."""
ORDERS = {"weakest": N_("The weakest first"), "strongest": N_("The strongest first"), "random": N_("At random")}
_TRIED: Slot[tuple[list[int], dict[str, list[float]]] | None] = Slot("inside.tried", None)
"""Of each layer of a model: how many filters were off, and the accuracies by the order."""


def switched_off_board(subject: Subject) -> None:
    """How many filters are off, in which order; the numbers with and without them; the whole curve."""
    answers = answers_of(subject)
    if answers is None:
        return
    mean = answers.strongest.mean(axis=0)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        orders, key = list(ORDERS), f"inside-order-{subject.key}"
        order = st.selectbox(
            _("Which go off"),
            orders,
            orders.index(asked("order", orders[0], orders, key)),
            format_func=lambda order: _(ORDERS[order]),
            help=_("By the mean of their strongest answers to the test images."),
            key=key,
            width=200,
        )
        label, key = _("How many, of {count}", count=subject.units), f"inside-off-{subject.key}"
        first = asked("off", 0, range(subject.units + 1), key)
        off = st.slider(label, 0, subject.units, first, key=key, width=340)
    carry(order=order, off=off)
    ranked = _ranked(order, mean)
    found = None
    with errors_told(), st.spinner(_("Reading the test images…")):
        found = services.ask(_work(subject, ((), tuple(ranked[:off]))))
    if found is not None:
        _show(subject, found, (_("Test accuracy without these"), _("Your image without these")))
        before, after = map(float, found.accuracies)
        record(SwitchedOff(off / subject.units, before - after))
    _curve(subject, mean)
    if subject.report.layer.type == "Conv2D":
        _noise(subject)


def _noise(subject: Subject) -> None:
    """The same question for weights that are not exact."""
    st.subheader(_("Noise on its weights"), anchor=False)
    label, key = _("Noise, % of the spread of the weights"), f"inside-noise-{subject.key}"
    amount = st.slider(label, 0, 300, asked("noise", 50, NOISES, key), 10, key=key, width=340)
    carry(noise=amount)
    found = None
    with errors_told(), st.spinner(_("Reading the test images…")):
        work = WeightNoise(*subject.about, subject.data_key, MANY, subject.image, (0.0, amount / 100), 0)
        found = services.ask(work)
    if found is not None:
        _show(subject, found, (_("Test accuracy with the noise"), _("Your image with the noise")))


def _ranked(order: str, mean: np.ndarray) -> list[int]:
    if order == "random":
        return np.random.default_rng(0).permutation(len(mean)).tolist()
    ranked = np.argsort(mean, kind="stable")
    return (ranked if order == "weakest" else ranked[::-1]).tolist()


def _work(subject: Subject, choices: tuple[tuple[int, ...], ...]) -> SwitchOff:
    return SwitchOff(*subject.about, subject.data_key, MANY, subject.image, choices)


def _show(subject: Subject, found: Off, changed: tuple[str, str]) -> None:
    """Accuracy and prediction, of the network as it is and `changed`."""
    names = subject.data.class_names
    titles = ((_("Test accuracy as it is"), _("Your image as it is")), changed)
    with st.grid(4, min_column_width=170):
        for (of_tests, of_image), accuracy, read in zip(titles, found.accuracies, found.probabilities, strict=True):
            st.metric(of_tests, percent(float(accuracy)))
            st.metric(of_image, f"{literal(names[int(read.argmax())])} ({percent(float(read.max()))})")


def _curve(subject: Subject, mean: np.ndarray) -> None:
    """The accuracy for every number of filters: a job, and then a chart."""
    slot = _TRIED.of(f"{subject.key}-{subject.data_key.version}")
    counts = sorted({round(number) for number in np.linspace(0, subject.units, POINTS)})
    choices = tuple(tuple(_ranked(order, mean)[:count]) for order in ORDERS for count in counts)
    found = jobs.offer(
        f"inside-curve-{subject.key}",
        _("How many are needed at all?"),
        lambda: services.engine().begin(_work(subject, choices)),
        _trying,
        icon=":material/show_chart:",
    )
    if found is not None:
        accuracies = found.accuracies.reshape(len(ORDERS), len(counts))
        slot.put((counts, {order: row.tolist() for order, row in zip(ORDERS, accuracies, strict=True)}))
    if tried := slot.get():
        _chart(*tried)


def _trying(fraction: float) -> str:
    return _("Switching filters off: {fraction:.0%}", fraction=fraction)


def _chart(counts: list[int], accuracies: dict[str, list[float]]) -> None:
    named = {_(ORDERS[order]): values for order, values in accuracies.items()}
    alt = describe_off(counts, named)
    st.plotly_chart(off_figure(counts, named), key="inside-off-chart", config=STILL, alt=alt)
