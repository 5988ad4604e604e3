"""What a design comes to: its totals, and what is wrong with it, with the repairs."""

import streamlit as st

from cnn_core.design.arithmetic import number
from cnn_core.design.memory import readable, training_bytes
from cnn_core.design.network import Network
from cnn_core.design.repairs import repairs
from cnn_core.design.shapes import Problem, Trace, classifier_problem
from cnn_core.language import _
from cnn_core.lessons.facts import Designed
from cnn_core.ui import pages
from cnn_core.ui.build.editor import commit, refusal
from cnn_core.ui.kit import session
from cnn_core.ui.kit.data_choice import chosen_entry
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.wording import literal


def totals(network: Network, trace: Trace) -> None:
    """A possible network in six numbers."""
    sums, recipe = trace.totals, session.RECIPE.get()
    batch = recipe.batch_size
    memory = readable(training_bytes(network, batch, recipe.optimizer))
    activations = readable(batch * sums.activation_bytes)
    trainable = _("{count} trainable", count=number(sums.trainable))
    values = (
        (_("Parameters"), number(sums.parameters), trainable),
        (
            _("Not trainable"),
            number(sums.non_trainable),
            _("The moving means and variances that BatchNormalization keeps"),
        ),
        (
            _("Products (MACs)"),
            number(sums.macs),
            _("Multiply-accumulates for one image: the work of one prediction"),
        ),
        (_("Weights"), readable(sums.weight_bytes), _("Memory of all parameters as float32")),
        (
            _("Activations"),
            activations,
            _("Memory of every layer's output for a batch of {batch}, as float32", batch=batch),
        ),
        (
            _("Training"),
            memory,
            _("Estimated memory for batches of {batch} with {optimizer}", batch=batch, optimizer=recipe.optimizer),
        ),
    )
    with st.grid(6, min_column_width=105, gap="small"):
        for label, value, explanation in values:
            st.metric(label, value, help=explanation)


def checked(network: Network, trace: Trace) -> tuple[bool, str | None]:
    """Show what is wrong; whether the network cannot be trained yet, and why where it only waits for a field."""
    waits, problem = _waiting(), _verdict(network, trace)
    return waits is not None or (problem is not None and problem.blocking), waits


def train_button(stuck: bool, waits: str | None) -> None:
    """The way on to the training; both as `checked` gives them."""
    train, icon = _("Train this network"), ":material/play_arrow:"
    if st.button(train, type="primary", icon=icon, disabled=stuck, help=waits, key="designer.train"):
        st.switch_page(pages.LIVE)


def _waiting() -> str | None:
    """Show why training waits for a field of the panel, and give it; None when it does not."""
    if not (field := refusal()):
        return None
    why = literal(_("Training waits for {field}. Correct that field first.", field=field))
    st.error(why, icon=":material/error:")
    return why


def _verdict(network: Network, trace: Trace) -> Problem | None:
    """Show what keeps the network from telling the classes of the visitor's data set apart, with one-click repairs.

    Gives the problem, if there is one.
    """
    classes = chosen_entry().classes
    problem = classifier_problem(network, classes)
    if problem:
        if trace.problem:
            show_error(problem.message)
        else:
            show_error(problem.message, ":material/info:", st.warning)
        with st.container(horizontal=True, gap="small"):
            for repair in repairs(network, classes):
                key = f"designer.repair.{repair.title}"
                st.button(repair.title, key=key, icon=":material/build:", on_click=commit, args=(repair.network,))
    types = tuple(layer.type for layer in network.layers)
    record(Designed(types, trace.totals.parameters, network.family, problem is not None and problem.blocking))
    return problem
